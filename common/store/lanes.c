#include "store/lanes.h"

#include <string.h>

void lane_take_command(struct redis_command *command, const char *org, const char *owner,
                       int64_t redis_now_ms, int64_t hold_ms, bool fresh)
{
    call_begin(command, "lane_take", org);
    redis_command_add(command, owner);
    redis_command_add_int(command, redis_now_ms);
    redis_command_add_int(command, hold_ms);
    redis_command_add_int(command, fresh ? 1 : 0);
}

void lane_take_add_status(struct redis_command *command, const char *status_json)
{
    redis_command_add(command, status_json);
}

bool lane_take_result(const struct redis_value *value, struct lane_taken *taken_out)
{
    *taken_out = (struct lane_taken){0};
    if (strcmp(redis_word(value), "HELD") == 0) {
        taken_out->held_by_other = true;
        taken_out->until_ms = redis_int(redis_item(value, 1));
        return true;
    }
    taken_out->fence = redis_int(redis_item(value, 1));
    taken_out->new_fence = redis_int(redis_item(value, 2)) == 1;
    taken_out->commit = redis_int(redis_item(value, 3));
    taken_out->leased = redis_int(redis_item(value, 4));
    taken_out->paused = redis_int(redis_item(value, 5)) == 1;
    taken_out->probe = redis_int(redis_item(value, 6));
    return strcmp(redis_word(value), "OK") == 0;
}

void lane_release_command(struct redis_command *command, const char *org, const char *owner,
                          int64_t redis_now_ms)
{
    call_begin(command, "lane_release", org);
    redis_command_add(command, owner);
    redis_command_add_int(command, redis_now_ms);
}

/* --- by people --- */

static struct redis_value *run(struct redis_link *link, struct redis_command *command, struct error *error)
{
    struct redis_value *value = redis_link_run(link, command, error);
    redis_command_free(command);
    return value;
}

static bool unknown_answer(struct error *error, const char *function)
{
    return error_set(error, "Redis gave an answer that is not one of %s", function);
}

bool lane_pause(struct redis_link *link, const char *org, bool paused, bool *changed_out, struct error *error)
{
    struct redis_command command = {0};
    call_begin(&command, "lane_pause", org);
    redis_command_add_int(&command, paused ? 1 : 0);
    struct redis_value *value = run(link, &command, error);
    if (value == NULL)
        return false;
    *changed_out = strcmp(redis_word(value), "OK") == 0;
    bool done = *changed_out || strcmp(redis_word(value), "SAME") == 0;
    redis_value_free(&value);
    return done || unknown_answer(error, "lane_pause");
}

bool lane_pause_apply(struct redis_link *link, const char *org, int64_t now_ms, int64_t *under_way_out,
                      struct error *error)
{
    int64_t below = -1; /* all */
    *under_way_out = 0;
    do {
        struct redis_command command = {0};
        call_begin(&command, "lane_pause_step", org);
        if (below < 0)
            redis_command_add(&command, "");
        else
            redis_command_add_int(&command, below);
        redis_command_add_int(&command, now_ms);
        struct redis_value *value = run(link, &command, error);
        if (value == NULL)
            return false;
        bool known = strcmp(redis_word(value), "OK") == 0;
        *under_way_out += redis_int(redis_item(value, 1));
        below = redis_int(redis_item(value, 2));
        redis_value_free(&value);
        if (!known)
            return unknown_answer(error, "lane_pause_step");
    } while (below > 0);
    return true;
}

bool lane_probe(struct redis_link *link, const char *org, int64_t *probe_out, struct error *error)
{
    struct redis_command command = {0};
    call_begin(&command, "lane_probe", org);
    struct redis_value *value = run(link, &command, error);
    if (value == NULL)
        return false;
    bool known = strcmp(redis_word(value), "OK") == 0;
    *probe_out = redis_int(redis_item(value, 1));
    redis_value_free(&value);
    return known || unknown_answer(error, "lane_probe");
}

bool lane_read(struct redis_link *link, const char *org, struct lane_row *row_out, struct error *error)
{
    struct redis_command command = {0};
    struct error unread;
    *row_out = (struct lane_row){0};
    call_begin_read(&command, "lane_read", org);
    struct redis_value *value = run(link, &command, error);
    if (value == NULL)
        return false;
    bool known = strcmp(redis_word(value), "OK") == 0;
    const struct redis_value *status = redis_item(value, 4);
    row_out->taken = redis_text(redis_item(value, 1))[0] != '\0';
    row_out->until_ms = redis_int(redis_item(value, 2));
    row_out->paused = redis_int(redis_item(value, 3)) == 1;
    /* What another version wrote says nothing. */
    row_out->told = lane_status_read(redis_text(status), redis_text_bytes(status), &row_out->status, &unread);
    redis_value_free(&value);
    return known || unknown_answer(error, "lane_read");
}
