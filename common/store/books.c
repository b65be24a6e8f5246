#include "store/books.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/calendar.h"
#include "store/call.h"
#include "store/weeks.h"

#define PAGE_ROWS        1000
#define REPORT_LINES_MAX 20
#define ROW_PARTS        6

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

static void compare_lists(const struct redis_value *lists, struct books *books, struct sums *differences);
static bool replay_log(struct redis_link *link, const char *org, int64_t last_seq, struct books *books,
                       struct sums *differences, struct error *error);
static bool subtract_weeks(struct redis_link *link, const char *org, const struct redis_value *snapshot,
                           struct sums *differences, struct error *error);
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
    *books_out = (struct books){0};
    struct redis_value *snapshot = take_snapshot(link, org, &books_out->counts, error);
    if (snapshot == NULL) {
        return false;
    }

    struct sums differences = {0};
    compare_lists(redis_item(snapshot, 2), books_out, &differences);
    bool read = replay_log(link, org, sums_of(&books_out->counts, "seq"), books_out, &differences, error) &&
                subtract_weeks(link, org, snapshot, &differences, error);
    if (read) {
        report(books_out, &differences);
    } else {
        books_free(books_out);
    }
    sums_free(&differences);
    redis_value_free(&snapshot);
    return read;
}

void books_free(struct books *books)
{
    sums_free(&books->counts);
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

static bool split_row(char *row, char *parts_out[ROW_PARTS])
{
    for (size_t i = 0; i < ROW_PARTS; i++) {
        parts_out[i] = row;
        char *bar = strchr(row, '|');
        if ((bar == NULL) != (i == ROW_PARTS - 1)) {
            return false;
        }
        if (bar != NULL) {
            *bar = '\0';
            row = bar + 1;
        }
    }
    return true;
}

/* One row of the log: an answer (kept until the last of its question is known) or a disposition. */
static void take_row(const struct redis_value *entry, struct answer_rows *answers, struct sums *differences)
{
    const struct redis_value *fields = redis_item(entry, 1);
    char row[512], name[512], *part[ROW_PARTS];
    bool answer = strcmp(redis_text(redis_item(fields, 0)), "a") == 0;
    if (!text_copy(row, sizeof row, redis_text(redis_item(fields, 1))) || !split_row(row, part)) {
        sums_add(differences, "unreadable log rows", 1);
        return;
    }
    if (!answer) { /* pulse, disposition, week, stratum, pilot, survey */
        snprintf(name, sizeof name, "%s|%s|%s|%s|!%s", part[2], part[4], part[5], part[3], part[1]);
        sums_add(differences, name, 1);
        snprintf(name, sizeof name, "p:%s", part[1]);
        sums_add(differences, name, 1);
        return;
    }
    if (answers->count == answers->capacity) {
        answers->capacity = answers->capacity == 0 ? PAGE_ROWS : answers->capacity * 2;
        answers->rows = memory_resized(answers->rows, answers->capacity, sizeof *answers->rows);
    }
    /* pulse, question, value, week, stratum, pilot */
    struct answer_row *answer_row = &answers->rows[answers->count++];
    *answer_row = (struct answer_row){.seq = strtoll(redis_text(redis_item(entry, 0)), NULL, 10)};
    snprintf(name, sizeof name, "%s|%s", part[0], part[1]);
    answer_row->asked = memory_text(name);
    snprintf(name, sizeof name, "%s|%s|%s|%s|%s", part[3], part[5], part[1], part[4], part[2]);
    answer_row->counter = memory_text(name);
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

static struct redis_value *log_page(struct redis_link *link, const char *org, int64_t first_seq,
                                    int64_t last_seq, struct error *error)
{
    char base[STORE_BASE_SIZE], key[STORE_BASE_SIZE + 4], id[32];
    call_base(org, base);
    snprintf(key, sizeof key, "%slog", base);
    struct redis_command command = {0};
    redis_command_add(&command, "XRANGE");
    redis_command_add(&command, key);
    snprintf(id, sizeof id, "%lld-0", (long long)first_seq);
    redis_command_add(&command, id);
    snprintf(id, sizeof id, "%lld-0", (long long)last_seq);
    redis_command_add(&command, id);
    redis_command_add(&command, "COUNT");
    redis_command_add_int(&command, PAGE_ROWS);
    struct redis_value *page = redis_link_run(link, &command, error);
    redis_command_free(&command);
    return page;
}

static bool replay_log(struct redis_link *link, const char *org, int64_t last_seq, struct books *books,
                       struct sums *differences, struct error *error)
{
    struct answer_rows answers = {0};
    bool read = true;
    int64_t next = 1;
    while (read && next <= last_seq) {
        struct redis_value *page = log_page(link, org, next, last_seq, error);
        size_t rows = redis_count(page);
        read = page != NULL;
        for (size_t i = 0; i < rows; i++) {
            take_row(redis_item(page, i), &answers, differences);
        }
        if (rows > 0) {
            next = strtoll(redis_text(redis_item(redis_item(page, rows - 1), 0)), NULL, 10) + 1;
        }
        books->log_rows += (int64_t)rows;
        redis_value_free(&page);
        if (rows == 0) {
            break;
        }
    }
    sums_add(differences, "log rows", books->log_rows - last_seq);
    count_answers(&answers, differences);
    return read;
}

/* Counters of open weeks come from the snapshot; those of published weeks do not change any more. */
static bool subtract_weeks(struct redis_link *link, const char *org, const struct redis_value *snapshot,
                           struct sums *differences, struct error *error)
{
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
