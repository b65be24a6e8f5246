/* Dispatch in batches: how many due messages a second go out through a profile that takes many in a request, each with
 * its own intent on disk before and its own settling after.
 *
 *   ours   N due messages, a real dispatcher, a gateway that takes everything (sink.h); each came exactly once
 *   bare   libcurl in this process posting the same messages one by one to the same kind of gateway, as many at a time
 *          as the dispatcher has requests in flight at most
 *
 * Both rates are the gateway's: from the first to the last message. It answers after --latency-ms: 0 measures CPU, more is
 * a gateway as far away as a real one. Domain time stands, as in `dispatch`. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/submit.h"
#include "posts.h"
#include "sink.h"
#include "stand.h"
#include "support/batch_share.h"

#define CONCURRENCY  32 /* the dispatcher's default */
#define DUE_AFTER_MS 60000
#define AWAIT_MS     120000
#define POLL_NS      5000000

struct bench {
    int64_t messages, latency_ms, batch_max;
    struct report report;
    struct text *bodies; /* of message n, as a single */
};

static void run_ours(struct bench *bench, int run, double *rate_out);
static void run_bare(struct bench *bench, int run, double *rate_out);

int main(int argc, char **argv)
{
    struct bench bench = {.messages = 10000, .batch_max = 100};
    const struct stand_option options[] = {
        {"messages", "messages in a run", 100, STAND_PEOPLE_MAX, &bench.messages},
        {"latency-ms", "how long the gateway takes to answer", 0, 1000, &bench.latency_ms},
        {"batch-max", "messages in a request at most", 2, 128, &bench.batch_max},
    };
    report_start(&bench.report, "dispatch-batch", "a second");
    stand_options(argc, argv, "dispatch-batch", options, sizeof options / sizeof options[0],
                  &bench.report.command);
    bench.bodies = memory_zeroed((size_t)bench.messages, sizeof bench.bodies[0]);
    for (int run = 0; run < REPORT_RUNS; run++) {
        double ours, bare;
        run_ours(&bench, run, &ours);
        run_bare(&bench, run, &bare);
        report_set_ratio(&bench.report, run, ours, bare);
    }
    report_print(&bench.report);
    report_free(&bench.report);
    for (int64_t i = 0; i < bench.messages; i++)
        text_free(&bench.bodies[i]);
    free(bench.bodies);
    return 0;
}

/* --- ours --- */

static void await_lane(struct stand *stand)
{
    int64_t deadline_ms = clock_monotonic_ms() + AWAIT_MS;
    while (strcmp(world_field(&stand->world, "lane", "owner"), "dispatcher-1") == 0) {
        assert_true(clock_monotonic_ms() < deadline_ms);
        nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL);
    }
}

static void await_accepted(struct stand *stand, int64_t messages)
{
    int64_t deadline_ms = clock_monotonic_ms() + AWAIT_MS;
    int64_t accepted;
    while ((accepted = world_count(&stand->world, "m:accepted")) < messages) {
        if (clock_monotonic_ms() >= deadline_ms)
            fail_msg("%lld of %lld messages were accepted in time", (long long)accepted, (long long)messages);
        nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL);
    }
}

static void run_ours(struct bench *bench, int run, double *rate_out)
{
    static struct stand stand;
    struct batch_share share;
    struct child dispatcher;
    stand_open(&stand, &bench->report);
    stand_release(&stand, bench->messages);
    stand.world.redis_now_ms = 1; /* the world's lane lease ended long ago */
    world_take_lane(&stand.world, "dispatcher-1");
    stand_put_clock(&stand, stand.world.now_ms - DUE_AFTER_MS);
    batch_share_make(&share, (int)bench->batch_max, false);
    struct sink *sink = sink_open(bench->messages, bench->latency_ms);
    setenv("PULSSI_PULSSI_SHARE_FOLDER", share.folder, 1);
    setenv("PULSSI_GATEWAY_SIMULATOR_PROFILE", "batch", 1);
    stand_put_settings(&stand, sink_port(sink), stand_path(&stand, "clock"));
    stand_spawn(&stand, &dispatcher, "pulssi-dispatcher",
                (const char *const[]){"--config", stand_path(&stand, "pulssi.conf"), NULL});
    unsetenv("PULSSI_PULSSI_SHARE_FOLDER");
    unsetenv("PULSSI_GATEWAY_SIMULATOR_PROFILE");
    await_lane(&stand);

    const pid_t processes[] = {dispatcher.process, redis_server_process(stand.world.server),
                               sink_process(sink)};
    struct report_meter meter;
    report_meter_start(&meter, processes, 3);
    stand_put_clock(&stand, stand.world.now_ms);
    await_accepted(&stand, bench->messages);
    report_meter_stop(&meter);

    size_t count = (size_t)bench->messages;
    *rate_out = sink_judge(sink);
    report_set(&bench->report, run, "messages_a_request", "ours: messages a request",
               (double)bench->messages / (double)sink_requests(sink));
    report_set(&bench->report, run, "cpu_dispatcher_us", "ours: CPU of the dispatcher, µs a message",
               report_us_each(meter.cpu_ns[0], count));
    report_set(&bench->report, run, "cpu_redis_us", "ours: CPU of Redis, µs a message",
               report_us_each(meter.cpu_ns[1], count));
    report_set(&bench->report, run, "cpu_gateway_us", "ours: CPU of the gateway, µs a message",
               report_us_each(meter.cpu_ns[2], count));
    report_set(&bench->report, run, "others_percent", "ours: CPU of everything else, %",
               meter.others_percent);
    assert_int_equal(child_end(&dispatcher, SIGTERM), 0);
    sink_close(&sink);
    batch_share_remove(&share);
    stand_close(&stand);
}

/* --- bare --- */

/* What a dispatcher posts for message n through the profile of singles. */
static void prepare_bodies(struct bench *bench, const struct stand *stand, const struct profile *profile,
                           const struct gateway_settings *gateway, struct submit_request *request)
{
    const struct world *world = &stand->world;
    int language = org_language(&world->org, "fi");
    struct text text = {0};
    struct sms_measure measure;
    message_render(&world->org, world->survey.questions[0].text[language], &text);
    sms_measure(text.chars, &measure);
    for (int n = 0; n < (int)bench->messages; n++) {
        const struct submit_fields fields = {.id = world_message(n),
                                             .sender = world->org.sender,
                                             .to = world_phone(n),
                                             .text = text.chars,
                                             .encoding = sms_encoding_name(measure.encoding),
                                             .segments = measure.segments,
                                             .validity_hours = 24};
        submit_request_write(profile, gateway, &fields, 1, request);
        text_clear(&bench->bodies[n]);
        text_add_bytes(&bench->bodies[n], request->body.chars, request->body.bytes);
    }
    text_free(&text);
}

static void run_bare(struct bench *bench, int run, double *rate_out)
{
    static struct stand stand;
    static struct settings settings;
    struct submit_request request = {0};
    struct error error = {""};
    stand_open(&stand, &bench->report);
    stand_put_clock(&stand, stand.world.now_ms);
    struct sink *sink = sink_open(bench->messages, bench->latency_ms);
    stand_put_settings(&stand, sink_port(sink), stand_path(&stand, "clock"));
    if (!settings_load(&settings, stand_path(&stand, "pulssi.conf"), &error))
        fail_msg("%s", error.text);
    struct profile *profile = profile_load(&settings, "simulator", &error);
    if (profile == NULL)
        fail_msg("%s", error.text);
    prepare_bodies(bench, &stand, profile, &settings.gateways[0], &request);
    const struct posts posts = {.url = request.request.url,
                                .headers = request.request.headers,
                                .bodies = bench->bodies,
                                .count = (size_t)bench->messages,
                                .concurrency = CONCURRENCY,
                                .status = 202};
    struct report_meter meter;
    report_meter_start(&meter, (const pid_t[]){getpid(), sink_process(sink)}, 2);
    posts_run(&posts);
    report_meter_stop(&meter);

    *rate_out = sink_judge(sink);
    report_set(&bench->report, run, "bare_cpu_client_us", "bare: CPU of libcurl, µs a message",
               report_us_each(meter.cpu_ns[0], posts.count));
    report_set(&bench->report, run, "bare_cpu_gateway_us", "bare: CPU of the gateway, µs a message",
               report_us_each(meter.cpu_ns[1], posts.count));
    report_set(&bench->report, run, "bare_others_percent", "bare: CPU of everything else, %",
               meter.others_percent);
    sink_close(&sink);
    submit_request_free(&request);
    profile_free(&profile);
    stand_close(&stand);
}
