/* API tokens in the store: who may say what, by id. The secret is nowhere; its hash is compared by whoever lets in. A
 * revoked token stays as a record and lets nobody in. */
#ifndef STORE_TOKENS_H
#define STORE_TOKENS_H

#include "domain/definition.h"
#include "domain/token.h"
#include "store/call.h"

#define TOKEN_SCOPE_ENCOUNTERS "encounters"

struct token {
    char id[ID_SIZE];
    char name[NAME_SIZE]; /* of at most one token in force */
    char scope[NAME_SIZE];
    char hash[TOKEN_HASH_SIZE];
    int64_t created_ms; /* domain */
    int64_t revoked_ms; /* domain; 0 = in force */
};

/* TOKEN_REFUSED: a token of that name is in force (or, never seen, the id is in use): the error says so. */
enum token_stored { TOKEN_WRITTEN, TOKEN_REFUSED, TOKEN_FAILED };
enum token_stored token_store(struct redis_link *link, const char *org, const struct token *token,
                              struct error *error) MUST_CHECK;

/* token_out is the record as it was before. */
enum token_revoked { TOKEN_REVOKED, TOKEN_WAS_REVOKED, TOKEN_MISSING, TOKEN_REVOKE_FAILED };
enum token_revoked token_revoke(struct redis_link *link, const char *org, const char *id, int64_t now_ms,
                                struct token *token_out, struct error *error) MUST_CHECK;

/* All tokens, the oldest first, revoked ones too. Returns an owned array (free), NULL with the error set. */
struct token *tokens_list(struct redis_link *link, const char *org, size_t *count_out, struct error *error);

/* One token by id, for a running loop: value NULL = lost, as is a record that cannot be read. */
enum token_loaded { TOKEN_LOADED, TOKEN_NONE, TOKEN_LOST };
void token_load_command(struct redis_command *command, const char *org, const char *id);
enum token_loaded token_load_result(const struct redis_value *value, const char *id, struct token *token_out);

#endif
