#include "store/tokens.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define REVOKED_MARK "|revoked"
#define TIME_MAX_MS  INT64_C(9007199254740991) /* what JSON holds exactly */

static bool token_read(struct token *token, const char *id, const struct redis_value *json);

/* Runs the command and clears it; the owned answer, NULL with the error set. */
static struct redis_value *run(struct redis_link *link, struct redis_command *command, struct error *error)
{
    struct redis_value *value = redis_link_run(link, command, error);
    redis_command_free(command);
    return value;
}

static void tokens_command(struct redis_command *command, const char *org, const char *verb)
{
    char base[STORE_BASE_SIZE], key[STORE_BASE_SIZE + 8];
    call_base(org, base);
    snprintf(key, sizeof key, "%stokens", base);
    redis_command_clear(command);
    redis_command_add(command, verb);
    redis_command_add(command, key);
}

enum token_stored token_store(struct redis_link *link, const char *org, const struct token *token,
                              struct error *error)
{
    struct redis_command command = {0};
    struct text json = {0};
    /* Names and base64url need no escapes. */
    text_addf(&json, "{\"name\":\"%s\",\"scope\":\"%s\",\"hash\":\"%s\",\"created\":%" PRId64 "}",
              token->name, token->scope, token->hash, token->created_ms);
    call_begin(&command, "token_put", org);
    redis_command_add(&command, token->id);
    redis_command_add(&command, json.chars);
    redis_command_add(&command, token->name);
    text_free(&json);
    struct redis_value *value = run(link, &command, error);
    enum token_stored stored = TOKEN_FAILED;
    if (value != NULL && strcmp(redis_word(value), "OK") == 0) {
        stored = TOKEN_WRITTEN;
    } else if (value != NULL) {
        stored = TOKEN_REFUSED;
        (void)error_set(error,
                        "a token named \"%s\" is in force (%s): revoke it first, or choose another name",
                        token->name, redis_text(redis_item(value, 1)));
    }
    redis_value_free(&value);
    return stored;
}

enum token_revoked token_revoke(struct redis_link *link, const char *org, const char *id, int64_t now_ms,
                                struct token *token_out, struct error *error)
{
    struct redis_command command = {0};
    token_load_command(&command, org, id);
    struct redis_value *value = run(link, &command, error);
    if (value == NULL)
        return TOKEN_REVOKE_FAILED;
    enum token_loaded loaded = token_load_result(value, id, token_out);
    redis_value_free(&value);
    if (loaded == TOKEN_NONE)
        return TOKEN_MISSING;
    if (loaded == TOKEN_LOST) {
        (void)error_set(error, "token %s cannot be read: its record is damaged", id);
        return TOKEN_REVOKE_FAILED;
    }
    call_begin(&command, "token_revoke", org);
    redis_command_add(&command, id);
    redis_command_add(&command, token_out->name);
    redis_command_add_int(&command, now_ms);
    value = run(link, &command, error);
    if (value == NULL)
        return TOKEN_REVOKE_FAILED;
    const char *word = redis_word(value);
    enum token_revoked revoked = strcmp(word, "OK") == 0     ? TOKEN_REVOKED
                                 : strcmp(word, "SAME") == 0 ? TOKEN_WAS_REVOKED
                                                             : TOKEN_MISSING;
    redis_value_free(&value);
    return revoked;
}

static int compare_tokens(const void *a, const void *b)
{
    const struct token *one = a, *other = b;
    if (one->created_ms != other->created_ms)
        return one->created_ms < other->created_ms ? -1 : 1;
    return strcmp(one->name, other->name);
}

struct token *tokens_list(struct redis_link *link, const char *org, size_t *count_out, struct error *error)
{
    struct redis_command command = {0};
    *count_out = 0;
    tokens_command(&command, org, "HGETALL");
    struct redis_value *fields = run(link, &command, error);
    if (fields == NULL)
        return NULL;
    struct token *tokens = memory_zeroed(redis_count(fields) / 2 + 1, sizeof *tokens);
    for (size_t i = 0; i + 1 < redis_count(fields); i += 2) {
        const char *field = redis_text(redis_item(fields, i));
        if (strchr(field, '|') == NULL && token_read(&tokens[*count_out], field, redis_item(fields, i + 1)))
            (*count_out)++;
    }
    for (size_t i = 0; i + 1 < redis_count(fields); i += 2) {
        const char *field = redis_text(redis_item(fields, i)), *mark = strstr(field, REVOKED_MARK);
        for (size_t j = 0; mark != NULL && j < *count_out; j++) {
            if (strlen(tokens[j].id) == (size_t)(mark - field) &&
                strncmp(tokens[j].id, field, (size_t)(mark - field)) == 0)
                tokens[j].revoked_ms = redis_int(redis_item(fields, i + 1));
        }
    }
    redis_value_free(&fields);
    qsort(tokens, *count_out, sizeof *tokens, compare_tokens);
    return tokens;
}

void token_load_command(struct redis_command *command, const char *org, const char *id)
{
    char revoked[ID_SIZE + sizeof REVOKED_MARK];
    snprintf(revoked, sizeof revoked, "%s" REVOKED_MARK, id);
    tokens_command(command, org, "HMGET");
    redis_command_add(command, id);
    redis_command_add(command, revoked);
}

enum token_loaded token_load_result(const struct redis_value *value, const char *id, struct token *token_out)
{
    *token_out = (struct token){.id = ""};
    if (value == NULL || redis_count(value) != 2)
        return TOKEN_LOST;
    if (redis_kind(redis_item(value, 0)) == REDIS_NIL)
        return TOKEN_NONE;
    if (!token_read(token_out, id, redis_item(value, 0)))
        return TOKEN_LOST;
    token_out->revoked_ms = redis_int(redis_item(value, 1));
    return TOKEN_LOADED;
}

static bool token_read(struct token *token, const char *id, const struct redis_value *json)
{
    struct error error;
    struct json_reader reader;
    *token = (struct token){.id = ""};
    cJSON *tree = json_parse(redis_text(json), redis_text_bytes(json), &error);
    json_reader_root(&reader, tree, &error);
    definition_name(&reader, "name", token->name);
    definition_name(&reader, "scope", token->scope);
    (void)text_copy(token->hash, sizeof token->hash, json_string(&reader, "hash", 1, TOKEN_HASH_SIZE - 1));
    token->created_ms = json_int(&reader, "created", 0, TIME_MAX_MS);
    bool read = text_copy(token->id, sizeof token->id, id) && json_finish(&reader);
    cJSON_Delete(tree);
    return read;
}
