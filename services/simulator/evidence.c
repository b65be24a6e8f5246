/* Reads ledger rows, a line at a time. Rows come in order, so what a row refers to was there before: a
 * receipt's message, a reply's text. */
#include "simulator/evidence.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

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
static struct pulse *pulse_add(struct evidence *evidence, size_t message);
static struct pulse *pulse_find(const struct evidence *evidence, const char *message);
static void take_receipt(struct reading_rows *reading, struct json_reader *row);
static void take_reply(struct reading_rows *reading, struct json_reader *row);
static int64_t int_or_null(struct json_reader *row, const char *member, int64_t otherwise);
static bool bool_of(struct json_reader *row, const char *member);
static void evidence_close(struct evidence *evidence);
static int pulse_order(const void *one, const void *other);
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
    free(evidence->pulse_of_message);
    free(evidence->pulses);
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
    if (!handed_over || !bool_of(row, "survey"))
        return;
    int64_t person = person_of_phone(reading->scenario, json_string(row, "to", 1, 16));
    if (person < 0) {
        findings_add(reading->findings, "message %s: a survey text to a number that nobody has", id);
        return;
    }

    size_t message;
    bool known = id_table_put(&evidence->messages, id, &message);
    struct pulse *pulse = known ? &evidence->pulses[evidence->pulse_of_message[message] - 1] : NULL;
    if (pulse == NULL) {
        pulse = pulse_add(evidence, message);
        pulse->person = person;
        pulse->asked_ms = json_int(row, "at", 0, TIME_MAX);
        pulse->asked_real_ms = json_int(row, "real", 0, NUMBER_MAX);
        pulse->week = week_index_at(reading->scenario->zone, pulse->asked_ms);
    }
    pulse->accepted |= accepted;
    pulse->answered |= accepted && bool_of(row, "answered");
}

static struct pulse *pulse_add(struct evidence *evidence, size_t message)
{
    if (message >= evidence->messages_capacity) {
        evidence->messages_capacity =
            evidence->messages_capacity > 0 ? evidence->messages_capacity * 2 : 1024;
        evidence->pulse_of_message = memory_resized(evidence->pulse_of_message, evidence->messages_capacity,
                                                    sizeof evidence->pulse_of_message[0]);
    }
    if (evidence->pulses_count == evidence->pulses_capacity) {
        evidence->pulses_capacity = evidence->pulses_capacity > 0 ? evidence->pulses_capacity * 2 : 1024;
        evidence->pulses =
            memory_resized(evidence->pulses, evidence->pulses_capacity, sizeof evidence->pulses[0]);
    }
    struct pulse *pulse = &evidence->pulses[evidence->pulses_count++];
    *pulse = (struct pulse){.message = message};
    evidence->pulse_of_message[message] = evidence->pulses_count;
    return pulse;
}

/* The pulse a receipt or a reply is about; NULL for texts that ask nothing. */
static struct pulse *pulse_find(const struct evidence *evidence, const char *message)
{
    size_t number;
    if (!id_table_find(&evidence->messages, message, &number))
        return NULL;
    return &evidence->pulses[evidence->pulse_of_message[number] - 1];
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
                                .value = (int)int_or_null(row, "value", 0),
                                .stop = bool_of(row, "stop"),
                                .answered = int_or_null(row, "status", 0) == 200,
                                .began = (uint64_t)json_int(row, "began", 0, NUMBER_MAX),
                                .started_ms = json_int(row, "started_at", 0, NUMBER_MAX),
                                .finished_real_ms = int_or_null(row, "finished_real", 0)};
    if (reply.value < 0 || reply.value > 5 || reply.person < 0) {
        json_problem(row, "value", "expected 1..5 or null, from a person of the scenario");
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
    if (evidence->replies_count == evidence->replies_capacity) {
        evidence->replies_capacity = evidence->replies_capacity > 0 ? evidence->replies_capacity * 2 : 1024;
        evidence->replies =
            memory_resized(evidence->replies, evidence->replies_capacity, sizeof evidence->replies[0]);
    }
    evidence->replies[evidence->replies_count++] = reply;
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

static int reply_order(const void *one_reply, const void *other_reply)
{
    const struct reply_given *one = one_reply, *other = other_reply;
    if (one->person != other->person)
        return one->person < other->person ? -1 : 1;
    return one->began < other->began ? -1 : one->began > other->began;
}
