/* Reading a scheme from a profile, what it wants of the settings, and what its verdicts are called. Knows what members each
 * kind has; how each is checked stands in files of their own. */
#include "gateway/signature.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "gateway/signature_scheme.h"

#define WINDOW_MAX_S     86400
#define WINDOW_DEFAULT_S 300

static const char *const kinds[] = {
    [SIGNATURE_TWILIO] = "twilio",           [SIGNATURE_VONAGE] = "vonage",
    [SIGNATURE_HMAC_SHA256] = "hmac_sha256", [SIGNATURE_JWT_HS256] = "jwt_hs256",
    [SIGNATURE_ED25519] = "ed25519",         [SIGNATURE_BASIC] = "basic"};
#define KINDS (sizeof kinds / sizeof kinds[0])

static void scheme_read(struct signature_scheme *scheme, struct json_reader *reader);
static void read_hash(struct signature_scheme *scheme, struct json_reader *reader);
static void read_encoding(struct signature_scheme *scheme, struct json_reader *reader);
static void read_template(struct signature_scheme *scheme, struct json_reader *reader, const char *otherwise);
static void read_header(struct json_reader *reader, const char *member, const char *otherwise,
                        char out[SIGNATURE_NAME_SIZE]);
static void read_window(struct signature_scheme *scheme, struct json_reader *reader, int64_t otherwise_s);

struct signature_scheme *signature_scheme_read(struct json_reader *profile_root, const char *member)
{
    struct json_reader reader;
    if (!json_has(profile_root, member))
        return NULL;
    json_object(profile_root, member, &reader);
    const char *name = json_string(&reader, "scheme", 1, 64);
    struct signature_scheme *scheme = NULL;
    size_t kind = 0;
    while (kind < KINDS && strcmp(kinds[kind], name) != 0)
        kind++;
    if (kind < KINDS) {
        scheme = memory_zeroed(1, sizeof *scheme);
        scheme->kind = (enum signature_kind)kind;
        scheme_read(scheme, &reader);
    } else if (strcmp(name, "none") != 0) {
        json_problem(&reader, "scheme",
                     "expected twilio, vonage, hmac_sha256, jwt_hs256, ed25519, basic or none");
    }
    if (!json_finish(&reader))
        signature_scheme_free(&scheme);
    return scheme;
}

void signature_scheme_free(struct signature_scheme **scheme)
{
    free(*scheme);
    *scheme = NULL;
}

const char *signature_scheme_name(const struct signature_scheme *scheme)
{
    return kinds[scheme->kind];
}

/* --- members --- */

static void scheme_read(struct signature_scheme *scheme, struct json_reader *reader)
{
    switch (scheme->kind) {
    case SIGNATURE_TWILIO:
        read_header(reader, "header", "X-Twilio-Signature", scheme->header);
        break;
    case SIGNATURE_VONAGE:
        read_hash(scheme, reader);
        read_window(scheme, reader, 0);
        break;
    case SIGNATURE_HMAC_SHA256:
        read_header(reader, "header", NULL, scheme->header);
        read_encoding(scheme, reader);
        (void)text_copy(scheme->prefix, sizeof scheme->prefix,
                        json_string_or(reader, "prefix", SIGNATURE_NAME_SIZE - 1, ""));
        read_template(scheme, reader, "{body}");
        read_window(scheme, reader, 0);
        break;
    case SIGNATURE_JWT_HS256:
        read_header(reader, "header", "Authorization", scheme->header);
        (void)text_copy(scheme->prefix, sizeof scheme->prefix,
                        json_string_or(reader, "prefix", SIGNATURE_NAME_SIZE - 1, "Bearer "));
        read_window(scheme, reader, WINDOW_DEFAULT_S);
        break;
    case SIGNATURE_ED25519:
        read_header(reader, "header", NULL, scheme->header);
        read_template(scheme, reader, "{timestamp}|{body}");
        read_window(scheme, reader, WINDOW_DEFAULT_S);
        break;
    case SIGNATURE_BASIC:
        break;
    }
}

static void read_hash(struct signature_scheme *scheme, struct json_reader *reader)
{
    static const struct {
        const char *name;
        enum code_hash hash;
        bool at_end;
    } hashes[] = {{"md5hash", CODE_MD5, true},
                  {"md5", CODE_MD5, false},
                  {"sha1", CODE_SHA1, false},
                  {"sha256", CODE_SHA256, false},
                  {"sha512", CODE_SHA512, false}};
    const char *name = json_string(reader, "hash", 1, 16);
    for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++) {
        if (strcmp(hashes[i].name, name) == 0) {
            scheme->hash = hashes[i].hash;
            scheme->hashes_at_end = hashes[i].at_end;
            return;
        }
    }
    json_problem(reader, "hash", "expected md5hash, md5, sha1, sha256 or sha512");
}

static void read_encoding(struct signature_scheme *scheme, struct json_reader *reader)
{
    const char *encoding = json_string(reader, "encoding", 1, 16);
    scheme->is_base64 = strcmp(encoding, "base64") == 0;
    if (!scheme->is_base64 && strcmp(encoding, "hex") != 0)
        json_problem(reader, "encoding", "expected hex or base64");
}

/* Whether the template is text and placeholders, each of which may stand there. */
static bool template_is_sound(const char *template)
{
    static const char *const places[] = {"{body}", "{nonce}", "{timestamp}", "{url}"};
    for (const char *brace = strpbrk(template, "{}"); brace != NULL; brace = strpbrk(template, "{}")) {
        size_t place = 0;
        while (place < 4 && strncmp(brace, places[place], strlen(places[place])) != 0)
            place++;
        if (place == 4)
            return false;
        template = brace + strlen(places[place]);
    }
    return true;
}

/* The template, and the headers that it needs. */
static void read_template(struct signature_scheme *scheme, struct json_reader *reader, const char *otherwise)
{
    (void)text_copy(scheme->template, sizeof scheme->template,
                    json_string_or(reader, "template", SIGNATURE_TEMPLATE_SIZE - 1, otherwise));
    if (!template_is_sound(scheme->template) || strstr(scheme->template, "{body}") == NULL)
        json_problem(reader, "template",
                     "expected text with {body}, {nonce}, {timestamp} and {url}, the "
                     "body at least");
    if (strstr(scheme->template, "{nonce}") != NULL)
        read_header(reader, "nonce_header", NULL, scheme->nonce_header);
    if (strstr(scheme->template, "{timestamp}") != NULL)
        read_header(reader, "timestamp_header", NULL, scheme->timestamp_header);
    else if (json_has(reader, "window_s") || scheme->kind == SIGNATURE_ED25519)
        json_problem(reader, "template", "a window needs {timestamp}");
}

/* `otherwise` NULL = required. */
static void read_header(struct json_reader *reader, const char *member, const char *otherwise,
                        char out[SIGNATURE_NAME_SIZE])
{
    const char *name = otherwise == NULL ? json_string(reader, member, 1, SIGNATURE_NAME_SIZE - 1)
                                         : json_string_or(reader, member, SIGNATURE_NAME_SIZE - 1, otherwise);
    if (name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
        json_problem(reader, member, "a name that is not one of a header");
    (void)text_copy(out, SIGNATURE_NAME_SIZE, name);
}

static void read_window(struct signature_scheme *scheme, struct json_reader *reader, int64_t otherwise_s)
{
    scheme->window_ms = json_int_or(reader, "window_s", 1, WINDOW_MAX_S, otherwise_s) * 1000;
}

/* --- what it wants of the settings --- */

static bool uses_url(const struct signature_scheme *scheme)
{
    return scheme->kind == SIGNATURE_TWILIO || strstr(scheme->template, "{url}") != NULL;
}

static bool need(const struct gateway_settings *gateway, const char *key, const char *value,
                 const struct signature_scheme *scheme, struct error *error)
{
    return value[0] != '\0' ||
           error_set(error, "[gateway:%s] %s: missing, the signature \"%s\" of its profile needs it",
                     gateway->name, key, kinds[scheme->kind]);
}

bool signature_settings_check(const struct signature_scheme *scheme, const struct gateway_settings *gateway,
                              struct error *error)
{
    unsigned char key[CODE_ED25519_KEY];
    if (scheme == NULL)
        return true;
    if (scheme->kind == SIGNATURE_BASIC) {
        if (strchr(gateway->webhook_user, ':') != NULL)
            return error_set(error, "[gateway:%s] webhook_user: may not hold a colon", gateway->name);
        return need(gateway, "webhook_user", gateway->webhook_user, scheme, error) &&
               need(gateway, "webhook_password", gateway->webhook_password, scheme, error);
    }
    if (!need(gateway, "webhook_secret", gateway->webhook_secret, scheme, error) ||
        (uses_url(scheme) && !need(gateway, "public_url", gateway->public_url, scheme, error)))
        return false;
    return scheme->kind != SIGNATURE_ED25519 || ed25519_key_read(gateway->webhook_secret, key) ||
           error_set(
               error,
               "[gateway:%s] webhook_secret: must be the public key of the provider, 44 characters of base64",
               gateway->name);
}

static void key_add(struct text *keys, const char *key)
{
    if (keys->chars == NULL || strstr(keys->chars, key) == NULL)
        text_addf(keys, "%s%s", keys->bytes > 0 ? " " : "", key);
}

void signature_needs(const struct signature_scheme *scheme, struct text *keys)
{
    if (scheme == NULL)
        return;
    key_add(keys, scheme->kind == SIGNATURE_BASIC ? "webhook_user" : "webhook_secret");
    if (scheme->kind == SIGNATURE_BASIC)
        key_add(keys, "webhook_password");
    else if (uses_url(scheme))
        key_add(keys, "public_url");
}

/* --- verdicts --- */

static enum signature_verdict basic_check(const struct signature_case *checked)
{
    static const char word[] = "Basic ";
    const char *shown = signature_header(checked->input, "Authorization");
    unsigned char expected[2 * sizeof checked->gateway->webhook_user];
    struct text pair = {0};
    size_t bytes = 0;
    if (shown[0] == '\0')
        return SIGNATURE_MISSING;
    if (strncasecmp(shown, word, strlen(word)) != 0 ||
        !code_base64_read(CODE_BASE64, shown + strlen(word), strlen(shown) - strlen(word), expected,
                          sizeof expected - 1, &bytes))
        return SIGNATURE_WRONG;
    expected[bytes] = '\0';
    text_addf(&pair, "%s:%s", checked->gateway->webhook_user, checked->gateway->webhook_password);
    bool good = bytes == strlen((const char *)expected) && secret_equal((const char *)expected, pair.chars);
    secret_forget(pair.chars, pair.bytes);
    secret_forget(expected, sizeof expected);
    text_free(&pair);
    return good ? SIGNATURE_GOOD : SIGNATURE_WRONG;
}

enum signature_verdict signature_check(const struct signature_scheme *scheme,
                                       const struct gateway_settings *gateway,
                                       const struct signature_input *input, int64_t wall_ms)
{
    const struct signature_case checked = {
        .scheme = scheme, .gateway = gateway, .input = input, .wall_ms = wall_ms};
    if (scheme == NULL)
        return SIGNATURE_GOOD;
    switch (scheme->kind) {
    case SIGNATURE_TWILIO:
        return twilio_check(&checked);
    case SIGNATURE_VONAGE:
        return vonage_check(&checked);
    case SIGNATURE_HMAC_SHA256:
        return hmac_check(&checked);
    case SIGNATURE_JWT_HS256:
        return jwt_check(&checked);
    case SIGNATURE_ED25519:
        return ed25519_check(&checked);
    case SIGNATURE_BASIC:
        return basic_check(&checked);
    }
    return SIGNATURE_WRONG;
}

const char *signature_verdict_name(enum signature_verdict verdict)
{
    switch (verdict) {
    case SIGNATURE_GOOD:
        return "good";
    case SIGNATURE_MISSING:
        return "signature_missing";
    case SIGNATURE_WRONG:
        return "signature_wrong";
    case SIGNATURE_STALE:
        return "signature_stale";
    }
    return "signature_wrong";
}

const char *signature_fix(const struct signature_scheme *scheme, enum signature_verdict verdict)
{
    if (verdict == SIGNATURE_STALE)
        return "check the clock of this machine; what comes again and again is a replay";
    if (verdict == SIGNATURE_MISSING)
        return "check that the provider signs its webhooks, and that the web server in front passes headers "
               "on";
    if (scheme->kind == SIGNATURE_BASIC)
        return "check webhook_user and webhook_password";
    return uses_url(scheme) ? "check webhook_secret and public_url" : "check webhook_secret";
}

bool signature_is_basic(const struct signature_scheme *scheme)
{
    return scheme != NULL && scheme->kind == SIGNATURE_BASIC;
}
