#include "store/outbox.h"

#include <string.h>

#define CLAIM_FIELDS 10

void outbox_recover_command(struct redis_command *command, const char *org, int64_t fence,
                            int64_t redis_now_ms, int64_t now_ms)
{
    call_begin(command, "outbox_recover", org);
    redis_command_add_int(command, fence);
    redis_command_add_int(command, redis_now_ms);
    redis_command_add_int(command, now_ms);
}

bool outbox_recover_result(const struct redis_value *value, int64_t *requeued_out, int64_t *unknown_out)
{
    *requeued_out = redis_int(redis_item(value, 1));
    *unknown_out = redis_int(redis_item(value, 2));
    return strcmp(redis_word(value), "OK") == 0;
}

void outbox_claim_command(struct redis_command *command, const char *org, int64_t fence, int64_t redis_now_ms,
                          int64_t lease_until_ms, int64_t now_ms, int64_t count_max)
{
    call_begin(command, "outbox_claim", org);
    redis_command_add_int(command, fence);
    redis_command_add_int(command, redis_now_ms);
    redis_command_add_int(command, lease_until_ms);
    redis_command_add_int(command, now_ms);
    redis_command_add_int(command, count_max);
}

static bool claimed_read(const struct redis_value *value, size_t first, struct claimed *claimed)
{
    *claimed = (struct claimed){.attempts = redis_int(redis_item(value, first + 2)),
                                .step = (int)redis_int(redis_item(value, first + 9))};
    const struct redis_value *sealed = redis_item(value, first + 5);
    if (redis_text_bytes(sealed) == SEALED_BYTES) {
        memcpy(claimed->sealed, redis_text(sealed), SEALED_BYTES);
        claimed->has_number = true;
    }
    return text_copy(claimed->message, ID_SIZE, redis_text(redis_item(value, first))) &&
           text_copy(claimed->kind, sizeof claimed->kind, redis_text(redis_item(value, first + 1))) &&
           text_copy(claimed->pulse, ID_SIZE, redis_text(redis_item(value, first + 3))) &&
           text_copy(claimed->contact, ID_SIZE, redis_text(redis_item(value, first + 4))) &&
           text_copy(claimed->batch, ID_SIZE, redis_text(redis_item(value, first + 6))) &&
           text_copy(claimed->language, LANGUAGE_SIZE, redis_text(redis_item(value, first + 7))) &&
           text_copy(claimed->survey, SURVEY_REF_SIZE, redis_text(redis_item(value, first + 8)));
}

bool outbox_claim_result(const struct redis_value *value, struct claimed claimed_out[STORE_ITEMS_MAX],
                         size_t *count_out)
{
    *count_out = 0;
    if (strcmp(redis_word(value), "OK") != 0) {
        return false;
    }
    for (size_t i = 1; i + CLAIM_FIELDS <= redis_count(value) && *count_out < STORE_ITEMS_MAX;
         i += CLAIM_FIELDS) {
        if (claimed_read(value, i, &claimed_out[*count_out])) {
            (*count_out)++;
        }
    }
    return true;
}

void outbox_intend_command(struct redis_command *command, const char *org, const struct intend *intend)
{
    static const char *const bonds[] = {[BOND_INVITES] = "invites",
                                        [BOND_PULSE] = "pulse",
                                        [BOND_SILENCE] = "silence",
                                        [BOND_CONTACT] = "contact"};
    static const char *const accounts[] = {[ACCOUNT_NONE] = "",
                                           [ACCOUNT_OCCASION] =
                                               "", /* counted with the pulse, by asking's limits */
                                           [ACCOUNT_PANEL] = "panel",
                                           [ACCOUNT_TOLD] = "told"};
    call_begin(command, "outbox_intend", org);
    redis_command_add(command, intend->message);
    redis_command_add_int(command, intend->fence);
    redis_command_add(command, intend->operation);
    call_add_limits(command, &intend->asking);
    redis_command_add(command, intend->asking.week);
    redis_command_add_int(command, intend->asking.closes_ms);
    redis_command_add_int(command, intend->window_opens_ms);
    redis_command_add_int(command, intend->window_closes_ms);
    redis_command_add(command, intend->spending.month);
    redis_command_add_int(command, intend->spending.month_ends_ms);
    redis_command_add_int(command, intend->spending.segments);
    redis_command_add_int(command, intend->spending.budget);
    redis_command_add(command, bonds[intend->rules->bond]);
    redis_command_add_int(command, intend->rules->stopped_by_optout ? 1 : 0);
    redis_command_add(command, accounts[intend->rules->account]);
    redis_command_add_int(command, intend->rules->own_per_year);
    redis_command_add(command, intend->asking.remind);
}

enum intended outbox_intend_result(const struct redis_value *value)
{
    static const struct {
        const char *word;
        enum intended result;
    } words[] = {
        {"OK", INTEND_OK},           {"WINDOW", INTEND_WINDOW},   {"PAUSED", INTEND_PAUSED},
        {"BUDGET", INTEND_BUDGET},   {"STALE", INTEND_ENDED},     {"SUPPRESSED", INTEND_ENDED},
        {"EXCLUDED", INTEND_ENDED},  {"CAPPED", INTEND_ENDED},    {"INELIGIBLE", INTEND_ENDED},
        {"CANCELLED", INTEND_ENDED}, {"FENCED", INTEND_NOT_OURS}, {"GONE", INTEND_NOT_OURS},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(redis_word(value), words[i].word) == 0) {
            return words[i].result;
        }
    }
    return INTEND_FAILED;
}

int outbox_intend_spent(const struct redis_value *value)
{
    enum intended intended = outbox_intend_result(value);
    return intended == INTEND_OK || intended == INTEND_BUDGET ? (int)redis_int(redis_item(value, 1)) : 0;
}

void outbox_settle_command(struct redis_command *command, const char *org, const struct settle *settle)
{
    call_begin(command, "outbox_settle", org);
    redis_command_add(command, settle->message);
    redis_command_add_int(command, settle->fence);
    redis_command_add(command, settle->operation);
    redis_command_add(command, submit_outcome_name(settle->outcome));
    redis_command_add(command, settle->gateway_id);
    redis_command_add_int(command, settle->now_ms);
    redis_command_add_int(command, settle->wait_until_ms);
    redis_command_add_int(command, settle->attempts_max);
    redis_command_add(command, settle->spending != NULL ? settle->spending->month : "");
    redis_command_add_int(command, settle->spending != NULL ? settle->spending->segments : 0);
}

bool outbox_settle_result(const struct redis_value *value, char state_out[16])
{
    const char *word = redis_word(value);
    state_out[0] = '\0';
    return strcmp(word, "GONE") == 0 || ((strcmp(word, "OK") == 0 || strcmp(word, "LATE") == 0) &&
                                         text_copy(state_out, 16, redis_text(redis_item(value, 1))));
}

void receipt_apply_command(struct redis_command *command, const char *org, const struct receipt *receipt)
{
    const char *state = receipt->state == RECEIPT_DELIVERED ? "delivered"
                        : receipt->state == RECEIPT_EXPIRED ? "expired"
                        : receipt->state == RECEIPT_UNDELIVERED || receipt->state == RECEIPT_INVALID_NUMBER
                            ? "undelivered"
                            : "enroute";
    call_begin(command, "receipt_apply", org);
    redis_command_add(command, receipt->message);
    redis_command_add(command, receipt->gateway_id);
    redis_command_add(command, state);
    redis_command_add_int(command, receipt->asking.now_ms);
    redis_command_add_int(command, receipt->asking.day);
    redis_command_add_int(command, receipt->asking.week_index);
    redis_command_add(command, receipt->asking.week);
    redis_command_add_int(command, receipt->asking.closes_ms);
    redis_command_add(command, receipt->asking.remind);
    redis_command_add(command, receipt->reminder);
    redis_command_add_int(command, receipt->of_part ? 1 : 0);
}

void org_next_command(struct redis_command *command, const char *org)
{
    call_begin_read(command, "org_next", org);
}

static int64_t number_or_none(const struct redis_value *value, size_t index)
{
    const struct redis_value *item = redis_item(value, index);
    return redis_kind(item) == REDIS_TEXT && redis_text(item)[0] == '\0' ? -1 : redis_int(item);
}

bool org_next_result(const struct redis_value *value, struct org_next *next_out)
{
    *next_out = (struct org_next){
        .round_at_ms = number_or_none(value, 2),
        .reply_due_ms = number_or_none(value, 3),
        .wait_due_ms = number_or_none(value, 4),
        .bulk_due_ms = number_or_none(value, 5),
        .leased = redis_int(redis_item(value, 6)),
        .lease_until_ms = number_or_none(value, 7),
        .rollup_due_ms = number_or_none(value, 8),
        .schedule_due_ms = number_or_none(value, 10),
    };
    return strcmp(redis_word(value), "OK") == 0 && redis_count(value) == 11 &&
           text_copy(next_out->round, sizeof next_out->round, redis_text(redis_item(value, 1))) &&
           text_copy(next_out->schedule, sizeof next_out->schedule, redis_text(redis_item(value, 9)));
}
