/* Ours and bare of the benchmarks of dispatching, without the gateway. Domain time stands: the messages become due when
 * the clock's file is replaced, after every program has started. */
#include "dispatching.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/submit.h"
#include "posts.h"

#define CONCURRENCY  32 /* the dispatcher's default */
#define DUE_AFTER_MS 60000
#define AWAIT_MS     120000
#define POLL_NS      5000000

static void await_lane(struct stand *stand);
static void await_accepted(struct stand *stand, int64_t messages);
static void prepare_bodies(struct dispatching *bench, const struct profile *profile,
                           const struct gateway_settings *gateway, struct submit_request *request);

void dispatching_init(struct dispatching *bench, const char *name, int argc, char **argv,
                      const struct stand_option *options, size_t options_count)
{
    report_start(&bench->report, name, "a second");
    stand_options(argc, argv, name, options, options_count, &bench->report.command);
    bench->bodies = memory_zeroed((size_t)bench->messages, sizeof bench->bodies[0]);
}

void dispatching_finish(struct dispatching *bench)
{
    report_print(&bench->report);
    report_free(&bench->report);
    for (int64_t i = 0; i < bench->messages; i++)
        text_free(&bench->bodies[i]);
    free(bench->bodies);
}

/* --- ours --- */

void dispatching_open(struct dispatching *bench)
{
    struct stand *stand = &bench->stand;
    stand_open(stand, &bench->report);
    stand_release(stand, bench->messages);
    stand->world.redis_now_ms = 1; /* the world's lane lease ended long ago */
    world_take_lane(&stand->world, "dispatcher-1");
    stand_put_clock(stand, stand->world.now_ms - DUE_AFTER_MS);
}

void dispatching_start(struct dispatching *bench, int gateway_port)
{
    struct stand *stand = &bench->stand;
    stand_put_settings(stand, gateway_port, stand_path(stand, "clock"));
    stand_spawn(stand, &bench->dispatcher, "pulssi-dispatcher",
                (const char *const[]){"--config", stand_path(stand, "pulssi.conf"), NULL});
    await_lane(stand);
}

void dispatching_run(struct dispatching *bench, pid_t gateway)
{
    struct stand *stand = &bench->stand;
    const pid_t processes[] = {bench->dispatcher.process, redis_server_process(stand->world.server), gateway};
    report_meter_start(&bench->meter, processes, 3);
    stand_put_clock(stand, stand->world.now_ms);
    await_accepted(stand, bench->messages);
    report_meter_stop(&bench->meter);
}

void dispatching_report(struct dispatching *bench, int run, const char *gateway_key,
                        const char *gateway_label)
{
    const int64_t *cpu_ns = bench->meter.cpu_ns;
    size_t count = (size_t)bench->messages;
    report_set(&bench->report, run, "cpu_dispatcher_us", "ours: CPU of the dispatcher, µs a message",
               report_us_each(cpu_ns[0], count));
    report_set(&bench->report, run, "cpu_redis_us", "ours: CPU of Redis, µs a message",
               report_us_each(cpu_ns[1], count));
    report_set(&bench->report, run, gateway_key, gateway_label, report_us_each(cpu_ns[2], count));
    report_set(&bench->report, run, "others_percent", "ours: CPU of everything else, %",
               bench->meter.others_percent);
}

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

/* --- bare --- */

void dispatching_open_bare(struct dispatching *bench)
{
    stand_open(&bench->stand, &bench->report);
    stand_put_clock(&bench->stand, bench->stand.world.now_ms);
}

void dispatching_run_bare(struct dispatching *bench, int gateway_port, pid_t gateway)
{
    static struct settings settings;
    struct stand *stand = &bench->stand;
    struct submit_request request = {0};
    struct error error = {""};
    stand_put_settings(stand, gateway_port, stand_path(stand, "clock"));
    if (!settings_load(&settings, stand_path(stand, "pulssi.conf"), &error))
        fail_msg("%s", error.text);
    struct profile *profile = profile_load(&settings, "simulator", &error);
    if (profile == NULL)
        fail_msg("%s", error.text);
    prepare_bodies(bench, profile, &settings.gateways[0], &request);

    const struct posts posts = {.url = request.request.url,
                                .headers = request.request.headers,
                                .bodies = bench->bodies,
                                .count = (size_t)bench->messages,
                                .concurrency = CONCURRENCY,
                                .status = 202};
    report_meter_start(&bench->meter, (const pid_t[]){getpid(), gateway}, 2);
    posts_run(&posts);
    report_meter_stop(&bench->meter);
    submit_request_free(&request);
    profile_free(&profile);
}

void dispatching_report_bare(struct dispatching *bench, int run, const char *gateway_key,
                             const char *gateway_label)
{
    const int64_t *cpu_ns = bench->meter.cpu_ns;
    size_t count = (size_t)bench->messages;
    report_set(&bench->report, run, "bare_cpu_client_us", "bare: CPU of libcurl, µs a message",
               report_us_each(cpu_ns[0], count));
    report_set(&bench->report, run, gateway_key, gateway_label, report_us_each(cpu_ns[1], count));
    report_set(&bench->report, run, "bare_others_percent", "bare: CPU of everything else, %",
               bench->meter.others_percent);
}

/* What a dispatcher posts for message n through the profile of singles. */
static void prepare_bodies(struct dispatching *bench, const struct profile *profile,
                           const struct gateway_settings *gateway, struct submit_request *request)
{
    const struct world *world = &bench->stand.world;
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
