/* What a reply does to a pulse: the whole decision, pure. Draws no time of its own: lateness is judged by
 * when the reply was received, also when it is decided later. */
#include "domain/session.h"

/* STOP is confirmed at most once in 24 h, so that two machines cannot talk to each other for ever. */
static bool confirmation_is_due(const struct session *session, int64_t received_ms)
{
    return session->stop_confirmed_ms == 0 || received_ms - session->stop_confirmed_ms >= DAY_MS;
}

bool session_open(const struct session *session, int64_t received_ms)
{
    return session->has_pulse && session->asked && !session->stopped && session->asked_ms <= received_ms &&
           received_ms < session->closes_ms;
}

void session_decide(const struct session *session, const struct reading *reading, int64_t received_ms,
                    struct reply_decision *decision_out)
{
    *decision_out = (struct reply_decision){.verdict = REPLY_UNKNOWN};
    if (!session->known)
        return;

    bool open = session_open(session, received_ms);
    decision_out->optout = reading->optout && !session->stopped;
    decision_out->confirm_stop = reading->optout && confirmation_is_due(session, received_ms);
    if (open && reading->answered) {
        decision_out->verdict = REPLY_ANSWER;
        decision_out->value = reading->value;
        decision_out->replaces = session->value >= 0;
    } else if (reading->optout) {
        decision_out->verdict = REPLY_STOP_ONLY;
    } else if (open) {
        decision_out->verdict = REPLY_UNPARSEABLE;
    } else {
        decision_out->verdict = REPLY_LATE;
    }
}

const char *reply_verdict_name(enum reply_verdict verdict)
{
    switch (verdict) {
    case REPLY_ANSWER:
        return "answer";
    case REPLY_UNPARSEABLE:
        return "unparseable";
    case REPLY_STOP_ONLY:
        return "stop";
    case REPLY_LATE:
        return "late";
    case REPLY_UNKNOWN:
        return "unknown_sender";
    }
    return "unknown_sender";
}
