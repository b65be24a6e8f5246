/* Submitting messages: request from profile and fields, outcomes from the answer. Pure; the HTTP is the
 * caller's. */
#ifndef GATEWAY_SUBMIT_H
#define GATEWAY_SUBMIT_H

#include "domain/delivery.h"
#include "gateway/profile.h"
#include "io/http_client.h"

struct submit_fields {
    const char *id;       /* our message id */
    const char *sender;   /* digits of a number or short code, E.164, or a name */
    const char *to;       /* E.164 */
    const char *text;     /* prepared */
    const char *encoding; /* "gsm7", "ucs2" */
    size_t segments;
    int64_t validity_hours;
    int64_t now_ms; /* wall; the validity counts from it where the gateway wants an instant */
};

/* A request written into text buffers that the caller keeps until http_client_send has copied them. */
#define SUBMIT_HEADERS_MAX 16
struct submit_request {
    struct text url, body;
    struct text header_texts[SUBMIT_HEADERS_MAX];
    const char *headers[SUBMIT_HEADERS_MAX + 1];
    struct http_request request; /* points into the above */
};
/* Fills (and first clears) the buffers with one request for `count` messages, 1..profile_batch_max. */
void submit_request_write(const struct profile *profile, const struct gateway_settings *gateway,
                          const struct submit_fields *fields, size_t count, struct submit_request *request);
void submit_request_free(struct submit_request *request);

struct submit_reading {
    enum submit_outcome outcome;
    char gateway_id[65];    /* "" = none */
    int64_t retry_after_ms; /* -1 = none; of Retry-After seconds or HTTP date, not clamped */
    char reason[81];        /* for the operator: "429", "invalid_number"; never a number or a text */
};
/* One reading for each of the request's messages, which `fields` and `count` are again. What the answer does not
 * name is unknown. `now_ms` is wall time, for a Retry-After date. */
void submit_answer_read(const struct profile *profile, const struct http_answer *answer, int64_t now_ms,
                        const struct submit_fields *fields, size_t count,
                        struct submit_reading *readings_out);

#endif
