/* Reads the two files. Members the judge does not use are left alone: the commands may say more. */
#include "simulator/published.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "domain/calendar.h"

#define WEEKS_MAX 1000
#define UNITS_MAX 10000
#define COUNT_MAX (INT64_C(1) << 40)

static void counts_read(struct books *books, struct json_reader *root);
static void week_read(struct published *published, struct json_reader *week);
static void unit_read(struct published_unit *unit, struct json_reader *reader);
static void figures_read(struct published_unit *unit, struct json_reader *reader);
static int64_t week_of(struct json_reader *reader, const char *member);
static bool is_null(const struct json_reader *reader, const char *member);

bool published_read(struct published *published, const char *path, struct error *error)
{
    *published = (struct published){0};
    struct json_reader root, weeks, week;
    size_t count;
    cJSON *json = json_read_file(path, error);
    if (json == NULL)
        return false;
    json_reader_root(&root, json, error);
    (void)text_copy(published->org, sizeof published->org, json_string(&root, "org", 1, 32));
    json_array(&root, "weeks", 0, WEEKS_MAX, &weeks, &count);
    published->weeks = memory_zeroed(count, sizeof published->weeks[0]);
    for (size_t i = 0; i < count && !*root.failed; i++) {
        json_item_object(&weeks, i, &week);
        week_read(published, &week);
    }
    bool sound = !*root.failed || error_prefix(error, "%s", path);
    cJSON_Delete(json);
    return sound;
}

void published_free(struct published *published)
{
    free(published->units);
    free(published->weeks);
    *published = (struct published){0};
}

bool books_read(struct books *books, const char *path, struct error *error)
{
    struct json_reader root;
    *books = (struct books){0};
    cJSON *json = json_read_file(path, error);
    if (json == NULL)
        return false;
    json_reader_root(&root, json, error);
    const char *word = json_string(&root, "books", 1, 16);
    books->balanced = strcmp(word, "balanced") == 0;
    if (!books->balanced && strcmp(word, "unbalanced") != 0)
        json_problem(&root, "books", "expected balanced or unbalanced");
    books->unknown = json_int(&root, "unknown", 0, COUNT_MAX);
    books->optouts = json_int(&root, "optouts", 0, COUNT_MAX);
    counts_read(books, &root);
    bool sound = !*root.failed || error_prefix(error, "%s", path);
    cJSON_Delete(json);
    return sound;
}

bool records_read(struct records *records, const char *path, struct error *error)
{
    struct json_reader root;
    *records = (struct records){0};
    cJSON *json = json_read_file(path, error);
    if (json == NULL)
        return false;
    json_reader_root(&root, json, error);
    records->volunteers = json_int(&root, "volunteers", 0, COUNT_MAX);
    records->names = json_int(&root, "names", 0, COUNT_MAX);
    records->words = json_int(&root, "words", 0, COUNT_MAX);
    records->schedule_runs = json_int(&root, "schedule_runs", 0, COUNT_MAX);
    bool sound = json_finish(&root) || error_prefix(error, "%s", path);
    cJSON_Delete(json);
    return sound;
}

/* What never happened is not in the books. */
static void counts_read(struct books *books, struct json_reader *root)
{
    struct json_reader events, pulses;
    json_object(root, "events", &events);
    for (int i = 0; i < VERDICTS; i++)
        books->verdicts[i] = json_int_or(&events, verdict_name((enum verdict_kind)i), 0, COUNT_MAX, 0);
    json_object(root, "pulses", &pulses);
    books->completed = json_int_or(&pulses, "completed", 0, COUNT_MAX, 0);
    books->partial = json_int_or(&pulses, "partial", 0, COUNT_MAX, 0);
}

static void week_read(struct published *published, struct json_reader *week)
{
    struct json_reader units, unit;
    size_t count;
    int64_t index = week_of(week, "week");
    if (published->weeks_count > 0 && index <= published->weeks[published->weeks_count - 1])
        json_problem(week, "week", "weeks must ascend");
    published->weeks[published->weeks_count++] = index;
    json_array(week, "units", 0, UNITS_MAX, &units, &count);
    published->units =
        memory_resized(published->units, published->units_count + count, sizeof published->units[0]);
    for (size_t i = 0; i < count; i++) {
        struct published_unit *read = &published->units[published->units_count++];
        *read = (struct published_unit){.week = index};
        json_item_object(&units, i, &unit);
        unit_read(read, &unit);
    }
}

static void unit_read(struct published_unit *unit, struct json_reader *reader)
{
    (void)text_copy(unit->pilot, sizeof unit->pilot, json_string(reader, "pilot", 1, 32));
    (void)text_copy(unit->question, sizeof unit->question, json_string(reader, "question", 1, 80));
    unit->first_week = week_of(reader, "first_week");
    unit->last_week = week_of(reader, "last_week");
    unit->frame = json_int(reader, "frame", 0, COUNT_MAX);
    unit->drawn = json_int(reader, "drawn", 0, COUNT_MAX);
    unit->sent = json_int(reader, "sent", 0, COUNT_MAX);
    unit->delivered = json_int(reader, "delivered", 0, COUNT_MAX);
    (void)text_copy(unit->state, sizeof unit->state, json_string(reader, "state", 1, 15));
    unit->polarised = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(reader->value, "polarised"));
    unit->shows_figures = !is_null(reader, "n");
    figures_read(unit, reader);
}

/* All figures are shown, or none. */
static void figures_read(struct published_unit *unit, struct json_reader *reader)
{
    static const char *const hidden[] = {"positive",      "neutral", "negative",  "rr1",
                                         "response_rate", "wilson",  "p_success", "p_failure"};
    struct json_reader wilson;
    size_t count;
    if (!unit->shows_figures) {
        for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
            if (!is_null(reader, hidden[i]))
                json_problem(reader, hidden[i], "expected null where n is null");
        return;
    }
    unit->answers = json_int(reader, "n", 0, COUNT_MAX);
    unit->positive = json_int(reader, "positive", 0, COUNT_MAX);
    unit->neutral = json_int(reader, "neutral", 0, COUNT_MAX);
    unit->negative = json_int(reader, "negative", 0, COUNT_MAX);
    unit->rr1 = json_number(reader, "rr1", 0, 1);
    unit->response_rate = json_number(reader, "response_rate", 0, 1);
    unit->p_success = json_number(reader, "p_success", 0, 1 + 1e-9);
    unit->p_failure = json_number(reader, "p_failure", 0, 1 + 1e-9);
    json_array(reader, "wilson", 2, 2, &wilson, &count);
    if (count == 2) {
        unit->wilson_low = cJSON_GetNumberValue(cJSON_GetArrayItem(wilson.value, 0));
        unit->wilson_high = cJSON_GetNumberValue(cJSON_GetArrayItem(wilson.value, 1));
    }
    if (isnan(unit->wilson_low) || isnan(unit->wilson_high))
        json_problem(reader, "wilson", "expected two numbers");
}

static int64_t week_of(struct json_reader *reader, const char *member)
{
    int64_t index = 0;
    if (!week_parse(json_string(reader, member, 1, 8), &index))
        json_problem(reader, member, "expected an ISO week such as 2026-W03");
    return index;
}

/* A member that is missing is no null. */
static bool is_null(const struct json_reader *reader, const char *member)
{
    return cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(reader->value, member));
}
