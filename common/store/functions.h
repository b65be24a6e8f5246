/* The Redis function library: its text (embedded by the build), installing it, and checking what a server
 * has. */
#ifndef STORE_FUNCTIONS_H
#define STORE_FUNCTIONS_H

#include "io/redis.h"

extern const char store_functions_version[]; /* hash of the text */
extern const char store_functions_text[];

/* Asks for the version that a server has. */
void functions_version_command(struct redis_command *command);

/* Loads the library unless this version is there already. Replacing is one step: each call runs in the one or in the
 * other, whole. Programs that are connected are told, and judge again whether it is theirs. */
bool functions_install(struct redis_link *link, bool *changed_out, struct error *error) MUST_CHECK;

/* False, with the fix in the error, when the library is missing or another version. */
bool functions_check(struct redis_link *link, struct error *error) MUST_CHECK;

#endif
