/* Stories for the judge: a few weeks of pilots and some conversations, told twice: as the simulator's ledger, and as
 * what an honest service would publish, book and keep of it, by the service's own rules (domain/signals.c). A defect
 * can be planted in either before the judge reads them. */
#ifndef TESTS_SIMULATOR_STORY_H
#define TESTS_SIMULATOR_STORY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "domain/signals.h"
#include "simulator/judge.h"
#include "simulator/people.h"
#include "simulator/published.h"

#define MONDAY_MS  INT64_C(1767600000000) /* 2026-01-05 10:00 in Helsinki, a Monday */
#define WEEK_MS    (7 * DAY_MS)
#define WEEK_FIRST INT64_C(2922) /* index of 2026-W02 */
#define WEEKS      20
#define PILOTS     8
#define SIZE       1000

struct story {
    struct scenario scenario;
    struct text ledger;
    int64_t moments, next_person[PILOTS], replies, texts;
    struct period periods[PILOTS][WEEKS];
    int64_t weeks; /* 0 .. weeks - 1 are published */
    struct published_unit units[PILOTS * WEEKS];
    size_t units_count;
    int64_t missing_week; /* not published, -1 = none */
    int64_t optouts, unknown, completed;
    int64_t verdicts[VERDICTS];
    struct records records;
};

static char folder[] = "/tmp/pulssi-judge-XXXXXX";

static const char scenario_head[] =
    "{\"seed\":\"judge\",\"org\":\"varkaus\",\"time_zone\":\"Europe/Helsinki\",\"gateway\":\"simulator\","
    "\"questions\":["
    "{\"ref\":\"felt-forward@1/"
    "forward\",\"kind\":\"scale\",\"goal\":0.7,\"ceiling\":0.2,\"contains\":[\"1-5\"]},"
    "{\"ref\":\"meeting@1/forward\",\"kind\":\"scale\",\"goal\":0.7,\"ceiling\":0.2,\"contains\":[\"met?\"],"
    "\"next\":[{\"values\":[1,2],\"ask\":\"meeting@1/why\"},{\"values\":[4,5],\"ask\":\"meeting@1/join\"}]},"
    "{\"ref\":\"meeting@1/"
    "why\",\"kind\":\"text\",\"contains\":[\"why?\"],\"answer\":1,\"words\":{\"fi\":[\"-\"]}},"
    "{\"ref\":\"meeting@1/join\",\"kind\":\"volunteer\",\"contains\":[\"join?\"],\"answer\":1,\"yes\":1}],"
    "\"texts\":{\"help\":[\"help\"],\"start_confirm\":[\"again\"],\"wrong_person\":[\"sorry\"],"
    "\"reminder\":[\"still\"],\"clarify\":[\"number?\"],\"clarify_volunteer\":[\"yes?\"],"
    "\"business\":[\"surveys only\"],\"helpline\":[\"112\"],\"pause_confirm\":[\"half a year\"]},"
    "\"languages\":{\"fi\":1},\"strata\":{\"office\":[\"north\",\"south\"]},"
    "\"typing\":{\"plain\":1,\"punctuated\":0,\"spaced\":0,\"commented\":0,\"unreadable\":0},"
    "\"shares\":{\"stop\":0,\"answer_and_stop\":0,\"second_answer\":0,\"late\":0,\"undelivered\":0,\"no_"
    "receipt\":0},"
    "\"pilots\":[";

static const struct {
    const char *id, *truth, *survey;
} pilots[PILOTS] = {{"success-a", "success", "felt-forward@1"}, {"success-b", "success", "felt-forward@1"},
                    {"failure-a", "failure", "felt-forward@1"}, {"failure-b", "failure", "felt-forward@1"},
                    {"middle-a", "middle", "felt-forward@1"},   {"window-a", "middle", "felt-forward@1"},
                    {"small-a", "middle", "felt-forward@1"},    {"talk-a", "middle", "meeting@1"}};
enum { SUCCESS_A, SUCCESS_B, FAILURE_A, FAILURE_B, MIDDLE_A, WINDOW_A, SMALL_A, TALK_A };

static inline const char *path_of(const char *name)
{
    static char paths[8][64];
    static size_t next;
    char *path = paths[next++ % 8];
    (void)snprintf(path, 64, "%s/%s", folder, name);
    return path;
}

static inline void write_file(const char *name, const struct text *content)
{
    struct error error;
    assert_true(file_replace(path_of(name), content->chars, content->bytes, 0600, &error));
}

/* --- the ledger of a story --- */

static inline const char *survey_of(int64_t person)
{
    return pilots[(size_t)person / SIZE].survey;
}

/* A text handed over and accepted. */
static inline void story_send(struct story *story, const char *id, int64_t person, const char *what,
                              bool begins, int64_t at_ms)
{
    char phone[PHONE_SIZE];
    person_phone(person, phone);
    text_addf(&story->ledger,
              "{\"t\":\"send\",\"at\":%" PRId64 ",\"real\":%" PRId64 ",\"moment\":%" PRId64
              ",\"id\":\"%s\",\"to\":\"%s\",\"outcome\":\"accepted\",\"answered\":true,\"fault\":null,"
              "\"what\":\"%s\",\"survey\":%s,\"ordinal\":1,"
              "\"segments\":1,\"gateway_id\":\"g\",\"repeat\":false,\"accepted_before\":false,"
              "\"ambiguous_before\":false}\n",
              at_ms, at_ms / 1000, ++story->moments, id, phone, what, begins ? "true" : "false");
}

/* A text with which a pulse begins, to a new person of the pilot; returns the person. */
static inline int64_t story_ask_at(struct story *story, size_t pilot, int64_t at_ms)
{
    char id[32], what[64];
    int64_t person = (int64_t)pilot * SIZE + story->next_person[pilot]++;
    (void)snprintf(id, sizeof id, "m%" PRId64, person);
    (void)snprintf(what, sizeof what, "%s/forward", survey_of(person));
    story_send(story, id, person, what, true, at_ms);
    return person;
}

/* Any other text: a question of "meeting@1", or one of the service's by its name. */
static inline void story_text(struct story *story, int64_t person, const char *what, int64_t at_ms)
{
    char id[32];
    (void)snprintf(id, sizeof id, "t%" PRId64, story->texts++);
    story_send(story, id, person, what, false, at_ms);
}

struct said {
    int64_t id;
    const char *means;
    const char *question; /* NULL = none */
    int value;            /* -1 = none */
    bool stop;
};

/* A reply under way during `span` moments; the same id again is a copy. */
static inline void story_say_as(struct story *story, const struct said *said, int64_t person, int64_t at_ms,
                                int64_t span)
{
    char phone[PHONE_SIZE], number[16] = "null", question[72] = "null";
    person_phone(person, phone);
    if (said->value >= 0)
        (void)snprintf(number, sizeof number, "%d", said->value);
    if (said->question != NULL)
        (void)snprintf(question, sizeof question, "\"%s\"", said->question);
    text_addf(&story->ledger,
              "{\"t\":\"reply\",\"id\":\"r%" PRId64
              "\",\"from\":\"%s\",\"text\":\"-\",\"means\":\"%s\",\"question\":%s,\"value\":%s,\"stop\":%s,"
              "\"for\":\"m%" PRId64 "\",\"copy\":false,\"started_at\":%" PRId64 ",\"started_real\":1,"
              "\"began\":%" PRId64 ",\"finished_real\":%" PRId64 ",\"ended\":%" PRId64
              ",\"answered_at\":%" PRId64 ",\"status\":200,\"tries\":1,\"late\":false}\n",
              said->id, phone, said->means, question, number, said->stop ? "true" : "false", person, at_ms,
              story->moments + 1, at_ms / 1000, story->moments + span, at_ms);
    story->moments += 2;
}

/* What the honest service counts it as. */
static inline void story_say(struct story *story, int64_t person, const char *means, const char *question,
                             int value, int64_t at_ms, enum verdict_kind verdict)
{
    struct said said = {story->replies++, means, question, value, strcmp(means, "stop") == 0};
    story_say_as(story, &said, person, at_ms, 2);
    story->verdicts[verdict]++;
}

/* An answer to the first question; 0 = STOP alone. */
static inline void story_reply_as(struct story *story, int64_t id, int64_t person, int value, bool stop,
                                  int64_t at_ms, int64_t span)
{
    char question[64];
    (void)snprintf(question, sizeof question, "%s/forward", survey_of(person));
    struct said said = {id, value > 0 ? "value" : "stop", value > 0 ? question : NULL, value > 0 ? value : -1,
                        stop};
    story_say_as(story, &said, person, at_ms, span);
    story->verdicts[value > 0 ? VERDICT_ANSWER : VERDICT_STOP]++;
}

static inline void story_reply(struct story *story, int64_t person, int value, bool stop, int64_t at_ms)
{
    story_reply_as(story, story->replies++, person, value, stop, at_ms, 2);
}

/* People of a pilot asked in a week; P, U and G of them answer, `silent` do not. */
static inline void story_group(struct story *story, size_t pilot, int64_t week, int positive, int neutral,
                               int negative, int silent)
{
    struct period *period = &story->periods[pilot][week];
    for (int i = 0; i < positive + neutral + negative + silent; i++) {
        int64_t at_ms = MONDAY_MS + week * WEEK_MS + i * INT64_C(1000);
        int64_t person = story_ask_at(story, pilot, at_ms);
        int value = i < positive ? 4 + i % 2 : i < positive + neutral ? 3 : 1 + i % 2;
        if (i < positive + neutral + negative)
            story_reply(story, person, value, false, at_ms + HOUR_MS);
    }
    period->week_index = WEEK_FIRST + week;
    period->frame = SIZE;
    period->sent += positive + neutral + negative + silent;
    period->drawn = period->sent;
    period->positive += positive;
    period->neutral += neutral;
    period->negative += negative;
    story->completed += positive + neutral + negative;
}

/* Somebody is asked in week 0 and says `value` an hour later; what follows is for the caller to tell. */
static inline int64_t story_talk(struct story *story, int value)
{
    struct period *period = &story->periods[TALK_A][0];
    int64_t person = story_ask_at(story, TALK_A, MONDAY_MS);
    story_reply(story, person, value, false, MONDAY_MS + HOUR_MS);
    period->week_index = WEEK_FIRST;
    period->frame = SIZE;
    period->drawn = ++period->sent;
    period->positive += value >= 4;
    period->neutral += value == 3;
    period->negative += value <= 2;
    story->completed++;
    return person;
}

/* --- the honest service --- */

static inline void unit_fill(struct published_unit *unit, const struct signal *signal)
{
    unit->first_week = signal->first_week;
    unit->last_week = signal->last_week;
    unit->frame = signal->sums.frame;
    unit->drawn = signal->sums.drawn;
    unit->sent = signal->sums.sent;
    unit->shows_figures = signal->state != SIGNAL_TOO_FEW;
    unit->answers = signal->answered;
    unit->positive = signal->sums.positive;
    unit->neutral = signal->sums.neutral;
    unit->negative = signal->sums.negative;
    unit->wilson_low = signal->wilson_lo;
    unit->wilson_high = signal->wilson_hi;
    unit->p_success = signal->p_success;
    unit->p_failure = signal->p_failure;
    unit->polarised = signal->polarised;
    (void)text_copy(unit->state, sizeof unit->state, signal_state_name(signal->state));
}

static inline void story_publish(struct story *story)
{
    struct published_unit last[PILOTS];
    bool published[PILOTS] = {false};
    for (int64_t week = 0; week < story->weeks; week++) {
        for (size_t pilot = 0; pilot < PILOTS; pilot++) {
            struct period asked[WEEKS];
            size_t count = 0;
            for (int64_t i = 0; i <= week; i++)
                if (story->periods[pilot][i].sent > 0)
                    asked[count++] = story->periods[pilot][i];
            if (count == 0)
                continue;
            struct published_unit *unit = &story->units[story->units_count++];
            if (!published[pilot] || signal_advances(asked, count, true, last[pilot].last_week)) {
                struct signal signal;
                signal_compute(asked, count, 0.7, 0.2, &signal);
                last[pilot] = (struct published_unit){0};
                unit_fill(&last[pilot], &signal);
                published[pilot] = true;
            }
            *unit = last[pilot];
            unit->week = WEEK_FIRST + week;
            (void)text_copy(unit->pilot, sizeof unit->pilot, pilots[pilot].id);
            (void)snprintf(unit->question, sizeof unit->question, "%s/forward", pilots[pilot].survey);
        }
    }
}

static inline void print_unit(const struct published_unit *unit, struct text *out)
{
    char first[WEEK_SIZE], last[WEEK_SIZE];
    week_text(unit->first_week, first);
    week_text(unit->last_week, last);
    double rate = unit->sent > 0 ? (double)unit->answers / (double)unit->sent : 0; /* plus what was planted */
    text_addf(out,
              "{\"pilot\":\"%s\",\"question\":\"%s\",\"first_week\":\"%s\",\"last_week\":\"%s\","
              "\"frame\":%" PRId64 ",\"drawn\":%" PRId64 ",\"sent\":%" PRId64 ",\"delivered\":0,",
              unit->pilot, unit->question, first, last, unit->frame, unit->drawn, unit->sent);
    if (unit->shows_figures)
        text_addf(out,
                  "\"n\":%" PRId64 ",\"positive\":%" PRId64 ",\"neutral\":%" PRId64 ",\"negative\":%" PRId64
                  ",\"rr1\":%.17g,\"response_rate\":%.17g,\"wilson\":[%.17g,%.17g],\"p_success\":%.17g,"
                  "\"p_failure\":%.17g,",
                  unit->answers, unit->positive, unit->neutral, unit->negative, rate + unit->rr1,
                  rate + unit->response_rate, unit->wilson_low, unit->wilson_high, unit->p_success,
                  unit->p_failure);
    else
        text_add(out, "\"n\":null,\"positive\":null,\"neutral\":null,\"negative\":null,\"rr1\":null,"
                      "\"response_rate\":null,\"wilson\":null,\"p_success\":null,\"p_failure\":null,");
    text_addf(out, "\"state\":\"%s\",\"polarised\":%s}", unit->state, unit->polarised ? "true" : "false");
}

static inline void print_published(const struct story *story, struct text *out)
{
    const char *between_weeks = "";
    text_add(out, "{\"org\":\"varkaus\",\"weeks\":[");
    for (int64_t week = 0; week < story->weeks; week++) {
        char text[WEEK_SIZE];
        const char *between_units = "";
        if (week == story->missing_week)
            continue;
        week_text(WEEK_FIRST + week, text);
        text_addf(out, "%s{\"week\":\"%s\",\"units\":[", between_weeks, text);
        between_weeks = ",";
        for (size_t i = 0; i < story->units_count; i++)
            if (story->units[i].week == WEEK_FIRST + week) {
                text_add(out, between_units);
                print_unit(&story->units[i], out);
                between_units = ",";
            }
        text_add(out, "]}");
    }
    text_add(out, "]}");
}

/* --- a trial --- */

static inline void story_start(struct story *story)
{
    struct text scenario = {0};
    *story = (struct story){.missing_week = -1};
    text_add(&scenario, scenario_head);
    for (size_t i = 0; i < PILOTS; i++)
        text_addf(&scenario,
                  "%s{\"id\":\"%s\",\"survey\":\"%s\",\"size\":%d,\"truth\":\"%s\",\"positive\":0.5,"
                  "\"negative\":0.2,\"response\":0.5}",
                  i > 0 ? "," : "", pilots[i].id, pilots[i].survey, SIZE, pilots[i].truth);
    text_add(&scenario, "]}");
    write_file("scenario.json", &scenario);
    text_free(&scenario);
}

/* Runs the judge on the story; its exit status, and all it said in `said`. */
static inline int story_judge(struct story *story, bool json, struct text *said)
{
    struct text published = {0}, books = {0}, records = {0};
    struct error error;
    text_addf(&story->ledger, "{\"t\":\"end\",\"at\":%" PRId64 ",\"real\":1}\n",
              MONDAY_MS + (story->weeks + 3) * WEEK_MS);
    print_published(story, &published);
    text_addf(&books,
              "{\"books\":\"balanced\",\"unknown\":%" PRId64 ",\"optouts\":%" PRId64
              ",\"pulses\":{\"completed\":%" PRId64 "},\"events\":{\"optout\":%" PRId64,
              story->unknown, story->optouts, story->completed, story->optouts);
    for (int i = 0; i < VERDICTS; i++)
        text_addf(&books, ",\"%s\":%" PRId64, verdict_name((enum verdict_kind)i), story->verdicts[i]);
    text_add(&books, "}}");
    text_addf(&records,
              "{\"volunteers\":%" PRId64 ",\"names\":%" PRId64 ",\"words\":%" PRId64 ",\"schedule_runs\":7}",
              story->records.volunteers, story->records.names, story->records.words);
    write_file("ledger", &story->ledger);
    write_file("published.json", &published);
    write_file("books.json", &books);
    write_file("records.json", &records);
    text_free(&published);
    text_free(&books);
    text_free(&records);

    char arguments[11][64] = {"judge", "--scenario", "", "--ledger",  "", "--published",
                              "",      "--books",    "", "--records", ""};
    char *argv[13];
    (void)text_copy(arguments[2], 64, path_of("scenario.json"));
    (void)text_copy(arguments[4], 64, path_of("ledger"));
    (void)text_copy(arguments[6], 64, path_of("published.json"));
    (void)text_copy(arguments[8], 64, path_of("books.json"));
    (void)text_copy(arguments[10], 64, path_of("records.json"));
    for (size_t i = 0; i < 11; i++)
        argv[i] = arguments[i];
    argv[11] = json ? "--json" : NULL;
    argv[12] = NULL;

    (void)fflush(NULL);
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    FILE *file = fopen(path_of("said"), "w");
    assert_non_null(file);
    (void)dup2(fileno(file), STDOUT_FILENO);
    (void)dup2(fileno(file), STDERR_FILENO);
    int status = judge_run(json ? 12 : 11, argv);
    (void)fflush(NULL);
    (void)dup2(out, STDOUT_FILENO);
    (void)dup2(err, STDERR_FILENO);
    (void)close(out);
    (void)close(err);
    (void)fclose(file);
    text_clear(said);
    assert_true(file_read(path_of("said"), 1 << 20, said, &error));
    return status;
}

/* A conversation each way: own words, a volunteer with a name, one who leaves again, one who says no more. */
static inline void story_tell_talks(struct story *story)
{
    int64_t person = story_talk(story, 1);
    story_text(story, person, "meeting@1/why", MONDAY_MS + HOUR_MS);
    story_say(story, person, "words", "meeting@1/why", -1, MONDAY_MS + 2 * HOUR_MS, VERDICT_WORDS);
    person = story_talk(story, 5);
    story_text(story, person, "meeting@1/join", MONDAY_MS + HOUR_MS);
    story_say(story, person, "value", "meeting@1/join", 1, MONDAY_MS + 2 * HOUR_MS, VERDICT_VOLUNTEER);
    story_text(story, person, "volunteer_confirm", MONDAY_MS + 2 * HOUR_MS);
    story_text(story, person, "volunteer_name", MONDAY_MS + 2 * HOUR_MS);
    story_say(story, person, "name", NULL, -1, MONDAY_MS + 3 * HOUR_MS, VERDICT_NAME);
    person = story_talk(story, 4);
    story_text(story, person, "meeting@1/join", MONDAY_MS + HOUR_MS);
    story_say(story, person, "value", "meeting@1/join", 1, MONDAY_MS + 2 * HOUR_MS, VERDICT_VOLUNTEER);
    story_say(story, person, "leave", NULL, -1, MONDAY_MS + 3 * DAY_MS, VERDICT_LEAVE);
    person = story_talk(story, 4);
    story_text(story, person, "meeting@1/join", MONDAY_MS + HOUR_MS);
    story_say(story, person, "value", "meeting@1/join", 0, MONDAY_MS + 2 * HOUR_MS, VERDICT_NO_VOLUNTEER);
    (void)story_talk(story, 3);
    story->records.volunteers = story->records.names = story->records.words = 1;
}

/* Clear ones, a middle one, one whose windows grow and repeat, one that starts too small to show. */
static inline void story_tell(struct story *story)
{
    story_start(story);
    story->weeks = 5;
    story_group(story, SUCCESS_A, 0, 57, 2, 1, 10);
    story_group(story, SUCCESS_B, 0, 60, 5, 0, 10);
    story_group(story, FAILURE_A, 0, 15, 12, 33, 10);
    story_group(story, FAILURE_B, 0, 17, 12, 36, 10);
    story_group(story, MIDDLE_A, 0, 42, 9, 9, 10);
    story_group(story, WINDOW_A, 0, 14, 3, 3, 5); /* n 20 */
    story_group(story, WINDOW_A, 1, 20, 5, 5, 5); /* 50 */
    story_group(story, WINDOW_A, 2, 14, 3, 3, 5); /* 70 */
    story_group(story, WINDOW_A, 3, 2, 1, 0, 5);  /* repeats */
    story_group(story, WINDOW_A, 4, 3, 1, 0, 5);  /* 77, back to the first week */
    story_group(story, SMALL_A, 0, 7, 1, 1, 5);   /* hidden */
    story_group(story, SMALL_A, 2, 4, 1, 0, 5);   /* 14: shown */
    story_tell_talks(story);
}

#endif
