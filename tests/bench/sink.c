#include "sink.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/http_server.h"
#include "report.h"
#include "support/world.h"

#define START_DEADLINE_MS 20000
#define ID_MEMBER         "\"id\":\""

struct shared {
    atomic_int port; /* 0 until it listens */
    atomic_llong count, requests, unknown_ids;
    int64_t first_ns, last_ns;
    int64_t messages, answer_after_ms;
    unsigned char times[]; /* message n came */
};

struct sink {
    pid_t process;
    size_t bytes;
    struct shared *shared;
};

/* An answer that waits. */
struct answer {
    struct http_exchange *exchange;
    struct loop_timer *timer;
    struct text body;
    int status;
};

static struct shared *shared; /* of the child */
static struct loop *loop;     /* of the child */

static void serve(void);
static void on_request(void *context, struct http_exchange *exchange);

struct sink *sink_open(int64_t messages, int64_t answer_after_ms)
{
    struct sink *sink = memory_zeroed(1, sizeof *sink);
    int64_t until_ms = clock_monotonic_ms() + START_DEADLINE_MS;
    sink->bytes = sizeof *sink->shared + (size_t)messages;
    sink->shared = mmap(NULL, sink->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(sink->shared != MAP_FAILED);
    sink->shared->messages = messages;
    sink->shared->answer_after_ms = answer_after_ms;
    sink->process = fork();
    assert_true(sink->process >= 0);
    if (sink->process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        shared = sink->shared;
        serve();
    }
    while (atomic_load(&sink->shared->port) == 0) {
        assert_true(clock_monotonic_ms() < until_ms);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return sink;
}

void sink_close(struct sink **sink)
{
    kill((*sink)->process, SIGKILL);
    waitpid((*sink)->process, NULL, 0);
    munmap((*sink)->shared, (*sink)->bytes);
    free(*sink);
    *sink = NULL;
}

int sink_port(const struct sink *sink)
{
    return atomic_load(&sink->shared->port);
}

pid_t sink_process(const struct sink *sink)
{
    return sink->process;
}

int64_t sink_count(const struct sink *sink)
{
    return atomic_load(&sink->shared->count);
}

int64_t sink_requests(const struct sink *sink)
{
    return atomic_load(&sink->shared->requests);
}

double sink_judge(const struct sink *sink)
{
    int64_t took_ns = sink->shared->last_ns - sink->shared->first_ns;
    if (atomic_load(&sink->shared->unknown_ids) > 0)
        fail_msg("%lld messages that nobody sent", (long long)atomic_load(&sink->shared->unknown_ids));
    for (int64_t n = 0; n < sink->shared->messages; n++)
        if (sink->shared->times[n] != 1)
            fail_msg("message %lld came %d times", (long long)n, sink->shared->times[n]);
    return (double)(sink->shared->messages - 1) * 1e9 / (double)(took_ns > 0 ? took_ns : 1);
}

/* --- the child's side --- */

static void serve(void)
{
    struct error error = {""};
    struct http_server_options options = {.address = "127.0.0.1",
                                          .header_deadline_ms = 60000,
                                          .body_deadline_ms = 60000,
                                          .idle_deadline_ms = 60000,
                                          .connections_max = 200,
                                          .body_bytes_max = 131072};
    loop = loop_new();
    struct http_server *server = http_server_open(loop, &options, on_request, NULL, &error);
    if (server == NULL) {
        fprintf(stderr, "sink: %s\n", error.text);
        _exit(1);
    }
    atomic_store(&shared->port, http_server_port(server));
    loop_run(loop);
    _exit(0);
}

static void answer_now(void *context)
{
    struct answer *answer = context;
    http_exchange_answer(answer->exchange, answer->status, "application/json", answer->body.chars,
                         answer->body.bytes, NULL);
    loop_timer_free(&answer->timer);
    text_free(&answer->body);
    free(answer);
}

/* The number at the end of an id is the message's. */
static void take(const char *id, size_t chars)
{
    int64_t n = 0;
    size_t digits = chars;
    while (digits > 0 && id[digits - 1] >= '0' && id[digits - 1] <= '9')
        digits--;
    for (size_t i = digits; i < chars; i++)
        n = n * 10 + (id[i] - '0');
    if (digits == chars || n >= shared->messages)
        atomic_fetch_add(&shared->unknown_ids, 1);
    else
        shared->times[n]++;
    atomic_fetch_add(&shared->count, 1);
}

/* The bodies are the profiles' own, so the ids are found without a parser. */
static void on_request(void *context, struct http_exchange *exchange)
{
    size_t bytes = 0;
    const char *body = http_exchange_body(exchange, &bytes), *end = body + bytes, *at = body;
    struct answer *answer = memory_zeroed(1, sizeof *answer);
    bool is_batch = bytes > 2 && strncmp(body, "{\"m", 3) == 0;
    int count = 0;
    (void)context;
    *answer = (struct answer){.exchange = exchange, .status = is_batch ? 200 : 202};
    text_add(&answer->body, is_batch ? "{\"messages\":[" : "{");
    while ((at = memmem(at, (size_t)(end - at), ID_MEMBER, strlen(ID_MEMBER))) != NULL) {
        const char *id = at + strlen(ID_MEMBER);
        int chars = (int)strcspn(id, "\"");
        take(id, (size_t)chars);
        if (is_batch)
            text_addf(&answer->body, "%s{\"ref\":\"%.*s\",\"id\":\"g-%.*s\",\"status\":\"202\"}",
                      count > 0 ? "," : "", chars, id, chars, id);
        else
            text_addf(&answer->body, "\"id\":\"g-%.*s\"", chars, id);
        count++;
        at = id + chars;
    }
    text_add(&answer->body, is_batch ? "]}" : "}");
    shared->last_ns = report_now_ns();
    if (atomic_fetch_add(&shared->requests, 1) == 0)
        shared->first_ns = shared->last_ns;
    if (shared->answer_after_ms == 0) {
        answer_now(answer);
    } else {
        answer->timer = loop_timer_new(loop, answer_now, answer);
        loop_timer_arm(answer->timer, shared->answer_after_ms);
    }
}
