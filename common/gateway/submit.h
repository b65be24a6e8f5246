/* Submitting a message: request from profile and fields, outcome from the answer. Pure; the HTTP is the
 * caller's. */
#ifndef GATEWAY_SUBMIT_H
#define GATEWAY_SUBMIT_H

#include "domain/delivery.h"
#include "gateway/profile.h"
#include "io/http_client.h"

struct submit_fields {
    const char *id; /* our message id */
    const char *sender;
    const char *to;       /* E.164 */
    const char *text;     /* prepared */
    const char *encoding; /* "gsm7", "ucs2" */
    size_t segments;
    int64_t validity_hours;
};

/* A request written into text buffers that the caller keeps until http_client_send has copied them. */
#define SUBMIT_HEADERS_MAX 16
struct submit_request {
    struct text url, body;
    struct text header_texts[SUBMIT_HEADERS_MAX];
    const char *headers[SUBMIT_HEADERS_MAX + 1];
    struct http_request request; /* points into the above */
};
/* Fills (and first clears) the buffers. */
void submit_request_write(const struct profile *profile, const struct gateway_settings *gateway,
                          const struct submit_fields *fields, struct submit_request *request);
void submit_request_free(struct submit_request *request);

struct submit_reading {
    enum submit_outcome outcome;
    char gateway_id[65];    /* "" = none */
    int64_t retry_after_ms; /* -1 = none; of Retry-After seconds or HTTP date, not clamped */
    char reason[81];        /* for the operator: "429", "invalid_number"; never a number or a text */
};
/* `now_ms` is wall time, for a Retry-After date. */
void submit_answer_read(const struct profile *profile, const struct http_answer *answer, int64_t now_ms,
                        struct submit_reading *reading_out);

#endif
