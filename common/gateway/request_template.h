/* Templates of a gateway's request: text with placeholders such as "{url}/send". Checked when the profile is
 * read, so that writing cannot fail. Private to the gateway layer. */
#ifndef GATEWAY_REQUEST_TEMPLATE_H
#define GATEWAY_REQUEST_TEMPLATE_H

#include "base/json.h"
#include "gateway/profile_parts.h"

enum template_place { TEMPLATE_URL, TEMPLATE_HEADER, TEMPLATE_BODY };

#define TEMPLATE_PARAMETER "{parameter:" /* …NAME} */

/* Keeps a problem at the reader's member (NULL = the reader's own value) when the template has a brace without a
 * placeholder or one that is not allowed in this place; returns false then. A header's template holds no control
 * character. */
bool request_template_check(struct json_reader *reader, const char *member, const char *template,
                            enum template_place place);

/* What the placeholders stand for. */
struct template_values {
    const struct profile_request *request;
    const struct gateway_settings *gateway;
    const struct submit_fields *fields;
};

/* Appends the template with its placeholders replaced; bytes that would end a header line are left out in a
 * header (a secret from the environment may hold one). */
void request_template_write(const char *template, const struct template_values *values,
                            enum template_place place, struct text *text);

/* Whether the template is one placeholder that stands for a number and nothing else: it is written as a
 * number of JSON. */
bool request_template_is_number(const char *template);

/* Appends what the setting parameters gives a name; false when it does not. */
bool request_parameter(const struct gateway_settings *gateway, const char *name, struct text *value);

#endif
