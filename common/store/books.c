#include "store/books.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/calendar.h"
#include "store/call.h"
#include "store/checkpoints.h"
#include "store/weeks.h"

#define REPORT_LINES_MAX 20

/* The last value logged for a question of a pulse is the one that counts. */
struct answer_row {
    char *asked; /* "pulse|question" */
    int64_t seq;
    char *counter; /* "week|pilot|question|stratum|value" */
};
struct answer_rows {
    struct answer_row *rows;
    size_t count, capacity;
};

/* A comparison under way. */
struct replay {
    struct books *books;
    struct sums differences;
    struct answer_rows answers;
    struct checkpoints checkpoints;
    struct week_log *found; /* the log of each checkpoint's week, as far as the checkpoint goes */
};

static bool check_once(struct redis_link *link, const char *org, struct books *books_out, bool *again_out,
                       struct error *error);
static void compare_lists(const struct redis_value *lists, struct books *books, struct sums *differences);
static bool replay_log(struct redis_link *link, const char *org, int64_t last_seq, struct replay *replay,
                       struct error *error);
static bool subtract_weeks(struct redis_link *link, const char *org, const struct redis_value *snapshot,
                           struct replay *replay, struct error *error);
static bool verify_checkpoints(struct redis_link *link, const char *org, struct replay *replay,
                               struct error *error);
static void replay_free(struct replay *replay);
static void subtract_counters(const struct redis_value *hash, const char *week, struct sums *differences);
static void report(struct books *books, struct sums *differences);

/* The owned answer of books_snapshot; its counts also as sums. */
static struct redis_value *take_snapshot(struct redis_link *link, const char *org, struct sums *counts_out,
                                         struct error *error)
{
    struct redis_command command = {0};
    call_begin_read(&command, "books_snapshot", org);
    struct redis_value *snapshot = redis_link_run(link, &command, error);
    redis_command_free(&command);
    const struct redis_value *counts = redis_item(snapshot, 1);
    for (size_t i = 0; i + 1 < redis_count(counts); i += 2) {
        sums_add(counts_out, redis_text(redis_item(counts, i)), redis_int(redis_item(counts, i + 1)));
    }
    sums_fold(counts_out);
    return snapshot;
}

bool books_counts(struct redis_link *link, const char *org, struct sums *counts_out, struct error *error)
{
    *counts_out = (struct sums){0};
    struct redis_value *snapshot = take_snapshot(link, org, counts_out, error);
    bool read = snapshot != NULL;
    redis_value_free(&snapshot);
    return read;
}

bool books_check(struct redis_link *link, const char *org, struct books *books_out, struct error *error)
{
    bool again = false;
    bool read = check_once(link, org, books_out, &again, error);
    if (read && again) { /* rows of an old week were being deleted meanwhile: they are known as deleted now */
        books_free(books_out);
        read = check_once(link, org, books_out, &again, error);
    }
    return read;
}

/* Whether rows of more weeks are being deleted now than when the checkpoints were read. */
static bool trimming_began(struct redis_link *link, const char *org, const struct checkpoints *before,
                           bool *began_out, struct error *error)
{
    struct checkpoints now;
    bool read = checkpoints_load(link, org, &now, error);
    *began_out = false;
    for (size_t i = 0; read && i < now.count; i++) {
        const struct checkpoint *known = checkpoints_find(before, now.items[i].week);
        *began_out = *began_out || (now.items[i].trimmed && (known == NULL || !known->trimmed));
    }
    checkpoints_free(&now);
    return read;
}

/* The checkpoints are read first: of a week that has one, the snapshot holds everything. */
static bool check_once(struct redis_link *link, const char *org, struct books *books_out, bool *again_out,
                       struct error *error)
{
    struct replay replay = {.books = books_out};
    *books_out = (struct books){0};
    *again_out = false;
    if (!checkpoints_load(link, org, &replay.checkpoints, error)) {
        return false;
    }
    replay.found = memory_zeroed(replay.checkpoints.count + 1, sizeof *replay.found);
    struct redis_value *snapshot = take_snapshot(link, org, &books_out->counts, error);
    bool read = snapshot != NULL;
    if (read) {
        compare_lists(redis_item(snapshot, 2), books_out, &replay.differences);
        read = replay_log(link, org, sums_of(&books_out->counts, "seq"), &replay, error) &&
               subtract_weeks(link, org, snapshot, &replay, error) &&
               verify_checkpoints(link, org, &replay, error);
    }
    if (read) {
        report(books_out, &replay.differences);
        read =
            books_out->differences == 0 || trimming_began(link, org, &replay.checkpoints, again_out, error);
    }
    if (!read) {
        books_free(books_out);
    }
    replay_free(&replay);
    redis_value_free(&snapshot);
    return read;
}

static void replay_free(struct replay *replay)
{
    for (size_t i = 0; i < replay->checkpoints.count; i++) {
        week_log_free(&replay->found[i]);
    }
    free(replay->found);
    checkpoints_free(&replay->checkpoints);
    sums_free(&replay->differences);
}

void books_free(struct books *books)
{
    sums_free(&books->counts);
    sums_free(&books->weeks_differing);
    text_free(&books->report);
}

static int64_t sum_with_prefix(const struct sums *sums, const char *prefix)
{
    int64_t total = 0;
    for (size_t i = 0; i < sums->count; i++) {
        if (strncmp(sums->items[i].name, prefix, strlen(prefix)) == 0) {
            total += sums->items[i].amount;
        }
    }
    return total;
}

/* Each message and each pulse is in exactly one state: the states add up to all there ever were, and the
 * lists are as long as the states say. */
static void compare_lists(const struct redis_value *lists, struct books *books, struct sums *differences)
{
    const struct sums *counts = &books->counts;
    int64_t queued =
        redis_int(redis_item(lists, 0)) + redis_int(redis_item(lists, 1)) + redis_int(redis_item(lists, 2));
    sums_add(differences, "messages queued", sums_of(counts, "m:queued") - queued);
    sums_add(differences, "messages leased or submitting",
             sums_of(counts, "m:leased") + sums_of(counts, "m:submitting") - redis_int(redis_item(lists, 3)));
    sums_add(differences, "messages in all", sum_with_prefix(counts, "m:") - sums_of(counts, "h:messages"));
    sums_add(differences, "pulses in weeks that are not closed",
             sums_of(counts, "p:queued") + sums_of(counts, "p:open") + sums_of(counts, "h:held") -
                 redis_int(redis_item(lists, 4)));
    sums_add(differences, "pulses in all", sum_with_prefix(counts, "p:") - sums_of(counts, "h:drawn"));
    for (size_t i = 0; i < counts->count; i++) {
        const struct sum *count = &counts->items[i];
        bool final = strncmp(count->name, "p:", 2) == 0 && strcmp(count->name, "p:queued") != 0 &&
                     strcmp(count->name, "p:open") != 0;
        if (final) {
            sums_add(differences, count->name, -count->amount);
        }
        if (count->amount < 0) {
            sums_add(differences, "counts below zero", 1);
        }
    }
}

/* An answer is kept until the last of its question is known. */
static void take_answer(const struct log_row *row, struct answer_rows *answers)
{
    char name[512];
    const char *const *part = row->part;
    if (answers->count == answers->capacity) {
        answers->capacity = answers->capacity == 0 ? 1000 : answers->capacity * 2;
        answers->rows = memory_resized(answers->rows, answers->capacity, sizeof *answers->rows);
    }
    struct answer_row *answer_row = &answers->rows[answers->count++];
    *answer_row = (struct answer_row){.seq = row->id};
    snprintf(name, sizeof name, "%s|%s", part[0], part[1]);
    answer_row->asked = memory_text(name);
    snprintf(name, sizeof name, "%s|%s|%s|%s|%s", part[3], part[5], part[1], part[4], part[2]);
    answer_row->counter = memory_text(name);
}

static void take_row(void *context, const struct log_row *row)
{
    struct replay *replay = context;
    char name[512];
    struct checkpoint *checkpoint = checkpoints_find(&replay->checkpoints, log_row_week(row));
    if (checkpoint != NULL && checkpoint->readable && row->id <= checkpoint->log.last_id) {
        if (checkpoint->trimmed) {
            return; /* its checkpoint stands for it */
        }
        week_log_take(&replay->found[checkpoint - replay->checkpoints.items], row);
    }
    replay->books->log_rows++;
    if (!row->readable) {
        sums_add(&replay->differences, "unreadable log rows", 1);
    } else if (row->answer) {
        take_answer(row, &replay->answers);
    } else { /* pulse, disposition, week, stratum, pilot, survey */
        snprintf(name, sizeof name, "%s|%s|%s|%s|!%s", row->part[2], row->part[4], row->part[5], row->part[3],
                 row->part[1]);
        sums_add(&replay->differences, name, 1);
        snprintf(name, sizeof name, "p:%s", row->part[1]);
        sums_add(&replay->differences, name, 1);
    }
}

static int compare_answers(const void *a, const void *b)
{
    const struct answer_row *left = a, *right = b;
    int asked = strcmp(left->asked, right->asked);
    return asked != 0 ? asked : (left->seq > right->seq) - (left->seq < right->seq);
}

static void count_answers(struct answer_rows *answers, struct sums *differences)
{
    if (answers->count > 0) {
        qsort(answers->rows, answers->count, sizeof *answers->rows, compare_answers);
    }
    for (size_t i = 0; i < answers->count; i++) {
        bool last =
            i + 1 == answers->count || strcmp(answers->rows[i].asked, answers->rows[i + 1].asked) != 0;
        if (last) {
            sums_add(differences, answers->rows[i].counter, 1);
        }
    }
    for (size_t i = 0; i < answers->count; i++) {
        free(answers->rows[i].asked);
        free(answers->rows[i].counter);
    }
    free(answers->rows);
}

/* What a checkpoint stands for whose rows are gone. */
static int64_t take_trimmed(struct replay *replay)
{
    int64_t rows = 0;
    for (size_t i = 0; i < replay->checkpoints.count; i++) {
        const struct checkpoint *checkpoint = &replay->checkpoints.items[i];
        for (size_t j = 0; checkpoint->trimmed && j < checkpoint->log.pulses.count; j++) {
            char name[128];
            snprintf(name, sizeof name, "p:%s", checkpoint->log.pulses.items[j].name);
            sums_add(&replay->differences, name, checkpoint->log.pulses.items[j].amount);
        }
        rows += checkpoint->trimmed ? checkpoint->log.rows : 0;
    }
    return rows;
}

static bool replay_log(struct redis_link *link, const char *org, int64_t last_seq, struct replay *replay,
                       struct error *error)
{
    bool read = answer_log_read(link, org, 1, last_seq, take_row, replay, error);
    int64_t trimmed_rows = take_trimmed(replay);
    sums_add(&replay->differences, "log rows", replay->books->log_rows + trimmed_rows - last_seq);
    count_answers(&replay->answers, &replay->differences);
    return read;
}

/* Counters of open weeks come from the snapshot; those of published weeks do not change any more. */
static bool subtract_weeks(struct redis_link *link, const char *org, const struct redis_value *snapshot,
                           struct replay *replay, struct error *error)
{
    struct sums *differences = &replay->differences;
    for (size_t i = 3; i < redis_count(snapshot); i++) {
        const struct redis_value *week = redis_item(snapshot, i);
        subtract_counters(redis_item(week, 1), redis_text(redis_item(week, 0)), differences);
    }
    struct redis_command command = {0};
    week_hash_command(&command, org, WEEK_STATES, "");
    struct redis_value *weeks = redis_link_run(link, &command, error);
    bool read = weeks != NULL;
    for (size_t i = 0; read && i + 1 < redis_count(weeks); i += 2) {
        const char *week = redis_text(redis_item(weeks, i));
        bool in_snapshot = false;
        for (size_t j = 3; j < redis_count(snapshot); j++) {
            in_snapshot =
                in_snapshot || strcmp(redis_text(redis_item(redis_item(snapshot, j), 0)), week) == 0;
        }
        if (in_snapshot || strcmp(redis_text(redis_item(weeks, i + 1)), "published") != 0) {
            continue;
        }
        const struct checkpoint *checkpoint = checkpoints_find(&replay->checkpoints, week);
        replay->books->weeks_unproven += checkpoint == NULL ? 1 : 0;
        if (checkpoint != NULL && checkpoint->readable && checkpoint->trimmed) {
            continue; /* compared with the checkpoint */
        }
        week_hash_command(&command, org, WEEK_COUNTERS, week);
        struct redis_value *counters = redis_link_run(link, &command, error);
        read = counters != NULL;
        subtract_counters(counters, week, differences);
        redis_value_free(&counters);
    }
    redis_value_free(&weeks);
    redis_command_free(&command);
    return read;
}

static void subtract_counters(const struct redis_value *hash, const char *week, struct sums *differences)
{
    for (size_t i = 0; i + 1 < redis_count(hash); i += 2) {
        const char *field = redis_text(redis_item(hash, i));
        char buffer[400], name[WEEK_SIZE + 400];
        struct counter_field counter;
        if (!text_copy(buffer, sizeof buffer, field) || !counter_field_split(buffer, &counter) ||
            strcmp(counter.what, "!sent") == 0 || strcmp(counter.what, "!delivered") == 0) {
            continue;
        }
        snprintf(name, sizeof name, "%s|%s", week, field);
        sums_add(differences, name, -redis_int(redis_item(hash, i + 1)));
    }
}

static bool verify_checkpoints(struct redis_link *link, const char *org, struct replay *replay,
                               struct error *error)
{
    struct books *books = replay->books;
    for (size_t i = 0; i < replay->checkpoints.count; i++) {
        const struct checkpoint *checkpoint = &replay->checkpoints.items[i];
        char problem[128];
        week_log_finish(&replay->found[i]);
        if (!checkpoint_compare(link, org, checkpoint, checkpoint->trimmed ? NULL : &replay->found[i],
                                problem, error)) {
            return false;
        }
        if (problem[0] == '\0') {
            books->weeks_verified++;
            continue;
        }
        sums_add(&books->weeks_differing, checkpoint->week, 1);
        books->differences++;
        if (books->differences <= REPORT_LINES_MAX) {
            text_addf(&books->report, "week %s: %s\n", checkpoint->week, problem);
        }
    }
    return true;
}

static void report(struct books *books, struct sums *differences)
{
    sums_fold(differences);
    for (size_t i = 0; i < differences->count; i++) {
        const struct sum *difference = &differences->items[i];
        if (difference->amount == 0) {
            continue;
        }
        books->differences++;
        if (books->differences <= REPORT_LINES_MAX) {
            text_addf(&books->report, "%s: differs by %+lld\n", difference->name,
                      (long long)difference->amount);
        }
    }
}
