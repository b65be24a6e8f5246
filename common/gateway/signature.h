/* Who sends a webhook: the ways in which providers sign what they send. Judged on the raw bytes, before anything of
 * them is read by the profile; comparisons take as long wherever they differ. Pure; knows nothing of HTTP.
 *
 * In a profile, the member "signature"; without it the path token alone decides ("scheme": "none" says the same):
 *
 *   {"scheme": "twilio", "header": "X-Twilio-Signature"}
 *       HMAC-SHA1, base64, of the URL and of each name and value of the form in the body, sorted; a body that is no form
 *       is vouched for by its SHA-256 in the URL, bodySHA256. Settings: webhook_secret, public_url
 *   {"scheme": "vonage", "hash": "md5hash|md5|sha1|sha256|sha512", "window_s": 300}
 *       the parameter sig of the query, form or JSON object, over all others; window_s (may be left out) bounds the age
 *       of the parameter timestamp. Setting: webhook_secret
 *   {"scheme": "hmac_sha256", "header": "Signature", "encoding": "hex|base64", "prefix": "v1=",
 *    "template": "{body}.{nonce}.{timestamp}", "nonce_header": …, "timestamp_header": …, "window_s": 300}
 *       the template, "{body}" unless told, also has {url}; prefix, the headers of nonce and timestamp (seconds) and
 *       window_s only where the template needs them. Setting: webhook_secret; with {url} also public_url
 *   {"scheme": "jwt_hs256", "header": "Authorization", "prefix": "Bearer ", "window_s": 300}
 *       a JSON web token of HS256 whose iat is within the window (300 s unless told) and whose payload_hash is the
 *       SHA-256 of the body, in hex; header and prefix as shown unless told. Setting: webhook_secret
 *   {"scheme": "ed25519", "header": "telnyx-signature-ed25519", "timestamp_header": "telnyx-timestamp",
 *    "template": "{timestamp}|{body}", "window_s": 300}
 *       base64. Setting: webhook_secret, the provider's public key in base64
 *   {"scheme": "basic"}
 *       Settings: webhook_user, webhook_password
 *
 * Only "twilio" and templates with {url} are made for a URL: public_url of the settings with path and query as they
 * came, never the Host of the request. */
#ifndef GATEWAY_SIGNATURE_H
#define GATEWAY_SIGNATURE_H

#include "base/json.h"
#include "base/settings.h"

struct signature_scheme; /* owned; signature_scheme_free. Immutable */

/* Reads the member of a profile's root. NULL when it is absent or "none", and with a problem, which the reader keeps.
 * Returns owned. */
struct signature_scheme *signature_scheme_read(struct json_reader *profile_root, const char *member);
void signature_scheme_free(struct signature_scheme **scheme);
const char *signature_scheme_name(const struct signature_scheme *scheme); /* "twilio", … */

/* Whether the gateway has the settings that the scheme (NULL needs none) wants, in a form that can be used; the error
 * names the key that lacks. */
bool signature_settings_check(const struct signature_scheme *scheme, const struct gateway_settings *gateway,
                              struct error *error) MUST_CHECK;

/* Appends what signature_settings_check wants to a list of keys with spaces between, which may hold some of them. */
void signature_needs(const struct signature_scheme *scheme, struct text *keys);

/* A webhook as it came; borrowed. */
struct signature_input {
    const char *path;         /* undecoded */
    const char *query;        /* undecoded, "" = none */
    const char *content_type; /* "" = none */
    const char *body;
    size_t body_bytes;
    const char *(*header)(void *context, const char *name); /* "" = absent */
    void *context;
};

enum signature_verdict {
    SIGNATURE_GOOD,
    SIGNATURE_MISSING,
    SIGNATURE_WRONG,
    SIGNATURE_STALE, /* right, but made too long ago or ahead */
};
const char *signature_verdict_name(enum signature_verdict verdict); /* "signature_missing", … */

/* `wall_ms` is wall time, whatever clock the service runs by; scheme NULL is always GOOD. */
enum signature_verdict signature_check(const struct signature_scheme *scheme,
                                       const struct gateway_settings *gateway,
                                       const struct signature_input *input, int64_t wall_ms) MUST_CHECK;

/* What an operator may do about it: the keys to look at; a literal. */
const char *signature_fix(const struct signature_scheme *scheme, enum signature_verdict verdict);

/* Whether a refusal must ask for a name and password (RFC 7617: WWW-Authenticate). */
bool signature_is_basic(const struct signature_scheme *scheme);

#endif
