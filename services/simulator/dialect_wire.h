/* What the dialects share of the wire: forms, names and passwords, digests, and the URL of a webhook as the customer
 * told it. With code of its own, so that it shares no error with what reads it. */
#ifndef SIMULATOR_DIALECT_WIRE_H
#define SIMULATOR_DIALECT_WIRE_H

#include "base/json.h"
#include "simulator/dialect.h"

/* --- reading --- */

/* Whether it is "Basic" with this name and password. */
bool wire_is_basic(const char *authorization, const char *name, const char *password);
/* Whether it is the scheme, a space and the secret. */
bool wire_is_scheme(const char *authorization, const char *scheme, const char *secret);
/* Whether a Content-Type is this one, whatever parameters follow. */
bool wire_is_type(const char *content_type, const char *type);

/* A form as an object of texts, or NULL when it is none. Returns owned (cJSON_Delete). */
cJSON *wire_form(const char *bytes, size_t bytes_count);
/* A JSON object, or NULL. Returns owned. */
cJSON *wire_json(const char *bytes, size_t bytes_count);
/* The text of a member; NULL when it is absent or no text. Borrowed. */
const char *wire_text(const cJSON *object, const char *name);
/* Whether a member is absent, or a whole number in that range (as a number or, in a form, as a text). */
bool wire_int_within(const cJSON *object, const char *name, int64_t low, int64_t high);

/* A number without '+' as E.164; false when it is none. */
bool wire_number(const char *digits, char e164_out[PHONE_SIZE]);
bool wire_is_web_url(const char *url);
/* The value of "ref" in a URL's query, "" = none: how customers mark their receipts where a provider gives no reference
 * back. Only the ledger looks at it. */
void wire_url_reference(const char *url, char reference_out[MESSAGE_ID_SIZE]);

/* --- writing --- */

/* Appends "&name=value" encoded for a form; without the '&' at the beginning. */
void wire_form_add(struct text *form, const char *name, const char *value);
void wire_base64(const void *bytes, size_t bytes_count, struct text *out);
void wire_hex(const void *bytes, size_t bytes_count, struct text *out);
/* An answer of JSON; the body is appended by the caller. */
void wire_answer_json(struct dialect_answer *answer, int status);
/* "2026-01-05T08:00:00.000Z" */
void wire_time_iso(int64_t at_ms, struct text *out);

/* Hexadecimal characters of a digest of the text, at most 64. */
void wire_digest_id(const char *prefix, const char *text, size_t characters, char id_out[WIRE_ID_SIZE]);
/* The same in the form of a UUID. */
void wire_uuid(const char *text, char id_out[WIRE_ID_SIZE]);

/* --- webhooks --- */

/* The customer's URL: of a webhook's own callback, or that set in the account ("receipt", "reply"). Appends; without
 * the name and password that may stand in it, which are borrowed out as "name:password" ("" = none; may be NULL). */
void wire_told_url(const struct dialect_account *account, const struct webhook *webhook,
                   struct text *told_out, struct text *userinfo_out);
/* From the URL told to the URL called. */
void wire_called_url(const struct dialect_account *account, const char *told, struct text *called_out);
void wire_header(struct dialect_webhook *webhook, const char *name, const char *value);
/* Authorization: Basic of "name:password"; nothing when that is empty. */
void wire_header_basic(struct dialect_webhook *webhook, const char *userinfo);

#endif
