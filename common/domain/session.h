/* What a reply does to a pulse: the decision, pure. The store commits it if the pulse's version still matches.
 *
 * A conversation is a path of steps: a question's index, or STEP_NAME (the first name of a volunteer). Each step is
 * asked by a message of its own. A reply belongs to the last step whose message had been intended when the reply was
 * received; until then it belongs to the step before, as a duplicate or a replacement. */
#ifndef DOMAIN_SESSION_H
#define DOMAIN_SESSION_H

#include "base/id.h"
#include "domain/reply.h"

#define STEP_NONE (-1)
#define STEP_NAME QUESTIONS_MAX /* a first name is asked */
#define STEPS_MAX (QUESTIONS_MAX + 1)

/* A person's state as loaded by phone hash. */
struct session {
    bool known;   /* the number belongs to a contact */
    bool blocked; /* unknown, and on the do-not-contact list */
    char contact[ID_SIZE];
    bool stopped;            /* STOP is in force */
    int64_t paused_until_ms; /* asked nothing before this instant, 0 = not paused */
    bool volunteer;          /* is on the volunteers' list; also a number of nobody can be */
    char language[LANGUAGE_SIZE];
    int64_t said_ms[STANDING_TEXTS]; /* by text said once a day: when it was said last, 0 = never */
    bool has_pulse;
    char pulse[ID_SIZE];
    int64_t pulse_version;
    int64_t closes_ms; /* replies received at or after this are late */
    char survey[SURVEY_REF_SIZE];
    char pilot[33];
    char stratum[STRATUM_SIZE];
    char week[WEEK_SIZE];        /* the pulse's week */
    int path[STEPS_MAX];         /* steps in the order of asking; path[0] is always question 0 */
    size_t path_count;           /* ≥ 1 with a pulse */
    int64_t asked_ms[STEPS_MAX]; /* by step: when its message was first intended (domain), 0 = not yet */
    int value[QUESTIONS_MAX];    /* by question: counted or given value, -1 = none */
    bool thanked;
    bool clarified; /* a reply was not understood and asked for once more: that is done once a pulse */
};

enum reply_verdict {
    REPLY_ANSWER,       /* a value counts (first or replacing) */
    REPLY_WORDS,        /* own words to a text question */
    REPLY_VOLUNTEER,    /* yes to volunteering */
    REPLY_NO_VOLUNTEER, /* no to volunteering */
    REPLY_NAME,         /* a volunteer's first name, or that it is not told */
    REPLY_CLARIFIED,    /* open question, not readable for the first time: it is asked for once more */
    REPLY_UNPARSEABLE,  /* open question, not readable */
    REPLY_COMMENT,      /* words after an answer: the answer stays, nothing is kept or said */
    REPLY_STOP_ONLY,    /* opt-out without an answer */
    REPLY_PAUSE,        /* no surveys for six months */
    REPLY_START,        /* opt-in */
    REPLY_HELP,
    REPLY_BUSINESS,     /* about an appointment or the like: told that nobody reads it here */
    REPLY_DISTRESS,     /* in need, and no answer in it: told who helps; leaves no trace of whom */
    REPLY_WRONG_PERSON, /* the number goes everywhere */
    REPLY_LEAVE,        /* off the volunteers' list */
    REPLY_LATE,         /* known number, no open pulse */
    REPLY_UNKNOWN,      /* number of nobody */
};
#define REPLY_VERDICTS 18

enum record_change { RECORD_STAYS, RECORD_WRITTEN, RECORD_REMOVED };

struct reply_decision {
    enum reply_verdict verdict;
    int step;            /* the step it belongs to; STEP_NONE when no pulse is open */
    int value;           /* ANSWER, VOLUNTEER, NO_VOLUNTEER, WORDS (0); else -1 */
    int value_before;    /* counted before for the same question, -1 = none */
    bool complete;       /* no counted question can come any more (when the step was answered) */
    bool cancel_pending; /* the last step of the path, not yet intended, is withdrawn */
    int next_step;       /* asked by a text now; STEP_NONE = none */
    bool optout;         /* STOP takes force with this reply */
    bool optin;          /* STOP is lifted with this reply */
    bool pauses;         /* for PAUSE_MONTHS from now */
    bool resumes;        /* a pause is lifted with this reply */
    bool block, unblock; /* an unknown number goes on, or comes off, the do-not-contact list */
    enum record_change volunteer;
    bool keeps_name;        /* NAME: there is one; else the person declined and stays a volunteer */
    bool thanks;            /* send the thanks text: the conversation ended with this reply */
    bool withdraws_thanks;  /* a further question follows after all; what has gone has gone */
    bool withdraws_clarify; /* what was asked for once more has come */
    bool confirm_join;      /* send volunteer_confirm, before the next step */
    bool helpline;          /* send helpline, before all else */
    bool says;              /* send `standing`: never thanks, helpline or a text of the conversation */
    enum standing_text standing;
    bool commented; /* words stood beside the answer: counted, not kept */
    bool muted;     /* see reply_mute */
};

#define PAUSE_MONTHS 6

/* The step a reply received at this instant belongs to, STEP_NONE when nothing is open (no pulse, not yet asked,
 * closed, stopped). */
int session_step(const struct session *session, int64_t received_ms);

/* `reading` was made for session_step's question (see reading_context). `survey` is the pulse's, NULL when
 * session_step is STEP_NONE. */
void session_decide(const struct session *session, const struct survey *survey, const struct reading *reading,
                    int64_t received_ms, struct reply_decision *decision_out);

/* Too many messages came from this number: it takes force all the same, but nothing is said in return, and so nobody joins
 * and nothing further is asked. */
void reply_mute(struct reply_decision *decision);

/* The gateway confirms STOP by itself: we do not. */
void reply_leave_stop_confirm(struct reply_decision *decision);

/* Whether a text is said at most once in 24 h a contact, so that two machines cannot talk to each other for ever. */
bool is_said_once_a_day(enum standing_text standing);

/* "answer", "words", "volunteer", "no_volunteer", "name", "clarified", "unparseable", "comment", "stop", "pause", "start",
 * "help", "business", "distress", "wrong_person", "leave", "late", "unknown_sender": every reply is counted as one of
 * them, x:<name>. */
const char *reply_verdict_name(enum reply_verdict verdict);

#endif
