/* Dispatch: how many due messages a second go out, each claimed, intended on disk, handed over, settled on
 * disk.
 *
 *   ours    N due messages, a real dispatcher, a real simulator; its ledger must hold each accepted exactly
 * once bare    libcurl in this process posting the same bodies to another simulator of the same kind, as many
 * at a time
 *
 * Both rates are the simulator's: from the first to the last accepted, by its ledger. Domain time stands: no
 * receipt comes due while messages go out, and the messages become due when the clock's file is replaced,
 * after every program has started. */
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

#include "base/json.h"
#include "gateway/submit.h"
#include "posts.h"
#include "stand.h"
#include "support/wire.h"

#define CONCURRENCY  32 /* the dispatcher's default */
#define DUE_AFTER_MS 60000
#define AWAIT_MS     120000
#define POLL_NS      5000000

struct bench {
    int64_t messages;
    struct report report;
    struct text *bodies; /* of message n; the bare run posts what the dispatcher posts */
};

static void run_ours(struct bench *bench, int run, double *rate_out);
static void run_bare(struct bench *bench, int run, double *rate_out);

int main(int argc, char **argv)
{
    struct bench bench = {.messages = 10000};
    const struct stand_option options[] = {
        {"messages", "messages in a run", 100, STAND_PEOPLE_MAX, &bench.messages},
    };
    report_start(&bench.report, "dispatch", "a second");
    stand_options(argc, argv, "dispatch", options, sizeof options / sizeof options[0], &bench.report.command);
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

/* --- the ledger --- */

/* One send row of the ledger: message n to contact n, accepted, for the first time. Keeps its wall time. */
static void check_send(const cJSON *row, bool *seen, int64_t messages, int64_t *real_ms_out)
{
    struct json_reader reader;
    struct error error = {""};
    int n = -1;
    json_reader_root(&reader, row, &error);
    const char *id = json_string(&reader, "id", 1, ID_CHARS);
    assert_int_equal(sscanf(id, "message%d", &n), 1);
    assert_in_range(n, 0, messages - 1);
    assert_string_equal(id, world_message(n));
    assert_string_equal(json_string(&reader, "to", 1, PHONE_SIZE), world_phone(n));
    assert_string_equal(json_string(&reader, "outcome", 1, 32), "accepted");
    if (seen[n])
        fail_msg("%s was accepted twice", id);
    seen[n] = true;
    *real_ms_out = json_int(&reader, "real", 0, INT64_MAX / 2);
}

/* Every message was accepted exactly once; returns how many a second, from first to last. */
static double judge_ledger(int port, int64_t messages)
{
    struct text answer = {0};
    bool *seen = memory_zeroed((size_t)messages, sizeof seen[0]);
    int64_t accepted = 0, first_ms = INT64_MAX, last_ms = 0;
    assert_int_equal(wire_get(port, "/ledger", &answer), 200);
    char *rest = NULL, *body = strstr(answer.chars, "\r\n\r\n");
    assert_non_null(body);
    for (char *line = strtok_r(body + 4, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        struct error error = {""};
        int64_t real_ms = 0;
        if (strncmp(line, "{\"t\":\"send\"", strlen("{\"t\":\"send\"")) != 0)
            continue;
        cJSON *row = json_parse(line, strlen(line), &error);
        if (row == NULL)
            fail_msg("ledger: %s", error.text);
        check_send(row, seen, messages, &real_ms);
        cJSON_Delete(row);
        accepted++;
        first_ms = real_ms < first_ms ? real_ms : first_ms;
        last_ms = real_ms > last_ms ? real_ms : last_ms;
    }
    assert_int_equal(accepted, messages);
    free(seen);
    text_free(&answer);
    return (double)(messages - 1) * 1000.0 / (double)(last_ms > first_ms ? last_ms - first_ms : 1);
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
    struct child simulator, dispatcher;
    stand_open(&stand, &bench->report);
    stand_release(&stand, bench->messages);
    stand.world.redis_now_ms = 1; /* the world's lane lease ended long ago */
    world_take_lane(&stand.world, "dispatcher-1");
    stand_put_clock(&stand, stand.world.now_ms - DUE_AFTER_MS);
    int port = stand_start_simulator(&stand, &simulator);
    stand_put_settings(&stand, port, stand_path(&stand, "clock"));
    stand_spawn(&stand, &dispatcher, "pulssi-dispatcher",
                (const char *const[]){"--config", stand_path(&stand, "pulssi.conf"), NULL});
    await_lane(&stand);

    const pid_t processes[] = {dispatcher.process, redis_server_process(stand.world.server),
                               simulator.process};
    struct report_meter meter;
    report_meter_start(&meter, processes, 3);
    stand_put_clock(&stand, stand.world.now_ms);
    await_accepted(&stand, bench->messages);
    report_meter_stop(&meter);

    size_t count = (size_t)bench->messages;
    *rate_out = judge_ledger(port, bench->messages);
    report_set(&bench->report, run, "cpu_dispatcher_us", "ours: CPU of the dispatcher, µs a message",
               report_us_each(meter.cpu_ns[0], count));
    report_set(&bench->report, run, "cpu_redis_us", "ours: CPU of Redis, µs a message",
               report_us_each(meter.cpu_ns[1], count));
    report_set(&bench->report, run, "cpu_simulator_us", "ours: CPU of the simulator, µs a message",
               report_us_each(meter.cpu_ns[2], count));
    report_set(&bench->report, run, "others_percent", "ours: CPU of everything else, %",
               meter.others_percent);
    assert_int_equal(child_end(&dispatcher, SIGTERM), 0);
    assert_int_equal(child_end(&simulator, SIGTERM), 0);
    stand_close(&stand);
}

/* --- bare --- */

/* What the dispatcher posts for message n, made by the same profile. */
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
    struct child simulator;
    struct submit_request request = {0};
    struct error error = {""};
    stand_open(&stand, &bench->report);
    stand_put_clock(&stand, stand.world.now_ms);
    int port = stand_start_simulator(&stand, &simulator);
    stand_put_settings(&stand, port, stand_path(&stand, "clock"));
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
    report_meter_start(&meter, (const pid_t[]){getpid(), simulator.process}, 2);
    posts_run(&posts);
    report_meter_stop(&meter);

    *rate_out = judge_ledger(port, bench->messages);
    report_set(&bench->report, run, "bare_cpu_client_us", "bare: CPU of libcurl, µs a message",
               report_us_each(meter.cpu_ns[0], posts.count));
    report_set(&bench->report, run, "bare_cpu_simulator_us", "bare: CPU of the simulator, µs a message",
               report_us_each(meter.cpu_ns[1], posts.count));
    report_set(&bench->report, run, "bare_others_percent", "bare: CPU of everything else, %",
               meter.others_percent);
    assert_int_equal(child_end(&simulator, SIGTERM), 0);
    submit_request_free(&request);
    profile_free(&profile);
    stand_close(&stand);
}
