/* The private Redis of `pulssi up`: used when none is configured. A unix socket in <data_folder>/redis that
 * only this user may open, no port, an append-only file synced before every answer. */
#ifndef CTL_PRIVATE_REDIS_H
#define CTL_PRIVATE_REDIS_H

#include "base/settings.h"
#include "ctl/supervise.h"

struct private_redis {
    char folder[4096]; /* absolute */
    int lock;          /* held by us and by the server itself */
    struct child *child;
};

/* Starts it and returns when it answers. Refuses, with the reason: no redis-server in PATH, another one still
 * at work in the folder, one that ends at once. */
bool private_redis_start(struct private_redis *redis, struct supervisor *supervisor,
                         const struct settings *settings, int rank, struct error *error) MUST_CHECK;

#endif
