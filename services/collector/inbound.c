/* A reply, step by step:
 *
 *   start ─ unreadable ──────────────────────────────────────────→ event: counted, 200
 *     ↓
 *   route ─ no org has this number ─ refresh ─ still none ───────→ event: wrong_number, 200
 *     ↓
 *   load ←──────────────────────────────┐ (at most 5 times)
 *     ↓                                 │
 *   decide ─ survey unknown ─ survey ─┐ │
 *     ↓   ↑───────────────────────────┘ │
 *   commit ─ STALE ─────────────────────┘
 *     ↓
 *   finish: 200 after DONE or DUPLICATE, else 503
 *
 * Received time is taken once, at the door. A lost answer may have been a commit: 503, and the gateway's next
 * try with the same reply id finds it done. Never keeps or logs a text or a number. */
#include "collector/inbound.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "collector/events.h"
#include "domain/session.h"
#include "gateway/webhook.h"
#include "store/reply_compose.h"

#define LOADS_MAX 5

struct inbound {
    struct collector *collector;
    const struct route_gateway *gateway;
    struct http_exchange *exchange;
    struct webhook_reply reply;
    int64_t received_ms; /* domain */
    struct route_org *org;
    char hash[PHONE_HASH_SIZE];
    char digest[ID_SIZE];
    struct reply_ids ids;
    int loads;
    struct session session;
    const struct survey *survey; /* of the open step; NULL when none is open */
    struct reply_decision decision;
};

static void inbound_route(struct inbound *inbound);
static void inbound_on_refreshed(void *context, bool done);
static void inbound_load(struct inbound *inbound);
static void inbound_on_loaded(void *context, const struct redis_value *value);
static void inbound_survey(struct inbound *inbound);
static void inbound_on_survey(void *context, const struct redis_value *value);
static void inbound_decide(struct inbound *inbound);
static void inbound_commit(struct inbound *inbound);
static void inbound_on_committed(void *context, const struct redis_value *value);
static void inbound_finish(struct inbound *inbound, int status);
static void inbound_free(struct inbound *inbound);

void inbound_start(struct collector *collector, const struct route_gateway *gateway,
                   struct http_exchange *exchange)
{
    struct inbound *inbound = memory_zeroed(1, sizeof *inbound);
    const struct webhook_input input = collector_input(exchange);
    inbound->collector = collector;
    inbound->gateway = gateway;
    inbound->exchange = exchange;
    inbound->received_ms = collector_now_ms(collector);
    enum webhook_problem problem = webhook_reply_read(gateway->profile, &input, &inbound->reply);
    if (problem == WEBHOOK_OK) {
        inbound_route(inbound);
        return;
    }
    struct route_org *org = routing_org(collector->routing, gateway, inbound->reply.to);
    event_start(collector, gateway, org != NULL ? org : routing_only(collector->routing, gateway),
                webhook_problem_name(problem), exchange);
    inbound_free(inbound);
}

static void inbound_route(struct inbound *inbound)
{
    struct collector *collector = inbound->collector;
    inbound->org = routing_org(collector->routing, inbound->gateway, inbound->reply.to);
    if (inbound->org != NULL)
        inbound_load(inbound);
    else
        refresh_ask(collector->refresh, inbound_on_refreshed, inbound); /* the org may be new */
}

static void inbound_on_refreshed(void *context, bool done)
{
    struct inbound *inbound = context;
    struct collector *collector = inbound->collector;
    inbound->org = routing_org(collector->routing, inbound->gateway, inbound->reply.to);
    if (inbound->org != NULL) {
        inbound_load(inbound);
    } else if (!done) {
        inbound_finish(inbound, 503);
    } else {
        event_start(collector, inbound->gateway, routing_only(collector->routing, inbound->gateway),
                    "wrong_number", inbound->exchange);
        inbound_free(inbound);
    }
}

/* --- load --- */

static void reply_digest(const struct inbound *inbound, char digest_out[ID_SIZE])
{
    struct text id = {0};
    text_addf(&id, "%s|%s", inbound->gateway->settings->name, inbound->reply.id);
    id_digest(id.chars, id.bytes, digest_out);
    text_free(&id);
}

static void inbound_load(struct inbound *inbound)
{
    struct collector *collector = inbound->collector;
    if (inbound->loads++ == 0) {
        phone_hash(inbound->org->hash_key, inbound->reply.from, inbound->hash);
        reply_digest(inbound, inbound->digest);
        reply_ids_draw(&inbound->ids);
    }
    reply_load_command(&collector->command, inbound->org->id, inbound->hash);
    redis_send(collector->redis, &collector->command, inbound_on_loaded, inbound);
}

static void inbound_on_loaded(void *context, const struct redis_value *value)
{
    struct inbound *inbound = context;
    inbound->survey = NULL;
    if (value == NULL || !reply_load_result(value, &inbound->session)) {
        inbound_finish(inbound, 503);
        return;
    }
    if (session_step(&inbound->session, inbound->received_ms) == STEP_NONE) {
        inbound_decide(inbound);
        return;
    }
    inbound->survey = routing_survey(inbound->org, inbound->session.survey);
    if (inbound->survey != NULL)
        inbound_decide(inbound);
    else
        inbound_survey(inbound);
}

/* --- the open step's survey, the first time it is needed --- */

static void inbound_survey(struct inbound *inbound)
{
    struct collector *collector = inbound->collector;
    survey_load_command(&collector->command, inbound->org->id, inbound->session.survey);
    redis_send(collector->redis, &collector->command, inbound_on_survey, inbound);
}

static void inbound_on_survey(void *context, const struct redis_value *value)
{
    struct inbound *inbound = context;
    struct survey *survey = memory_zeroed(1, sizeof *survey);
    struct error error = {""};
    bool active = false;
    if (!survey_load_result(value, &inbound->org->record.org, inbound->session.survey, survey, &active, NULL,
                            &error) ||
        !active) {
        log_error("a reply waits for survey %s of org %s: %s", inbound->session.survey, inbound->org->id,
                  error.text[0] != '\0' ? error.text : "it is not active");
        free(survey);
        inbound_finish(inbound, 503);
        return;
    }
    inbound->survey = routing_survey_keep(inbound->org, inbound->session.survey, survey);
    inbound_decide(inbound);
}

/* --- decide and commit --- */

static void inbound_decide(struct inbound *inbound)
{
    int step = session_step(&inbound->session, inbound->received_ms);
    int language = org_language(&inbound->org->record.org, inbound->session.language);
    struct reading_context context = {
        .name = step == STEP_NAME, .language = language < 0 ? 0 : language, .words = &inbound->org->words};
    struct reading reading;
    if (step != STEP_NONE && step != STEP_NAME)
        context.question = &inbound->survey->questions[step];
    reply_read(&context, inbound->reply.text, &reading);
    session_decide(&inbound->session, inbound->survey, &reading, inbound->received_ms, &inbound->decision);
    inbound_commit(inbound);
}

static void inbound_commit(struct inbound *inbound)
{
    struct collector *collector = inbound->collector;
    const struct reply_source source = {.org = &inbound->org->record.org,
                                        .reader_public = inbound->org->reader_public,
                                        .survey = inbound->survey,
                                        .ids = &inbound->ids,
                                        .phone = inbound->reply.from,
                                        .words = inbound->reply.text};
    struct reply_commit commit = {.session = &inbound->session,
                                  .decision = &inbound->decision,
                                  .phone_hash = inbound->hash,
                                  .received_ms = inbound->received_ms};
    struct reply_records records = {0};
    memcpy(commit.digest, inbound->digest, sizeof commit.digest);
    if (reply_compose(&source, &commit, &records)) {
        reply_commit_command(&collector->command, inbound->org->id, &commit);
        redis_send(collector->redis, &collector->command, inbound_on_committed, inbound);
    } else {
        log_error("a reply waits: the reader key of org %s cannot be used", inbound->org->id);
        inbound_finish(inbound, 503);
    }
    reply_records_free(&records);
}

static void inbound_on_committed(void *context, const struct redis_value *value)
{
    struct inbound *inbound = context;
    switch (value == NULL ? COMMIT_FAILED : reply_commit_result(value)) {
    case COMMIT_DONE:
    case COMMIT_DUPLICATE:
        inbound_finish(inbound, 200);
        break;
    case COMMIT_STALE:
        if (inbound->loads < LOADS_MAX)
            inbound_load(inbound);
        else
            inbound_finish(inbound, 503);
        break;
    case COMMIT_FAILED:
        inbound_finish(inbound, 503);
        break;
    }
}

static void inbound_finish(struct inbound *inbound, int status)
{
    collector_answer(inbound->exchange, status);
    inbound_free(inbound);
}

static void inbound_free(struct inbound *inbound)
{
    webhook_reply_clear(&inbound->reply);
    free(inbound);
}
