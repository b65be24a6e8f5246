/* JSON web tokens of HS256 (RFC 7515, RFC 7519), as providers sign webhooks with them. The code is checked before a byte
 * of the token is read as JSON; the algorithm is ours to say, never the token's. */
#include <stdlib.h>
#include <string.h>

#include "gateway/signature_scheme.h"

#define TOKEN_PART_MAX 4096

/* Decodes a part and appends it; false when it is not base64url, or too long. */
static bool part_add(const char *part, size_t chars, struct text *text)
{
    unsigned char bytes[TOKEN_PART_MAX];
    size_t count = 0;
    if (!code_base64_read(CODE_BASE64URL, part, chars, bytes, sizeof bytes, &count))
        return false;
    text_add_bytes(text, bytes, count);
    text_add(text, "");
    return true;
}

static bool head_is_hs256(const char *part, size_t chars)
{
    struct text head = {0};
    struct error error;
    cJSON *tree = part_add(part, chars, &head) ? json_parse(head.chars, head.bytes, &error) : NULL;
    const cJSON *algorithm = cJSON_GetObjectItemCaseSensitive(tree, "alg");
    bool is = cJSON_IsString(algorithm) && strcmp(algorithm->valuestring, "HS256") == 0 &&
              !cJSON_HasObjectItem(tree, "crit"); /* extensions that must be understood: we know none */
    cJSON_Delete(tree);
    text_free(&head);
    return is;
}

bool jwt_open(const char *token, const void *key, size_t key_bytes, struct text *claims)
{
    unsigned char code[CODE_BYTES_MAX], shown[CODE_BYTES_MAX];
    size_t shown_bytes = 0;
    const char *payload = strchr(token, '.'), *sign = payload == NULL ? NULL : strchr(payload + 1, '.');
    if (sign == NULL)
        return false;
    size_t bytes = code_hmac(CODE_SHA256, key, key_bytes, token, (size_t)(sign - token), code);
    return code_base64_read(CODE_BASE64URL, sign + 1, strlen(sign + 1), shown, sizeof shown, &shown_bytes) &&
           code_equal(code, bytes, shown, shown_bytes) && head_is_hs256(token, (size_t)(payload - token)) &&
           part_add(payload + 1, (size_t)(sign - payload - 1), claims);
}

/* A time of the claims in seconds; false when it is no number. */
static bool claim_time(const cJSON *claims, const char *name, int64_t *at_s_out)
{
    const cJSON *claim = cJSON_GetObjectItemCaseSensitive(claims, name);
    if (!cJSON_IsNumber(claim))
        return false;
    *at_s_out = (int64_t)claim->valuedouble;
    return true;
}

static enum signature_verdict claims_check(const struct signature_case *checked, const cJSON *claims)
{
    const cJSON *body_code = cJSON_GetObjectItemCaseSensitive(claims, "payload_hash");
    unsigned char code[CODE_BYTES_MAX];
    int64_t issued_s = 0, until_s = 0;
    size_t bytes = code_digest(CODE_SHA256, checked->input->body, checked->input->body_bytes, code);
    if (!cJSON_IsString(body_code) || !code_is_hex(code, bytes, body_code->valuestring) ||
        !claim_time(claims, "iat", &issued_s))
        return SIGNATURE_WRONG;
    bool is_over = claim_time(claims, "exp", &until_s) && until_s * 1000 <= checked->wall_ms;
    return signature_is_fresh(checked, issued_s) && !is_over ? SIGNATURE_GOOD : SIGNATURE_STALE;
}

enum signature_verdict jwt_check(const struct signature_case *checked)
{
    const char *shown = signature_header(checked->input, checked->scheme->header);
    const char *prefix = checked->scheme->prefix, *secret = checked->gateway->webhook_secret;
    enum signature_verdict verdict = SIGNATURE_WRONG;
    struct text text = {0};
    struct error error;
    if (shown[0] == '\0')
        return SIGNATURE_MISSING;
    if (strncasecmp(shown, prefix, strlen(prefix)) == 0 &&
        jwt_open(shown + strlen(prefix), secret, strlen(secret), &text)) {
        cJSON *claims = json_parse(text.chars, text.bytes, &error);
        if (cJSON_IsObject(claims))
            verdict = claims_check(checked, claims);
        cJSON_Delete(claims);
    }
    text_free(&text);
    return verdict;
}
