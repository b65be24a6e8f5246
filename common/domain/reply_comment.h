/* What stays of a reply behind its answer, in the text as it came. Part of reply.c. */
#ifndef DOMAIN_REPLY_COMMENT_H
#define DOMAIN_REPLY_COMMENT_H

#include "domain/folded_reply.h"
#include "domain/reply.h"

/* The words from `first` on, up to the word `behind` when something else follows there (otherwise the count). None when
 * they are only courtesy or marks. */
void comment_behind(const char *utf8, const struct folded_reply *text, size_t first, size_t behind,
                    struct reading *reading);

/* All of it, white space around it apart. */
void comment_whole(const char *utf8, struct reading *reading);

#endif
