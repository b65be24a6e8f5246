/* What a signature scheme holds, and how each kind of it is checked. Private to the gateway layer. */
#ifndef GATEWAY_SIGNATURE_SCHEME_H
#define GATEWAY_SIGNATURE_SCHEME_H

#include "gateway/signature.h"
#include "gateway/signature_code.h"

#define SIGNATURE_NAME_SIZE     65 /* of a header, a prefix */
#define SIGNATURE_TEMPLATE_SIZE 129

enum signature_kind {
    SIGNATURE_TWILIO,
    SIGNATURE_VONAGE,
    SIGNATURE_HMAC_SHA256,
    SIGNATURE_JWT_HS256,
    SIGNATURE_ED25519,
    SIGNATURE_BASIC,
};

struct signature_scheme {
    enum signature_kind kind;
    char header[SIGNATURE_NAME_SIZE];           /* "" = of no header */
    char prefix[SIGNATURE_NAME_SIZE];           /* before the signature, "" = none */
    char nonce_header[SIGNATURE_NAME_SIZE];     /* "" = none */
    char timestamp_header[SIGNATURE_NAME_SIZE]; /* "" = none */
    char template[SIGNATURE_TEMPLATE_SIZE];
    bool is_base64;      /* of HMAC-SHA256; else hex */
    bool hashes_at_end;  /* of Vonage: a plain MD5 with the secret at the end, no HMAC */
    enum code_hash hash; /* of Vonage */
    int64_t window_ms;   /* 0 = no time is checked */
};

/* What is checked: scheme, settings and webhook together. */
struct signature_case {
    const struct signature_scheme *scheme;
    const struct gateway_settings *gateway;
    const struct signature_input *input;
    int64_t wall_ms;
};

enum signature_verdict twilio_check(const struct signature_case *checked);
enum signature_verdict vonage_check(const struct signature_case *checked);
enum signature_verdict hmac_check(const struct signature_case *checked);
enum signature_verdict jwt_check(const struct signature_case *checked);
enum signature_verdict ed25519_check(const struct signature_case *checked);

/* A header of the webhook, "" = absent. */
const char *signature_header(const struct signature_input *input, const char *name);
/* Appends the URL as the provider was told it. */
void signature_url(const struct signature_case *checked, struct text *url);
/* Whether so many seconds since 1970 are within the window around now; true when the scheme has none. */
bool signature_is_fresh(const struct signature_case *checked, int64_t at_s);

/* The claims of a token of HS256 that this key made, as JSON text appended to claims; false when it is none. */
bool jwt_open(const char *token, const void *key, size_t key_bytes, struct text *claims) MUST_CHECK;

/* The public key that a text says in base64; false when it is none. */
bool ed25519_key_read(const char *text, unsigned char key_out[CODE_ED25519_KEY]) MUST_CHECK;

#endif
