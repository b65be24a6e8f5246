/* Stories for the judge: a few weeks of pilots, told twice: as the simulator's ledger, and as what an honest
 * service would publish of it, by the service's own rules (domain/signals.c). A defect can be planted in
 * either before the judge reads them. */
#ifndef TESTS_SIMULATOR_STORY_H
#define TESTS_SIMULATOR_STORY_H

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
#define PILOTS     7
#define SIZE       1000

struct story {
    struct scenario scenario;
    struct text ledger;
    int64_t moments, next_person[PILOTS], replies;
    struct period periods[PILOTS][WEEKS];
    int64_t weeks; /* 0 .. weeks - 1 are published */
    struct published_unit units[PILOTS * WEEKS];
    size_t units_count;
    int64_t missing_week; /* not published, -1 = none */
    int64_t optouts, unknown;
};

static char folder[] = "/tmp/pulssi-judge-XXXXXX";

static const char scenario_head[] =
    "{\"seed\":\"judge\",\"org\":\"varkaus\",\"time_zone\":\"Europe/Helsinki\",\"gateway\":\"simulator\","
    "\"question\":\"felt-forward@1/forward\",\"goal\":0.7,\"ceiling\":0.2,\"survey_text_contains\":[\"1-5\"],"
    "\"languages\":{\"fi\":1},\"strata\":{\"office\":[\"north\",\"south\"]},"
    "\"typing\":{\"plain\":1,\"punctuated\":0,\"spaced\":0,\"commented\":0,\"unreadable\":0},"
    "\"shares\":{\"stop\":0,\"answer_and_stop\":0,\"second_answer\":0,\"late\":0,\"undelivered\":0,\"no_"
    "receipt\":0},"
    "\"pilots\":[";

static const struct {
    const char *id, *truth;
} pilots[PILOTS] = {{"success-a", "success"}, {"success-b", "success"}, {"failure-a", "failure"},
                    {"failure-b", "failure"}, {"middle-a", "middle"},   {"window-a", "middle"},
                    {"small-a", "middle"}};
enum { SUCCESS_A, SUCCESS_B, FAILURE_A, FAILURE_B, MIDDLE_A, WINDOW_A, SMALL_A };

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

/* A survey text to a new person of the pilot; returns the person. */
static inline int64_t story_ask_at(struct story *story, size_t pilot, int64_t at_ms)
{
    char phone[PHONE_SIZE];
    int64_t person = (int64_t)pilot * SIZE + story->next_person[pilot]++;
    person_phone(person, phone);
    text_addf(&story->ledger,
              "{\"t\":\"send\",\"at\":%" PRId64 ",\"real\":%" PRId64 ",\"id\":\"m%" PRId64 "\",\"to\":\"%s\","
              "\"outcome\":\"accepted\",\"answered\":true,\"fault\":null,\"survey\":true,\"ordinal\":1,"
              "\"segments\":1,\"gateway_id\":\"g\",\"repeat\":false,\"accepted_before\":false,"
              "\"ambiguous_before\":false}\n",
              at_ms, at_ms / 1000, person, phone);
    return person;
}

/* A reply under way during `span` moments; the same id again is a copy. */
static inline void story_reply_as(struct story *story, int64_t id, int64_t person, int value, bool stop,
                                  int64_t at_ms, int64_t span)
{
    char phone[PHONE_SIZE], number[8];
    person_phone(person, phone);
    (void)snprintf(number, sizeof number, "%d", value);
    text_addf(&story->ledger,
              "{\"t\":\"reply\",\"id\":\"r%" PRId64
              "\",\"from\":\"%s\",\"text\":\"-\",\"value\":%s,\"stop\":%s,"
              "\"for\":\"m%" PRId64 "\",\"copy\":false,\"started_at\":%" PRId64 ",\"started_real\":1,"
              "\"began\":%" PRId64 ",\"finished_real\":%" PRId64 ",\"ended\":%" PRId64
              ",\"answered_at\":%" PRId64 ",\"status\":200,\"tries\":1,\"late\":false}\n",
              id, phone, value > 0 ? number : "null", stop ? "true" : "false", person, at_ms,
              story->moments + 1, at_ms / 1000, story->moments + span, at_ms);
    story->moments += 2;
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
        }
    }
}

static inline void print_unit(const struct published_unit *unit, struct text *out)
{
    char first[WEEK_SIZE], last[WEEK_SIZE];
    week_text(unit->first_week, first);
    week_text(unit->last_week, last);
    text_addf(out,
              "{\"pilot\":\"%s\",\"question\":\"felt-forward@1/"
              "forward\",\"first_week\":\"%s\",\"last_week\":\"%s\","
              "\"frame\":%" PRId64 ",\"drawn\":%" PRId64 ",\"sent\":%" PRId64 ",\"delivered\":0,",
              unit->pilot, first, last, unit->frame, unit->drawn, unit->sent);
    if (unit->shows_figures)
        text_addf(out,
                  "\"n\":%" PRId64 ",\"positive\":%" PRId64 ",\"neutral\":%" PRId64 ",\"negative\":%" PRId64
                  ",\"rr1\":0.5,\"response_rate\":0.5,\"wilson\":[%.17g,%.17g],\"p_success\":%.17g,"
                  "\"p_failure\":%.17g,",
                  unit->answers, unit->positive, unit->neutral, unit->negative, unit->wilson_low,
                  unit->wilson_high, unit->p_success, unit->p_failure);
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
                  "%s{\"id\":\"%s\",\"size\":%d,\"truth\":\"%s\",\"positive\":0.5,\"negative\":0.2,"
                  "\"response\":0.5}",
                  i > 0 ? "," : "", pilots[i].id, SIZE, pilots[i].truth);
    text_add(&scenario, "]}");
    write_file("scenario.json", &scenario);
    text_free(&scenario);
}

/* Runs the judge on the story; its exit status, and all it said in `said`. */
static inline int story_judge(struct story *story, bool json, struct text *said)
{
    struct text published = {0}, books = {0};
    struct error error;
    text_addf(&story->ledger, "{\"t\":\"end\",\"at\":%" PRId64 ",\"real\":1}\n",
              MONDAY_MS + (story->weeks + 3) * WEEK_MS);
    print_published(story, &published);
    text_addf(&books, "{\"books\":\"balanced\",\"unknown\":%" PRId64 ",\"optouts\":%" PRId64 "}",
              story->unknown, story->optouts);
    write_file("ledger", &story->ledger);
    write_file("published.json", &published);
    write_file("books.json", &books);
    text_free(&published);
    text_free(&books);

    char arguments[9][64] = {"judge", "--scenario", "", "--ledger", "", "--published", "", "--books", ""};
    char *argv[11];
    (void)text_copy(arguments[2], 64, path_of("scenario.json"));
    (void)text_copy(arguments[4], 64, path_of("ledger"));
    (void)text_copy(arguments[6], 64, path_of("published.json"));
    (void)text_copy(arguments[8], 64, path_of("books.json"));
    for (size_t i = 0; i < 9; i++)
        argv[i] = arguments[i];
    argv[9] = json ? "--json" : NULL;
    argv[10] = NULL;

    (void)fflush(NULL);
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    FILE *file = fopen(path_of("said"), "w");
    assert_non_null(file);
    (void)dup2(fileno(file), STDOUT_FILENO);
    (void)dup2(fileno(file), STDERR_FILENO);
    int status = judge_run(json ? 10 : 9, argv);
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
}

#endif
