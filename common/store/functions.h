/* The Redis function library: its text (embedded by the build), installing it, and checking what a server
 * has. */
#ifndef STORE_FUNCTIONS_H
#define STORE_FUNCTIONS_H

#include "io/redis.h"

extern const char store_functions_version[]; /* hash of the text */
extern const char store_functions_text[];

/* Loads the library (FUNCTION LOAD REPLACE) unless this version is there already. */
bool functions_install(struct redis_link *link, bool *changed_out, struct error *error) MUST_CHECK;

/* False, with the fix in the error, when the library is missing or another version. */
bool functions_check(struct redis_link *link, struct error *error) MUST_CHECK;

#endif
