/* What a person does with a text: a pure function of the scenario's seed, the person, the text and its ordinal (1 =
 * the first text with which a pulse began for this person), and of the pilot's mood in that week. Decides once,
 * when the text arrives; the person keeps to it. A person knows nothing but the text received. */
#ifndef SIMULATOR_BEHAVIOUR_H
#define SIMULATOR_BEHAVIOUR_H

#include "simulator/people.h"

#define REPLY_TEXT_SIZE OWN_WORDS_SIZE
#define REPLIES_MAX     3

/* What the person means by a reply. */
enum meaning {
    MEANS_NOTHING, /* nothing that could be counted */
    MEANS_VALUE,   /* an answer to the question */
    MEANS_WORDS,   /* own words */
    MEANS_NAME,    /* a first name */
    MEANS_STOP,
    MEANS_START,
    MEANS_HELP,
    MEANS_LEAVE,
    MEANS_WRONG_PERSON,
    MEANS_PAUSE,
    MEANS_BUSINESS, /* a matter of their own */
    MEANS_DISTRESS
};
#define MEANINGS 12
const char *meaning_name(enum meaning meaning); /* "value", "wrong_person" */

struct planned_reply {
    int64_t after_ms; /* domain time since the text was accepted */
    char text[REPLY_TEXT_SIZE];
    enum meaning meaning;
    int question; /* to which it is written, or NOTHING */
    int value;    /* of MEANS_VALUE, otherwise NOTHING */
    bool stop;    /* means STOP, too */
    bool late;    /* meant to come after the reply window */
};

/* A text in hand. */
struct received {
    int64_t person;
    int question;        /* what it asks, or NOTHING */
    int text;            /* which of the service's other texts it is, or NOTHING */
    int64_t ordinal;     /* of the pulse; of other texts, how many of them came */
    int64_t at_ms;       /* domain */
    int64_t began_at_ms; /* when the text came with which the pulse began */
};

struct behaviour {
    const char *receipt;      /* "delivered", "undelivered"; NULL = the network says nothing */
    int64_t receipt_after_ms; /* domain time, 5..300 s */
    size_t replies_count;
    struct planned_reply replies[REPLIES_MAX]; /* in order of time */
};

/* Texts that begin a pulse are answered after 1 minute to 6.5 days, mostly within hours, or late: after 8 to 10 days;
 * never near the end of the seven days. A second answer comes within the hour or a day after the first, START two
 * days after STOP. What follows in a conversation is answered after a minute to twelve hours, also when it asks once
 * more what was not understood, or reminds who was silent; LEAVE comes after days; nobody answers what asks nothing. */
void behaviour_decide(const struct scenario *scenario, const struct received *received,
                      struct behaviour *behaviour_out);

/* The same person's other thumb: an answer with another value at the same time, for two replies that overlap; of
 * another coding if there is one. */
void behaviour_contradict(const struct scenario *scenario, int64_t person, const struct planned_reply *reply,
                          struct planned_reply *other_out);

#endif
