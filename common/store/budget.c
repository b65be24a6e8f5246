#include "store/budget.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A field of one of the org's hashes; owned, NULL with the error set. */
static struct redis_value *field_load(struct redis_link *link, const char *org, const char *hash,
                                      const char *field, struct error *error)
{
    char key[STORE_BASE_SIZE + 8];
    struct redis_command command = {0};
    call_base(org, key);
    (void)strncat(key, hash, sizeof key - strlen(key) - 1);
    redis_command_add(&command, "HGET");
    redis_command_add(&command, key);
    redis_command_add(&command, field);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    return value;
}

bool budget_load(struct redis_link *link, const struct org *org, int64_t now_ms,
                 struct budget_state *state_out, struct error *error)
{
    struct spending now;
    char field[MONTH_SIZE + 2], mark[MONTH_SIZE + 24];
    spending_fill(&now, org, now_ms, 0);
    *state_out = (struct budget_state){.month_ends_ms = now.month_ends_ms, .budget = now.budget};
    memcpy(state_out->month, now.month, sizeof state_out->month);
    snprintf(field, sizeof field, "s:%s", now.month);
    snprintf(mark, sizeof mark, "%s|%" PRId64, now.month, now.budget);
    struct redis_value *spent = field_load(link, org->id, "b", field, error);
    struct redis_value *paused =
        spent != NULL ? field_load(link, org->id, "lane", "budget_paused", error) : NULL;
    bool read = paused != NULL;
    if (read) {
        state_out->spent = redis_kind(spent) == REDIS_NIL ? 0 : redis_int(spent);
        state_out->paused = now.budget > 0 && strcmp(redis_text(paused), mark) == 0;
    }
    redis_value_free(&spent);
    redis_value_free(&paused);
    return read;
}

void budget_changed_command(struct redis_command *command, const char *org, const struct spending *spending,
                            int64_t now_ms, int64_t offset)
{
    call_begin(command, "budget_changed", org);
    redis_command_add(command, spending->month);
    redis_command_add_int(command, spending->budget);
    redis_command_add_int(command, now_ms);
    redis_command_add_int(command, offset);
}

bool budget_changed_result(const struct redis_value *value, int64_t *queued_out, int64_t *offset_out)
{
    *queued_out = redis_int(redis_item(value, 1));
    *offset_out = redis_int(redis_item(value, 2));
    return strcmp(redis_word(value), "OK") == 0;
}
