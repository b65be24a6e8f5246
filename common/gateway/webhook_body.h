/* A body as a tree, whether it came as JSON or as a form, and what its paths lead to. Strict: what cannot be read
 * whole is not read at all. Private to the gateway layer. */
#ifndef GATEWAY_WEBHOOK_BODY_H
#define GATEWAY_WEBHOOK_BODY_H

#include "base/json.h"
#include "gateway/profile_parts.h"

struct webhook_body {
    cJSON *tree;  /* an object or array; a form becomes an object of texts */
    cJSON *query; /* the same of the URL's query; NULL = none was read */
};

/* A query is written like a form. False when the bytes are not a JSON object or array, or not a form (a broken
 * percent escape, a name given twice), or hold invalid UTF-8 or NUL; then there is nothing to clear. */
bool webhook_body_parse(enum body_format format, const char *bytes, size_t bytes_count,
                        struct webhook_body *body_out) MUST_CHECK;
/* Reads the query too, for paths that begin with "query:". False when it is no form. */
bool webhook_body_query(struct webhook_body *body, const char *query) MUST_CHECK;
void webhook_body_clear(struct webhook_body *body);

/* How many items the first array of the path has ("results[].id", "[].id"); 1 for a path without one. False when
 * there is no such array, or too many in it to be looked through. */
bool webhook_body_items(const struct webhook_body *body, const char *path, size_t *count_out);

enum webhook_member {
    MEMBER_ABSENT, /* or null */
    MEMBER_TEXT,
    MEMBER_NUMBER, /* a whole number, or true or false, in the text that JSON has for it */
    MEMBER_OTHER,
};

/* What a path leads to in the item, the text is borrowed from the body; "" when it is neither text nor number. In a
 * form a path is one name. */
enum webhook_member webhook_body_member(const struct webhook_body *body, const char *path, size_t item,
                                        const char **text_out);

#endif
