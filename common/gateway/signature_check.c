/* Signatures over the URL and named values (Twilio, Vonage) and over a template (HMAC-SHA256, Ed25519). Each makes what
 * the provider must have signed and compares; nothing that was sent decides how it is judged, but a bodySHA256 in the
 * signed URL. */
#include <stdlib.h>
#include <string.h>

#include "gateway/signature_params.h"
#include "gateway/signature_scheme.h"

#define TIMESTAMP_MAX_S INT64_C(99999999999)

const char *signature_header(const struct signature_input *input, const char *name)
{
    return input->header(input->context, name);
}

void signature_url(const struct signature_case *checked, struct text *url)
{
    const struct signature_input *input = checked->input;
    text_addf(url, "%s%s%s%s", checked->gateway->public_url, input->path, input->query[0] != '\0' ? "?" : "",
              input->query);
}

bool signature_is_fresh(const struct signature_case *checked, int64_t at_s)
{
    int64_t window_ms = checked->scheme->window_ms, age_ms = checked->wall_ms - at_s * 1000;
    return window_ms == 0 || (age_ms <= window_ms && age_ms >= -window_ms);
}

/* --- Twilio --- */

/* The body must be what the URL says it is. NULL = the URL says nothing of it. */
static const char *body_code(const struct signature_params *query)
{
    return params_value(query, "bodySHA256");
}

static bool body_is(const struct signature_input *input, const char *code)
{
    unsigned char digest[CODE_BYTES_MAX];
    size_t bytes = code_digest(CODE_SHA256, input->body, input->body_bytes, digest);
    return code_is_hex(digest, bytes, code);
}

static bool twilio_form_add(const struct signature_input *input, struct text *written)
{
    struct signature_params params = {.count = 0};
    bool read = params_read_form(input->body, input->body_bytes, &params);
    if (read)
        params_sort(&params);
    for (size_t i = 0; read && i < params.count; i++) {
        const struct signature_param *now = &params.items[i], *before = i == 0 ? NULL : now - 1;
        if (before == NULL || strcmp(before->name, now->name) != 0 || strcmp(before->value, now->value) != 0)
            text_addf(written, "%s%s", now->name, now->value);
    }
    params_clear(&params);
    return read;
}

enum signature_verdict twilio_check(const struct signature_case *checked)
{
    const struct signature_input *input = checked->input;
    const char *shown = signature_header(input, checked->scheme->header),
               *secret = checked->gateway->webhook_secret;
    struct signature_params query = {.count = 0};
    struct text written = {0};
    unsigned char code[CODE_BYTES_MAX];
    if (shown[0] == '\0')
        return SIGNATURE_MISSING;
    signature_url(checked, &written);
    bool good = params_read_form(input->query, strlen(input->query), &query);
    if (good)
        good =
            body_code(&query) != NULL ? body_is(input, body_code(&query)) : twilio_form_add(input, &written);
    if (good) {
        size_t bytes = code_hmac(CODE_SHA1, secret, strlen(secret), written.chars, written.bytes, code);
        good = code_is_base64(code, bytes, shown);
    }
    params_clear(&query);
    text_free(&written);
    return good ? SIGNATURE_GOOD : SIGNATURE_WRONG;
}

/* --- Vonage --- */

static bool vonage_params(const struct signature_input *input, struct signature_params *params)
{
    if (input->body_bytes == 0)
        return params_read_form(input->query, strlen(input->query), params);
    if (strncasecmp(input->content_type, "application/json", strlen("application/json")) == 0)
        return params_read_json(input->body, input->body_bytes, params);
    return params_read_form(input->body, input->body_bytes, params);
}

static bool vonage_is_signed(const struct signature_case *checked, const struct signature_params *params,
                             const char *shown)
{
    const struct signature_scheme *scheme = checked->scheme;
    const char *secret = checked->gateway->webhook_secret;
    struct text written = {0};
    unsigned char code[CODE_BYTES_MAX];
    for (size_t i = 0; i < params->count; i++) {
        if (strcmp(params->items[i].name, "sig") == 0)
            continue;
        text_addf(&written, "&%s=", params->items[i].name);
        for (const char *at = params->items[i].value; *at != '\0'; at++)
            text_add_bytes(&written, *at == '&' || *at == '=' ? "_" : at, 1);
    }
    if (scheme->hashes_at_end)
        text_add(&written, secret);
    text_add(&written, "");
    size_t bytes = scheme->hashes_at_end
                       ? code_digest(scheme->hash, written.chars, written.bytes, code)
                       : code_hmac(scheme->hash, secret, strlen(secret), written.chars, written.bytes, code);
    bool good = code_is_hex(code, bytes, shown);
    text_free(&written);
    return good;
}

enum signature_verdict vonage_check(const struct signature_case *checked)
{
    struct signature_params params = {.count = 0};
    int64_t at_s = 0;
    bool read = vonage_params(checked->input, &params);
    const char *shown = read ? params_value(&params, "sig") : NULL;
    enum signature_verdict verdict = read ? SIGNATURE_MISSING : SIGNATURE_WRONG;
    if (shown != NULL) {
        params_sort(&params);
        shown = params_value(&params, "sig");
        const char *at = params_value(&params, "timestamp");
        bool timed =
            checked->scheme->window_ms == 0 || (at != NULL && text_to_int(at, 0, TIMESTAMP_MAX_S, &at_s));
        bool good = timed && vonage_is_signed(checked, &params, shown);
        verdict = !good                               ? SIGNATURE_WRONG
                  : signature_is_fresh(checked, at_s) ? SIGNATURE_GOOD
                                                      : SIGNATURE_STALE;
    }
    params_clear(&params);
    return verdict;
}

/* --- templates --- */

/* Appends what was signed; false when the webhook lacks the time or the nonce of it. */
static bool template_write(const struct signature_case *checked, struct text *written)
{
    const struct signature_input *input = checked->input;
    const char *nonce = signature_header(input, checked->scheme->nonce_header);
    const char *timestamp = signature_header(input, checked->scheme->timestamp_header);
    for (const char *at = checked->scheme->template; *at != '\0';) {
        size_t plain = strcspn(at, "{");
        text_add_bytes(written, at, plain);
        at += plain;
        if (strncmp(at, "{body}", 6) == 0)
            text_add_bytes(written, input->body, input->body_bytes);
        else if (strncmp(at, "{url}", 5) == 0)
            signature_url(checked, written);
        else if (strncmp(at, "{nonce}", 7) == 0)
            text_add(written, nonce);
        else if (strncmp(at, "{timestamp}", 11) == 0)
            text_add(written, timestamp);
        at += strcspn(at, "}") + (*at != '\0');
    }
    text_add(written, "");
    return (checked->scheme->nonce_header[0] == '\0' || nonce[0] != '\0') &&
           (checked->scheme->timestamp_header[0] == '\0' || timestamp[0] != '\0');
}

/* The signature without its prefix; "" when there is none, NULL when the prefix is another. */
static const char *shown_signature(const struct signature_case *checked)
{
    const char *shown = signature_header(checked->input, checked->scheme->header);
    size_t prefix_chars = strlen(checked->scheme->prefix);
    if (shown[0] == '\0')
        return "";
    return strncmp(shown, checked->scheme->prefix, prefix_chars) == 0 ? shown + prefix_chars : NULL;
}

static bool hmac_is_good(const struct signature_case *checked, const struct text *written, const char *shown)
{
    unsigned char code[CODE_BYTES_MAX];
    const char *secret = checked->gateway->webhook_secret;
    size_t bytes = code_hmac(CODE_SHA256, secret, strlen(secret), written->chars, written->bytes, code);
    return checked->scheme->is_base64 ? code_is_base64(code, bytes, shown) : code_is_hex(code, bytes, shown);
}

static bool ed25519_is_good(const struct signature_case *checked, const struct text *written,
                            const char *shown)
{
    unsigned char key[CODE_ED25519_KEY], sign[CODE_ED25519_SIGN];
    size_t bytes = 0;
    return ed25519_key_read(checked->gateway->webhook_secret, key) &&
           code_base64_read(CODE_BASE64, shown, strlen(shown), sign, sizeof sign, &bytes) &&
           bytes == sizeof sign && code_ed25519_is_good(key, written->chars, written->bytes, sign);
}

static enum signature_verdict template_check(const struct signature_case *checked,
                                             bool (*is_good)(const struct signature_case *checked,
                                                             const struct text *written, const char *shown))
{
    const char *shown = shown_signature(checked), *time_header = checked->scheme->timestamp_header;
    struct text written = {0};
    int64_t at_s = 0;
    if (shown != NULL && shown[0] == '\0')
        return SIGNATURE_MISSING;
    bool timed = time_header[0] == '\0' ||
                 text_to_int(signature_header(checked->input, time_header), 0, TIMESTAMP_MAX_S, &at_s);
    bool good =
        shown != NULL && timed && template_write(checked, &written) && is_good(checked, &written, shown);
    text_free(&written);
    if (!good)
        return SIGNATURE_WRONG;
    return signature_is_fresh(checked, at_s) ? SIGNATURE_GOOD : SIGNATURE_STALE;
}

enum signature_verdict hmac_check(const struct signature_case *checked)
{
    return template_check(checked, hmac_is_good);
}

enum signature_verdict ed25519_check(const struct signature_case *checked)
{
    return template_check(checked, ed25519_is_good);
}

bool ed25519_key_read(const char *text, unsigned char key_out[CODE_ED25519_KEY])
{
    size_t bytes = 0;
    return code_base64_read(CODE_BASE64, text, strlen(text), key_out, CODE_ED25519_KEY, &bytes) &&
           bytes == CODE_ED25519_KEY;
}
