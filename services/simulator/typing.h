/* What people type when they mean something: answers, own words, and the words of STOP and its kin in their own
 * language. Pure; the draws are the caller's. */
#ifndef SIMULATOR_TYPING_H
#define SIMULATOR_TYPING_H

#include "simulator/behaviour.h"

/* Writes an answer of `reply->value` the way this person writes (`habit` and `word` are draws), or words nobody can
 * count: then the reply means nothing. */
void type_answer(const struct scenario *scenario, const char *language, double habit, double word,
                 struct planned_reply *reply);

/* "4", "B", "kyllä". */
void type_value(const struct scenario *scenario, const char *language, struct planned_reply *reply);

/* One of the phrases of the question in the language, or else in any. */
void type_words(const struct scenario *scenario, const char *language, double word,
                struct planned_reply *reply);

/* What nobody can count as an answer to the question. */
void type_unclear(const struct scenario *scenario, const char *language, double word,
                  struct planned_reply *reply);

/* What needs no question, by the reply's meaning: STOP and its kin, names, business, distress, thanks. */
void type_command(const char *language, double word, struct planned_reply *reply);

#endif
