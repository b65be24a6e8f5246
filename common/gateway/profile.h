/* A provider as data: how a message is written as a request, how the answer is read as an outcome, how
 * receipts and replies arrive. Profiles are files in <share_folder>/gateways/; the reader names the path
 * inside the file. Immutable.
 *
 *   kind      "simulator" or "provider"; region: where the provider keeps its data
 *   request   method "POST"; url with {url}; headers with {secret}; json: members of the body with {id}
 *             {sender} {to} {text} {encoding} {segments} {validity_hours} (a number if it is {segments} or
 *             {validity_hours} alone)
 *   accepted  status: those that accept; id: path of the gateway's id in the JSON answer
 *   outcomes  status (to status_to), and field with value if given → outcome; the first that matches
 *             decides. Else: 429 throttled, other 3xx and 4xx lane_stop, the rest unknown; what was not
 *             uploaded is always retry
 *   receipt   format "json" or "form"; names of ref, id, state; states: what each means (else: unknown)
 *   reply     format; names of id, from, to, text; number_form "e164" or "digits" (E.164 without '+')
 *
 * A name in JSON may be a dotted path ("data.id"). */
#ifndef GATEWAY_PROFILE_H
#define GATEWAY_PROFILE_H

#include "base/settings.h"

struct profile; /* owned; profile_free */

/* Reads <share_folder>/gateways/<name>.json. NULL with the error set. */
struct profile *profile_load(const struct settings *settings, const char *name,
                             struct error *error) MUST_CHECK;
/* The same from JSON text, for tests. */
struct profile *profile_parse(const char *bytes, size_t bytes_count, struct error *error) MUST_CHECK;
void profile_free(struct profile **profile);

/* Whether the profile talks to the simulator of people (a scaled clock is allowed only with such). */
bool profile_is_simulator(const struct profile *profile);

#endif
