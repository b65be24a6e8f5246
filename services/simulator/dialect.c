/* The list of dialects, and looking things up in their tables. */
#include "simulator/dialect.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "domain/sms_text.h"

static const struct dialect *const dialects[] = {&dialect_simulator,  &dialect_twilio, &dialect_vonage,
                                                 &dialect_infobip,    &dialect_link,   &dialect_46elks,
                                                 &dialect_gatewayapi, &dialect_sinch,  &dialect_telnyx};
#define DIALECTS (sizeof dialects / sizeof dialects[0])

#define SILENCE_DIGITS 9109

static int digits_of(const char *to);

const char *refusal_name(enum refusal_kind kind)
{
    static const char *const names[] = {
        [REFUSES_MALFORMED] = "malformed",  [REFUSES_UNAUTHORIZED] = "unauthorized",
        [REFUSES_THROTTLED] = "throttled",  [REFUSES_NUMBER] = "invalid_number",
        [REFUSES_OPTED_OUT] = "opted_out",  [REFUSES_PERMANENT] = "permanent",
        [REFUSES_LANE] = "lane_stop",       [REFUSES_RETRY] = "unavailable",
        [REFUSES_UNKNOWN] = "server_error", [REFUSES_DUPLICATE] = "duplicate"};
    return names[kind];
}

const struct dialect *dialect_find(const char *name)
{
    for (size_t i = 0; i < DIALECTS; i++)
        if (strcmp(dialects[i]->name, name) == 0)
            return dialects[i];
    return NULL;
}

void dialect_names(struct text *out)
{
    for (size_t i = 0; i < DIALECTS; i++)
        text_addf(out, "%s%s", i > 0 ? ", " : "", dialects[i]->name);
}

bool dialect_owns(const struct dialect *dialect, const char *path)
{
    return strncmp(path, dialect->prefix, strlen(dialect->prefix)) == 0;
}

/* --- tables --- */

const struct dialect_refusal *dialect_refusal(const struct dialect *dialect, enum refusal_kind kind)
{
    for (const struct dialect_refusal *row = dialect->refusals; row->words != NULL; row++)
        if (row->kind == kind)
            return row;
    assert(kind == REFUSES_RETRY || kind == REFUSES_DUPLICATE);
    return kind == REFUSES_RETRY ? dialect_refusal(dialect, REFUSES_UNKNOWN) : NULL;
}

const struct dialect_refusal *dialect_refusal_code(const struct dialect *dialect, const char *code)
{
    const struct dialect_refusal *row = dialect->refusals;
    while (row->words != NULL && strcmp(row->code, code) != 0)
        row++;
    assert(row->words != NULL);
    return row;
}

const struct dialect_refusal *dialect_refusal_asked(const struct dialect *dialect, const char *to)
{
    int digits = digits_of(to);
    for (const struct dialect_refusal *row = dialect->refusals; row->words != NULL; row++)
        if (digits != 0 && row->digits == digits)
            return row;
    return NULL;
}

const struct dialect_state *dialect_state(const struct dialect *dialect, const char *means)
{
    const struct dialect_state *otherwise = NULL;
    for (const struct dialect_state *row = dialect->states; row->means != NULL; row++) {
        if (strcmp(row->means, means) == 0)
            return row;
        if (otherwise == NULL && strcmp(row->means, "undelivered") == 0)
            otherwise = row;
    }
    assert(otherwise != NULL);
    return otherwise;
}

const struct dialect_state *dialect_state_asked(const struct dialect *dialect, const char *to)
{
    int digits = digits_of(to);
    for (const struct dialect_state *row = dialect->states; row->means != NULL; row++)
        if (digits != 0 && row->digits == digits)
            return row;
    return NULL;
}

bool dialect_silence_asked(const char *to)
{
    return digits_of(to) == SILENCE_DIGITS;
}

/* The last four digits of a number; 0 when it is too short. */
static int digits_of(const char *to)
{
    size_t length = strlen(to);
    return length > 4 ? atoi(to + length - 4) : 0;
}

/* --- batches --- */

struct dialect_message *dialect_batch_add(struct dialect_batch *batch, const char *reference, const char *to,
                                          const char *from, const char *text, const char *callback)
{
    struct sms_measure measure;
    batch->messages = memory_resized(batch->messages, batch->count + 1, sizeof batch->messages[0]);
    struct dialect_message *message = &batch->messages[batch->count++];
    *message = (struct dialect_message){0};
    if (reference == NULL || reference[0] == '\0' || !text_copy(message->id, sizeof message->id, reference))
        id_random(message->id);
    (void)text_copy(message->to, sizeof message->to, to);
    (void)text_copy(message->from, sizeof message->from, from);
    message->text = memory_text(text);
    message->callback = callback != NULL ? memory_text(callback) : NULL;
    sms_measure(text, &measure);
    message->segments = (int64_t)measure.segments;
    return message;
}

void dialect_batch_clear(struct dialect_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        free(batch->messages[i].text);
        free(batch->messages[i].callback);
    }
    free(batch->messages);
    *batch = (struct dialect_batch){0};
}

void dialect_webhook_clear(struct dialect_webhook *webhook)
{
    text_free(&webhook->url);
    text_free(&webhook->body);
    for (size_t i = 0; i < webhook->headers_count; i++)
        text_free(&webhook->headers[i]);
    *webhook = (struct dialect_webhook){0};
}
