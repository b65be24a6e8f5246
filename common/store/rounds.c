#include "store/rounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *round_state(const struct round *round)
{
    switch (round->hold) {
    case ROUND_PAUSED:
        return "paused";
    case ROUND_CANCELLED:
        return "cancelled";
    case ROUND_GOES_ON:
        break;
    }
    return round->state;
}

void round_plan_command(struct redis_command *command, const char *org, const struct round *round)
{
    call_begin(command, "round_plan", org);
    round_add_plan(command, round);
}

void round_add_plan(struct redis_command *command, const struct round *round)
{
    redis_command_add(command, round->id);
    redis_command_add(command, round->pilot);
    redis_command_add(command, round->survey);
    redis_command_add_int(command, round->at_ms);
    redis_command_add_int(command, round->not_after_ms);
    redis_command_add(command, round->seed);
    redis_command_add_int(command, round->sample);
}

enum round_planned round_plan_result(const struct redis_value *value, char differs_out[128])
{
    const char *word = redis_word(value);
    if (strcmp(word, "OK") == 0) {
        return ROUND_PLANNED;
    }
    if (strcmp(word, "SAME") == 0) {
        return ROUND_SAME;
    }
    if (strcmp(word, "DIFFERS") == 0) {
        snprintf(differs_out, 128, "%.40s = %.60s", redis_text(redis_item(value, 1)),
                 redis_text(redis_item(value, 2)));
        return ROUND_DIFFERS;
    }
    return ROUND_PLAN_FAILED;
}

void round_load_command(struct redis_command *command, const char *org, const char *round)
{
    static const char *const fields[] = {"state",  "pilot", "survey", "at",     "not_after", "seed",
                                         "sample", "frame", "drawn",  "cursor", "week",      "hold"};
    char base[STORE_BASE_SIZE], key[STORE_BASE_SIZE + ROUND_SIZE + 2];
    call_base(org, base);
    snprintf(key, sizeof key, "%sr:%s", base, round);
    redis_command_clear(command);
    redis_command_add(command, "HMGET");
    redis_command_add(command, key);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        redis_command_add(command, fields[i]);
    }
}

bool round_load_result(const struct redis_value *value, const char *id, struct round *round_out)
{
    *round_out = (struct round){0};
    if (redis_count(value) != 12 || redis_kind(redis_item(value, 0)) != REDIS_TEXT) {
        return false;
    }
    round_out->at_ms = redis_int(redis_item(value, 3));
    round_out->not_after_ms = redis_int(redis_item(value, 4));
    round_out->sample = redis_int(redis_item(value, 6));
    round_out->frame = redis_int(redis_item(value, 7));
    round_out->drawn = redis_int(redis_item(value, 8));
    round_out->cursor = redis_int(redis_item(value, 9));
    const char *hold = redis_text(redis_item(value, 11));
    round_out->hold = hold[0] == '\0'               ? ROUND_GOES_ON
                      : strcmp(hold, "paused") == 0 ? ROUND_PAUSED
                                                    : ROUND_CANCELLED;
    return text_copy(round_out->id, sizeof round_out->id, id) &&
           text_copy(round_out->state, sizeof round_out->state, redis_text(redis_item(value, 0))) &&
           text_copy(round_out->pilot, sizeof round_out->pilot, redis_text(redis_item(value, 1))) &&
           text_copy(round_out->survey, sizeof round_out->survey, redis_text(redis_item(value, 2))) &&
           text_copy(round_out->seed, sizeof round_out->seed, redis_text(redis_item(value, 5))) &&
           text_copy(round_out->week, sizeof round_out->week, redis_text(redis_item(value, 10)));
}

bool round_load(struct redis_link *link, const char *org, const char *id, struct round *round_out,
                bool *there_out, struct error *error)
{
    struct redis_command command = {0};
    round_load_command(&command, org, id);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    *there_out = value != NULL && round_load_result(value, id, round_out);
    bool answered = value != NULL;
    redis_value_free(&value);
    return answered;
}

/* Names of the newest rounds, the latest first: an array of texts. */
static struct redis_value *round_names(struct redis_link *link, const char *org, int64_t count_max,
                                       struct error *error)
{
    struct redis_command command = {0};
    char base[STORE_BASE_SIZE], key[STORE_BASE_SIZE + 8];
    call_base(org, base);
    snprintf(key, sizeof key, "%srounds", base);
    redis_command_add(&command, "ZREVRANGE");
    redis_command_add(&command, key);
    redis_command_add_int(&command, 0);
    redis_command_add_int(&command, count_max - 1);
    struct redis_value *names = redis_link_run(link, &command, error);
    redis_command_free(&command);
    return names;
}

struct round *rounds_load(struct redis_link *link, const char *org, int64_t count_max, size_t *count_out,
                          struct error *error)
{
    struct redis_command command = {0};
    struct redis_value *names = round_names(link, org, count_max, error);
    bool done = names != NULL;
    size_t count = redis_count(names);
    struct round *rounds = memory_zeroed(count + 1, sizeof *rounds);
    *count_out = 0;
    for (size_t i = 0; done && i < count; i++) {
        round_load_command(&command, org, redis_text(redis_item(names, i)));
        done = redis_link_queue(link, &command, error);
    }
    for (size_t i = 0; done && i < count; i++) {
        struct redis_value *value = redis_link_take(link, error);
        done = value != NULL;
        if (done && round_load_result(value, redis_text(redis_item(names, i)), &rounds[*count_out])) {
            (*count_out)++;
        }
        redis_value_free(&value);
    }
    redis_value_free(&names);
    redis_command_free(&command);
    if (!done) {
        free(rounds);
        return NULL;
    }
    return rounds;
}

void round_freeze_command(struct redis_command *command, const char *org, const char *round, const char *week)
{
    call_begin(command, "round_freeze", org);
    redis_command_add(command, round);
    redis_command_add(command, week);
}

bool round_freeze_result(const struct redis_value *value, int64_t *frame_out, int64_t *drawn_out)
{
    if (strcmp(redis_word(value), "OK") != 0) {
        return false;
    }
    *frame_out = redis_int(redis_item(value, 1));
    *drawn_out = redis_int(redis_item(value, 2));
    return true;
}

void round_release_command(struct redis_command *command, const char *org, const struct release *release)
{
    call_begin(command, "round_release", org);
    redis_command_add(command, release->round);
    redis_command_add_int(command, release->cursor);
    redis_command_add_int(command, release->due_ms);
    redis_command_add(command, release->asking.week);
    call_add_limits(command, &release->asking);
    for (size_t i = 0; i < release->items_count; i++) {
        redis_command_add_int(command, release->items[i].position);
        redis_command_add(command, release->items[i].pulse);
        redis_command_add(command, release->items[i].message);
    }
}

bool round_release_result(const struct redis_value *value, struct release_result *result_out)
{
    *result_out = (struct release_result){.stale = strcmp(redis_word(value), "STALE") == 0};
    if (!result_out->stale && strcmp(redis_word(value), "OK") != 0) {
        return false;
    }
    result_out->cursor = redis_int(redis_item(value, 1));
    result_out->queued = redis_int(redis_item(value, 2));
    result_out->capped = redis_int(redis_item(value, 3));
    result_out->other = redis_int(redis_item(value, 4));
    return true;
}

void round_check_command(struct redis_command *command, const char *org, const char *pilot,
                         const struct asking *asking, const uint32_t *positions, size_t positions_count)
{
    call_begin_read(command, "round_check", org);
    redis_command_add(command, pilot);
    call_add_limits(command, asking);
    for (size_t i = 0; i < positions_count; i++) {
        redis_command_add_int(command, positions[i]);
    }
}

void members_count_command(struct redis_command *command, const char *org, const char *pilot)
{
    char base[STORE_BASE_SIZE], key[STORE_BASE_SIZE + 40];
    call_base(org, base);
    snprintf(key, sizeof key, "%spm:%s", base, pilot);
    redis_command_clear(command);
    redis_command_add(command, "STRLEN");
    redis_command_add(command, key);
}
