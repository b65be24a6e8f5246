/* Replies: how many a second the collector takes, each answered 200 only when it is on disk.
 *
 *   ours    N webhook replies over C keep-alive connections to a real collector; then the counters must equal
 * the truth bare    as many reply_commit calls, prepared, C under way on one connection to a Redis of the
 * same kind empty   the same load on our HTTP server with a handler that answers at once
 *
 * Each run has all three, each on a world of its own in which everybody was asked once. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/http_server.h"
#include "load.h"
#include "stand.h"
#include "store/books.h"
#include "support/wire.h"

#define REPLY_PATH "/v1/gateways/simulator/" STAND_TOKEN "/reply"

struct bench {
    int64_t replies, connections;
    struct report report;
    int64_t *latencies_ns; /* of one run */
    struct load_requests requests;
};

static void run_ours(struct bench *bench, int run, double *rate_out);
static void run_bare(struct bench *bench, int run, double *rate_out);
static void run_empty(struct bench *bench, int run);
static void check_truth(struct stand *stand, int64_t replies);
static void prepare_requests(struct bench *bench);

int main(int argc, char **argv)
{
    struct bench bench = {.replies = 20000, .connections = 64};
    const struct stand_option options[] = {
        {"replies", "replies in a run", 100, STAND_PEOPLE_MAX, &bench.replies},
        {"connections", "connections, and commits under way", 1, 500, &bench.connections},
    };
    report_start(&bench.report, "replies", "a second");
    stand_options(argc, argv, "replies", options, sizeof options / sizeof options[0], &bench.report.command);
    bench.latencies_ns = memory_zeroed((size_t)bench.replies, sizeof bench.latencies_ns[0]);
    prepare_requests(&bench);
    for (int run = 0; run < REPORT_RUNS; run++) {
        double ours, bare;
        run_ours(&bench, run, &ours);
        run_bare(&bench, run, &bare);
        report_set_ratio(&bench.report, run, ours, bare);
        run_empty(&bench, run);
    }
    report_print(&bench.report);
    report_free(&bench.report);
    load_free(&bench.requests);
    free(bench.latencies_ns);
    return 0;
}

/* What contact n answers. */
static int value_of(int n)
{
    return 1 + (n * 7 + n / 11) % 5;
}

static void prepare_requests(struct bench *bench)
{
    for (int i = 0; i < (int)bench->replies; i++) {
        char body[256];
        snprintf(body, sizeof body,
                 "{\"id\":\"reply-%d\",\"from\":\"%s\",\"to\":\"" STAND_NUMBER "\",\"text\":\"%d\"}", i,
                 world_phone(i), value_of(i));
        load_add(&bench->requests, REPLY_PATH, body);
    }
}

/* p50 and p99 of the run's latencies. */
static void keep_latency(struct bench *bench, int run, const char *const keys[2], const char *const labels[2])
{
    size_t count = (size_t)bench->replies;
    for (int i = 0; i < 2; i++) {
        int64_t ns = report_percentile(bench->latencies_ns, count, i == 0 ? 0.50 : 0.99);
        report_set(&bench->report, run, keys[i], labels[i], (double)ns / 1000.0);
    }
}

/* --- ours --- */

static void run_ours(struct bench *bench, int run, double *rate_out)
{
    static struct stand stand;
    struct child collector;
    stand_open(&stand, &bench->report);
    stand_release(&stand, bench->replies);
    stand_send_all(&stand, bench->replies);
    stand_put_settings(&stand, 9, "");
    stand_spawn(&stand, &collector, "pulssi-collector",
                (const char *const[]){"--config", stand_path(&stand, "pulssi.conf"), NULL});
    int port = stand_await_number(&stand, "data/run/collector.port", "");
    int64_t deadline_ms = clock_monotonic_ms() + 20000;
    while (!wire_is_ready(port))
        assert_true(clock_monotonic_ms() < deadline_ms);

    const pid_t processes[] = {redis_server_process(stand.world.server), collector.process, getpid()};
    struct report_meter meter;
    report_meter_start(&meter, processes, 3);
    const struct load_plan plan = {.requests = &bench->requests,
                                   .count = (size_t)bench->replies,
                                   .port = port,
                                   .connections = (size_t)bench->connections};
    int64_t elapsed_ns = load_run(&plan, bench->latencies_ns, NULL);
    report_meter_stop(&meter);

    size_t count = (size_t)bench->replies;
    *rate_out = (double)count * 1e9 / (double)elapsed_ns;
    keep_latency(bench, run, (const char *const[]){"p50_us", "p99_us"},
                 (const char *const[]){"ours: p50, µs", "ours: p99, µs"});
    report_set(&bench->report, run, "cpu_redis_us", "ours: CPU of Redis, µs a reply",
               report_us_each(meter.cpu_ns[0], count));
    report_set(&bench->report, run, "cpu_collector_us", "ours: CPU of the collector, µs a reply",
               report_us_each(meter.cpu_ns[1], count));
    report_set(&bench->report, run, "cpu_generator_us", "ours: CPU of the load generator, µs a reply",
               report_us_each(meter.cpu_ns[2], count));
    report_set(&bench->report, run, "others_percent", "ours: CPU of everything else, %",
               meter.others_percent);
    assert_int_equal(child_end(&collector, SIGTERM), 0);
    check_truth(&stand, bench->replies);
    stand_close(&stand);
}

/* Each value counted once for each person who sent it, in the person's stratum, and nothing else. */
static void check_truth(struct stand *stand, int64_t replies)
{
    static const char *const offices[] = {"north", "south"};
    struct books books = {0};
    struct error error = {""};
    char key[32];
    snprintf(key, sizeof key, "k:%s", world_asking(&stand->world).week);
    int64_t truth[2][6] = {{0}};
    for (int n = 0; n < (int)replies; n++)
        truth[n % 2][value_of(n)]++;
    for (int office = 0; office < 2; office++) {
        for (int value = 1; value <= 5; value++) {
            char field[128];
            snprintf(field, sizeof field, WORLD_PILOT "|" WORLD_SURVEY "/forward|18-29,%s|%d",
                     offices[office], value);
            int64_t counted = strtoll(world_field(&stand->world, key, field), NULL, 10);
            if (counted != truth[office][value])
                fail_msg("%s: %lld counted, %lld in truth", field, (long long)counted,
                         (long long)truth[office][value]);
        }
    }
    if (!books_check(stand->world.link, WORLD_ORG, &books, &error))
        fail_msg("%s", error.text);
    if (books.differences != 0)
        fail_msg("%s", books.report.chars);
    assert_int_equal(world_count(&stand->world, "x:answer"), replies);
    books_free(&books);
}

/* --- bare --- */

struct bare {
    struct loop *loop;
    struct redis *redis;
    struct redis_command *commands;
    size_t count, connections, next, done;
    pid_t server;
    struct report_meter meter;
    int64_t *latencies_ns;
    struct bare_slot {
        struct bare *bare;
        size_t command;
        int64_t sent_at_ns;
    } * slots;
};

static void bare_on_connected(void *context);
static void bare_send(struct bare_slot *slot);
static void bare_on_committed(void *context, const struct redis_value *value);

static void run_bare(struct bench *bench, int run, double *rate_out)
{
    static struct stand stand;
    stand_open(&stand, &bench->report);
    stand_release(&stand, bench->replies);
    stand_send_all(&stand, bench->replies);
    stand.world.now_ms += 1000; /* replies come after the asking */
    struct bare bare = {.loop = loop_new(),
                        .count = (size_t)bench->replies,
                        .connections = (size_t)bench->connections,
                        .server = redis_server_process(stand.world.server),
                        .latencies_ns = bench->latencies_ns};
    bare.commands = memory_zeroed(bare.count, sizeof bare.commands[0]);
    bare.slots = memory_zeroed(bare.connections, sizeof bare.slots[0]);
    for (int n = 0; n < (int)bare.count; n++) {
        struct session session;
        char id[32], text[8];
        snprintf(id, sizeof id, "reply-%d", n);
        snprintf(text, sizeof text, "%d", value_of(n));
        world_load(&stand.world, world_phone(n), &session);
        world_commit_command(&stand.world, &bare.commands[n], &session, id, text);
    }
    const struct redis_options options = {.address = redis_server_address(stand.world.server),
                                          .password = "",
                                          .deadline_ms = 10000,
                                          .on_connected = bare_on_connected,
                                          .context = &bare};
    bare.redis = redis_open(bare.loop, &options);
    loop_run(bare.loop);
    redis_close(&bare.redis);
    loop_free(&bare.loop);

    *rate_out = (double)bare.count * 1e9 / (double)bare.meter.elapsed_ns;
    keep_latency(bench, run, (const char *const[]){"bare_p50_us", "bare_p99_us"},
                 (const char *const[]){"bare: p50, µs", "bare: p99, µs"});
    report_set(&bench->report, run, "bare_cpu_redis_us", "bare: CPU of Redis, µs a commit",
               report_us_each(bare.meter.cpu_ns[0], bare.count));
    report_set(&bench->report, run, "bare_cpu_client_us", "bare: CPU of the client, µs a commit",
               report_us_each(bare.meter.cpu_ns[1], bare.count));
    report_set(&bench->report, run, "bare_others_percent", "bare: CPU of everything else, %",
               bare.meter.others_percent);
    for (size_t i = 0; i < bare.count; i++)
        redis_command_free(&bare.commands[i]);
    free(bare.commands);
    free(bare.slots);
    check_truth(&stand, bench->replies);
    stand_close(&stand);
}

static void bare_on_connected(void *context)
{
    struct bare *bare = context;
    assert_int_equal(bare->next, 0); /* it is not to reconnect */
    report_meter_start(&bare->meter, (const pid_t[]){bare->server, getpid()}, 2);
    for (size_t i = 0; i < bare->connections && bare->next < bare->count; i++) {
        bare->slots[i].bare = bare;
        bare_send(&bare->slots[i]);
    }
}

static void bare_send(struct bare_slot *slot)
{
    slot->command = slot->bare->next++;
    slot->sent_at_ns = report_now_ns();
    redis_send(slot->bare->redis, &slot->bare->commands[slot->command], bare_on_committed, slot);
}

static void bare_on_committed(void *context, const struct redis_value *value)
{
    struct bare_slot *slot = context;
    struct bare *bare = slot->bare;
    assert_true(value != NULL && reply_commit_result(value) == COMMIT_DONE);
    bare->latencies_ns[slot->command] = report_now_ns() - slot->sent_at_ns;
    bare->done++;
    if (bare->next < bare->count) {
        bare_send(slot);
    } else if (bare->done == bare->count) {
        report_meter_stop(&bare->meter);
        loop_stop(bare->loop);
    }
}

/* --- empty --- */

static void empty_on_request(void *context, struct http_exchange *exchange)
{
    (void)context;
    http_exchange_answer(exchange, 200, NULL, NULL, 0, NULL);
}

static _Noreturn void empty_serve(int tell_port)
{
    const struct http_server_options options = {.address = "127.0.0.1",
                                                .header_deadline_ms = 5000,
                                                .body_deadline_ms = 10000,
                                                .idle_deadline_ms = 30000,
                                                .connections_max = 1000,
                                                .body_bytes_max = 65536};
    struct error error = {""};
    struct loop *loop = loop_new();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct http_server *server = http_server_open(loop, &options, empty_on_request, NULL, &error);
    int port = server == NULL ? -1 : http_server_port(server);
    if (write(tell_port, &port, sizeof port) == (ssize_t)sizeof port)
        loop_run(loop);
    _exit(1);
}

static void run_empty(struct bench *bench, int run)
{
    int ends[2], port = -1;
    assert_int_equal(pipe(ends), 0);
    pid_t server = fork();
    assert_true(server >= 0);
    if (server == 0)
        empty_serve(ends[1]);
    assert_true(read(ends[0], &port, sizeof port) == (ssize_t)sizeof port && port > 0);
    close(ends[0]);
    close(ends[1]);

    size_t count = (size_t)bench->replies;
    struct report_meter meter;
    report_meter_start(&meter, &server, 1);
    const struct load_plan plan = {.requests = &bench->requests,
                                   .count = (size_t)bench->replies,
                                   .port = port,
                                   .connections = (size_t)bench->connections};
    int64_t elapsed_ns = load_run(&plan, bench->latencies_ns, NULL);
    report_meter_stop(&meter);
    report_set(&bench->report, run, "empty", "empty handler, a second",
               (double)count * 1e9 / (double)elapsed_ns);
    report_set(&bench->report, run, "empty_cpu_server_us", "empty handler: CPU, µs a request",
               report_us_each(meter.cpu_ns[0], count));
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
}
