/* A provider as data: how a message is written as a request, how the answer is read as an outcome, how
 * receipts and replies arrive. Profiles are files in <share_folder>/gateways/; the reader names the path
 * inside the file. Immutable.
 *
 *   kind      "simulator" or "provider"; region: where the provider keeps its data
 *   request   method "POST"; url with {url}; headers with {user} and {secret}; the body, one of
 *               json  members, each a text, or a number if it is {segments} or {validity_…} alone
 *               form  members, written as application/x-www-form-urlencoded
 *               text  the whole body, sent as it is (UTF-8)
 *             with {text}, and like the headers with {id} {sender} {to} {encoding} {segments}
 *             {validity_hours} {validity_minutes} {receipt_url} (our webhook for receipts, made of the
 *             gateway's public_url); encoding: what stands for "gsm7" and "ucs2" where they are not called so
 *   accepted  status: those that accept; and either id: path of the gateway's id in the JSON answer, or
 *             body_starts: how the answer's body may begin
 *   outcomes  status (to status_to), and field with value if given → outcome; the first that matches
 *             decides. Else: 429 throttled, other 3xx and 4xx lane_stop, the rest unknown; what was not
 *             uploaded is always retry
 *   receipt   format "json", "form" or "query" (a GET with everything in its query); names of ref, id (may be
 *             left out), state; states: what each means (else: unknown); states_by "bits": a state is a
 *             decimal number, the first of the states with all its bits in that number decides
 *   reply     format; names of id, from, to, text; in a query text may be left out: then it is a POST, whose
 *             body is the text; number_form "e164", "digits" (E.164 without '+') or "either"
 *
 * A name in JSON may be a dotted path ("data.id"). */
#ifndef GATEWAY_PROFILE_H
#define GATEWAY_PROFILE_H

#include "base/settings.h"

struct profile; /* owned; profile_free */

/* Reads <share_folder>/gateways/<name>.json. NULL with the error set; also when a gateway of the settings that
 * uses this profile lacks a key that the profile's request needs. */
struct profile *profile_load(const struct settings *settings, const char *name,
                             struct error *error) MUST_CHECK;
/* The same from JSON text, for tests. */
struct profile *profile_parse(const char *bytes, size_t bytes_count, struct error *error) MUST_CHECK;
void profile_free(struct profile **profile);

/* Whether the profile talks to the simulator of people (a scaled clock is allowed only with such). */
bool profile_is_simulator(const struct profile *profile);

#endif
