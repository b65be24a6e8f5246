/* Bare libcurl: prepared bodies posted by its multi interface over epoll, with handles that are used again,
 * and nothing around it. The limit that a dispatcher's sending is compared with. */
#ifndef BENCH_POSTS_H
#define BENCH_POSTS_H

#include <stddef.h>

#include "base/text.h"

struct posts {
    const char *url;
    const char *const *headers; /* NULL-terminated */
    const struct text *bodies;
    size_t count;
    size_t concurrency; /* transfers and connections at a time, at most 64 */
    int status;         /* what every answer must be */
};

/* Posts each body once. Ends the program with a sentence when a transfer fails or is answered otherwise. */
void posts_run(const struct posts *posts);

#endif
