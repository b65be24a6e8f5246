/* Writing of the rows documented in ledger.h. Keeps them in memory as text: the simulator is for tests and
 * the demo, and its ledger ends with it. */
#include "simulator/ledger.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/json.h"
#include "simulator/dialect.h"

static void add_text(struct text *out, const char *member, const char *value);
static void add_bool(struct text *out, const char *member, bool value);
static void add_int(struct text *out, const char *member, int64_t value);
static void add_int_if(struct text *out, const char *member, bool known, int64_t value);
static void print_reply(const struct webhook *webhook, struct text *out);
static void print_receipt(const struct webhook *webhook, struct text *out);

uint64_t ledger_moment(struct ledger *ledger)
{
    return ++ledger->moments;
}

void ledger_add_send(struct ledger *ledger, const struct ledger_send *send)
{
    ledger->sends++;
    struct text *out = &ledger->rows;
    text_add(out, "{\"t\":\"send\"");
    add_int(out, "at", send->at_ms);
    add_int(out, "real", clock_wall_ms());
    add_int(out, "moment", (int64_t)ledger_moment(ledger));
    add_text(out, "id", send->id);
    add_text(out, "to", send->to);
    add_text(out, "outcome", send->outcome);
    add_bool(out, "answered", send->answered);
    add_text(out, "fault", send->has_fault ? fault_name(send->fault) : NULL);
    add_text(out, "what", send->what);
    add_bool(out, "survey", send->begins);
    add_int(out, "ordinal", send->ordinal);
    add_int(out, "segments", send->segments);
    add_text(out, "gateway_id", send->gateway_id);
    add_bool(out, "repeat", send->is_repeat);
    add_bool(out, "accepted_before", send->accepted_before);
    add_bool(out, "ambiguous_before", send->ambiguous_before);
    add_int(out, "batch", send->batch);
    text_add(out, "}\n");
}

void ledger_add_fault(struct ledger *ledger, const struct ledger_fault *fault)
{
    ledger->faults++;
    struct text *out = &ledger->rows;
    text_add(out, "{\"t\":\"fault\"");
    add_int(out, "at", fault->at_ms);
    add_int(out, "real", clock_wall_ms());
    add_text(out, "fault", fault_name(fault->fault));
    add_text(out, "id", fault->id);
    add_bool(out, "ambiguous", fault_is_ambiguous(fault->fault));
    add_bool(out, "accepted", fault->accepted);
    text_add(out, "}\n");
}

void ledger_add_webhook(struct ledger *ledger, const struct webhook *webhook)
{
    ledger->webhooks++;
    ledger_print_webhook(webhook, &ledger->rows);
}

void ledger_print_webhook(const struct webhook *webhook, struct text *out)
{
    switch (webhook->kind) {
    case WEBHOOK_REPLY:
        print_reply(webhook, out);
        break;
    case WEBHOOK_RECEIPT:
        print_receipt(webhook, out);
        break;
    }
    text_add(out, "}\n");
}

void ledger_print_end(int64_t at_ms, struct text *out)
{
    text_add(out, "{\"t\":\"end\"");
    add_int(out, "at", at_ms);
    add_int(out, "real", clock_wall_ms());
    text_add(out, "}\n");
}

void ledger_free(struct ledger *ledger)
{
    text_free(&ledger->rows);
}

static void print_reply(const struct webhook *webhook, struct text *out)
{
    const struct planned_reply *reply = &webhook->reply;
    bool done = webhook->status == 200;
    text_add(out, "{\"t\":\"reply\"");
    add_text(out, "id", webhook->id);
    add_text(out, "from", webhook->from);
    add_text(out, "text", webhook_text(webhook));
    add_text(out, "means", meaning_name(reply->meaning));
    add_text(out, "question", webhook->question);
    add_int_if(out, "value", reply->value != NOTHING, reply->value);
    add_bool(out, "stop", reply->stop);
    add_text(out, "for", webhook->message);
    add_bool(out, "copy", webhook->is_copy);
    add_int(out, "started_at", webhook->started_at_ms);
    add_int(out, "started_real", webhook->started_real_ms);
    add_int(out, "began", (int64_t)webhook->began);
    add_int_if(out, "finished_real", done, webhook->finished_real_ms);
    add_int_if(out, "ended", done, (int64_t)webhook->ended);
    add_int_if(out, "answered_at", done, webhook->answered_at_ms);
    add_int_if(out, "status", done, webhook->status);
    add_int_if(out, "refused", webhook->refused != 0, webhook->refused);
    add_int(out, "part", (int64_t)webhook->part);
    add_int(out, "tries", webhook->tries);
    add_bool(out, "late", reply->late);
}

static void print_receipt(const struct webhook *webhook, struct text *out)
{
    bool done = webhook->status == 200;
    text_add(out, "{\"t\":\"receipt\"");
    add_text(out, "id", webhook->id);
    add_text(out, "ref", webhook->message);
    add_text(out, "state", webhook->told->means);
    add_text(out, "told", webhook->told->state);
    add_bool(out, "copy", webhook->is_copy);
    add_int(out, "started_at", webhook->started_at_ms);
    add_int_if(out, "answered_at", done, webhook->answered_at_ms);
    add_int_if(out, "status", done, webhook->status);
    add_int_if(out, "refused", webhook->refused != 0, webhook->refused);
    add_int(out, "tries", webhook->tries);
}

/* The members below always follow another one. NULL is null. */
static void add_text(struct text *out, const char *member, const char *value)
{
    text_addf(out, ",\"%s\":", member);
    if (value != NULL)
        json_add_string(out, value);
    else
        text_add(out, "null");
}

static void add_bool(struct text *out, const char *member, bool value)
{
    text_addf(out, ",\"%s\":%s", member, value ? "true" : "false");
}

static void add_int(struct text *out, const char *member, int64_t value)
{
    text_addf(out, ",\"%s\":%" PRId64, member, value);
}

static void add_int_if(struct text *out, const char *member, bool known, int64_t value)
{
    if (known)
        add_int(out, member, value);
    else
        text_addf(out, ",\"%s\":null", member);
}
