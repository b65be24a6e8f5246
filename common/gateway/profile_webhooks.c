/* Reading what a profile says of webhooks: which event, and where a receipt and a reply hold what. Promises that
 * a reply has an id, that every state is one of ours, and that a webhook of many is one of one array. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "gateway/profile_parts.h"

static void read_events(struct event_shape *shape, struct json_reader *root);
static void read_receipt(struct receipt_shape *shape, struct json_reader *root);
static void read_exceptions(struct receipt_shape *shape, struct json_reader *receipt);
static void read_states(struct receipt_shape *shape, struct json_reader *receipt);
static void read_reply(struct reply_shape *shape, struct json_reader *root);
static void read_parts(struct reply_shape *shape, struct json_reader *reply);
static unsigned read_formats(struct json_reader *reader);
static void read_optional(struct json_reader *reader, const char *member, char out[PROFILE_NAME_SIZE]);

static const char *const number_forms[] = {
    [NUMBER_E164] = "e164", [NUMBER_DIGITS] = "digits", [NUMBER_EITHER] = "either", NULL};

void profile_read_webhooks(struct profile *profile, struct json_reader *root)
{
    read_events(&profile->event, root);
    read_receipt(&profile->receipt, root);
    read_reply(&profile->reply, root);
}

/* --- events --- */

static void read_events_of(struct event_shape *shape, struct json_reader *event, const char *member,
                           enum webhook_kind kind)
{
    struct json_reader names;
    size_t count = 0;
    json_array(event, member, 1, PROFILE_EVENTS_MAX / 2, &names, &count);
    for (size_t i = 0; i < count; i++) {
        (void)text_copy(shape->events[shape->events_count].name, PROFILE_NAME_SIZE,
                        json_item_string(&names, i, 1, PROFILE_NAME_SIZE - 1));
        shape->events[shape->events_count++].kind = kind;
    }
}

static void read_events(struct event_shape *shape, struct json_reader *root)
{
    struct json_reader event;
    if (!json_has(root, "event"))
        return;
    json_object(root, "event", &event);
    profile_read_name(&event, "member", shape->member);
    read_events_of(shape, &event, "receipt", WEBHOOK_RECEIPT);
    read_events_of(shape, &event, "reply", WEBHOOK_REPLY);
    json_finish(&event);
}

/* --- receipts --- */

static void read_receipt(struct receipt_shape *shape, struct json_reader *root)
{
    static const char *const ways[] = {"name", "bits", NULL};
    struct json_reader receipt;
    json_object(root, "receipt", &receipt);
    shape->formats = read_formats(&receipt);
    profile_read_name(&receipt, "ref", shape->ref);
    read_optional(&receipt, "id", shape->id);
    if (json_has(&receipt, "to")) {
        profile_read_name(&receipt, "to", shape->to);
        shape->number_form = (enum number_form)profile_read_choice(&receipt, "number_form", number_forms);
    }
    profile_read_name(&receipt, "state", shape->state);
    profile_path_array(shape->state, shape->array);
    if (json_has(&receipt, "states_by"))
        shape->states_are_bits = profile_read_choice(&receipt, "states_by", ways) == 1;
    read_exceptions(shape, &receipt);
    read_states(shape, &receipt);
    json_finish(&receipt);
}

/* The words of the file: finer than ours, which know only whether it arrived. */
static void read_state(struct json_reader *reader, const char *member, enum receipt_state *state_out)
{
    static const char *const failures[] = {"failed_temporary", "failed_permanent", "blocked"};
    const char *name = json_string(reader, member, 1, 64);
    bool known = receipt_state_parse(name, state_out);
    for (size_t i = 0; i < sizeof failures / sizeof failures[0] && !known; i++)
        if (strcmp(name, failures[i]) == 0) {
            *state_out = RECEIPT_UNDELIVERED;
            known = true;
        }
    if (!known)
        json_problem(reader, member,
                     "expected enroute, delivered, expired, undelivered, failed_temporary, failed_permanent, "
                     "blocked, invalid_number or unknown");
}

static bool state_add(struct receipt_shape *shape, struct json_reader *reader, const char *member,
                      const struct state_rule *rule)
{
    if (shape->states_count == PROFILE_STATES_MAX)
        return json_problem(reader, member, "at most %d states", PROFILE_STATES_MAX);
    shape->states[shape->states_count++] = *rule;
    return true;
}

/* Values of other members that say more than the state does; they come first. */
static void read_exceptions(struct receipt_shape *shape, struct json_reader *receipt)
{
    struct json_reader exceptions;
    size_t count = 0;
    if (!json_has(receipt, "exceptions"))
        return;
    json_array(receipt, "exceptions", 1, PROFILE_STATES_MAX, &exceptions, &count);
    for (size_t i = 0; i < count; i++) {
        struct json_reader reader;
        struct state_rule rule = {0};
        char values[PROFILE_VALUES_MAX][PROFILE_NAME_SIZE] = {""};
        json_item_object(&exceptions, i, &reader);
        profile_read_name(&reader, "field", rule.field);
        size_t values_count = profile_read_values(&reader, values);
        read_state(&reader, "state", &rule.state);
        for (size_t j = 0; j < values_count; j++) {
            memcpy(rule.value, values[j], sizeof rule.value);
            if (!state_add(shape, &reader, NULL, &rule))
                return;
        }
        json_finish(&reader);
    }
}

static void read_states(struct receipt_shape *shape, struct json_reader *receipt)
{
    struct json_reader states;
    const char *name;
    json_object(receipt, "states", &states);
    for (size_t i = 0; (name = json_member_name(&states, i)) != NULL; i++) {
        struct state_rule rule = {0};
        if (!text_copy(rule.value, sizeof rule.value, name)) {
            json_problem(receipt, "states", "names of at most %d bytes", PROFILE_NAME_SIZE - 1);
            return;
        }
        if (shape->states_are_bits && !text_to_int(name, 1, INT32_MAX, &rule.bits))
            json_problem(&states, name, "a state of bits is a decimal number, 1 or more");
        read_state(&states, name, &rule.state);
        if (!state_add(shape, receipt, "states", &rule))
            return;
    }
}

/* --- replies --- */

static void read_reply(struct reply_shape *shape, struct json_reader *root)
{
    struct json_reader reply;
    json_object(root, "reply", &reply);
    shape->formats = read_formats(&reply);
    if (reply.value != NULL && !json_has(&reply, "id"))
        json_problem(&reply, "id", "missing: replies without an id of their own cannot be counted once");
    profile_read_name(&reply, "id", shape->id);
    profile_path_array(shape->id, shape->array);
    profile_read_name(&reply, "from", shape->from);
    profile_read_name(&reply, "to", shape->to);
    shape->to_may_lack = json_bool_or(&reply, "to_may_lack", false);
    if (shape->formats != BODY_QUERY || json_has(&reply, "text"))
        profile_read_name(&reply, "text", shape->text);
    read_optional(&reply, "sent", shape->sent);
    shape->number_form = (enum number_form)profile_read_choice(&reply, "number_form", number_forms);
    read_parts(shape, &reply);
    json_finish(&reply);
}

static void read_parts(struct reply_shape *shape, struct json_reader *reply)
{
    struct json_reader parts;
    if (!json_has(reply, "parts"))
        return;
    json_object(reply, "parts", &parts);
    profile_read_name(&parts, "ref", shape->part_ref);
    profile_read_name(&parts, "part", shape->part);
    profile_read_name(&parts, "parts", shape->parts);
    json_finish(&parts);
}

/* --- members --- */

/* One format, or a list of those that the provider can be set to. */
static unsigned read_formats(struct json_reader *reader)
{
    static const char *const names[] = {"json", "form", "query", NULL};
    struct json_reader formats;
    size_t count = 0;
    unsigned read = 0;
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(reader->value, "format");
    if (!cJSON_IsArray(value))
        return 1U << profile_read_choice(reader, "format", names);
    json_array(reader, "format", 1, 3, &formats, &count);
    for (size_t i = 0; i < count; i++) {
        const char *name = json_item_string(&formats, i, 1, 16);
        size_t found = 0;
        while (names[found] != NULL && strcmp(names[found], name) != 0)
            found++;
        if (names[found] == NULL)
            json_problem(reader, "format", "expected json or form or query, or a list of these");
        else
            read |= 1U << found;
    }
    return read;
}

static void read_optional(struct json_reader *reader, const char *member, char out[PROFILE_NAME_SIZE])
{
    if (json_has(reader, member))
        profile_read_name(reader, member, out);
}
