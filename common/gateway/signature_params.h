/* The named values of a webhook as those see them who sign values instead of bytes: of a form, a query or a JSON object,
 * a name as often as it comes. Private to the gateway layer. */
#ifndef GATEWAY_SIGNATURE_PARAMS_H
#define GATEWAY_SIGNATURE_PARAMS_H

#include "base/error.h"
#include "base/text.h"

#define SIGNATURE_PARAMS_MAX 128

struct signature_param {
    char *name, *value; /* owned; may hold no NUL */
};

/* Zero-initialise. */
struct signature_params {
    struct signature_param items[SIGNATURE_PARAMS_MAX];
    size_t count;
};

/* Read application/x-www-form-urlencoded, a query among it, or a flat JSON object (integers and truth as text, null left
 * out). False when the bytes are not that or hold too many; params_clear in any case. */
bool params_read_form(const char *bytes, size_t bytes_count, struct signature_params *params) MUST_CHECK;
bool params_read_json(const char *bytes, size_t bytes_count, struct signature_params *params) MUST_CHECK;
void params_clear(struct signature_params *params);

/* By name, then by value, both bytewise. */
void params_sort(struct signature_params *params);

/* The value of the first of this name, or NULL. */
const char *params_value(const struct signature_params *params, const char *name);

#endif
