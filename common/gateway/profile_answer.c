/* Reading what a profile says of the gateway's answers: when one is an acceptance, and what else means what.
 * Promises that paths of items agree on one array; never decides what to do with a message. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "gateway/profile_parts.h"

#define STARTS_MAX 4

static void read_accepted(struct profile *profile, struct json_reader *root);
static void read_starts(struct accepted_shape *shape, struct json_reader *accepted);
static void read_verdict(struct accepted_shape *shape, struct json_reader *accepted);
static void read_items(struct profile *profile, struct json_reader *accepted);
static void read_outcomes(struct profile *profile, struct json_reader *root);
static void read_outcome(struct profile *profile, struct json_reader *reader);

void profile_read_answer(struct profile *profile, struct json_reader *root)
{
    read_accepted(profile, root);
    read_outcomes(profile, root);
}

static void read_accepted(struct profile *profile, struct json_reader *root)
{
    struct accepted_shape *shape = &profile->accepted;
    struct json_reader accepted, statuses;
    size_t count = 0;
    json_object(root, "accepted", &accepted);
    json_array(&accepted, "status", 1, PROFILE_ACCEPTED_MAX, &statuses, &count);
    for (size_t i = 0; i < count; i++)
        shape->statuses[shape->statuses_count++] = (int)json_item_int(&statuses, i, 200, 299);
    if (json_has(&accepted, "body_starts"))
        read_starts(shape, &accepted);
    else
        read_verdict(shape, &accepted);
    read_items(profile, &accepted);
    json_finish(&accepted);
}

static void read_starts(struct accepted_shape *shape, struct json_reader *accepted)
{
    struct json_reader starts;
    size_t count = 0;
    shape->by_beginning = true;
    json_array(accepted, "body_starts", 1, STARTS_MAX, &starts, &count);
    for (size_t i = 0; i < count; i++)
        (void)text_copy(shape->values[shape->values_count++], PROFILE_NAME_SIZE,
                        json_item_string(&starts, i, 1, PROFILE_NAME_SIZE - 1));
}

static void read_verdict(struct accepted_shape *shape, struct json_reader *accepted)
{
    profile_read_name(accepted, "id", shape->id);
    if (!json_has(accepted, "field"))
        return;
    profile_read_name(accepted, "field", shape->field);
    shape->values_count = profile_read_values(accepted, shape->values);
}

/* An answer of many is about messages or parts; which item is whose, by our id in it or by its position. */
static void read_items(struct profile *profile, struct json_reader *accepted)
{
    static const char *const kinds[] = {"message", "part", NULL};
    struct accepted_shape *shape = &profile->accepted;
    char array[PROFILE_NAME_SIZE];
    profile_path_array(shape->id, shape->array);
    profile_path_array(shape->field, array);
    if (shape->field[0] != '\0' && strcmp(array, shape->array) != 0)
        json_problem(accepted, "field", "it is not in the array of the id");
    if (shape->array[0] != '\0')
        shape->items = profile_read_choice(accepted, "each", kinds) == 1 ? ANSWER_PARTS : ANSWER_MESSAGES;
    if (shape->items == ANSWER_MESSAGES && json_has(accepted, "ref")) {
        profile_read_name(accepted, "ref", shape->ref);
        profile_path_array(shape->ref, array);
        if (strcmp(array, shape->array) != 0)
            json_problem(accepted, "ref", "it is not in the array of the id");
    }
    if (profile->request.batch.max > 1 && shape->items != ANSWER_MESSAGES)
        json_problem(accepted, "id", "a gateway that takes batches must answer for each message: \"…[].…\"");
}

static void read_outcomes(struct profile *profile, struct json_reader *root)
{
    struct json_reader outcomes;
    size_t count = 0;
    json_array(root, "outcomes", 0, PROFILE_OUTCOMES_MAX, &outcomes, &count);
    for (size_t i = 0; i < count; i++) {
        struct json_reader reader;
        json_item_object(&outcomes, i, &reader);
        read_outcome(profile, &reader);
    }
}

/* One row of the file may name several values: a rule for each. */
static void read_outcome(struct profile *profile, struct json_reader *reader)
{
    struct outcome_rule rule = {0};
    char values[PROFILE_VALUES_MAX][PROFILE_NAME_SIZE] = {""};
    size_t count = 1;
    rule.status_low = (int)json_int(reader, "status", 100, 599);
    rule.status_high = (int)json_int_or(reader, "status_to", rule.status_low, 599, rule.status_low);
    if (json_has(reader, "field") || json_has(reader, "value") || json_has(reader, "values")) {
        profile_read_name(reader, "field", rule.field);
        count = profile_read_values(reader, values);
    }
    const char *name = json_string(reader, "outcome", 1, 64);
    bool known = submit_outcome_parse(name, &rule.outcome) && rule.outcome != SUBMIT_NOT_HANDED_OVER;
    if (!known || (rule.outcome == SUBMIT_ACCEPTED && rule.field[0] == '\0'))
        json_problem(
            reader, "outcome",
            "expected retry, throttled, permanent, invalid_number, opted_out, lane_stop or unknown, or, of "
            "a field, accepted");
    if (profile->outcomes_count + count > PROFILE_OUTCOMES_MAX) {
        json_problem(reader, NULL, "at most %d outcomes", PROFILE_OUTCOMES_MAX);
        count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(rule.value, values[i], sizeof rule.value);
        profile->outcomes[profile->outcomes_count++] = rule;
    }
    json_finish(reader);
}
