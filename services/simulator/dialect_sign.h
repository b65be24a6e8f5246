/* How providers sign their webhooks, seen from the signing side: with OpenSSL and code of its own, so that an error
 * here or in what verifies is seen by the other. */
#ifndef SIMULATOR_DIALECT_SIGN_H
#define SIMULATOR_DIALECT_SIGN_H

#include "base/error.h"
#include "base/text.h"

#define SIGN_FIELDS_MAX 24
/* Names and values of a form before encoding, in the order of the body; borrowed. */
struct sign_fields {
    size_t count;
    const char *names[SIGN_FIELDS_MAX], *values[SIGN_FIELDS_MAX];
};
void sign_field(struct sign_fields *fields, const char *name, const char *value);
/* Appends the body. */
void sign_form(const struct sign_fields *fields, struct text *out);

/* Twilio: HMAC-SHA1 in base64 over the URL and every name with its value, by name. Appends. */
void sign_twilio(const char *token, const char *url, const struct sign_fields *fields, struct text *out);
/* Vonage: HMAC-SHA256 in hex over "&name=value", by name; '&' and '=' in a value count as '_'. Appends. */
void sign_vonage(const char *secret, const struct sign_fields *fields, struct text *out);
/* HMAC-SHA256 of a text, in hex or base64. Appends. */
void sign_hmac_hex(const char *secret, const struct text *signs, struct text *out);
void sign_hmac_base64(const char *secret, const struct text *signs, struct text *out);
/* Ed25519 in base64, the private key's seed in base64. Appends; false when the seed is none. */
bool sign_ed25519(const char *seed_base64, const struct text *signs, struct text *out) MUST_CHECK;

#endif
