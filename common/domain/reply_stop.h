/* Where a reply says STOP: the words are data (reply_words), how they may stand is decided here. Part of
 * reply.c. */
#ifndef DOMAIN_REPLY_STOP_H
#define DOMAIN_REPLY_STOP_H

#include "domain/folded_reply.h"

/* Parts a number and a word for STOP that were written together: "5stop", "STOP/1". */
void stop_part(struct folded_reply *text);

/* STOP begins the message, greetings and courtesy apart. Where own words were asked for, a verb such as
 * "lopeta" stops only alone, as a clause of its own or before a word for messages. A sentence such as "no more texts"
 * must be the whole message. */
bool stop_is_first(const struct folded_reply *text, bool own_words);

/* STOP is all that follows from `first` on: "stop", "and please stop", "lopeta viestit, kiitos". */
bool stop_is_rest(const struct folded_reply *text, size_t first);

/* The word at which STOP begins as the last clause of a longer message, "Good service, STOP"; 0 = it does not. */
size_t stop_last_clause(const struct folded_reply *text);

/* "En lopeta": I do not stop. "En, lopeta" says both. */
bool stop_is_negated(const struct folded_reply *text, size_t first);

#endif
