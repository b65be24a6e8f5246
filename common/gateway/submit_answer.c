/* Reading a gateway's answer as an outcome of each message. The safe reading wins: only an answer that says so plainly
 * means accepted or refused, all else is unknown, which is never sent again. Which item of an answer is whose:
 *
 *   one message, the whole answer ─→ it
 *   one message, an item a part ───→ each part is read, and together they are it
 *   items are of messages ─────────→ by our id in the item; else by position, if there is one item for each message
 *
 * Never quotes the answer's body: it may hold a number. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/profile_parts.h"
#include "gateway/submit.h"
#include "gateway/webhook_body.h"

#define NO_ITEM SIZE_MAX

/* An answer being read. */
struct answer {
    const struct profile *profile;
    const struct http_answer *http;
    const struct webhook_body *body; /* NULL when it is not JSON that can be read whole */
    size_t count;                    /* of messages asked for */
    bool is_torn; /* the whole was refused, and yet an item says that its message was taken */
};

static void answered_read(const struct answer *answer, const struct submit_fields *fields,
                          struct submit_reading *readings_out);
static void item_read(const struct answer *answer, size_t item, struct submit_reading *reading);
static void parts_read(const struct answer *answer, struct submit_reading *reading);
static size_t item_of(const struct answer *answer, const struct submit_fields *fields, size_t message);
static const struct outcome_rule *rule_find(const struct answer *answer, size_t item);
static bool is_torn(const struct answer *answer);
static bool item_accepts(const struct answer *answer, size_t item, struct submit_reading *reading);
static void id_read(const struct answer *answer, size_t item, struct submit_reading *reading);

/* Seconds or an HTTP date (RFC 9110, IMF-fixdate); -1 for anything else. A date in the past is "now". */
static int64_t retry_after_read(const char *header, int64_t now_ms)
{
    int64_t seconds = 0;
    if (text_to_int(header, 0, INT64_C(1000000000), &seconds))
        return seconds * 1000;
    struct tm parts = {0};
    const char *end = strptime(header, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end == NULL || *end != '\0')
        return -1;
    int64_t at_ms = (int64_t)timegm(&parts) * 1000;
    return at_ms > now_ms ? at_ms - now_ms : 0;
}

void submit_answer_read(const struct profile *profile, const struct http_answer *answer, int64_t now_ms,
                        const struct submit_fields *fields, size_t count, struct submit_reading *readings_out)
{
    struct submit_reading reading = {.outcome = SUBMIT_UNKNOWN, .retry_after_ms = -1};
    struct webhook_body body;
    if (answer->fate != HTTP_ANSWERED) {
        reading.outcome = answer->fate == HTTP_NOT_SENT ? SUBMIT_RETRY : SUBMIT_UNKNOWN;
        snprintf(reading.reason, sizeof reading.reason, "%.80s", answer->problem);
    } else {
        reading.retry_after_ms = retry_after_read(answer->retry_after, now_ms);
    }
    for (size_t i = 0; i < count; i++)
        readings_out[i] = reading;
    if (answer->fate != HTTP_ANSWERED)
        return;
    bool readable =
        !answer->body_cut && webhook_body_parse(BODY_JSON, answer->body, answer->body_bytes, &body);
    struct answer read = {
        .profile = profile, .http = answer, .body = readable ? &body : NULL, .count = count};
    read.is_torn = is_torn(&read);
    answered_read(&read, fields, readings_out);
    if (readable)
        webhook_body_clear(&body);
}

static void answered_read(const struct answer *answer, const struct submit_fields *fields,
                          struct submit_reading *readings_out)
{
    switch (answer->profile->accepted.items) {
    case ANSWER_WHOLE:
        item_read(answer, 0, readings_out);
        break;
    case ANSWER_PARTS:
        parts_read(answer, readings_out);
        break;
    case ANSWER_MESSAGES:
        for (size_t i = 0; i < answer->count; i++)
            item_read(answer, item_of(answer, fields, i), &readings_out[i]);
        break;
    }
}

/* --- items --- */

static size_t items_count(const struct answer *answer)
{
    const struct accepted_shape *shape = &answer->profile->accepted;
    size_t count = 0;
    return answer->body != NULL && webhook_body_items(answer->body, shape->array, &count) ? count : 0;
}

/* Positions count only when nothing is missing or too much: that may have been any of them. An item without our id is
 * the only message's when there was only one to speak of. */
static size_t item_of(const struct answer *answer, const struct submit_fields *fields, size_t message)
{
    const struct accepted_shape *shape = &answer->profile->accepted;
    size_t items = items_count(answer);
    const char *ref = "";
    if (shape->ref[0] == '\0')
        return items == answer->count ? message : NO_ITEM;
    if (answer->count == 1 && items == 1 &&
        webhook_body_member(answer->body, shape->ref, 0, &ref) == MEMBER_ABSENT)
        return 0;
    for (size_t i = 0; i < items; i++)
        if (webhook_body_member(answer->body, shape->ref, i, &ref) == MEMBER_TEXT &&
            strcmp(ref, fields[message].id) == 0)
            return i;
    return NO_ITEM;
}

/* Whether it is said of the person, and so holds whatever became of the other parts. */
static bool is_about_person(enum submit_outcome outcome)
{
    return outcome == SUBMIT_INVALID_NUMBER || outcome == SUBMIT_OPTED_OUT;
}

/* All parts alike are the message. Of parts that differ one may be on its way to the person, so neither is it sent again
 * nor was nobody asked: what is said of the person wins, else it is unknown. */
static void parts_read(const struct answer *answer, struct submit_reading *reading)
{
    size_t parts = items_count(answer);
    item_read(answer, parts == 0 ? NO_ITEM : 0, reading);
    for (size_t i = 1; i < parts; i++) {
        struct submit_reading part = *reading;
        part.gateway_id[0] = '\0';
        item_read(answer, i, &part);
        if (part.outcome == reading->outcome || is_about_person(reading->outcome))
            continue;
        if (!is_about_person(part.outcome)) {
            part.outcome = SUBMIT_UNKNOWN;
            snprintf(part.reason, sizeof part.reason, "%d parts that differ", answer->http->status);
        }
        memcpy(part.gateway_id, reading->gateway_id, sizeof part.gateway_id);
        *reading = part;
    }
}

/* --- one --- */

static bool is_accepted_status(const struct accepted_shape *shape, int status)
{
    for (size_t i = 0; i < shape->statuses_count; i++)
        if (shape->statuses[i] == status)
            return true;
    return false;
}

/* What a status means that the profile says nothing of. Refusals nobody foresaw (a wrong URL, a changed
 * interface) would fail every message alike, so they stop the lane. */
static enum submit_outcome outcome_by_status(int status)
{
    if (status == 429)
        return SUBMIT_THROTTLED;
    return status >= 300 && status < 500 ? SUBMIT_LANE_STOP : SUBMIT_UNKNOWN;
}

static bool is_of_item(const struct answer *answer, const struct outcome_rule *rule)
{
    const char *array = answer->profile->accepted.array;
    return rule->field[0] != '\0' && array[0] != '\0' && strncmp(rule->field, array, strlen(array)) == 0;
}

/* What is said of a whole request of several is said of none of them: one of them alone will tell which was meant. */
static bool concerns_another(const struct answer *answer, const struct outcome_rule *rule)
{
    bool is_final = rule->outcome == SUBMIT_PERMANENT || is_about_person(rule->outcome);
    return answer->count > 1 && !is_of_item(answer, rule) && is_final;
}

static void item_read(const struct answer *answer, size_t item, struct submit_reading *reading)
{
    const struct accepted_shape *shape = &answer->profile->accepted;
    const struct outcome_rule *rule = rule_find(answer, item);
    int status = answer->http->status;
    snprintf(reading->reason, sizeof reading->reason, "%d", status);
    if (answer->is_torn && (rule == NULL || !is_of_item(answer, rule))) {
        reading->outcome = SUBMIT_UNKNOWN;
        snprintf(reading->reason, sizeof reading->reason, "%d, and yet something was taken", status);
    } else if (rule != NULL) {
        reading->outcome = concerns_another(answer, rule) ? SUBMIT_RETRY : rule->outcome;
        if (rule->value[0] != '\0')
            snprintf(reading->reason, sizeof reading->reason, "%d %s", status, rule->value);
        if (reading->outcome == SUBMIT_ACCEPTED)
            id_read(answer, item, reading);
    } else if (!is_accepted_status(shape, status)) {
        reading->outcome = outcome_by_status(status);
    } else if (item_accepts(answer, item, reading)) {
        reading->outcome = SUBMIT_ACCEPTED;
    } else {
        const char *why = shape->by_beginning       ? "with an unexpected body"
                          : item == NO_ITEM         ? "without this message"
                          : shape->field[0] != '\0' ? "with an unexpected verdict"
                                                    : "without a readable id";
        reading->outcome = SUBMIT_UNKNOWN;
        snprintf(reading->reason, sizeof reading->reason, "%d %s", status, why);
    }
}

/* A rule whose field is in the array of the items is about this item; one in another array is about any of it. */
static bool rule_fits(const struct answer *answer, const struct outcome_rule *rule, size_t item)
{
    const char *value = "";
    if (rule->field[0] == '\0')
        return true;
    if (answer->body == NULL)
        return false;
    bool of_item = is_of_item(answer, rule);
    if (of_item && item == NO_ITEM)
        return false;
    size_t count = 0;
    if (!of_item && !webhook_body_items(answer->body, rule->field, &count))
        return false;
    for (size_t i = of_item ? item : 0; i < (of_item ? item + 1 : count); i++) {
        enum webhook_member kind = webhook_body_member(answer->body, rule->field, i, &value);
        if ((kind == MEMBER_TEXT || kind == MEMBER_NUMBER) && strcmp(value, rule->value) == 0)
            return true;
    }
    return false;
}

static const struct outcome_rule *rule_find(const struct answer *answer, size_t item)
{
    for (size_t i = 0; i < answer->profile->outcomes_count; i++) {
        const struct outcome_rule *rule = &answer->profile->outcomes[i];
        if (answer->http->status >= rule->status_low && answer->http->status <= rule->status_high &&
            rule_fits(answer, rule, item))
            return rule;
    }
    return NULL;
}

/* --- acceptance --- */

/* An id too long to keep is left out: receipts carry our own reference. */
static void id_read(const struct answer *answer, size_t item, struct submit_reading *reading)
{
    const char *id = "";
    if (answer->body != NULL && item != NO_ITEM)
        (void)webhook_body_member(answer->body, answer->profile->accepted.id, item, &id);
    (void)text_copy(reading->gateway_id, sizeof reading->gateway_id, id);
}

static bool is_value(const struct accepted_shape *shape, const char *value)
{
    for (size_t i = 0; i < shape->values_count; i++)
        if (strcmp(shape->values[i], value) == 0)
            return true;
    return false;
}

/* Whether an answer of an accepting status also says so in its body; keeps the gateway's id if it gives one. */
static bool item_accepts(const struct answer *answer, size_t item, struct submit_reading *reading)
{
    const struct accepted_shape *shape = &answer->profile->accepted;
    const char *id = "", *value = "";
    if (shape->by_beginning) {
        for (size_t i = 0; i < shape->values_count; i++)
            if (strncmp(answer->http->body, shape->values[i], strlen(shape->values[i])) == 0)
                return true;
        return false;
    }
    if (answer->body == NULL || item == NO_ITEM)
        return false;
    (void)webhook_body_member(answer->body, shape->field, item, &value);
    (void)webhook_body_member(answer->body, shape->id, item, &id);
    if (id[0] == '\0' || (shape->field[0] != '\0' && !is_value(shape, value)))
        return false;
    id_read(answer, item, reading);
    return true;
}

/* Then the refusal is no word on anybody: of those that have no word of their own any may have been taken too. */
static bool is_torn(const struct answer *answer)
{
    const struct accepted_shape *shape = &answer->profile->accepted;
    struct submit_reading ignored;
    size_t items = items_count(answer);
    if (shape->array[0] == '\0' || shape->field[0] == '\0' || is_accepted_status(shape, answer->http->status))
        return false;
    for (size_t i = 0; i < items; i++)
        if (item_accepts(answer, i, &ignored))
            return true;
    return false;
}
