/* Reads ledger rows, a line at a time. Rows come in order, so what a row refers to was there before: a
 * receipt's message, a reply's text. */
#include "simulator/evidence.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "simulator/scenario_questions.h"

#define NUMBER_MAX (INT64_C(1) << 53)
#define TIME_MAX   INT64_C(7258118400000) /* the year 2200: bounds the number of weeks */

struct reading_rows {
    struct evidence *evidence;
    const struct scenario *scenario;
    struct findings *findings;
    bool ended;
};

static bool rows_read(struct reading_rows *reading, FILE *file, const char *path, struct error *error);
static bool row_read(struct reading_rows *reading, const char *line, size_t bytes, struct error *error);
static void take_send(struct reading_rows *reading, struct json_reader *row);
static void take_beginning(struct reading_rows *reading, struct json_reader *row,
                           const struct text_given *given);
static void take_text(struct evidence *evidence, const char *id, const struct text_given *given);
static bool message_put(struct evidence *evidence, const char *id, size_t *message_out);
static struct pulse *pulse_add(struct evidence *evidence, size_t message);
static struct pulse *pulse_find(const struct evidence *evidence, const char *message);
static void what_of(struct reading_rows *reading, struct json_reader *row, int *question_out, int *text_out);
static void take_receipt(struct reading_rows *reading, struct json_reader *row);
static void take_reply(struct reading_rows *reading, struct json_reader *row);
static void reply_add(struct evidence *evidence, const struct reply_given *reply);
static enum meaning meaning_of(struct json_reader *row);
static int question_of(struct reading_rows *reading, struct json_reader *row);
static int64_t int_or_null(struct json_reader *row, const char *member, int64_t otherwise);
static bool bool_of(struct json_reader *row, const char *member);
static void evidence_close(struct evidence *evidence);
static int pulse_order(const void *one, const void *other);
static int text_order(const void *one, const void *other);
static int reply_order(const void *one, const void *other);

bool evidence_read(struct evidence *evidence, const struct scenario *scenario, const char *path,
                   struct findings *findings, struct error *error)
{
    *evidence = (struct evidence){0};
    struct reading_rows reading = {evidence, scenario, findings, false};
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return error_set(error, "%s: cannot read: %s", path, strerror(errno));
    bool sound = rows_read(&reading, file, path, error);
    (void)fclose(file);
    if (!sound)
        return false;
    if (!reading.ended)
        return error_set(error, "%s: has no end row: the ledger is not whole", path);
    evidence_close(evidence);
    return true;
}

void evidence_free(struct evidence *evidence)
{
    id_table_free(&evidence->messages);
    id_table_free(&evidence->reply_ids);
    free(evidence->place_of_message);
    free(evidence->pulses);
    free(evidence->texts);
    free(evidence->replies);
    *evidence = (struct evidence){0};
}

static bool rows_read(struct reading_rows *reading, FILE *file, const char *path, struct error *error)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t bytes;
    int64_t number = 0;
    bool sound = true;
    while (sound && (bytes = getline(&line, &capacity, file)) > 0) {
        number++;
        if (reading->ended)
            sound = error_set(error, "%s: line %" PRId64 ": a row after the end row", path, number);
        else if (!row_read(reading, line, (size_t)bytes, error))
            sound = error_prefix(error, "%s: line %" PRId64, path, number);
    }
    free(line);
    return sound;
}

static bool row_read(struct reading_rows *reading, const char *line, size_t bytes, struct error *error)
{
    struct json_reader row;
    cJSON *json = json_parse(line, bytes, error);
    if (json == NULL)
        return false;
    json_reader_root(&row, json, error);
    const char *type = json_string(&row, "t", 1, 16);
    if (strcmp(type, "send") == 0) {
        take_send(reading, &row);
    } else if (strcmp(type, "receipt") == 0) {
        take_receipt(reading, &row);
    } else if (strcmp(type, "reply") == 0) {
        take_reply(reading, &row);
    } else if (strcmp(type, "end") == 0) {
        reading->evidence->end_ms = json_int(&row, "at", 0, NUMBER_MAX);
        reading->ended = true;
    } else if (strcmp(type, "fault") != 0) {
        json_problem(&row, "t", "unknown kind of row");
    }
    bool sound = !*row.failed;
    cJSON_Delete(json);
    return sound;
}

/* --- sends --- */

static void take_send(struct reading_rows *reading, struct json_reader *row)
{
    struct evidence *evidence = reading->evidence;
    const char *id = json_string(row, "id", 0, 64);
    const char *outcome = json_string(row, "outcome", 1, 32);
    bool accepted = strcmp(outcome, "accepted") == 0;
    bool handed_over = accepted || strcmp(outcome, "lost") == 0 || strcmp(outcome, "server_error") == 0;
    if (strcmp(outcome, "malformed") == 0)
        findings_add(reading->findings, "a request to send that nobody could read");
    if (strcmp(outcome, "accepted_twice") == 0)
        findings_add(reading->findings, "message %s: handed over again after it was accepted", id);
    else if (handed_over && bool_of(row, "ambiguous_before"))
        findings_add(reading->findings, "message %s: handed over again after an ambiguous outcome", id);
    if (!handed_over)
        return;
    struct text_given given = {.person = person_of_phone(reading->scenario, json_string(row, "to", 1, 16)),
                               .at_ms = json_int(row, "at", 0, TIME_MAX),
                               .real_ms = json_int(row, "real", 0, NUMBER_MAX),
                               .moment = (uint64_t)json_int(row, "moment", 0, NUMBER_MAX)};
    what_of(reading, row, &given.question, &given.text);
    if (given.person < 0)
        findings_add(reading->findings, "message %s: a text to a number that nobody has", id);
    else if (given.question != NOTHING && reading->scenario->questions[given.question].begins)
        take_beginning(reading, row, &given);
    else
        take_text(evidence, id, &given);
}

static void take_beginning(struct reading_rows *reading, struct json_reader *row,
                           const struct text_given *given)
{
    struct evidence *evidence = reading->evidence;
    const struct scenario *scenario = reading->scenario;
    const char *id = json_string(row, "id", 1, 64);
    size_t message;
    bool known = message_put(evidence, id, &message);
    struct pulse *pulse = known ? pulse_find(evidence, id) : pulse_add(evidence, message);
    if (pulse == NULL) {
        findings_add(reading->findings, "message %s: it was another text before", id);
        return;
    }
    if (!known) {
        pulse->person = given->person;
        pulse->question = given->question;
        pulse->asked_ms = given->at_ms;
        pulse->asked_real_ms = given->real_ms;
        pulse->moment = given->moment;
        pulse->week = week_index_at(scenario->zone, pulse->asked_ms);
        if (person_pilot(scenario, given->person)->question != (size_t)given->question)
            findings_add(reading->findings, "message %s: %s is not asked in the person's pilot", id,
                         scenario->questions[given->question].ref);
    }
    bool accepted = strcmp(json_string(row, "outcome", 1, 32), "accepted") == 0;
    pulse->accepted |= accepted;
    pulse->answered |= accepted && bool_of(row, "answered");
}

static void take_text(struct evidence *evidence, const char *id, const struct text_given *given)
{
    size_t message;
    if (message_put(evidence, id, &message))
        return;
    if (evidence->texts_count == evidence->texts_capacity) {
        evidence->texts_capacity = evidence->texts_capacity > 0 ? evidence->texts_capacity * 2 : 1024;
        evidence->texts =
            memory_resized(evidence->texts, evidence->texts_capacity, sizeof evidence->texts[0]);
    }
    struct text_given *text = &evidence->texts[evidence->texts_count++];
    *text = *given;
    text->message = message;
}

/* True when the message was there before. */
static bool message_put(struct evidence *evidence, const char *id, size_t *message_out)
{
    bool known = id_table_put(&evidence->messages, id, message_out);
    if (*message_out >= evidence->messages_capacity) {
        evidence->messages_capacity =
            evidence->messages_capacity > 0 ? evidence->messages_capacity * 2 : 1024;
        evidence->place_of_message = memory_resized(evidence->place_of_message, evidence->messages_capacity,
                                                    sizeof evidence->place_of_message[0]);
    }
    if (!known)
        evidence->place_of_message[*message_out] = 0;
    return known;
}

static struct pulse *pulse_add(struct evidence *evidence, size_t message)
{
    if (evidence->pulses_count == evidence->pulses_capacity) {
        evidence->pulses_capacity = evidence->pulses_capacity > 0 ? evidence->pulses_capacity * 2 : 1024;
        evidence->pulses =
            memory_resized(evidence->pulses, evidence->pulses_capacity, sizeof evidence->pulses[0]);
    }
    struct pulse *pulse = &evidence->pulses[evidence->pulses_count++];
    *pulse = (struct pulse){.message = message};
    evidence->place_of_message[message] = evidence->pulses_count;
    return pulse;
}

/* The pulse that began with the message; NULL for other texts. */
static struct pulse *pulse_find(const struct evidence *evidence, const char *message)
{
    size_t number;
    if (!id_table_find(&evidence->messages, message, &number) || evidence->place_of_message[number] == 0)
        return NULL;
    return &evidence->pulses[evidence->place_of_message[number] - 1];
}

static void what_of(struct reading_rows *reading, struct json_reader *row, int *question_out, int *text_out)
{
    const char *what = json_string(row, "what", 1, 80);
    *text_out = NOTHING;
    *question_out = scenario_question(reading->scenario, what);
    for (int i = 0; i < SERVICE_TEXTS; i++)
        if (strcmp(what, service_text_name((enum service_text)i)) == 0)
            *text_out = i;
    if (*question_out == NOTHING && *text_out == NOTHING && strcmp(what, "other") != 0)
        json_problem(row, "what", "expected a question of the scenario, a text of the service, or other");
}

/* --- receipts and replies --- */

static void take_receipt(struct reading_rows *reading, struct json_reader *row)
{
    struct pulse *pulse = pulse_find(reading->evidence, json_string(row, "ref", 1, 64));
    bool delivered = strcmp(json_string(row, "state", 1, 32), "delivered") == 0;
    if (pulse == NULL || int_or_null(row, "status", 0) != 200)
        return;
    pulse->proven = true;
    pulse->delivered |= delivered;
}

static void take_reply(struct reading_rows *reading, struct json_reader *row)
{
    struct evidence *evidence = reading->evidence;
    struct reply_given reply = {.person = person_of_phone(reading->scenario, json_string(row, "from", 1, 16)),
                                .meaning = meaning_of(row),
                                .question = question_of(reading, row),
                                .value = (int)int_or_null(row, "value", NOTHING),
                                .stop = bool_of(row, "stop"),
                                .answered = int_or_null(row, "status", 0) == 200,
                                .began = (uint64_t)json_int(row, "began", 0, NUMBER_MAX),
                                .started_ms = json_int(row, "started_at", 0, NUMBER_MAX),
                                .finished_real_ms = int_or_null(row, "finished_real", 0)};
    bool has_value = reply.question != NOTHING && reply.value >= 0 && reply.value < ANSWER_VALUES &&
                     reading->scenario->questions[reply.question].feeling[reply.value] != NOTHING;
    if (reply.person < 0 || (reply.meaning == MEANS_VALUE) != has_value) {
        json_problem(row, "value", "expected a value of the question, from a person of the scenario");
        return;
    }
    reply.ended = (uint64_t)int_or_null(row, "ended", INT64_MAX);
    reply.answered_ms = int_or_null(row, "answered_at", INT64_MAX);
    struct pulse *pulse = pulse_find(evidence, json_string(row, "for", 1, 64));
    if (pulse != NULL)
        pulse->proven |= reply.answered;

    if (id_table_put(&evidence->reply_ids, json_string(row, "id", 1, 64), &reply.id)) {
        struct reply_given *known = &evidence->replies[reply.id];
        known->began = reply.began < known->began ? reply.began : known->began;
        known->started_ms = reply.started_ms < known->started_ms ? reply.started_ms : known->started_ms;
        known->answered |= reply.answered;
        if (reply.ended < known->ended) {
            known->ended = reply.ended;
            known->answered_ms = reply.answered_ms;
            known->finished_real_ms = reply.finished_real_ms;
        }
        return;
    }
    reply_add(evidence, &reply);
}

static void reply_add(struct evidence *evidence, const struct reply_given *reply)
{
    if (evidence->replies_count == evidence->replies_capacity) {
        evidence->replies_capacity = evidence->replies_capacity > 0 ? evidence->replies_capacity * 2 : 1024;
        evidence->replies =
            memory_resized(evidence->replies, evidence->replies_capacity, sizeof evidence->replies[0]);
    }
    evidence->replies[evidence->replies_count++] = *reply;
}

static enum meaning meaning_of(struct json_reader *row)
{
    const char *means = json_string(row, "means", 1, 16);
    for (int i = 0; i < MEANINGS; i++)
        if (strcmp(meaning_name((enum meaning)i), means) == 0)
            return (enum meaning)i;
    json_problem(row, "means", "no such meaning");
    return MEANS_NOTHING;
}

static int question_of(struct reading_rows *reading, struct json_reader *row)
{
    if (cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(row->value, "question")))
        return NOTHING;
    int question = scenario_question(reading->scenario, json_string(row, "question", 1, 80));
    if (question == NOTHING)
        json_problem(row, "question", "nobody asks that in the scenario");
    return question;
}

static int64_t int_or_null(struct json_reader *row, const char *member, int64_t otherwise)
{
    bool is_null = cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(row->value, member));
    return is_null ? otherwise : json_int(row, member, 0, NUMBER_MAX);
}

static bool bool_of(struct json_reader *row, const char *member)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(row->value, member);
    if (!cJSON_IsBool(value))
        json_problem(row, member, "expected true or false");
    return cJSON_IsTrue(value);
}

/* --- the end --- */

static void evidence_close(struct evidence *evidence)
{
    for (size_t i = 0; i < evidence->replies_count; i++)
        if (!evidence->replies[i].answered)
            evidence->replies[i].answered_ms = evidence->end_ms;
    if (evidence->pulses_count > 0)
        qsort(evidence->pulses, evidence->pulses_count, sizeof evidence->pulses[0], pulse_order);
    if (evidence->texts_count > 0)
        qsort(evidence->texts, evidence->texts_count, sizeof evidence->texts[0], text_order);
    if (evidence->replies_count > 0)
        qsort(evidence->replies, evidence->replies_count, sizeof evidence->replies[0], reply_order);
}

static int pulse_order(const void *one_pulse, const void *other_pulse)
{
    const struct pulse *one = one_pulse, *other = other_pulse;
    if (one->person != other->person)
        return one->person < other->person ? -1 : 1;
    return one->asked_ms < other->asked_ms ? -1 : one->asked_ms > other->asked_ms;
}

static int text_order(const void *one_text, const void *other_text)
{
    const struct text_given *one = one_text, *other = other_text;
    if (one->person != other->person)
        return one->person < other->person ? -1 : 1;
    return one->moment < other->moment ? -1 : one->moment > other->moment;
}

static int reply_order(const void *one_reply, const void *other_reply)
{
    const struct reply_given *one = one_reply, *other = other_reply;
    if (one->person != other->person)
        return one->person < other->person ? -1 : 1;
    return one->began < other->began ? -1 : one->began > other->began;
}
