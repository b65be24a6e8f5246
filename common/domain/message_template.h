/* Texts of definition files with placeholders {org} {phone} {url}: checked when they are read, filled in when
 * they are sent. Standing texts may hold {crisis}, too, which is a setting and filled in when they are read. */
#ifndef DOMAIN_MESSAGE_TEMPLATE_H
#define DOMAIN_MESSAGE_TEMPLATE_H

#include "base/json.h"
#include "domain/org.h"
#include "domain/sms_text.h"

#define SMS_BYTES_MAX 640 /* a text as bytes of UTF-8 */

/* Reads a text member: 1..639 bytes, known placeholders only, no stray brace. Keeps the problem with its
 * path. `crisis` stands in place of {crisis}; "" takes the space before it away, too; NULL = no such
 * placeholder here. */
void message_template_read(struct json_reader *reader, const char *member, const char *crisis,
                           char out[SMS_BYTES_MAX]);

/* Whether a text holds known placeholders only and no stray brace; keeps the problem under `member`. */
bool message_template_check(struct json_reader *reader, const char *member, const char *text) MUST_CHECK;

/* A text with {org} {phone} {url} filled in and prepared for sending. Appends to out. */
void message_render(const struct org *org, const char *template_text, struct text *out);

/* Measures a text as it will travel. False with the count and its cause when it needs more than one segment,
 * with the org's own name or with one of 22 characters. */
bool message_measure(const struct org *org, const char *template_text, struct sms_measure *measure_out,
                     struct error *error) MUST_CHECK;

#endif
