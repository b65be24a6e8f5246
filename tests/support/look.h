/* A look at a whole org in the store: every key by name, and what they hold. For the check of invariants. */
#ifndef TESTS_LOOK_H
#define TESTS_LOOK_H

#include "base/text.h"
#include "io/redis.h"
#include "store/call.h"
#include "store/sums.h"

#define LOOK_FIELDS_MAX 20

struct look {
    struct redis_link *link;
    struct text *report;
    char base[STORE_BASE_SIZE];
    char **keys; /* after the base, sorted */
    size_t keys_count, keys_capacity;
    struct sums lists;   /* message → weights of the lists it is in */
    struct sums in_week; /* "pulse@week" and "pulse" → times in w: sets */
    struct sums found;   /* "m:STATE", "p:STATE", "messages", "held" */
    struct error error;
    bool broken; /* Redis could not be read */
};

/* Reads the names of all keys; false with `broken` set when Redis cannot be asked. */
bool look_start(struct look *look, struct redis_link *link, const char *org, struct text *report) MUST_CHECK;
void look_finish(struct look *look);

bool look_has_key(const struct look *look, const char *kind, const char *id);

/* The answer to one command on a key of the org, or NULL with `broken` set. `rest` ends with NULL. */
struct redis_value *look_ask(struct look *look, const char *verb, const char *key, const char *const *rest);
/* The named fields of a hash, up to NULL; missing ones read as "". */
struct redis_value *look_fields(struct look *look, const char *key, const char *const *names,
                                const char *values_out[LOOK_FIELDS_MAX]);

/* The keys that begin with a prefix, one after the other; `at` starts at 0. NULL at the end. */
const char *look_next(const struct look *look, const char *prefix, size_t *at);

#endif
