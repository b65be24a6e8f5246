#include "store/holds.h"

#include <stdio.h>
#include <string.h>

#include "store/weeks.h"

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

enum hold_set hold_set(struct redis_link *link, const char *org, const char *round, enum round_hold hold,
                       struct error *error)
{
    static const char *const words[] = {
        [ROUND_GOES_ON] = "", [ROUND_PAUSED] = "paused", [ROUND_CANCELLED] = "cancelled"};
    static const struct {
        const char *word;
        enum hold_set result;
    } results[] = {{"OK", HOLD_SET}, {"SAME", HOLD_SAME}, {"CANCELLED", HOLD_CANCELLED}};
    struct redis_command command = {0};
    call_begin(&command, "round_hold", org);
    redis_command_add(&command, round);
    redis_command_add(&command, words[hold]);
    struct redis_value *value = run(link, &command, error);
    if (value == NULL) {
        return HOLD_FAILED;
    }
    enum hold_set result = HOLD_FAILED;
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        if (strcmp(redis_word(value), results[i].word) == 0) {
            result = results[i].result;
        }
    }
    if (result == HOLD_FAILED) {
        (void)(strcmp(redis_word(value), "GONE") == 0 ? error_set(error, "there is no round \"%.64s\"", round)
                                                      : unknown_answer(error, "round_hold"));
    }
    redis_value_free(&value);
    return result;
}

/* --- what waits --- */

static void count_state(struct invitations *invitations, const char *state, int64_t count)
{
    const struct {
        const char *state;
        int64_t *count;
    } places[] = {
        {"queued", &invitations->waiting},       {"leased", &invitations->leased},
        {"submitting", &invitations->under_way}, {"accepted", &invitations->sent},
        {"delivered", &invitations->sent},       {"undelivered", &invitations->sent},
        {"expired", &invitations->sent},         {"unknown", &invitations->unknown},
        {"cancelled", &invitations->cancelled},
    };
    int64_t *place = &invitations->not_sent;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (strcmp(places[i].state, state) == 0) {
            place = places[i].count;
        }
    }
    *place += count;
}

static bool apply_in_week(struct redis_link *link, const char *org, const char *round, const char *week,
                          int64_t due_ms, struct invitations *invitations, struct error *error)
{
    char after[ID_SIZE] = "";
    do {
        struct redis_command command = {0};
        call_begin(&command, "round_hold_step", org);
        redis_command_add(&command, round);
        redis_command_add(&command, week);
        redis_command_add(&command, after);
        redis_command_add_int(&command, due_ms);
        struct redis_value *value = run(link, &command, error);
        if (value == NULL) {
            return false;
        }
        bool known = strcmp(redis_word(value), "OK") == 0 &&
                     text_copy(after, sizeof after, redis_text(redis_item(value, 1)));
        for (size_t i = 2; known && i + 1 < redis_count(value); i += 2) {
            count_state(invitations, redis_text(redis_item(value, i)), redis_int(redis_item(value, i + 1)));
        }
        redis_value_free(&value);
        if (!known) {
            return unknown_answer(error, "round_hold_step");
        }
    } while (after[0] != '\0');
    return true;
}

bool hold_apply(struct redis_link *link, const char *org, const char *round, int64_t due_ms,
                struct invitations *invitations_out, struct error *error)
{
    struct redis_command command = {0};
    *invitations_out = (struct invitations){0};
    week_hash_command(&command, org, WEEK_STATES, "");
    struct redis_value *weeks = run(link, &command, error);
    bool done = weeks != NULL;
    for (size_t i = 0; done && i + 1 < redis_count(weeks); i += 2) {
        const char *week = redis_text(redis_item(weeks, i));
        bool closed = strcmp(redis_text(redis_item(weeks, i + 1)), "published") == 0;
        done = closed || apply_in_week(link, org, round, week, due_ms, invitations_out, error);
    }
    redis_value_free(&weeks);
    return done;
}

/* --- what is in a gateway's hands --- */

bool hold_submitting(struct redis_link *link, const char *org, const char *round, int64_t *count_out,
                     struct error *error)
{
    int64_t below = -1; /* all */
    *count_out = 0;
    do {
        struct redis_command command = {0};
        call_begin_read(&command, "round_submitting", org);
        redis_command_add(&command, round);
        if (below < 0) {
            redis_command_add(&command, "");
        } else {
            redis_command_add_int(&command, below);
        }
        struct redis_value *value = run(link, &command, error);
        if (value == NULL) {
            return false;
        }
        bool known = strcmp(redis_word(value), "OK") == 0;
        *count_out += redis_int(redis_item(value, 1));
        below = redis_int(redis_item(value, 2));
        redis_value_free(&value);
        if (!known) {
            return unknown_answer(error, "round_submitting");
        }
    } while (below > 0);
    return true;
}

bool held_count(struct redis_link *link, const char *org, int64_t *count_out, struct error *error)
{
    struct redis_command command = {0};
    char base[STORE_BASE_SIZE], key[STORE_BASE_SIZE + 8];
    call_base(org, base);
    snprintf(key, sizeof key, "%sq:bulk", base);
    redis_command_add(&command, "ZCOUNT");
    redis_command_add(&command, key);
    redis_command_add(&command, "+inf");
    redis_command_add(&command, "+inf");
    struct redis_value *value = run(link, &command, error);
    *count_out = redis_int(value);
    bool counted = value != NULL;
    redis_value_free(&value);
    return counted;
}
