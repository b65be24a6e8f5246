/* One request of the HTTP client, from its preparation to its fate; kept and used again with its libcurl
 * handle. Shared by http_client.c and http_transfer.c only.
 *
 * libcurl resends a request by itself when a reused connection breaks before an answer. It can do that only
 * with a body it can rewind: bodies come from a read function without a seek function, and a POST without a
 * body takes a fresh connection, which is never retried. */
#ifndef IO_HTTP_TRANSFER_H
#define IO_HTTP_TRANSFER_H

#include <curl/curl.h>

#include "base/text.h"
#include "io/http_client.h"

struct http_transfer {
    struct http_transfer *previous, *next;
    http_callback callback;
    void *context;
    int64_t deadline_at_ms; /* monotonic */
    CURL *handle;           /* its private pointer is the transfer */
    struct curl_slist *headers;
    struct text body;
    size_t body_read; /* by libcurl */
    bool read_began;
    struct text answer;
    size_t answer_bytes_max;
    bool answer_cut;
    bool head_ended; /* the empty line after the answer's head was seen */
    char retry_after[64];
    char problem[CURL_ERROR_SIZE];
};

struct http_transfer *http_transfer_new(const struct http_client_options *options);
void http_transfer_free(struct http_transfer *transfer);

/* Makes it ready for this request; copies everything. */
void http_transfer_prepare(struct http_transfer *transfer, const struct http_request *request);

/* What became of it when libcurl ended it with `code`; the answer borrows from the transfer. */
void http_transfer_answer(const struct http_transfer *transfer, CURLcode code,
                          struct http_answer *answer_out);

#endif
