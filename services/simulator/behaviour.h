/* What a person does with a survey text: a pure function of the scenario's seed, the person and the ordinal
 * of the text (1 = the first survey text this person got), and of the pilot's mood in that week. Decides
 * once, when the text arrives; the person keeps to it. */
#ifndef SIMULATOR_BEHAVIOUR_H
#define SIMULATOR_BEHAVIOUR_H

#include "simulator/people.h"

#define REPLY_TEXT_SIZE 48
#define REPLIES_MAX     2

struct planned_reply {
    int64_t after_ms; /* domain time since the text was accepted */
    char text[REPLY_TEXT_SIZE];
    int value; /* 1..5, what the person means by it; 0 = nothing readable */
    bool stop; /* the person means STOP, too */
    bool late; /* meant to come after the reply window */
};

struct behaviour {
    const char *receipt;      /* "delivered", "undelivered"; NULL = the network says nothing */
    int64_t receipt_after_ms; /* domain time, 5..300 s */
    size_t replies_count;
    struct planned_reply replies[REPLIES_MAX]; /* in order of time */
};

/* Replies come 1 minute to 6.5 days after the text, mostly within hours, or late: after 8 to 10 days; never
 * near the end of a window of seven days. A second answer comes a day after the first. */
void behaviour_decide(const struct scenario *scenario, int64_t person, int64_t ordinal, int64_t week_index,
                      struct behaviour *behaviour_out);

/* A text that asks nothing is received: delivered, and that is all. `ordinal` counts such texts of the
 * person. */
void behaviour_receive(const struct scenario *scenario, int64_t person, int64_t ordinal,
                       struct behaviour *behaviour_out);

/* The same person's other thumb: an answer with another value at the same time, for two replies that overlap.
 */
void behaviour_contradict(const struct planned_reply *reply, struct planned_reply *other_out);

#endif
