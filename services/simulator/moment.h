/* One person with one text in hand: the draws that decide what becomes of it, and the replies written from them. A part of
 * behaviour.c. */
#ifndef SIMULATOR_MOMENT_H
#define SIMULATOR_MOMENT_H

#include "simulator/behaviour.h"

struct moment {
    const struct scenario *scenario;
    const struct received *received;
    char kind[96]; /* begins the names of the draws */
};

/* A draw of this text, by name; and the one that another text of the same pulse had. */
double moment_draw(const struct moment *moment, const char *what);
double moment_draw_as(const struct moment *moment, const char *kind, const char *what);

/* Another reply, so long after the text; empty yet. */
struct planned_reply *moment_reply(struct behaviour *behaviour, int question, int64_t after_ms);

/* Writes it: STOP and its kin, or an answer to the question in hand. `what` names the draws. */
void moment_command(const struct moment *moment, enum meaning meaning, const char *what,
                    struct planned_reply *reply);
void moment_answer(const struct moment *moment, const char *what, struct planned_reply *reply);

/* What the person thinks of the question in hand. */
int moment_value(const struct moment *moment, const char *what);
/* One of the values of that feeling, by a share in [0, 1]; NOTHING if there is none. */
int value_of_feeling(const struct scenario_question *question, enum feeling feeling, double share);

/* Whether the pulse is surely open so long after the text. */
bool moment_is_in_time(const struct moment *moment, int64_t after_ms);
/* From a minute to last_ms, the short ones as likely as the long. */
int64_t moment_after_ms(double share, double last_ms);
const char *moment_language(const struct moment *moment);

#endif
