/* Making, writing, reading and comparing checkpoints. A hash of a hash is taken over its fields in the order of
 * their names. */
#include "store/checkpoints.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/call.h"
#include "store/weeks.h"

#define PULSES_MAX 64 /* dispositions there may ever be */
#define AMOUNT_MAX INT64_C(9000000000000000)

/* --- what is there: the log, the counters, the figures --- */

void week_log_take(struct week_log *log, const struct log_row *row)
{
    char id[24];
    if (log->digest == NULL) {
        log->digest = digest_new();
    }
    snprintf(id, sizeof id, "%" PRId64, row->id);
    digest_add_text(log->digest, id);
    digest_add_text(log->digest, row->answer ? "a" : "d");
    digest_add_text(log->digest, row->text);
    log->rows++;
    log->first_id = log->first_id == 0 ? row->id : log->first_id;
    log->last_id = row->id;
    if (!row->answer) {
        sums_add(&log->pulses, row->part[1], 1);
    }
}

void week_log_finish(struct week_log *log)
{
    if (log->digest == NULL) {
        log->digest = digest_new(); /* of no rows */
    }
    digest_finish(&log->digest, log->hash);
    sums_fold(&log->pulses);
}

void week_log_free(struct week_log *log)
{
    char unused[DIGEST_SIZE];
    digest_finish(&log->digest, unused);
    sums_free(&log->pulses);
}

struct one_week {
    const char *week;
    struct week_log log;
};

static void take_row_of_week(void *context, const struct log_row *row)
{
    struct one_week *one = context;
    if (strcmp(log_row_week(row), one->week) == 0) {
        week_log_take(&one->log, row);
    }
}

static int compare_fields(const void *a, const void *b)
{
    return strcmp(((const char *const *)a)[0], ((const char *const *)b)[0]);
}

/* A counter of a unit; those of a whole week may still count late replies. */
static bool is_unit_counter(const char *name, bool *answer_out)
{
    char buffer[400];
    struct counter_field counter = {0};
    bool splits = text_copy(buffer, sizeof buffer, name) && counter_field_split(buffer, &counter);
    *answer_out = splits && counter.what[0] != '!';
    return splits;
}

/* Of all fields, or of the counters of units. Returns how many. */
static int64_t hash_fields(const struct redis_value *pairs, bool counters, char hash_out[DIGEST_SIZE])
{
    const char *(*fields)[2] = memory_zeroed(redis_count(pairs) / 2 + 1, sizeof *fields);
    size_t count = 0;
    bool answer = false;
    for (size_t i = 0; i + 1 < redis_count(pairs); i += 2) {
        const char *name = redis_text(redis_item(pairs, i));
        if (!counters || is_unit_counter(name, &answer)) {
            fields[count][0] = name;
            fields[count++][1] = redis_text(redis_item(pairs, i + 1));
        }
    }
    qsort(fields, count, sizeof *fields, compare_fields);
    struct digest *digest = digest_new();
    for (size_t i = 0; i < count; i++) {
        digest_add_text(digest, fields[i][0]);
        digest_add_text(digest, fields[i][1]);
    }
    digest_finish(&digest, hash_out);
    free(fields);
    return (int64_t)count;
}

static int64_t count_answers(const struct redis_value *pairs)
{
    int64_t answers = 0;
    for (size_t i = 0; i + 1 < redis_count(pairs); i += 2) {
        bool answer = false;
        bool counter = is_unit_counter(redis_text(redis_item(pairs, i)), &answer);
        answers += counter && answer ? redis_int(redis_item(pairs, i + 1)) : 0;
    }
    return answers;
}

/* The parts of a checkpoint that are in the counters and the figures of its week. */
static bool read_hashes(struct redis_link *link, const char *org, const char *week,
                        struct checkpoint *checkpoint, struct error *error)
{
    struct redis_command command = {0};
    week_hash_command(&command, org, WEEK_COUNTERS, week);
    struct redis_value *counters = redis_link_run(link, &command, error);
    week_hash_command(&command, org, WEEK_PUBLISHED, week);
    struct redis_value *figures = counters == NULL ? NULL : redis_link_run(link, &command, error);
    bool read = figures != NULL;
    if (read) {
        (void)hash_fields(counters, true, checkpoint->counters_hash);
        checkpoint->answers = count_answers(counters);
        checkpoint->figures = hash_fields(figures, false, checkpoint->figures_hash);
    }
    redis_value_free(&counters);
    redis_value_free(&figures);
    redis_command_free(&command);
    return read;
}

bool checkpoint_make(struct redis_link *link, const char *org, const char *week,
                     struct checkpoint *checkpoint_out, struct error *error)
{
    struct one_week one = {.week = week};
    *checkpoint_out = (struct checkpoint){.readable = true};
    snprintf(checkpoint_out->week, sizeof checkpoint_out->week, "%s", week);
    bool read = answer_log_read(link, org, 1, INT64_MAX, take_row_of_week, &one, error) &&
                read_hashes(link, org, week, checkpoint_out, error);
    week_log_finish(&one.log);
    checkpoint_out->log = one.log;
    if (!read) {
        checkpoint_clear(checkpoint_out);
    }
    return read;
}

void checkpoint_clear(struct checkpoint *checkpoint)
{
    week_log_free(&checkpoint->log);
    *checkpoint = (struct checkpoint){0};
}

/* --- the record --- */

static void print(const struct checkpoint *checkpoint, struct text *text)
{
    const struct week_log *log = &checkpoint->log;
    text_addf(text,
              "{\"week\":\"%s\",\"log\":{\"rows\":%" PRId64 ",\"first\":%" PRId64 ",\"last\":%" PRId64
              ",\"hash\":\"%s\"},\"pulses\":{",
              checkpoint->week, log->rows, log->first_id, log->last_id, log->hash);
    for (size_t i = 0; i < log->pulses.count; i++) {
        text_add(text, i > 0 ? "," : "");
        json_add_string(text, log->pulses.items[i].name);
        text_addf(text, ":%" PRId64, log->pulses.items[i].amount);
    }
    text_addf(text,
              "},\"answers\":%" PRId64 ",\"counters\":\"%s\",\"proof\":{\"rewritten_at_ms\":%" PRId64
              ",\"rewritten_real_ms\":%" PRId64 ",\"published\":{\"figures\":%" PRId64 ",\"hash\":\"%s\"}}}",
              checkpoint->answers, checkpoint->counters_hash, checkpoint->rewritten_at_ms,
              checkpoint->rewritten_real_ms, checkpoint->figures, checkpoint->figures_hash);
}

static void read_hash(struct json_reader *reader, const char *name, char hash_out[DIGEST_SIZE])
{
    const char *hash = json_string(reader, name, DIGEST_SIZE - 1, DIGEST_SIZE - 1);
    snprintf(hash_out, DIGEST_SIZE, "%s", hash);
}

static bool read_record(const char *record, size_t bytes, struct checkpoint *checkpoint)
{
    struct error error;
    struct json_reader root, log, pulses, proof, published;
    const char *name;
    cJSON *tree = json_parse(record, bytes, &error);
    if (tree == NULL) {
        return false;
    }
    json_reader_root(&root, tree, &error);
    bool right_week = strcmp(json_string(&root, "week", 1, WEEK_SIZE - 1), checkpoint->week) == 0;
    json_object(&root, "log", &log);
    checkpoint->log.rows = json_int(&log, "rows", 0, AMOUNT_MAX);
    checkpoint->log.first_id = json_int(&log, "first", 0, AMOUNT_MAX);
    checkpoint->log.last_id = json_int(&log, "last", 0, AMOUNT_MAX);
    read_hash(&log, "hash", checkpoint->log.hash);
    json_object(&root, "pulses", &pulses);
    for (size_t i = 0; i < PULSES_MAX && (name = json_member_name(&pulses, i)) != NULL; i++) {
        sums_add(&checkpoint->log.pulses, name, json_int(&pulses, name, 0, AMOUNT_MAX));
    }
    sums_fold(&checkpoint->log.pulses);
    checkpoint->answers = json_int(&root, "answers", 0, AMOUNT_MAX);
    read_hash(&root, "counters", checkpoint->counters_hash);
    json_object(&root, "proof", &proof);
    checkpoint->rewritten_at_ms = json_int(&proof, "rewritten_at_ms", 0, AMOUNT_MAX);
    checkpoint->rewritten_real_ms = json_int(&proof, "rewritten_real_ms", 0, AMOUNT_MAX);
    json_object(&proof, "published", &published);
    checkpoint->figures = json_int(&published, "figures", 0, AMOUNT_MAX);
    read_hash(&published, "hash", checkpoint->figures_hash);
    bool read = json_finish(&published) && json_finish(&proof) && json_finish(&pulses) && json_finish(&log) &&
                json_finish(&root) && right_week;
    cJSON_Delete(tree);
    return read;
}

bool checkpoint_write(struct redis_link *link, const char *org, const struct checkpoint *checkpoint,
                      bool *open_out, struct error *error)
{
    struct text record = {0};
    struct redis_command command = {0};
    print(checkpoint, &record);
    call_begin(&command, "week_checkpoint", org);
    redis_command_add(&command, checkpoint->week);
    redis_command_add(&command, record.chars);
    struct redis_value *value = redis_link_run(link, &command, error);
    *open_out = strcmp(redis_word(value), "OPEN") == 0;
    bool answered = *open_out || strcmp(redis_word(value), "OK") == 0;
    if (value != NULL && !answered) {
        (void)error_set(error, "Redis gave an answer that is not one of week_checkpoint");
    }
    redis_value_free(&value);
    redis_command_free(&command);
    text_free(&record);
    return answered;
}

/* --- all of them --- */

static int compare_weeks(const void *a, const void *b)
{
    return strcmp(((const struct checkpoint *)a)->week, ((const struct checkpoint *)b)->week);
}

bool checkpoints_load(struct redis_link *link, const char *org, struct checkpoints *checkpoints_out,
                      struct error *error)
{
    struct redis_command command = {0};
    *checkpoints_out = (struct checkpoints){0};
    week_hash_command(&command, org, WEEK_CHECKPOINTS, "");
    struct redis_value *pairs = redis_link_run(link, &command, error);
    redis_command_free(&command);
    if (pairs == NULL) {
        return false;
    }
    checkpoints_out->items = memory_zeroed(redis_count(pairs) / 2 + 1, sizeof *checkpoints_out->items);
    for (size_t i = 0; i + 1 < redis_count(pairs); i += 2) {
        struct checkpoint *checkpoint = &checkpoints_out->items[checkpoints_out->count];
        const struct redis_value *record = redis_item(pairs, i + 1);
        if (text_copy(checkpoint->week, sizeof checkpoint->week, redis_text(redis_item(pairs, i)))) {
            checkpoint->readable = read_record(redis_text(record), redis_text_bytes(record), checkpoint);
            checkpoints_out->count++;
        }
    }
    qsort(checkpoints_out->items, checkpoints_out->count, sizeof *checkpoints_out->items, compare_weeks);
    for (size_t i = 0; i + 1 < redis_count(pairs); i += 2) {
        const char *name = redis_text(redis_item(pairs, i)), *bar = strchr(name, '|');
        char week[WEEK_SIZE] = "";
        if (bar != NULL && strcmp(bar, "|trimmed") == 0 && bar - name < WEEK_SIZE) {
            snprintf(week, sizeof week, "%.*s", (int)(bar - name), name);
        }
        struct checkpoint *checkpoint = checkpoints_find(checkpoints_out, week);
        if (checkpoint != NULL) {
            checkpoint->trimmed = true;
            checkpoint->trim_done = redis_int(redis_item(pairs, i + 1)) == 0;
        }
    }
    redis_value_free(&pairs);
    return true;
}

void checkpoints_free(struct checkpoints *checkpoints)
{
    for (size_t i = 0; i < checkpoints->count; i++) {
        checkpoint_clear(&checkpoints->items[i]);
    }
    free(checkpoints->items);
    *checkpoints = (struct checkpoints){0};
}

struct checkpoint *checkpoints_find(const struct checkpoints *checkpoints, const char *week)
{
    struct checkpoint wanted = {.week = ""};
    if (checkpoints->count == 0 || !text_copy(wanted.week, sizeof wanted.week, week)) {
        return NULL;
    }
    return bsearch(&wanted, checkpoints->items, checkpoints->count, sizeof wanted, compare_weeks);
}

static bool same_sums(const struct sums *a, const struct sums *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++) {
        same = strcmp(a->items[i].name, b->items[i].name) == 0 && a->items[i].amount == b->items[i].amount;
    }
    return same;
}

bool checkpoint_compare(struct redis_link *link, const char *org, const struct checkpoint *checkpoint,
                        const struct week_log *found, char problem_out[128], struct error *error)
{
    const struct week_log *log = &checkpoint->log;
    struct checkpoint now = {0};
    problem_out[0] = '\0';
    if (!checkpoint->readable) {
        snprintf(problem_out, 128, "its checkpoint cannot be read");
        return true;
    }
    if (found != NULL && found->rows != log->rows) {
        snprintf(problem_out, 128, "%" PRId64 " log rows, %" PRId64 " in its checkpoint", found->rows,
                 log->rows);
        return true;
    }
    if (found != NULL && (strcmp(found->hash, log->hash) != 0 || found->first_id != log->first_id ||
                          found->last_id != log->last_id || !same_sums(&found->pulses, &log->pulses))) {
        snprintf(problem_out, 128, "its log rows are not those of its checkpoint");
        return true;
    }
    if (!read_hashes(link, org, checkpoint->week, &now, error)) {
        return false;
    }
    if (strcmp(now.counters_hash, checkpoint->counters_hash) != 0 || now.answers != checkpoint->answers) {
        snprintf(problem_out, 128, "its counters are not those of its checkpoint");
    } else if (strcmp(now.figures_hash, checkpoint->figures_hash) != 0 ||
               now.figures != checkpoint->figures) {
        snprintf(problem_out, 128, "its figures are not those of its checkpoint");
    }
    return true;
}

bool checkpoint_trim(struct redis_link *link, const char *org, const struct checkpoint *checkpoint,
                     int64_t *deleted_out, bool *done_out, struct error *error)
{
    struct redis_command command = {0};
    call_begin(&command, "log_trim", org);
    redis_command_add(&command, checkpoint->week);
    redis_command_add_int(&command, checkpoint->log.first_id);
    redis_command_add_int(&command, checkpoint->log.last_id);
    struct redis_value *value = redis_link_run(link, &command, error);
    bool trimmed = strcmp(redis_word(value), "OK") == 0;
    if (value != NULL && !trimmed) {
        (void)error_set(error, "Redis gave an answer that is not one of log_trim");
    }
    *deleted_out = redis_int(redis_item(value, 1));
    *done_out = redis_int(redis_item(value, 2)) == 1;
    redis_value_free(&value);
    redis_command_free(&command);
    return trimmed;
}
