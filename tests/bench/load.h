/* An HTTP load generator: some keep-alive connections over epoll, each with one request under way, prepared
 * to the byte beforehand so that the generator takes little of the machine it measures on. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct load_request {
    size_t at, bytes; /* in the requests' bytes */
};

/* Zero-initialise. */
struct load_requests {
    struct text bytes;
    struct load_request *items;
    size_t count, capacity;
};

/* Adds a POST of a JSON body. */
void load_add(struct load_requests *requests, const char *path, const char *body);
void load_free(struct load_requests *requests);

struct load_plan {
    const struct load_requests *requests;
    size_t first, count; /* of the requests */
    int port;            /* of this machine */
    size_t connections;
    double rate; /* a second; 0 = each connection sends again as soon as it is answered */
};

/* Sends every request of the plan once, in order; each answer must be a 200. Fills latencies_ns_out and, unless it
 * is NULL, sent_at_ns_out (monotonic), both by request, and returns how long it took in all, ns. Ends the program
 * with a sentence when an answer is another one, or none comes for 20 s. */
int64_t load_run(const struct load_plan *plan, int64_t *latencies_ns_out, int64_t *sent_at_ns_out);

#endif
