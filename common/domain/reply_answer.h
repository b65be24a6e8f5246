/* The open question's own reading: whether a reply answers it, with which value, and with which of its words. Never
 * guesses. Part of reply.c. */
#ifndef DOMAIN_REPLY_ANSWER_H
#define DOMAIN_REPLY_ANSWER_H

#include "domain/folded_reply.h"
#include "domain/reply.h"

struct read_answer {
    int value;
    size_t end; /* the word behind the answer */
};

/* Question of the context must be there, and be none that takes words. */
bool answer_read(const struct reading_context *context, const struct folded_reply *text,
                 struct read_answer *answer_out);

/* The reply begins with an answer to some question, though perhaps not to this one. */
bool answer_is_begun(const struct reading_context *context, const struct folded_reply *text, size_t *end_out);

/* A word for no begins the reply and little else follows: "No thanks" where a first name was asked. */
bool answer_is_refusal(const struct folded_reply *text);

/* What stands before an answer: greetings, courtesy, "my answer is". */
struct answer_head {
    size_t end;       /* the word behind it */
    bool is_named;    /* a word for an answer is in it: "vastaus" */
    bool is_linked;   /* a word that goes with one is in it: "on" */
    bool is_sentence; /* it ends a sentence: "Hei! 5" */
};
struct answer_head answer_head_read(const struct folded_reply *text);

/* Nothing but courtesy, STOP or the end of a clause stands behind the word before `end`. */
bool answer_stands_alone(const struct folded_reply *text, size_t end);

#endif
