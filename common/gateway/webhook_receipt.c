/* A receipt: whose it is and what it says. States that the profile does not know are unknown, never guessed. */
#include <string.h>

#include "gateway/webhook_item.h"

static bool is_told(enum webhook_member member)
{
    return member == MEMBER_TEXT || member == MEMBER_NUMBER;
}

/* A member that the shape may lack: "" when it does, or the item. False when it is there and unreadable. */
static bool optional_read(const struct webhook_body *body, const char *path, size_t item,
                          const char **text_out)
{
    *text_out = "";
    return path[0] == '\0' || webhook_body_member(body, path, item, text_out) != MEMBER_OTHER;
}

/* Whether a rule's member, any of them where it is in an array of its own, has the rule's value. */
static bool rule_fits(const struct receipt_shape *shape, const struct state_rule *rule,
                      const struct webhook_body *body, size_t item)
{
    const char *path = rule->field[0] == '\0' ? shape->state : rule->field, *value;
    char array[PROFILE_NAME_SIZE];
    int64_t bits;
    size_t count = 0;
    if (shape->states_are_bits && rule->field[0] == '\0')
        return is_told(webhook_body_member(body, path, item, &value)) &&
               text_to_int(value, 1, INT32_MAX, &bits) && (bits & rule->bits) == rule->bits;
    profile_path_array(path, array);
    bool of_item = strcmp(array, shape->array) == 0;
    if (!of_item && !webhook_body_items(body, path, &count))
        return false;
    for (size_t i = of_item ? item : 0; i < (of_item ? item + 1 : count); i++)
        if (is_told(webhook_body_member(body, path, i, &value)) && strcmp(value, rule->value) == 0)
            return true;
    return false;
}

static enum receipt_state state_read(const struct receipt_shape *shape, const struct webhook_body *body,
                                     size_t item)
{
    for (size_t i = 0; i < shape->states_count; i++)
        if (rule_fits(shape, &shape->states[i], body, item))
            return shape->states[i].state;
    return RECEIPT_UNKNOWN;
}

enum webhook_problem webhook_receipt_item(const struct receipt_shape *shape, const struct webhook_body *body,
                                          size_t item, struct webhook_receipt *receipt_out)
{
    const char *ref, *id, *to, *state;
    *receipt_out = (struct webhook_receipt){.state = RECEIPT_UNKNOWN};
    if (!optional_read(body, shape->ref, item, &ref) || !optional_read(body, shape->id, item, &id) ||
        !optional_read(body, shape->to, item, &to) ||
        !is_told(webhook_body_member(body, shape->state, item, &state)) ||
        !text_copy(receipt_out->ref, sizeof receipt_out->ref, ref) ||
        !text_copy(receipt_out->gateway_id, sizeof receipt_out->gateway_id, id))
        return WEBHOOK_MALFORMED;
    (void)webhook_number(shape->number_form, to, receipt_out->to);
    receipt_out->state = state_read(shape, body, item);
    return receipt_out->ref[0] == '\0' ? WEBHOOK_NO_ID : WEBHOOK_OK;
}
