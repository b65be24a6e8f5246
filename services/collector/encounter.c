/* An encounter, step by step:
 *
 *   start ─ no token ─────────────────────────────→ 401
 *     ↓
 *   token ─ unknown, revoked, wrong ──────────────→ 401    no right to this → 403
 *     ↓
 *   read ─ key, type or body at fault ────────────→ 400, 405, 415
 *     ↓
 *   route ─ the org is not known here ─ refresh ──→ 503
 *     ↓
 *   resolve (a survey without version) ─ none ────→ 404
 *     ↓
 *   survey (the first time) ─ none, not active ───→ 404
 *     ↓
 *   commit ───────────────────────────────────────→ 202, 200; 400, 404, 409, 422; 503
 *
 * The token is read for each request: revoking works at once. Received time is taken once, at the door. */
#include "collector/encounter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "domain/encounter.h"
#include "store/encounters.h"
#include "store/tokens.h"

#define KEY_CHARS_MAX 128
#define MINUTE_MS     INT64_C(60000)

struct encounter_flow {
    struct collector *collector;
    struct http_exchange *exchange;
    int64_t received_ms; /* domain */
    char token_hash[TOKEN_HASH_SIZE];
    char org_id[TOKEN_ORG_SIZE];
    char token[ID_SIZE]; /* its id */
    struct encounter encounter;
    char key_digest[ID_SIZE];
    struct route_org *org;
    char survey_ref[SURVEY_REF_SIZE];
    const struct survey *survey;
};

static void encounter_token(struct encounter_flow *flow);
static void encounter_on_token(void *context, const struct redis_value *value);
static void encounter_read_request(struct encounter_flow *flow);
static void encounter_route(struct encounter_flow *flow);
static void encounter_on_refreshed(void *context, enum refreshed refreshed);
static void encounter_resolve(struct encounter_flow *flow);
static void encounter_on_resolved(void *context, const struct redis_value *value);
static void encounter_survey(struct encounter_flow *flow);
static void encounter_on_survey(void *context, const struct redis_value *value);
static void encounter_commit(struct encounter_flow *flow);
static void encounter_on_committed(void *context, const struct redis_value *value);
static void encounter_accept(struct encounter_flow *flow, const struct encounter_taken *taken);
static void encounter_refuse(struct encounter_flow *flow, int status, const char *field, const char *message);

/* --- who is it --- */

/* The token of "Authorization: Bearer TOKEN"; "" when there is none. */
static const char *bearer_token(const struct http_exchange *exchange)
{
    static const char scheme[] = "Bearer ";
    const char *header = http_exchange_header(exchange, "Authorization");
    return strncasecmp(header, scheme, sizeof scheme - 1) == 0 ? header + sizeof scheme - 1 : "";
}

void encounter_start(struct collector *collector, struct http_exchange *exchange)
{
    struct encounter_flow *flow = memory_zeroed(1, sizeof *flow);
    const char *token = bearer_token(exchange);
    flow->collector = collector;
    flow->exchange = exchange;
    flow->received_ms = collector_now_ms(collector);
    if (!token_split(token, flow->org_id, flow->token)) {
        encounter_refuse(flow, 401, "Authorization", "expected \"Bearer\" and a token of `pulssi token add`");
    } else if (!collector->redis_is_safe) {
        encounter_refuse(flow, 503, NULL, "not ready: try again with the same key");
    } else {
        token_hash(token, flow->token_hash);
        encounter_token(flow);
    }
}

static void encounter_token(struct encounter_flow *flow)
{
    struct collector *collector = flow->collector;
    token_load_command(&collector->command, flow->org_id, flow->token);
    redis_send(collector->redis, &collector->command, encounter_on_token, flow);
}

static void encounter_on_token(void *context, const struct redis_value *value)
{
    struct encounter_flow *flow = context;
    struct token token;
    enum token_loaded loaded = token_load_result(value, flow->token, &token);
    if (loaded == TOKEN_LOST)
        encounter_refuse(flow, 503, NULL, "not ready: try again with the same key");
    else if (loaded == TOKEN_NONE || !secret_equal(token.hash, flow->token_hash) || token.revoked_ms != 0)
        encounter_refuse(flow, 401, "Authorization", "this token lets nobody in");
    else if (strcmp(token.scope, TOKEN_SCOPE_ENCOUNTERS) != 0)
        encounter_refuse(flow, 403, "Authorization", "this token's scope is not encounters");
    else
        encounter_read_request(flow);
}

/* --- what is wanted --- */

static bool is_json(const char *content_type)
{
    static const char json[] = "application/json";
    const char *rest = content_type + sizeof json - 1;
    return strncasecmp(content_type, json, sizeof json - 1) == 0 &&
           (*rest == '\0' || *rest == ';' || *rest == ' ');
}

static bool key_is_sound(const char *key)
{
    size_t chars = strlen(key);
    for (size_t i = 0; i < chars; i++) {
        if (key[i] <= ' ' || key[i] > '~')
            return false;
    }
    return chars >= 1 && chars <= KEY_CHARS_MAX;
}

/* Keys of two tokens never meet. */
static void digest_key(struct encounter_flow *flow, const char *key)
{
    struct text both = {0};
    text_addf(&both, "%s|%s", flow->token, key);
    id_digest(both.chars, both.bytes, flow->key_digest);
    text_free(&both);
}

static void encounter_read_request(struct encounter_flow *flow)
{
    struct http_exchange *exchange = flow->exchange;
    const char *key = http_exchange_header(exchange, "Idempotency-Key");
    char field[ENCOUNTER_FIELD_SIZE];
    struct error error = {""};
    size_t body_bytes = 0;
    const char *body = http_exchange_body(exchange, &body_bytes);
    if (http_exchange_method(exchange) != HTTP_POST) {
        encounter_refuse(flow, 405, NULL, "expected POST");
    } else if (!key_is_sound(key)) {
        encounter_refuse(
            flow, 400, "Idempotency-Key",
            "expected 1 to 128 visible ASCII characters, the same for each try of one encounter");
    } else if (!is_json(http_exchange_header(exchange, "Content-Type"))) {
        encounter_refuse(flow, 415, "Content-Type", "expected application/json");
    } else if (!encounter_read(&flow->encounter, body, body_bytes, flow->received_ms, field, &error)) {
        encounter_refuse(flow, 400, field, error.text);
    } else {
        digest_key(flow, key);
        encounter_route(flow);
    }
}

/* --- the org, which may be new --- */

static void encounter_route(struct encounter_flow *flow)
{
    flow->org = routing_org_named(flow->collector->routing, flow->org_id);
    if (flow->org != NULL)
        encounter_resolve(flow);
    else
        refresh_ask(flow->collector->refresh, encounter_on_refreshed, flow);
}

static void encounter_on_refreshed(void *context, enum refreshed refreshed)
{
    struct encounter_flow *flow = context;
    (void)refreshed;
    flow->org = routing_org_named(flow->collector->routing, flow->org_id);
    if (flow->org != NULL)
        encounter_resolve(flow);
    else
        encounter_refuse(flow, 503, NULL, "the organisation is not ready: try again with the same key");
}

/* --- the survey --- */

static void encounter_resolve(struct encounter_flow *flow)
{
    struct collector *collector = flow->collector;
    if (strchr(flow->encounter.survey, '@') != NULL) {
        memcpy(flow->survey_ref, flow->encounter.survey, sizeof flow->survey_ref);
        encounter_survey(flow);
        return;
    }
    survey_resolve_command(&collector->command, flow->org->id);
    redis_send(collector->redis, &collector->command, encounter_on_resolved, flow);
}

static void encounter_on_resolved(void *context, const struct redis_value *value)
{
    struct encounter_flow *flow = context;
    struct error error;
    if (value == NULL || redis_kind(value) != REDIS_ARRAY)
        encounter_refuse(flow, 503, NULL, "not ready: try again with the same key");
    else if (!survey_resolve_result(value, flow->encounter.survey, flow->survey_ref, &error))
        encounter_refuse(flow, 404, "survey", "no active version of this survey");
    else
        encounter_survey(flow);
}

static void encounter_survey(struct encounter_flow *flow)
{
    struct collector *collector = flow->collector;
    flow->survey = routing_survey(flow->org, flow->survey_ref);
    if (flow->survey != NULL) {
        encounter_commit(flow);
        return;
    }
    survey_load_command(&collector->command, flow->org->id, flow->survey_ref);
    redis_send(collector->redis, &collector->command, encounter_on_survey, flow);
}

static void encounter_on_survey(void *context, const struct redis_value *value)
{
    struct encounter_flow *flow = context;
    struct survey *survey = memory_zeroed(1, sizeof *survey);
    struct error error = {""};
    bool active = false;
    bool answered = value != NULL && redis_kind(value) == REDIS_ARRAY;
    bool known = answered && redis_kind(redis_item(value, 0)) == REDIS_TEXT;
    bool read = known && survey_load_result(value, &flow->org->record.org, flow->survey_ref, survey, &active,
                                            NULL, &error);
    if (read && active) {
        flow->survey = routing_survey_keep(flow->org, flow->survey_ref, survey);
        encounter_commit(flow);
        return;
    }
    free(survey);
    if (known && !read)
        log_error("an encounter of org %s: survey %s: %s", flow->org->id, flow->survey_ref, error.text);
    if (!answered || (known && !read))
        encounter_refuse(flow, 503, NULL, "not ready: try again with the same key");
    else
        encounter_refuse(flow, 404, "survey", "no such survey, or it is not active");
}

/* --- commit --- */

/* What two requests with one key must agree in. */
static void digest_body(const struct encounter *encounter, const char *phone_hash, char digest_out[ID_SIZE])
{
    struct text body = {0};
    text_addf(&body, "%s|%s|%s|%s|", encounter->pilot, encounter->survey, phone_hash, encounter->contact);
    if (encounter->at_given)
        text_addf(&body, "%lld", (long long)encounter->at_ms);
    id_digest(body.chars, body.bytes, digest_out);
    text_free(&body);
}

static void encounter_commit(struct encounter_flow *flow)
{
    struct collector *collector = flow->collector;
    const struct encounter *encounter = &flow->encounter;
    const struct org *org = &flow->org->record.org;
    char hash[PHONE_HASH_SIZE] = "";
    if (encounter->phone[0] != '\0')
        phone_hash(flow->org->hash_key, encounter->phone, hash);
    struct encounter_commit commit = {.received_ms = flow->received_ms,
                                      .phone_hash = hash,
                                      .contact = encounter->contact,
                                      .pilot = encounter->pilot,
                                      .survey = flow->survey_ref,
                                      .survey_id = flow->survey->id,
                                      .question = flow->survey->questions[0].id,
                                      .too_old = encounter->too_old};
    memcpy(commit.key_digest, flow->key_digest, sizeof commit.key_digest);
    digest_body(encounter, hash, commit.body_digest);
    id_random(commit.encounter);
    id_random(commit.pulse);
    id_random(commit.message);
    encounter_when(encounter, org, flow->received_ms,
                   collector->settings->encounter_delay_minutes * MINUTE_MS, &commit.due_ms,
                   &commit.not_after_ms);
    encounter_commit_command(&collector->command, org, &commit);
    redis_send(collector->redis, &collector->command, encounter_on_committed, flow);
}

static void encounter_on_committed(void *context, const struct redis_value *value)
{
    struct encounter_flow *flow = context;
    struct encounter_taken taken;
    switch (encounter_commit_result(value, &taken)) {
    case ENCOUNTER_TAKEN:
        encounter_accept(flow, &taken);
        return;
    case ENCOUNTER_CONFLICT:
        encounter_refuse(flow, 422, "Idempotency-Key", "this key came before with another body");
        return;
    case ENCOUNTER_UNKNOWN:
        encounter_refuse(flow, 404, "contact", "no such contact");
        return;
    case ENCOUNTER_NO_PILOT:
        encounter_refuse(flow, 404, "pilot", "no such pilot");
        return;
    case ENCOUNTER_NOT_MEMBER:
        encounter_refuse(flow, 409, "contact",
                         "this contact is not a member of the pilot: import it there first");
        return;
    case ENCOUNTER_TOO_OLD: {
        char words[40];
        snprintf(words, sizeof words, "lies more than %d days back", ENCOUNTER_DAYS_MAX);
        encounter_refuse(flow, 400, "at", words);
        return;
    }
    case ENCOUNTER_FAILED:
        if (value != NULL)
            log_error("an encounter of org %s: %s", flow->org->id, redis_text(value));
        encounter_refuse(flow, 503, NULL, "not ready: try again with the same key");
        return;
    }
}

/* --- answers --- */

static void encounter_finish(struct encounter_flow *flow, int status, struct text *body)
{
    static const char *const plain[] = {"Cache-Control", "no-store", NULL};
    static const char *const login[] = {"Cache-Control", "no-store", "WWW-Authenticate", "Bearer", NULL};
    static const char *const later[] = {"Cache-Control", "no-store", "Retry-After", "5", NULL};
    static const char *const method[] = {"Cache-Control", "no-store", "Allow", "POST", NULL};
    const char *const *headers = status == 401   ? login
                                 : status == 503 ? later
                                 : status == 405 ? method
                                                 : plain;
    http_exchange_answer(flow->exchange, status, "application/json", body->chars, body->bytes, headers);
    text_free(body);
    free(flow);
}

static void encounter_accept(struct encounter_flow *flow, const struct encounter_taken *taken)
{
    struct text body = {0};
    bool scheduled = strcmp(taken->outcome, "scheduled") == 0;
    text_addf(&body, "{\"encounter\":\"%s\",\"status\":\"%s\"", taken->encounter, taken->outcome);
    if (scheduled) {
        char send_at[32];
        instant_iso(flow->org->record.org.zone, taken->due_ms, send_at);
        text_addf(&body, ",\"send_at\":\"%s\"}\n", send_at);
    } else {
        text_addf(&body, ",\"reason\":\"%s\"}\n", taken->reason);
    }
    encounter_finish(flow, scheduled ? 202 : 200, &body);
}

static void encounter_refuse(struct encounter_flow *flow, int status, const char *field, const char *message)
{
    struct text body = {0};
    text_add(&body, "{\"error\":{");
    if (field != NULL) {
        text_add(&body, "\"field\":");
        json_add_string(&body, field);
        text_add(&body, ",");
    }
    text_add(&body, "\"message\":");
    json_add_string(&body, message);
    text_add(&body, "}}\n");
    encounter_finish(flow, status, &body);
}
