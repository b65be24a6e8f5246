#include "simulator/submit.h"

#include <string.h>

bool submit_begins(const struct scenario *scenario, const struct submit *submit)
{
    return submit->question != NOTHING && scenario->questions[submit->question].begins;
}

void submit_write(struct network *network, const struct submit *submit, const char *outcome,
                  const enum fault *fault)
{
    const struct dialect_message *of = submit->of;
    bool answered = fault == NULL || *fault == FAULT_THROTTLE || *fault == FAULT_UNAVAILABLE ||
                    *fault == FAULT_SERVER_ERROR;
    bool accepted = strcmp(outcome, "accepted") == 0 || strcmp(outcome, "accepted_twice") == 0;
    const char *what = submit->text != NOTHING ? service_text_name((enum service_text)submit->text) : "other";
    if (submit->question != NOTHING)
        what = network->scenario->questions[submit->question].ref;
    struct ledger_send row = {.at_ms = submit->at_ms,
                              .id = of != NULL ? of->id : "",
                              .to = of != NULL ? of->to : "",
                              .outcome = outcome,
                              .answered = answered,
                              .has_fault = fault != NULL,
                              .fault = fault != NULL ? *fault : FAULT_THROTTLE,
                              .what = what,
                              .begins = submit_begins(network->scenario, submit),
                              .ordinal = submit->ordinal,
                              .segments = of != NULL ? of->segments : 0,
                              .gateway_id = accepted ? of->gateway_id : NULL,
                              .is_repeat = submit->is_repeat,
                              .accepted_before = submit->accepted_before,
                              .ambiguous_before = submit->ambiguous_before,
                              .batch = (int64_t)submit->batch};
    ledger_add_send(network->ledger, &row);
}

void submit_write_fault(struct network *network, const struct submit *submit, enum fault fault, bool accepted)
{
    struct ledger_fault row = {
        .at_ms = submit->at_ms, .fault = fault, .id = submit->of->id, .accepted = accepted};
    ledger_add_fault(network->ledger, &row);
}

void submit_write_unread(struct network *network, int64_t at_ms, const struct dialect_refusal *refusal)
{
    struct submit unread = {.at_ms = at_ms, .question = NOTHING, .text = NOTHING, .person = -1};
    submit_write(network, &unread, refusal_name(refusal->kind), NULL);
}
