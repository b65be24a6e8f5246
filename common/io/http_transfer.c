/* A libcurl handle with its options, and what flows through it: the body out, head and body of the answer in.
 */
#include "io/http_transfer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static enum http_fate fate_of(const struct http_transfer *transfer, CURLcode code);
static const char *problem_of(const struct http_transfer *transfer, CURLcode code);
static size_t transfer_on_read(char *out, size_t size, size_t count, void *context);
static size_t transfer_on_header(char *chars, size_t size, size_t count, void *context);
static size_t transfer_on_body(char *chars, size_t size, size_t count, void *context);

struct http_transfer *http_transfer_new(const struct http_client_options *options)
{
    struct http_transfer *transfer = memory_zeroed(1, sizeof *transfer);
    transfer->answer_bytes_max = options->answer_bytes_max;
    transfer->handle = curl_easy_init();
    assert(transfer->handle != NULL);
    CURL *handle = transfer->handle;
    curl_easy_setopt(handle, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_deadline_ms);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, transfer->problem);
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, transfer_on_read);
    curl_easy_setopt(handle, CURLOPT_READDATA, transfer);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, transfer_on_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, transfer_on_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, transfer);
    return transfer;
}

void http_transfer_free(struct http_transfer *transfer)
{
    curl_easy_cleanup(transfer->handle);
    curl_slist_free_all(transfer->headers);
    text_free(&transfer->body);
    text_free(&transfer->answer);
    free(transfer);
}

void http_transfer_prepare(struct http_transfer *transfer, const struct http_request *request)
{
    CURL *handle = transfer->handle;
    bool is_post = strcmp(request->method, "POST") == 0;
    assert(is_post || (strcmp(request->method, "GET") == 0 && request->body_bytes == 0));
    text_clear(&transfer->body);
    if (request->body_bytes > 0)
        text_add_bytes(&transfer->body, request->body, request->body_bytes);
    transfer->body_read = 0;
    transfer->read_began = false;
    text_clear(&transfer->answer);
    transfer->answer_cut = false;
    transfer->head_ended = false;
    transfer->retry_after[0] = '\0';
    transfer->problem[0] = '\0';
    /* The handle lets go of the old list before it is freed. */
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
    for (size_t i = 0; request->headers != NULL && request->headers[i] != NULL; i++) {
        assert(strpbrk(request->headers[i], "\r\n") == NULL);
        transfer->headers = curl_slist_append(transfer->headers, request->headers[i]);
    }
    /* Waiting for "100 Continue" would cost a second wherever it is not known. */
    transfer->headers = curl_slist_append(transfer->headers, "Expect:");
    curl_easy_setopt(handle, CURLOPT_URL, request->url);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, transfer->headers);
    if (is_post) {
        curl_easy_setopt(handle, CURLOPT_POST, 1L);
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_bytes);
    } else {
        curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, is_post && request->body_bytes == 0 ? 1L : 0L);
}

void http_transfer_answer(const struct http_transfer *transfer, CURLcode code, struct http_answer *answer_out)
{
    long status = 0;
    *answer_out = (struct http_answer){.fate = fate_of(transfer, code),
                                       .body = "",
                                       .retry_after = "",
                                       .problem = problem_of(transfer, code)};
    if (answer_out->fate != HTTP_ANSWERED)
        return;
    curl_easy_getinfo(transfer->handle, CURLINFO_RESPONSE_CODE, &status);
    answer_out->status = (int)status;
    answer_out->body = transfer->answer.bytes == 0 ? "" : transfer->answer.chars;
    answer_out->body_bytes = transfer->answer.bytes;
    answer_out->body_cut = transfer->answer_cut;
    answer_out->retry_after = transfer->retry_after;
    answer_out->problem = "";
}

/* NOT_SENT only when surely no byte of the request left: libcurl counts what it wrote of the head, and a body
 * is only asked for after the head. */
static enum http_fate fate_of(const struct http_transfer *transfer, CURLcode code)
{
    long head_bytes = 1;
    /* A head that breaks off in the middle is fine to libcurl; to us it is no whole answer. */
    if (code == CURLE_OK)
        return transfer->head_ended ? HTTP_ANSWERED : HTTP_LOST;
    curl_easy_getinfo(transfer->handle, CURLINFO_REQUEST_SIZE, &head_bytes);
    bool before_sending = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
                          code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION ||
                          code == CURLE_SSL_CACERT_BADFILE || code == CURLE_OPERATION_TIMEDOUT ||
                          code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
    return before_sending && head_bytes == 0 && !transfer->read_began ? HTTP_NOT_SENT : HTTP_LOST;
}

static const char *problem_of(const struct http_transfer *transfer, CURLcode code)
{
    if (code == CURLE_OK)
        return "the answer broke off in its head";
    return transfer->problem[0] != '\0' ? transfer->problem : curl_easy_strerror(code);
}

static size_t transfer_on_read(char *out, size_t size, size_t count, void *context)
{
    struct http_transfer *transfer = context;
    size_t left = transfer->body.bytes - transfer->body_read;
    size_t bytes = size * count < left ? size * count : left;
    transfer->read_began = true;
    if (bytes > 0)
        memcpy(out, transfer->body.chars + transfer->body_read, bytes);
    transfer->body_read += bytes;
    return bytes;
}

static size_t transfer_on_header(char *chars, size_t size, size_t count, void *context)
{
    static const char name[] = "retry-after:";
    struct http_transfer *transfer = context;
    size_t bytes = size * count;
    size_t start = strlen(name), end = bytes;
    if (bytes >= 5 && memcmp(chars, "HTTP/", 5) == 0)
        transfer->head_ended = false;
    else if (bytes > 0 && (chars[0] == '\r' || chars[0] == '\n'))
        transfer->head_ended = true;
    if (bytes < start || strncasecmp(chars, name, start) != 0)
        return bytes;
    while (start < end && (chars[start] == ' ' || chars[start] == '\t'))
        start++;
    while (end > start && (chars[end - 1] == '\n' || chars[end - 1] == '\r' || chars[end - 1] == ' '))
        end--;
    if (end - start < sizeof transfer->retry_after) {
        memcpy(transfer->retry_after, chars + start, end - start);
        transfer->retry_after[end - start] = '\0';
    }
    return bytes;
}

static size_t transfer_on_body(char *chars, size_t size, size_t count, void *context)
{
    struct http_transfer *transfer = context;
    size_t bytes = size * count;
    size_t room = transfer->answer_bytes_max - transfer->answer.bytes;
    /* What is too long is read to its end, for the connection's sake, and forgotten. */
    if (bytes > room)
        transfer->answer_cut = true;
    if (room > 0)
        text_add_bytes(&transfer->answer, chars, bytes < room ? bytes : room);
    return bytes;
}
