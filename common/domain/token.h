/* API tokens: what a program of an organisation shows to be let in. The text names org and token, so that both are
 * found without a search: "pulssi_<org>_<id>_<secret>", 256 bits of secret. Only its hash is ever stored. */
#ifndef DOMAIN_TOKEN_H
#define DOMAIN_TOKEN_H

#include "base/error.h"
#include "base/id.h"

#define TOKEN_ORG_SIZE     33
#define TOKEN_SECRET_CHARS 43 /* base64url of 32 bytes */
#define TOKEN_HASH_SIZE    44 /* base64url of 32 bytes */
#define TOKEN_SIZE         (7 + TOKEN_ORG_SIZE + ID_SIZE + TOKEN_SECRET_CHARS + 1)

/* A new token: its text, its id (letters and digits only: it is typed), and the hash to store. The org is a name. */
void token_make(const char *org, char text_out[TOKEN_SIZE], char id_out[ID_SIZE],
                char hash_out[TOKEN_HASH_SIZE]);

/* Takes org and id out of what a stranger shows; false when it cannot be a token. */
bool token_split(const char *text, char org_out[TOKEN_ORG_SIZE], char id_out[ID_SIZE]) MUST_CHECK;

/* BLAKE2b-256 of the whole text, base64url. Compare with secret_equal. */
void token_hash(const char *text, char hash_out[TOKEN_HASH_SIZE]);

#endif
