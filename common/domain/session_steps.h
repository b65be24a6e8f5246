/* The part of session.h's decision that is about a reply to an open step, and what both parts of it use. */
#ifndef DOMAIN_SESSION_STEPS_H
#define DOMAIN_SESSION_STEPS_H

#include "domain/session.h"

/* Decides a reading that belongs to decision->step, which is open: ANSWER, WORDS, UNCLEAR or COMMENT. */
void session_decide_step(const struct session *session, const struct survey *survey,
                         const struct reading *reading, int64_t received_ms, struct reply_decision *decision);

/* No text goes on with the conversation, and so nobody joins the volunteers, who could not be told so. What was given
 * counts all the same. */
void session_end(struct reply_decision *decision);

/* Says a standing text, unless it is one of those said once a day and was. */
void session_say(const struct session *session, enum standing_text standing, int64_t received_ms,
                 struct reply_decision *decision);

#endif
