/* Signatures of webhooks, by tests/vectors/signatures.json: the vectors of the RFCs, the providers' published ones, and
 * others that were computed apart from this program. Every bit of what a signature covers is flipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "gateway/signature.h"
#include "gateway/signature_code.h"
#include "gateway/signature_scheme.h"

#define HEADERS_MAX  4
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static cJSON *vectors;

static const char *member(const cJSON *row, const char *name)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(row, name);
    assert_true(cJSON_IsString(found));
    return found->valuestring;
}

static size_t unhex(const char *hex, unsigned char *out)
{
    size_t bytes = strlen(hex) / 2;
    for (size_t i = 0; i < bytes; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        out[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
    return bytes;
}

/* --- codes --- */

static void hmac_is_that_of_rfc_4231(void **state)
{
    (void)state;
    const cJSON *row;
    size_t rows = 0;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(vectors, "hmac_sha256"))
    {
        unsigned char key[256], data[256], code[CODE_BYTES_MAX];
        size_t key_bytes = unhex(member(row, "key"), key), data_bytes = unhex(member(row, "data"), data);
        assert_int_equal(code_hmac(CODE_SHA256, key, key_bytes, data, data_bytes, code), 32);
        assert_true(code_is_hex(code, 32, member(row, "code")));
        rows++;
    }
    assert_int_equal(rows, 6);
}

static void ed25519_is_that_of_rfc_8032(void **state)
{
    (void)state;
    const cJSON *row;
    size_t rows = 0;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(vectors, "ed25519"))
    {
        unsigned char key[64], message[256], sign[128];
        assert_int_equal(unhex(member(row, "public"), key), CODE_ED25519_KEY);
        size_t bytes = unhex(member(row, "message"), message);
        assert_int_equal(unhex(member(row, "signature"), sign), CODE_ED25519_SIGN);
        assert_true(code_ed25519_is_good(key, message, bytes, sign));
        for (size_t bit = 0; bit < 8 * CODE_ED25519_SIGN; bit++) {
            sign[bit / 8] ^= (unsigned char)(1U << bit % 8);
            assert_false(code_ed25519_is_good(key, message, bytes, sign));
            sign[bit / 8] ^= (unsigned char)(1U << bit % 8);
        }
        message[bytes] = 0;
        assert_false(code_ed25519_is_good(key, message, bytes + 1, sign));
        rows++;
    }
    assert_int_equal(rows, 4);
}

static void a_token_is_that_of_rfc_7515(void **state)
{
    (void)state;
    const cJSON *row = cJSON_GetArrayItem(cJSON_GetObjectItem(vectors, "jwt"), 0);
    unsigned char key[128] = {0};
    size_t key_bytes = unhex(member(row, "key"), key);
    assert_true(key_bytes > 0);
    struct text claims = {0};
    assert_true(jwt_open(member(row, "token"), key, key_bytes, &claims));
    assert_string_equal(claims.chars, member(row, "claims"));
    text_clear(&claims);
    key[0] ^= 1;
    assert_false(jwt_open(member(row, "token"), key, key_bytes, &claims));
    text_free(&claims);
}

static void base64_has_one_way_of_being_written(void **state)
{
    (void)state;
    static const struct {
        enum code_alphabet alphabet;
        const char *text, *bytes; /* NULL = refused */
    } rows[] = {
        {CODE_BASE64, "", ""},          {CODE_BASE64, "Zg==", "f"},    {CODE_BASE64, "Zm8=", "fo"},
        {CODE_BASE64, "Zm9v", "foo"},   {CODE_BASE64, "Zh==", NULL},   {CODE_BASE64, "Zm9=", NULL},
        {CODE_BASE64, "Zg=", NULL},     {CODE_BASE64, "Zg", NULL},     {CODE_BASE64, "Z===", NULL},
        {CODE_BASE64, "====", NULL},    {CODE_BASE64, "Zm9v\n", NULL}, {CODE_BASE64, "Zm 9", NULL},
        {CODE_BASE64, "fn5+", "~~~"},   {CODE_BASE64, "fn5-", NULL},   {CODE_BASE64URL, "fn5-", "~~~"},
        {CODE_BASE64URL, "fn5+", NULL}, {CODE_BASE64URL, "Zg", "f"},   {CODE_BASE64URL, "Zg==", NULL},
        {CODE_BASE64URL, "Zh", NULL},   {CODE_BASE64URL, "Z", NULL},   {CODE_BASE64, "Zm9vZm9v", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        unsigned char out[4];
        size_t bytes = 0;
        bool read =
            code_base64_read(rows[i].alphabet, rows[i].text, strlen(rows[i].text), out, sizeof out, &bytes);
        if (read != (rows[i].bytes != NULL))
            fail_msg("%s is %s", rows[i].text, read ? "read" : "refused");
        if (read) {
            assert_int_equal(bytes, strlen(rows[i].bytes));
            assert_memory_equal(out, rows[i].bytes, bytes);
        }
    }
}

/* --- webhooks --- */

/* A row as bytes that may be changed. */
struct webhook {
    struct signature_scheme *scheme;
    struct gateway_settings gateway;
    char *path, *query, *body;
    const char *content_type;
    size_t body_bytes, headers_count;
    const char *names[HEADERS_MAX];
    char *values[HEADERS_MAX];
    int64_t wall_ms;
    const char *name, *verdict;
};

static const char *header_find(void *context, const char *name)
{
    const struct webhook *webhook = context;
    for (size_t i = 0; i < webhook->headers_count; i++)
        if (strcasecmp(webhook->names[i], name) == 0)
            return webhook->values[i];
    return "";
}

static const char *verdict_of(struct webhook *webhook)
{
    const struct signature_input input = {.path = webhook->path,
                                          .query = webhook->query,
                                          .content_type = webhook->content_type,
                                          .body = webhook->body,
                                          .body_bytes = webhook->body_bytes,
                                          .header = header_find,
                                          .context = webhook};
    return signature_verdict_name(
        signature_check(webhook->scheme, &webhook->gateway, &input, webhook->wall_ms));
}

static void setting(const cJSON *settings, const char *key, char *out, size_t out_size)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(settings, key);
    if (found != NULL)
        assert_true(text_copy(out, out_size, found->valuestring));
}

static struct signature_scheme *scheme_parse(const cJSON *profile, struct error *error)
{
    struct json_reader reader;
    json_reader_root(&reader, profile, error);
    return signature_scheme_read(&reader, "scheme");
}

static void webhook_open(const cJSON *row, struct webhook *webhook)
{
    const cJSON *settings = cJSON_GetObjectItem(row, "settings"), *header;
    struct error error = {""};
    *webhook = (struct webhook){.name = member(row, "name"),
                                .path = memory_text(member(row, "path")),
                                .query = memory_text(member(row, "query")),
                                .body = memory_text(member(row, "body")),
                                .body_bytes = strlen(member(row, "body")),
                                .content_type = member(row, "content_type"),
                                .verdict = "good",
                                .gateway = {.name = "x"}};
    webhook->wall_ms = (int64_t)cJSON_GetObjectItem(row, "at_s")->valuedouble * 1000;
    if (cJSON_HasObjectItem(row, "verdict"))
        webhook->verdict = member(row, "verdict");
    webhook->scheme = scheme_parse(row, &error);
    if (webhook->scheme == NULL)
        fail_msg("%s: %s", webhook->name, error.text);
    setting(settings, "webhook_secret", webhook->gateway.webhook_secret,
            sizeof webhook->gateway.webhook_secret);
    setting(settings, "public_url", webhook->gateway.public_url, sizeof webhook->gateway.public_url);
    setting(settings, "webhook_user", webhook->gateway.webhook_user, sizeof webhook->gateway.webhook_user);
    setting(settings, "webhook_password", webhook->gateway.webhook_password,
            sizeof webhook->gateway.webhook_password);
    cJSON_ArrayForEach(header, cJSON_GetObjectItem(row, "headers"))
    {
        assert_true(webhook->headers_count < HEADERS_MAX);
        webhook->names[webhook->headers_count] = header->string;
        webhook->values[webhook->headers_count++] = memory_text(header->valuestring);
    }
}

static void webhook_close(struct webhook *webhook)
{
    signature_scheme_free(&webhook->scheme);
    for (size_t i = 0; i < webhook->headers_count; i++)
        free(webhook->values[i]);
    free(webhook->path);
    free(webhook->query);
    free(webhook->body);
}

static void every_webhook_is_judged_as_its_row_says(void **state)
{
    (void)state;
    const cJSON *row;
    size_t rows = 0;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(vectors, "webhooks"))
    {
        struct webhook webhook;
        struct error error = {""};
        webhook_open(row, &webhook);
        if (!signature_settings_check(webhook.scheme, &webhook.gateway, &error))
            fail_msg("%s: %s", webhook.name, error.text);
        if (strcmp(verdict_of(&webhook), webhook.verdict) != 0)
            fail_msg("%s: %s", webhook.name, verdict_of(&webhook));
        webhook_close(&webhook);
        rows++;
    }
    assert_true(rows >= 40);
}

/* Hex digits of an escape and the word before a token mean the same in capitals. */
static bool means_the_same(const char *start, size_t at, unsigned bit)
{
    static const char *const words[] = {"Basic ", "Bearer "};
    bool is_case = bit == 5 && isalpha((unsigned char)start[at]);
    bool escaped = (at >= 1 && start[at - 1] == '%') || (at >= 2 && start[at - 2] == '%');
    for (size_t i = 0; i < 2; i++)
        escaped = escaped || (at < strlen(words[i]) && strncmp(start, words[i], strlen(words[i])) == 0);
    return is_case && escaped;
}

static size_t flip_all(struct webhook *webhook, char *bytes, size_t count, const char *what)
{
    size_t flipped = 0;
    for (size_t bit = 0; bit < 8 * count; bit++) {
        if (means_the_same(bytes, bit / 8, bit % 8))
            continue;
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        if (strcmp(verdict_of(webhook), "good") == 0)
            fail_msg("%s: taken with bit %zu of byte %zu of its %s flipped: %s", webhook->name, bit % 8,
                     bit / 8, what, bytes);
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        flipped++;
    }
    return flipped;
}

static void a_bit_more_or_less_is_refused(void **state)
{
    (void)state;
    const cJSON *row, *covered;
    size_t flipped = 0;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(vectors, "webhooks"))
    {
        struct webhook webhook;
        webhook_open(row, &webhook);
        cJSON_ArrayForEach(covered, cJSON_GetObjectItem(row, "covers"))
        {
            const char *part = strcmp(webhook.verdict, "good") == 0 ? covered->valuestring : "";
            bool url = strcmp(part, "url") == 0;
            if (strcmp(part, "body") == 0)
                flipped += flip_all(&webhook, webhook.body, webhook.body_bytes, part);
            if (url || strcmp(part, "query") == 0)
                flipped += flip_all(&webhook, webhook.query, strlen(webhook.query), part);
            if (url)
                flipped += flip_all(&webhook, webhook.path, strlen(webhook.path), part);
            for (size_t i = 0; strcmp(part, "headers") == 0 && i < webhook.headers_count; i++)
                flipped += flip_all(&webhook, webhook.values[i], strlen(webhook.values[i]), part);
        }
        webhook_close(&webhook);
    }
    assert_true(flipped > 20000);
}

static void what_is_cut_short_is_refused(void **state)
{
    (void)state;
    const cJSON *row;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(vectors, "webhooks"))
    {
        struct webhook webhook;
        webhook_open(row, &webhook);
        size_t bytes = webhook.body_bytes;
        while (strcmp(webhook.verdict, "good") == 0 && bytes > 0) {
            webhook.body_bytes = --bytes;
            if (strcmp(verdict_of(&webhook), "good") == 0)
                fail_msg("%s: taken with %zu bytes of its body", webhook.name, bytes);
        }
        webhook_close(&webhook);
    }
}

static void another_secret_or_url_is_refused(void **state)
{
    (void)state;
    const cJSON *row;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(vectors, "webhooks"))
    {
        struct webhook webhook;
        webhook_open(row, &webhook);
        if (strcmp(webhook.verdict, "good") == 0) {
            struct gateway_settings right = webhook.gateway;
            webhook.gateway.webhook_secret[0] ^= 1;
            webhook.gateway.webhook_password[0] ^= 1;
            assert_string_not_equal(verdict_of(&webhook), "good");
            webhook.gateway = right;
            snprintf(webhook.gateway.public_url, sizeof webhook.gateway.public_url, "%.200s.evil.example",
                     right.public_url);
            if (right.public_url[0] != '\0')
                assert_string_equal(verdict_of(&webhook), "signature_wrong");
        }
        webhook_close(&webhook);
    }
}

/* --- profiles and settings --- */

static void a_scheme_that_cannot_be_is_refused_by_its_path(void **state)
{
    (void)state;
    static const struct {
        const char *scheme, *problem;
    } rows[] = {
        {"{}", "scheme.scheme: missing"},
        {"{\"scheme\":\"md5\"}", "scheme.scheme: expected twilio, vonage, hmac_sha256, jwt_hs256, ed25519, "
                                 "basic or none"},
        {"{\"scheme\":\"twilio\",\"window_s\":300}", "scheme.window_s"},
        {"{\"scheme\":\"none\",\"header\":\"X\"}", "scheme.header"},
        {"{\"scheme\":\"twilio\",\"header\":\"X Y\"}", "scheme.header"},
        {"{\"scheme\":\"vonage\"}", "scheme.hash"},
        {"{\"scheme\":\"vonage\",\"hash\":\"crc\"}", "scheme.hash"},
        {"{\"scheme\":\"hmac_sha256\",\"encoding\":\"hex\"}", "scheme.header"},
        {"{\"scheme\":\"hmac_sha256\",\"header\":\"S\"}", "scheme.encoding"},
        {"{\"scheme\":\"hmac_sha256\",\"header\":\"S\",\"encoding\":\"rot13\"}", "scheme.encoding"},
        {"{\"scheme\":\"hmac_sha256\",\"header\":\"S\",\"encoding\":\"hex\",\"template\":\"{nonce}\"}",
         "scheme.template"},
        {"{\"scheme\":\"hmac_sha256\",\"header\":\"S\",\"encoding\":\"hex\",\"template\":\"{body}{what}\"}",
         "scheme.template"},
        {"{\"scheme\":\"hmac_sha256\",\"header\":\"S\",\"encoding\":\"hex\",\"template\":\"{body}}\"}",
         "scheme.template"},
        {"{\"scheme\":\"hmac_sha256\",\"header\":\"S\",\"encoding\":\"hex\",\"template\":\"{body}{nonce}\"}",
         "scheme.nonce_header"},
        {"{\"scheme\":\"hmac_sha256\",\"header\":\"S\",\"encoding\":\"hex\",\"window_s\":300}",
         "scheme.template"},
        {"{\"scheme\":\"ed25519\",\"header\":\"S\"}", "scheme.timestamp_header"},
        {"{\"scheme\":\"ed25519\",\"header\":\"S\",\"timestamp_header\":\"T\",\"template\":\"{body}\"}",
         "scheme.template"},
        {"{\"scheme\":\"jwt_hs256\",\"window_s\":0}", "scheme.window_s"},
        {"{\"scheme\":\"jwt_hs256\",\"alg\":\"none\"}", "scheme.alg"},
        {"\"twilio\"", "scheme"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text profile = {0};
        struct error error = {""};
        text_addf(&profile, "{\"scheme\":%s}", rows[i].scheme);
        cJSON *tree = json_parse(profile.chars, profile.bytes, &error);
        assert_non_null(tree);
        assert_null(scheme_parse(tree, &error));
        if (strncmp(error.text, rows[i].problem, strlen(rows[i].problem)) != 0)
            fail_msg("%s: %s", rows[i].scheme, error.text);
        cJSON_Delete(tree);
        text_free(&profile);
    }
}

static void without_a_scheme_everything_is_good(void **state)
{
    (void)state;
    struct error error = {""};
    cJSON *tree = json_parse("{\"scheme\":{\"scheme\":\"none\"}}", 28, &error);
    assert_null(scheme_parse(tree, &error));
    assert_string_equal(error.text, "");
    cJSON_Delete(tree);
    struct webhook webhook = {.path = "", .query = "", .content_type = "", .body = ""};
    assert_true(signature_settings_check(NULL, &webhook.gateway, &error));
    assert_string_equal(verdict_of(&webhook), "good");
}

static void a_setting_that_lacks_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *scheme;
        struct gateway_settings gateway;
        const char *problem;
    } rows[] = {
        {"{\"scheme\":\"twilio\"}", {.webhook_secret = "a"}, "[gateway:x] public_url: missing"},
        {"{\"scheme\":\"twilio\"}", {.public_url = "https://a"}, "[gateway:x] webhook_secret: missing"},
        {"{\"scheme\":\"vonage\",\"hash\":\"md5\"}", {.name = ""}, "[gateway:x] webhook_secret: missing"},
        {"{\"scheme\":\"jwt_hs256\"}", {.name = ""}, "[gateway:x] webhook_secret: missing"},
        {"{\"scheme\":\"hmac_sha256\",\"header\":\"S\",\"encoding\":\"hex\",\"template\":\"{url}{body}\"}",
         {.webhook_secret = "a"},
         "[gateway:x] public_url: missing"},
        {"{\"scheme\":\"basic\"}", {.webhook_user = "a"}, "[gateway:x] webhook_password: missing"},
        {"{\"scheme\":\"basic\"}", {.webhook_password = "a"}, "[gateway:x] webhook_user: missing"},
        {"{\"scheme\":\"basic\"}",
         {.webhook_user = "a:b", .webhook_password = "a"},
         "[gateway:x] webhook_user: may not hold a colon"},
        {"{\"scheme\":\"ed25519\",\"header\":\"S\",\"timestamp_header\":\"T\"}",
         {.webhook_secret = "not a key"},
         "[gateway:x] webhook_secret: must be the public key"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text profile = {0};
        struct error error = {""};
        struct gateway_settings gateway = rows[i].gateway;
        snprintf(gateway.name, sizeof gateway.name, "x");
        text_addf(&profile, "{\"scheme\":%s}", rows[i].scheme);
        cJSON *tree = json_parse(profile.chars, profile.bytes, &error);
        struct signature_scheme *scheme = scheme_parse(tree, &error);
        assert_non_null(scheme);
        assert_false(signature_settings_check(scheme, &gateway, &error));
        if (strncmp(error.text, rows[i].problem, strlen(rows[i].problem)) != 0)
            fail_msg("%s: %s", rows[i].scheme, error.text);
        signature_scheme_free(&scheme);
        cJSON_Delete(tree);
        text_free(&profile);
    }
}

static int load_vectors(void **state)
{
    (void)state;
    struct error error = {""};
    secret_start();
    vectors = json_read_file(TEST_VECTORS "/signatures.json", &error);
    if (vectors == NULL)
        fail_msg("%s", error.text);
    return 0;
}

static int free_vectors(void **state)
{
    (void)state;
    cJSON_Delete(vectors);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hmac_is_that_of_rfc_4231),
        cmocka_unit_test(ed25519_is_that_of_rfc_8032),
        cmocka_unit_test(a_token_is_that_of_rfc_7515),
        cmocka_unit_test(base64_has_one_way_of_being_written),
        cmocka_unit_test(every_webhook_is_judged_as_its_row_says),
        cmocka_unit_test(a_bit_more_or_less_is_refused),
        cmocka_unit_test(what_is_cut_short_is_refused),
        cmocka_unit_test(another_secret_or_url_is_refused),
        cmocka_unit_test(a_scheme_that_cannot_be_is_refused_by_its_path),
        cmocka_unit_test(without_a_scheme_everything_is_good),
        cmocka_unit_test(a_setting_that_lacks_is_named),
    };
    return cmocka_run_group_tests(tests, load_vectors, free_vectors);
}
