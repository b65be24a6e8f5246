/* A provider as data: how a message is written as a request, how the answer is read as an outcome, how
 * receipts and replies arrive. Profiles are files in <share_folder>/gateways/; the reader names the path
 * inside the file. Immutable.
 *
 *   kind      "simulator" or "provider"
 *   region    where the provider keeps its data; outside_eu: whether that is outside the European Union, or what the
 *             URLs begin with for which it is (a provider must say): such need outside_eu = yes in the settings
 *   dedupes   it takes our {id} only once: what may have been sent may be sent again (false unless told)
 *   sender_names  whether a sender may be a name instead of a number (true unless told)
 *   rate_per_s    messages a second that are taken unasked
 *   webhook_answer  status 200..204 (200 unless told), deadline_ms
 *   signature     gateway/signature.h; of all its webhooks
 *   request   method "POST"; url; headers; the body, one of
 *               json  a tree of any shape: its texts are templates, and one that is {segments}, {validity_…} or
 *                     {to_number} alone is written as a number
 *               form  members, written as application/x-www-form-urlencoded
 *               text  the whole body, sent as it is (UTF-8)
 *             Templates hold, in the places that gateway/request_template.c allows: {url} {user} {secret} {basic}
 *             (user and secret in base64) {parameter:NAME} (of the setting parameters) {id} {sender} {sender_kind}
 *             {to} {to_number} {text} {encoding} {segments} {validity_hours} {validity_minutes} {validity_seconds}
 *             {validity_ms} {expires_at} (RFC 3339) {receipt_url} (our webhook for receipts, made of public_url)
 *             {receipt_url_basic} (with webhook_user and webhook_password in it).
 *             numbers "e164" (unless told) or "digits"; validity_hours_max; encoding: what stands for "gsm7" and
 *             "ucs2"; sender_kinds: what stands for "number", "short_code" and "name", where they are not called so
 *             batch     max messages; array: the member of json whose one item is written for each message; url and
 *             json where a request of several is another one than that of a single message
 *   accepted  status: those that accept; and either id: path of the gateway's id, with field and value (or values)
 *             if a member says so, or body_starts: how the answer's body may begin. In an array ("messages[].id")
 *             each says whether an item is a "message" or a "part"; ref: the path of our id in the item, otherwise
 *             items are in the order of the request
 *   outcomes  status (to status_to), and field with value (or values) if given → outcome; the first that matches
 *             decides. Else: 429 throttled, other 3xx and 4xx lane_stop, the rest unknown; what was not uploaded is
 *             always retry
 *   event     where one URL hears of everything: the member that names the event, which names are receipts, which
 *             replies; others are ignored
 *   receipt   format "json", "form" or "query" (a GET with everything in its query), or a list of these; names of
 *             ref, id, to (in number_form; id and to may be left out), state; exceptions: field with value (or
 *             values) → state, before states: what each state means (else: unknown); states_by "bits": a state is a
 *             decimal number, the first of the states with all its bits in that number decides
 *   reply     format; names of id, from, to (to_may_lack), text; in a query text may be left out: then it is a POST,
 *             whose body is the text; sent: when the person sent it; parts: ref, part and parts of a long text that
 *             comes in pieces; number_form "e164", "digits" (E.164 without '+') or "either"
 *
 * A name is a path ("data.id"); "results[].id" makes an item of each in the array, "errors[].code" elsewhere is any
 * of them; "query:ref" is in the webhook's query whatever its format is. Anywhere a member "comment" is let through. */
#ifndef GATEWAY_PROFILE_H
#define GATEWAY_PROFILE_H

#include "base/settings.h"
#include "gateway/signature.h"

struct profile; /* owned; profile_free */

enum webhook_kind { WEBHOOK_REPLY, WEBHOOK_RECEIPT };

/* Reads <share_folder>/gateways/<name>.json. NULL with the error set; also when a gateway of the settings that
 * uses this profile lacks a key that the profile's request needs. */
struct profile *profile_load(const struct settings *settings, const char *name,
                             struct error *error) MUST_CHECK;
/* From a file, without a look at settings; the error begins with the path. */
struct profile *profile_read_file(const char *path, struct error *error) MUST_CHECK;
/* From JSON text. */
struct profile *profile_parse(const char *bytes, size_t bytes_count, struct error *error) MUST_CHECK;
void profile_free(struct profile **profile);

/* Whether the profile talks to the simulator of people (a scaled clock is allowed only with such). */
bool profile_is_simulator(const struct profile *profile);

size_t profile_batch_max(const struct profile *profile); /* messages a request may carry; 1 = singles only */
bool profile_dedupes(const struct profile *profile); /* it takes our id only once: an unknown may be resent */
bool profile_tells_parts(
    const struct profile *profile); /* it answers, and sends receipts, for each part of a text */
bool profile_takes_names(const struct profile *profile);  /* a sender may be a name (alphanumeric) */
double profile_rate_per_s(const struct profile *profile); /* what the provider allows unasked; 0 = not told */
const char *profile_region(const struct profile *profile); /* where it keeps data */
/* Whether that is outside the European Union; SOME: for some of its URLs. */
enum outside_eu { OUTSIDE_NEVER, OUTSIDE_ALWAYS, OUTSIDE_SOME };
enum outside_eu profile_outside_eu(const struct profile *profile);
/* Whether a gateway of this profile with this URL keeps its data outside the European Union. */
bool profile_is_outside_eu(const struct profile *profile, const char *url);

/* Makes a list of the keys that a gateway of this profile needs in the settings: "user secret public_url"; `keys` begins empty. */
void profile_needs(const struct profile *profile, struct text *keys);

/* What a webhook is answered (always with an empty body), and within how long. */
int profile_answer_status(const struct profile *profile);
int64_t profile_answer_deadline_ms(const struct profile *profile); /* 0 = not told */
/* How webhooks of this URL are signed; borrowed; NULL = by nothing but the path's token. */
const struct signature_scheme *profile_signature(const struct profile *profile, enum webhook_kind url_kind);

#endif
