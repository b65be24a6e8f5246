/* The answer to a scale: one number, and nothing that makes it doubtful. Part of reply.c. */
#ifndef DOMAIN_REPLY_NUMBER_H
#define DOMAIN_REPLY_NUMBER_H

#include "domain/reply_answer.h"

bool number_read(const struct reading_context *context, const struct folded_reply *text,
                 struct read_answer *answer_out);

/* Words of the number that begins at `at`, in digits or in words; 0 = none does. */
size_t number_words(const struct reading_context *context, const struct folded_reply *text, size_t at);

#endif
