/* What a reply does to a pulse: the decision, pure. The store commits it if the pulse's version still
 * matches. */
#ifndef DOMAIN_SESSION_H
#define DOMAIN_SESSION_H

#include "base/id.h"
#include "domain/reply.h"

/* A person's state as loaded by phone hash. */
struct session {
    bool known; /* the number belongs to a contact */
    char contact[ID_SIZE];
    bool stopped; /* STOP is in force */
    char language[LANGUAGE_SIZE];
    int64_t stop_confirmed_ms; /* last STOP confirmation, 0 = never */
    bool has_pulse;
    char pulse[ID_SIZE];
    int64_t pulse_version;
    bool asked;        /* its message has been intended */
    int64_t asked_ms;  /* when first intended (domain) */
    int64_t closes_ms; /* replies received at or after this are late */
    int value;         /* counted value, -1 = none */
    char survey[SURVEY_REF_SIZE];
    char pilot[33];
    char stratum[STRATUM_SIZE];
    char week[WEEK_SIZE]; /* the pulse's week */
};

enum reply_verdict {
    REPLY_ANSWER,      /* value counts (first or replacing) */
    REPLY_UNPARSEABLE, /* open question, not readable */
    REPLY_STOP_ONLY,   /* opt-out without an answer */
    REPLY_LATE,        /* known number, no open pulse */
    REPLY_UNKNOWN,     /* number of nobody */
};

struct reply_decision {
    enum reply_verdict verdict;
    int value;         /* REPLY_ANSWER */
    bool replaces;     /* a value was counted before */
    bool optout;       /* STOP takes force with this reply */
    bool confirm_stop; /* send the STOP confirmation */
};

/* `reading` was made with the open question's definition, or with NULL when none is open at received_ms (see
 * session_open). */
bool session_open(const struct session *session, int64_t received_ms);
void session_decide(const struct session *session, const struct reading *reading, int64_t received_ms,
                    struct reply_decision *decision_out);

const char *reply_verdict_name(
    enum reply_verdict verdict); /* "answer", "unparseable", "stop", "late", "unknown_sender" */

#endif
