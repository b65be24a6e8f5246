#include "rollup/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "rollup/figure_json.h"
#include "store/definitions.h"
#include "store/weeks.h"

static bool take_counters(struct units *units, struct redis_link *link, const struct org *org,
                          const char *week, struct error *error);
static bool take_frames(struct units *units, struct redis_link *link, const struct org *org, const char *week,
                        struct error *error);
static bool find_units(struct units *units, struct redis_link *link, const struct org *org, const char *pilot,
                       const char *survey, int64_t week_index, struct error *error);
static void count_value(struct units *units, const struct counter_field *field, int64_t count);
static void count_disposition(struct units *units, const struct counter_field *field, int64_t count);

void units_clear(struct units *units)
{
    for (size_t i = 0; i < units->count; i++) {
        free(units->items[i].weeks);
        free(units->items[i].figure);
    }
    free(units->items);
    *units = (struct units){0};
}

static struct period *last_week(struct unit *unit)
{
    return &unit->weeks[unit->weeks_count - 1];
}

static void append_week(struct unit *unit, int64_t week_index)
{
    unit->weeks = memory_resized(unit->weeks, unit->weeks_count + 1, sizeof *unit->weeks);
    unit->weeks[unit->weeks_count++] = (struct period){.week_index = week_index};
}

bool units_add_week(struct units *units, struct redis_link *link, const struct org *org, int64_t week_index,
                    struct error *error)
{
    char week[WEEK_SIZE];
    week_text(week_index, week);
    for (size_t i = 0; i < units->count; i++) {
        append_week(&units->items[i], week_index);
    }
    return take_frames(units, link, org, week, error) && take_counters(units, link, org, week, error);
}

static struct redis_value *week_hash(struct redis_link *link, const struct org *org, enum week_hash which,
                                     const char *week, struct error *error)
{
    struct redis_command command = {0};
    week_hash_command(&command, org->id, which, week);
    struct redis_value *hash = redis_link_run(link, &command, error);
    redis_command_free(&command);
    return hash;
}

/* Each pilot and survey that was asked in the week has a frame; it makes the units of the survey's questions.
 */
static bool take_frames(struct units *units, struct redis_link *link, const struct org *org, const char *week,
                        struct error *error)
{
    struct redis_value *hash = week_hash(link, org, WEEK_FRAMES, week, error);
    if (hash == NULL) {
        return false;
    }
    int64_t week_index = 0;
    bool taken = week_parse(week, &week_index);
    for (size_t i = 0; taken && i + 1 < redis_count(hash); i += 2) {
        char field[160];
        char *bar =
            text_copy(field, sizeof field, redis_text(redis_item(hash, i))) ? strchr(field, '|') : NULL;
        if (bar == NULL) {
            taken = error_set(error, "week %s: a frame without pilot and survey", week);
            break;
        }
        *bar = '\0';
        taken = find_units(units, link, org, field, bar + 1, week_index, error);
        for (size_t j = 0; taken && j < units->count; j++) {
            struct unit *unit = &units->items[j];
            if (strcmp(unit->pilot, field) == 0 && strcmp(unit->survey, bar + 1) == 0) {
                last_week(unit)->frame = redis_int(redis_item(hash, i + 1));
            }
        }
    }
    redis_value_free(&hash);
    return taken;
}

static bool find_units(struct units *units, struct redis_link *link, const struct org *org, const char *pilot,
                       const char *survey, int64_t week_index, struct error *error)
{
    for (size_t i = 0; i < units->count; i++) {
        if (strcmp(units->items[i].pilot, pilot) == 0 && strcmp(units->items[i].survey, survey) == 0) {
            return true;
        }
    }
    static struct survey definition;
    bool active = false;
    if (!survey_load(link, org, survey, &definition, &active, NULL, error)) {
        return false;
    }
    for (size_t q = 0; q < definition.questions_count; q++) {
        if (!question_is_counted(&definition.questions[q])) {
            continue; /* own words and volunteers have no figures */
        }
        if (units->count == units->capacity) {
            units->capacity = units->capacity == 0 ? 16 : units->capacity * 2;
            units->items = memory_resized(units->items, units->capacity, sizeof *units->items);
        }
        struct unit *unit = &units->items[units->count++];
        *unit = (struct unit){.definition = definition.questions[q]};
        question_ref(&definition, q, unit->question);
        append_week(unit, week_index);
        if (!text_copy(unit->pilot, sizeof unit->pilot, pilot) ||
            !text_copy(unit->survey, sizeof unit->survey, survey)) {
            return error_set(error, "a frame names a pilot or survey that is too long");
        }
        snprintf(unit->name, sizeof unit->name, "%s|%s", unit->pilot, unit->question);
    }
    return true;
}

static bool take_counters(struct units *units, struct redis_link *link, const struct org *org,
                          const char *week, struct error *error)
{
    struct redis_value *hash = week_hash(link, org, WEEK_COUNTERS, week, error);
    if (hash == NULL) {
        return false;
    }
    for (size_t i = 0; i + 1 < redis_count(hash); i += 2) {
        char buffer[400];
        struct counter_field field;
        int64_t count = redis_int(redis_item(hash, i + 1));
        if (!text_copy(buffer, sizeof buffer, redis_text(redis_item(hash, i))) ||
            !counter_field_split(buffer, &field)) {
            continue; /* counts of the whole org, such as late replies */
        }
        if (field.what[0] == '!') {
            count_disposition(units, &field, count);
        } else {
            count_value(units, &field, count);
        }
    }
    redis_value_free(&hash);
    return true;
}

static void count_value(struct units *units, const struct counter_field *field, int64_t count)
{
    int64_t value = 0;
    for (size_t i = 0; i < units->count; i++) {
        struct unit *unit = &units->items[i];
        if (strcmp(unit->pilot, field->pilot) != 0 || strcmp(unit->question, field->subject) != 0 ||
            !text_to_int(field->what, unit->definition.min, unit->definition.max, &value)) {
            continue;
        }
        struct period *period = last_week(unit);
        switch (question_code(&unit->definition, (int)value)) {
        case CODE_POSITIVE:
            period->positive += count;
            break;
        case CODE_NEUTRAL:
            period->neutral += count;
            break;
        case CODE_NEGATIVE:
            period->negative += count;
            break;
        }
    }
}

/* Where a disposition counts in the response rate; NULL for those that are out of it. */
static int64_t *response_class(struct response *response, enum disposition disposition)
{
    switch (disposition) {
    case PULSE_COMPLETED:
        return &response->completed;
    case PULSE_PARTIAL:
        return &response->partial;
    case PULSE_REFUSED:
        return &response->refused;
    case PULSE_NO_REPLY:
        return &response->no_reply;
    case PULSE_UNPARSEABLE:
        return &response->unparseable;
    case PULSE_NO_RECEIPT:
        return &response->no_receipt;
    case PULSE_WRONG_PERSON:
        return &response->wrong_person;
    case PULSE_QUEUED:
    case PULSE_OPEN:
    case PULSE_CAPPED:
    case PULSE_EXCLUDED:
    case PULSE_SUPPRESSED:
    case PULSE_STALE:
    case PULSE_CANCELLED:
    case PULSE_FAILED:
    case PULSE_ERASED:
    case PULSE_INELIGIBLE:
        return NULL;
    }
    return NULL;
}

static void count_disposition(struct units *units, const struct counter_field *field, int64_t count)
{
    for (size_t i = 0; i < units->count; i++) {
        struct unit *unit = &units->items[i];
        if (strcmp(unit->pilot, field->pilot) != 0 || strcmp(unit->survey, field->subject) != 0) {
            continue;
        }
        struct period *period = last_week(unit);
        enum disposition disposition;
        if (strcmp(field->what, "!sent") == 0) {
            period->sent += count;
        } else if (strcmp(field->what, "!delivered") == 0) {
            period->delivered += count;
        } else if (disposition_parse(field->what + 1, &disposition)) {
            int64_t *rate_class = response_class(&period->response, disposition);
            period->drawn += count;
            if (rate_class != NULL) {
                *rate_class += count;
            }
        }
    }
}

bool units_take_published(struct units *units, struct redis_link *link, const struct org *org,
                          int64_t week_index, struct error *error)
{
    char week[WEEK_SIZE];
    week_text(week_index, week);
    struct redis_value *hash = week_hash(link, org, WEEK_PUBLISHED, week, error);
    if (hash == NULL) {
        return false;
    }
    bool taken = true;
    for (size_t i = 0; taken && i + 1 < redis_count(hash); i += 2) {
        const struct redis_value *figure = redis_item(hash, i + 1);
        for (size_t j = 0; j < units->count; j++) {
            struct unit *unit = &units->items[j];
            if (strcmp(unit->name, redis_text(redis_item(hash, i))) == 0) {
                taken = figure_last_week(redis_text(figure), redis_text_bytes(figure),
                                         &unit->published_last_week, error);
                free(unit->figure);
                unit->figure = memory_text(redis_text(figure));
                unit->published = true;
            }
        }
    }
    redis_value_free(&hash);
    return taken;
}

void units_compute(struct units *units)
{
    for (size_t i = 0; i < units->count; i++) {
        struct unit *unit = &units->items[i];
        if (!signal_advances(unit->weeks, unit->weeks_count, unit->published, unit->published_last_week)) {
            continue;
        }
        struct signal signal;
        signal_compute(unit->weeks, unit->weeks_count, unit->definition.goal, unit->definition.ceiling,
                       &signal);
        struct text json = {0};
        figure_json(unit->pilot, unit->question, &signal, &json);
        free(unit->figure);
        unit->figure = json.chars;
        unit->published = true;
        unit->published_last_week = signal.last_week;
    }
}
