/* Turnaround: from a person's reply to the next question in the gateway's hands, by way of collector, Redis and
 * dispatcher.
 *
 *   full    half of the people answer as fast as is taken: how many conversations a second go on
 *   half    the other half answer at half that rate: the time each waits for the next question
 *   bare    one write that is on disk, one after the other: what the machine itself asks for a step
 *
 * The end of a turn is the gateway's own note of acceptance, in whole ms. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/json.h"
#include "load.h"
#include "stand.h"
#include "support/wire.h"

#define REPLY_PATH  "/v1/gateways/simulator/" STAND_TOKEN "/reply"
#define SURVEY      "surveys/meeting.json"
#define AWAIT_MS    120000
#define BARE_WRITES 2000

struct bench {
    int64_t people, connections;
    struct report report;
    struct load_requests requests;
    int64_t *latencies_ns, *sent_at_ns, *asked_at_ms; /* by person; the last is wall time, 0 = not asked on */
};

static void prepare_requests(struct bench *bench)
{
    for (int i = 0; i < (int)bench->people; i++) {
        char body[256];
        snprintf(body, sizeof body,
                 "{\"id\":\"reply-%d\",\"from\":\"%s\",\"to\":\"" STAND_NUMBER "\",\"text\":\"2\"}", i,
                 world_phone(i));
        load_add(&bench->requests, REPLY_PATH, body);
    }
}

/* When each person's next question was accepted; returns how many there are. */
static int64_t read_ledger(struct bench *bench, int port, int64_t first, int64_t count)
{
    struct text answer = {0};
    int64_t found = 0;
    assert_int_equal(wire_get(port, "/ledger", &answer), 200);
    char *rest = NULL, *body = strstr(answer.chars, "\r\n\r\n");
    assert_non_null(body);
    for (char *line = strtok_r(body + 4, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        struct json_reader reader;
        struct error error = {""};
        int n = -1;
        if (strncmp(line, "{\"t\":\"send\"", strlen("{\"t\":\"send\"")) != 0)
            continue;
        cJSON *row = json_parse(line, strlen(line), &error);
        assert_non_null(row);
        json_reader_root(&reader, row, &error);
        assert_int_equal(sscanf(json_string(&reader, "to", 1, PHONE_SIZE), "+35840%d", &n), 1);
        if (n >= first && n < first + count) {
            assert_int_equal(bench->asked_at_ms[n], 0); /* nobody is asked on twice */
            bench->asked_at_ms[n] = json_int(&reader, "real", 0, INT64_MAX / 2);
            found++;
        }
        cJSON_Delete(row);
    }
    text_free(&answer);
    return found;
}

static void await_accepted(struct stand *stand, int64_t messages)
{
    int64_t deadline_ms = clock_monotonic_ms() + AWAIT_MS;
    while (world_count(&stand->world, "m:accepted") + world_count(&stand->world, "m:delivered") < messages) {
        assert_true(clock_monotonic_ms() < deadline_ms);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
}

/* One after the other, each on disk before the next. */
static double bare_us(struct stand *stand)
{
    int64_t started_ns = report_now_ns();
    for (int i = 0; i < BARE_WRITES; i++)
        WORLD_DO(&stand->world, "SET", "bare", "a write that is on disk");
    return (double)(report_now_ns() - started_ns) / 1000.0 / BARE_WRITES;
}

/* Some people answer; returns how many turns a second were done, from the first reply to the last question. */
static double turns(struct bench *bench, struct stand *stand, int collector, int simulator, int64_t first,
                    int64_t count, double rate)
{
    const struct load_plan plan = {.requests = &bench->requests,
                                   .first = (size_t)first,
                                   .count = (size_t)count,
                                   .port = collector,
                                   .connections = (size_t)bench->connections,
                                   .rate = rate};
    int64_t started_ms = clock_wall_ms();
    load_run(&plan, bench->latencies_ns, bench->sent_at_ns);
    await_accepted(stand, bench->people + first + count); /* everyone's invitation, and the next questions */
    assert_int_equal(read_ledger(bench, simulator, first, count), count);
    int64_t last_ms = 0;
    for (int64_t n = first; n < first + count; n++)
        last_ms = bench->asked_at_ms[n] > last_ms ? bench->asked_at_ms[n] : last_ms;
    return (double)count * 1000.0 / (double)(last_ms - started_ms);
}

static void run_once(struct bench *bench, int run)
{
    static struct stand stand;
    struct child simulator, dispatcher, collector;
    int64_t half = bench->people / 2, now_ms;
    stand_open(&stand, &bench->report);
    world_use_survey_file(&stand.world, SURVEY);
    stand_release(&stand, bench->people);
    stand_send_all(&stand, bench->people);
    stand.world.redis_now_ms = 1; /* the world's lane lease ended long ago */
    world_take_lane(&stand.world, "dispatcher-1");
    stand_put_clock(&stand, stand.world.now_ms + 1000); /* replies come after the asking */
    int gateway = stand_start_simulator(&stand, &simulator);
    stand_put_settings(&stand, gateway, stand_path(&stand, "clock"));
    stand_spawn(&stand, &dispatcher, "pulssi-dispatcher",
                (const char *const[]){"--config", stand_path(&stand, "pulssi.conf"), NULL});
    stand_spawn(&stand, &collector, "pulssi-collector",
                (const char *const[]){"--config", stand_path(&stand, "pulssi.conf"), NULL});
    int port = stand_await_number(&stand, "data/run/collector.port", "");
    int64_t deadline_ms = clock_monotonic_ms() + AWAIT_MS;
    while (wire_get(port, "/readyz", NULL) != 200 ||
           strcmp(world_field(&stand.world, "lane", "owner"), "dispatcher-1") == 0)
        assert_true(clock_monotonic_ms() < deadline_ms);

    memset(bench->asked_at_ms, 0, (size_t)bench->people * sizeof bench->asked_at_ms[0]);
    double full = turns(bench, &stand, port, gateway, 0, half, 0);
    now_ms = clock_wall_ms() - report_now_ns() / 1000000;
    turns(bench, &stand, port, gateway, half, bench->people - half, full / 2);
    for (int64_t n = half; n < bench->people; n++)
        bench->latencies_ns[n - half] = (bench->asked_at_ms[n] - now_ms) * 1000000 - bench->sent_at_ns[n];
    size_t count = (size_t)(bench->people - half);
    double p50_us = (double)report_percentile(bench->latencies_ns, count, 0.50) / 1000.0;
    report_set_ratio(&bench->report, run, p50_us, bare_us(&stand));
    report_set(&bench->report, run, "p99_us", "ours: p99, µs",
               (double)report_percentile(bench->latencies_ns, count, 0.99) / 1000.0);
    report_set(&bench->report, run, "full", "turns a second at full load", full);
    assert_int_equal(child_end(&collector, SIGTERM), 0);
    assert_int_equal(child_end(&dispatcher, SIGTERM), 0);
    assert_int_equal(child_end(&simulator, SIGTERM), 0);
    stand_close(&stand);
}

int main(int argc, char **argv)
{
    struct bench bench = {.people = 20000, .connections = 64};
    const struct stand_option options[] = {
        {"people", "people who answer in a run", 200, STAND_PEOPLE_MAX, &bench.people},
        {"connections", "connections", 1, 500, &bench.connections},
    };
    report_start(&bench.report, "turnaround", "µs a turn (p50)");
    stand_options(argc, argv, "turnaround", options, sizeof options / sizeof options[0],
                  &bench.report.command);
    size_t people = (size_t)bench.people;
    bench.latencies_ns = memory_zeroed(people, sizeof bench.latencies_ns[0]);
    bench.sent_at_ns = memory_zeroed(people, sizeof bench.sent_at_ns[0]);
    bench.asked_at_ms = memory_zeroed(people, sizeof bench.asked_at_ms[0]);
    prepare_requests(&bench);
    for (int run = 0; run < REPORT_RUNS; run++)
        run_once(&bench, run);
    report_print(&bench.report);
    report_free(&bench.report);
    load_free(&bench.requests);
    free(bench.latencies_ns);
    free(bench.sent_at_ns);
    free(bench.asked_at_ms);
    return 0;
}
