/* Writing a message as the profile's request, and reading its answer as one of our outcomes. The safe reading
 * wins: only an answer that says so plainly means accepted or refused, all else is unknown, which is never
 * sent again. Never quotes the answer's body: it may hold a number. */
#include "gateway/submit.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "gateway/profile_parts.h"
#include "gateway/request_template.h"
#include "gateway/webhook_body.h"

/* --- the request --- */

static void json_write(const struct profile_request *shape, const struct template_values *values,
                       struct text *body)
{
    struct text value = {0};
    text_add(body, "{");
    for (size_t i = 0; i < shape->fields_count; i++) {
        const struct profile_field *field = &shape->fields[i];
        text_clear(&value);
        text_add(&value, "");
        request_template_write(field->template, values, TEMPLATE_BODY, &value);
        text_add(body, i == 0 ? "" : ",");
        json_add_string(body, field->name);
        text_add(body, ":");
        if (request_template_is_number(field->template))
            text_add(body, value.chars);
        else
            json_add_string(body, value.chars);
    }
    text_add(body, "}");
    text_free(&value);
}

/* Everything but letters and digits is escaped: shorter is not worth a rule. */
static void form_add(struct text *body, const char *chars)
{
    for (const char *at = chars; *at != '\0'; at++) {
        bool plain = (*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z');
        text_addf(body, plain ? "%c" : "%%%02X", (unsigned char)*at);
    }
}

static void form_write(const struct profile_request *shape, const struct template_values *values,
                       struct text *body)
{
    struct text value = {0};
    for (size_t i = 0; i < shape->fields_count; i++) {
        text_clear(&value);
        text_add(&value, "");
        request_template_write(shape->fields[i].template, values, TEMPLATE_BODY, &value);
        text_add(body, i == 0 ? "" : "&");
        form_add(body, shape->fields[i].name);
        text_add(body, "=");
        form_add(body, value.chars);
    }
    text_free(&value);
}

static void body_write(const struct profile_request *shape, const struct template_values *values,
                       struct text *body)
{
    switch (shape->body) {
    case REQUEST_JSON:
        json_write(shape, values, body);
        break;
    case REQUEST_FORM:
        form_write(shape, values, body);
        break;
    case REQUEST_TEXT:
        request_template_write(shape->text, values, TEMPLATE_BODY, body);
        break;
    }
}

void submit_request_write(const struct profile *profile, const struct gateway_settings *gateway,
                          const struct submit_fields *fields, struct submit_request *request)
{
    const struct profile_request *shape = &profile->request;
    bool is_gsm7 = strcmp(fields->encoding, "gsm7") == 0;
    const struct template_values values = {
        .gateway = gateway, .fields = fields, .encoding = is_gsm7 ? shape->gsm7 : shape->ucs2};
    text_clear(&request->url);
    text_clear(&request->body);
    request_template_write(shape->url, &values, TEMPLATE_URL, &request->url);
    for (size_t i = 0; i < shape->headers_count; i++) {
        text_clear(&request->header_texts[i]);
        request_template_write(shape->headers[i], &values, TEMPLATE_HEADER, &request->header_texts[i]);
        request->headers[i] = request->header_texts[i].chars;
    }
    request->headers[shape->headers_count] = NULL;
    body_write(shape, &values, &request->body);
    request->request = (struct http_request){.method = shape->method,
                                             .url = request->url.chars,
                                             .headers = request->headers,
                                             .body = request->body.chars,
                                             .body_bytes = request->body.bytes};
}

void submit_request_free(struct submit_request *request)
{
    text_free(&request->url);
    text_free(&request->body);
    for (size_t i = 0; i < SUBMIT_HEADERS_MAX; i++)
        text_free(&request->header_texts[i]);
    *request = (struct submit_request){0};
}

/* --- the answer --- */

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

static const struct outcome_rule *rule_find(const struct profile *profile, int status,
                                            const struct webhook_body *body)
{
    for (size_t i = 0; i < profile->outcomes_count; i++) {
        const struct outcome_rule *rule = &profile->outcomes[i];
        const char *value = "";
        if (status < rule->status_low || status > rule->status_high)
            continue;
        if (rule->field[0] == '\0' ||
            (body != NULL && webhook_body_member(body, rule->field, &value) == MEMBER_TEXT &&
             strcmp(value, rule->value) == 0))
            return rule;
    }
    return NULL;
}

static bool is_accepted_status(const struct profile *profile, int status)
{
    for (size_t i = 0; i < profile->accepted_count; i++)
        if (profile->accepted[i] == status)
            return true;
    return false;
}

/* Whether an answer of an accepting status also says so in its body; keeps the gateway's id if it gives one. */
static bool body_accepts(const struct profile *profile, const struct http_answer *answer,
                         const struct webhook_body *body, struct submit_reading *reading)
{
    const char *id = "";
    for (size_t i = 0; i < profile->accepted_starts_count; i++)
        if (strncmp(answer->body, profile->accepted_starts[i], strlen(profile->accepted_starts[i])) == 0)
            return true;
    if (profile->accepted_starts_count > 0 || body == NULL ||
        webhook_body_member(body, profile->accepted_id, &id) != MEMBER_TEXT || id[0] == '\0')
        return false;
    /* An id too long to keep is left out: receipts carry our own reference. */
    (void)text_copy(reading->gateway_id, sizeof reading->gateway_id, id);
    return true;
}

/* What a status means that the profile says nothing of. Refusals nobody foresaw (a wrong URL, a changed
 * interface) would fail every message alike, so they stop the lane. */
static enum submit_outcome outcome_by_status(int status)
{
    if (status == 429)
        return SUBMIT_THROTTLED;
    return status >= 300 && status < 500 ? SUBMIT_LANE_STOP : SUBMIT_UNKNOWN;
}

static void answered_read(const struct profile *profile, const struct http_answer *answer,
                          struct submit_reading *reading)
{
    struct webhook_body body;
    bool readable =
        !answer->body_cut && webhook_body_parse(BODY_JSON, answer->body, answer->body_bytes, &body);
    const struct outcome_rule *rule = rule_find(profile, answer->status, readable ? &body : NULL);
    snprintf(reading->reason, sizeof reading->reason, "%d", answer->status);
    if (rule != NULL) {
        reading->outcome = rule->outcome;
        if (rule->value[0] != '\0')
            snprintf(reading->reason, sizeof reading->reason, "%d %s", answer->status, rule->value);
    } else if (!is_accepted_status(profile, answer->status)) {
        reading->outcome = outcome_by_status(answer->status);
    } else if (body_accepts(profile, answer, readable ? &body : NULL, reading)) {
        reading->outcome = SUBMIT_ACCEPTED;
    } else {
        reading->outcome = SUBMIT_UNKNOWN;
        snprintf(reading->reason, sizeof reading->reason, "%d %s", answer->status,
                 profile->accepted_starts_count > 0 ? "with an unexpected body" : "without a readable id");
    }
    if (readable)
        webhook_body_clear(&body);
}

void submit_answer_read(const struct profile *profile, const struct http_answer *answer, int64_t now_ms,
                        struct submit_reading *reading_out)
{
    *reading_out = (struct submit_reading){.outcome = SUBMIT_UNKNOWN, .retry_after_ms = -1};
    switch (answer->fate) {
    case HTTP_ANSWERED:
        reading_out->retry_after_ms = retry_after_read(answer->retry_after, now_ms);
        answered_read(profile, answer, reading_out);
        return;
    case HTTP_NOT_SENT:
        reading_out->outcome = SUBMIT_RETRY;
        break;
    case HTTP_LOST:
        reading_out->outcome = SUBMIT_UNKNOWN;
        break;
    }
    snprintf(reading_out->reason, sizeof reading_out->reason, "%.80s", answer->problem);
}
