#include "kill_ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

const char *const steps[STEPS] = {"meeting@1/forward", "meeting@1/why", "meeting@1/join", "volunteer_name"};

static const char *member_text(const cJSON *row, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(row, name);
    return cJSON_IsString(member) ? member->valuestring : "";
}

static double member_number(const cJSON *row, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(row, name);
    return cJSON_IsNumber(member) ? member->valuedouble : 0;
}

static bool member_true(const cJSON *row, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(row, name));
}

static int step_of(const char *what)
{
    int step = 0;
    while (step < STEPS && strcmp(steps[step], what) != 0) {
        step++;
    }
    return step < STEPS ? step : -1;
}

static void take_row(struct rows *rows, const cJSON *row)
{
    const char *kind = member_text(row, "t");
    if (strcmp(kind, "send") == 0) {
        rows->sends = memory_resized(rows->sends, rows->sends_count + 1, sizeof *rows->sends);
        struct send_row *send = &rows->sends[rows->sends_count++];
        const char *outcome = member_text(row, "outcome");
        *send = (struct send_row){.at_ms = (int64_t)member_number(row, "at"),
                                  .real_ms = (int64_t)member_number(row, "real"),
                                  .moment = member_number(row, "moment"),
                                  .step = step_of(member_text(row, "what")),
                                  .accepted = strncmp(outcome, "accepted", 8) == 0,
                                  .is_lost = strcmp(outcome, "lost") == 0,
                                  .is_repeat = member_true(row, "repeat"),
                                  .accepted_before = member_true(row, "accepted_before"),
                                  .ambiguous_before = member_true(row, "ambiguous_before")};
        (void)text_copy(send->id, sizeof send->id, member_text(row, "id"));
        (void)text_copy(send->to, sizeof send->to, member_text(row, "to"));
    } else if (strcmp(kind, "reply") == 0) {
        rows->replies = memory_resized(rows->replies, rows->replies_count + 1, sizeof *rows->replies);
        struct reply_row *reply = &rows->replies[rows->replies_count++];
        int question = step_of(member_text(row, "question")), value = (int)member_number(row, "value");
        bool answers = strcmp(member_text(row, "means"), "value") == 0;
        *reply = (struct reply_row){.value = answers && question == 0 ? value : 0,
                                    .joins = answers && question == 2 ? value : -1,
                                    .stop = member_true(row, "stop"),
                                    .copy = member_true(row, "copy"),
                                    .answered = member_number(row, "status") == 200,
                                    .started_ms = (int64_t)member_number(row, "started_at"),
                                    .answered_ms = (int64_t)member_number(row, "answered_at"),
                                    .finished_real_ms = (int64_t)member_number(row, "finished_real"),
                                    .began = member_number(row, "began"),
                                    .ended = member_number(row, "ended")};
        (void)text_copy(reply->id, sizeof reply->id, member_text(row, "id"));
        (void)text_copy(reply->message, sizeof reply->message, member_text(row, "for"));
        (void)text_copy(reply->from, sizeof reply->from, member_text(row, "from"));
        (void)text_copy(reply->means, sizeof reply->means, member_text(row, "means"));
    } else if (strcmp(kind, "fault") == 0 && member_true(row, "ambiguous")) {
        rows->ambiguous_faults++;
    }
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

/* A reply that the gateway delivered twice counts when the first of the two arrived. */
static void merge_copies(struct rows *rows)
{
    for (size_t i = 0; i < rows->replies_count; i++) {
        struct reply_row *reply = &rows->replies[i];
        for (size_t j = 0; j < rows->replies_count && !reply->copy; j++) {
            const struct reply_row *copy = &rows->replies[j];
            if (copy->copy && copy->answered && strcmp(copy->id, reply->id) == 0) {
                reply->began = least(reply->began, copy->began);
                reply->ended = least(reply->ended, copy->ended);
                reply->started_ms = (int64_t)least((double)reply->started_ms, (double)copy->started_ms);
                reply->answered_ms = (int64_t)least((double)reply->answered_ms, (double)copy->answered_ms);
            }
        }
    }
}

bool rows_read(const char *path, struct rows *rows)
{
    *rows = (struct rows){0};
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t capacity = 0;
    ssize_t bytes;
    bool read = file != NULL;
    while (read && (bytes = getline(&line, &capacity, file)) > 0) {
        struct error error;
        cJSON *row = json_parse(line, (size_t)bytes, &error);
        if (row == NULL) {
            fprintf(stderr, "%s: %s\n", path, error.text);
            read = false;
        } else {
            take_row(rows, row);
        }
        cJSON_Delete(row);
    }
    free(line);
    if (file != NULL) {
        fclose(file);
    }
    merge_copies(rows);
    return read;
}

void rows_free(struct rows *rows)
{
    free(rows->sends);
    free(rows->replies);
    *rows = (struct rows){0};
}
