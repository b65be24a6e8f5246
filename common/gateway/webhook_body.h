/* A body as named texts, whether it came as JSON or as a form. Strict: what cannot be read whole is not read
 * at all. Private to the gateway layer. */
#ifndef GATEWAY_WEBHOOK_BODY_H
#define GATEWAY_WEBHOOK_BODY_H

#include "base/json.h"
#include "gateway/profile_parts.h"

struct webhook_body {
    cJSON *tree; /* an object; a form becomes one of texts */
};

/* A query is written like a form. False when the bytes are not a JSON object, or not a form (a broken percent
 * escape, a name given twice), or hold invalid UTF-8 or NUL; then there is nothing to clear. */
bool webhook_body_parse(enum body_format format, const char *bytes, size_t bytes_count,
                        struct webhook_body *body_out) MUST_CHECK;
void webhook_body_clear(struct webhook_body *body);

enum webhook_member { MEMBER_ABSENT, MEMBER_TEXT, MEMBER_OTHER };

/* The text at a dotted path ("data.id"; in a form a path is one name); null counts as absent. The text is
 * borrowed; "" unless MEMBER_TEXT. */
enum webhook_member webhook_body_member(const struct webhook_body *body, const char *path,
                                        const char **text_out);

#endif
