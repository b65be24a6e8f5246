/* What the programs say of themselves: every one serves /healthz, /readyz and /metrics, the figures follow what
 * happens, readiness follows Redis, and the service manager is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "store/wake.h"
#include "support/desk.h"
#include "support/exposition.h"
#include "support/sending.h"
#include "support/weeks.h"
#include "support/wire.h"

#define PEOPLE        3
#define GATEWAY       "org=\"" WORLD_ORG "\",gateway=\"simulator\""
#define ORG           "{org=\"" WORLD_ORG "\"}"
#define SENT(what)    "pulssi_messages_total{" GATEWAY ",outcome=\"" what "\"}"
#define LANE(what)    "pulssi_lane_state{" GATEWAY ",state=\"" what "\"}"
#define TAKEN(what)   "pulssi_webhooks_total{gateway=\"simulator\",kind=\"" what "\",answer=\"200\"}"
#define REPLIES(what) "pulssi_replies_total{outcome=\"" what "\"}"

static struct sending sending;
static struct station *const station = &sending.station;
static struct world *const world = &sending.station.world;
static struct exposition said;
static struct text families; /* of every program that was looked at: "|name|name…|" */
static int port;

static int start(void **state)
{
    (void)state;
    text_add(&families, "|");
    sending_start(&sending, TEST_BIN_DIR);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    exposition_free(&said);
    text_free(&families);
    sending_stop(&sending);
    return 0;
}

static int renew(void **state)
{
    (void)state;
    station->name = "pulssi-dispatcher";
    sending_renew(&sending, PEOPLE);
    return 0;
}

static int close_and_check(void **state)
{
    (void)state;
    sending_close(&sending);
    return 0;
}

/* --- asking --- */

/* The port in a file of the station; 0 while it is not told. */
static int port_told(const char *file_name)
{
    FILE *file = fopen(station_path(station, file_name), "re");
    int told = 0;
    if (file != NULL && fscanf(file, "%d", &told) != 1)
        told = 0;
    if (file != NULL)
        fclose(file);
    return told;
}

/* What the simulator says on standard output: "listening 127.0.0.1:PORT". */
static int port_said(void)
{
    FILE *file = fopen(station_path(station, "said"), "re");
    int told = 0;
    if (file != NULL && fscanf(file, "listening 127.0.0.1:%d", &told) != 1)
        told = 0;
    if (file != NULL)
        fclose(file);
    return told;
}

/* Reads /metrics, strictly; what it says is in `said`. */
static bool look(void)
{
    struct text answer = {0};
    assert_int_equal(wire_get(port, "/metrics", &answer), 200);
    assert_non_null(strstr(answer.chars, "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    exposition_read(&said, strstr(answer.chars, "\r\n\r\n") + 4);
    text_free(&answer);
    for (size_t i = 0; i < said.families_count; i++)
        text_addf(&families, "%s|", said.families[i]);
    return true;
}

static bool says(const char *series, int64_t value)
{
    return exposition_has(&said, series) && (int64_t)exposition_value(&said, series) == value;
}

static void expect_said(const char *series, int64_t value)
{
    assert_true(look());
    if (!says(series, value))
        fail_msg("%s is %f, not %lld", series, exposition_value(&said, series), (long long)value);
}

static bool readyz_says(int status, const char *sentence)
{
    struct text answer = {0};
    bool right = wire_get(port, "/readyz", &answer) == status && strstr(answer.chars, sentence) != NULL;
    text_free(&answer);
    return right;
}

/* What is told alike of every program. */
static void expect_three_paths(const char *program)
{
    char build[128];
    assert_int_equal(wire_get(port, "/healthz", NULL), 200);
    assert_int_equal(wire_get(port, "/nothing", NULL), 404);
    assert_int_equal(wire_post(port, "/metrics", "x", 1, NULL), 404);
    STATION_AWAIT(station, readyz_says(200, "\r\n\r\nok\n"));
    assert_true(look());
    snprintf(build, sizeof build,
             "pulssi_build_info{program=\"%s\",version=\"" PULSSI_VERSION "\",library=\"", program);
    bool has_build = false;
    for (size_t i = 0; i < said.series_count; i++)
        has_build = has_build || strncmp(said.series[i].name, build, strlen(build)) == 0;
    assert_true(has_build);
    assert_true(exposition_value(&said, "process_resident_memory_bytes") > 100000);
    assert_true(exposition_value(&said, "process_start_time_seconds") > 1e9);
    assert_true(exposition_value(&said, "process_open_fds") > 2);
}

/* No number of the world's people, no id of a message or contact, and no text. */
static void expect_nothing_of_people(void)
{
    struct text answer = {0};
    assert_int_equal(wire_get(port, "/metrics", &answer), 200);
    for (int n = 0; n < PEOPLE; n++) {
        assert_null(strstr(answer.chars, world_phone(n) + 1));
        assert_null(strstr(answer.chars, world_contact(n)));
    }
    text_free(&answer);
}

static void expect_readiness_follows_redis(const char *sentence)
{
    station_kill_redis(station);
    STATION_AWAIT(station, readyz_says(503, sentence));
    assert_int_equal(wire_get(port, "/healthz", NULL), 200);
    expect_said("pulssi_redis_connected", 0);
    station_restart_redis(station);
    STATION_AWAIT(station, readyz_says(200, "\r\n\r\nok\n"));
    expect_said("pulssi_redis_connected", 1);
}

/* --- the dispatcher --- */

static void the_dispatcher_counts_what_it_hands_over(void **state)
{
    (void)state;
    sending_open(&sending);
    port = port_told("data/run/dispatcher.status-port");
    expect_three_paths("dispatcher");
    expect_said(SENT("accepted"), 0);

    const struct script_step throttled = {
        .to = world_phone(1), .times = 1, .status = 429, .retry_after = "0"};
    script_gateway_add(sending.gateway, &throttled);
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    WORLD_DO(world, "PUBLISH", WAKE_CHANNEL, WAKE_ORG WORLD_ORG);
    sending_await_quiet(&sending);
    expect_said(SENT("accepted"), PEOPLE);
    expect_said(SENT("throttled"), 1);
    expect_said(SENT("unknown"), 0);
    expect_said("pulssi_intends_total{" GATEWAY ",result=\"ok\"}", PEOPLE + 1);
    expect_said("pulssi_gateway_request_seconds_count{" GATEWAY "}", PEOPLE + 1);
    expect_said("pulssi_lane_in_flight{" GATEWAY "}", 0);
    expect_said("pulssi_lane_breaker_open{" GATEWAY "}", 0);
    expect_said("pulssi_store_call_seconds_count{call=\"intend\"}", PEOPLE + 1);
    STATION_AWAIT(station, look() && says("pulssi_store_call_seconds_count{call=\"settle\"}", PEOPLE + 1));
    assert_true(exposition_value(&said, "pulssi_store_call_seconds_count{call=\"claim\"}") >= 1);
    expect_nothing_of_people();
}

static void the_dispatcher_is_ready_while_redis_is_there(void **state)
{
    (void)state;
    sending_open(&sending);
    port = port_told("data/run/dispatcher.status-port");
    STATION_AWAIT(station, look() && says(LANE("open"), 1));
    expect_said(LANE("closed"), 0);
    expect_said("pulssi_redis_safe", 1);
    expect_readiness_follows_redis("lanes are closed: Redis is not connected");
    STATION_AWAIT(station, look() && says(LANE("open"), 1));
}

/* The gateway is away: the lane is held, and says for how long somebody has been waiting. */
static void a_held_lane_is_seen(void **state)
{
    (void)state;
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    script_gateway_kill(sending.gateway);
    sending_open(&sending);
    port = port_told("data/run/dispatcher.status-port");
    STATION_AWAIT(station, look() && says(LANE("held"), 1));
    assert_true(says(LANE("open"), 0));
    assert_true(says(SENT("accepted"), 0));
    assert_true(exposition_value(&said, SENT("not_handed_over")) >= 1);
    script_gateway_restart(sending.gateway);
    sending_await_quiet(&sending);
    STATION_AWAIT(station, look() && says(LANE("open"), 1));
    expect_said(SENT("accepted"), PEOPLE);
    expect_said("pulssi_lane_oldest_waiting_seconds{" GATEWAY "}", 0);
}

/* --- the collector --- */

static int post_reply(int person, const char *id, const char *words)
{
    struct text body = {0};
    desk_reply_body(&body, id, world_phone(person), DESK_NUMBER, words);
    int status =
        wire_post(port, "/v1/gateways/simulator/" SENDING_TOKEN "/reply", body.chars, body.bytes, NULL);
    text_free(&body);
    return status;
}

static int post_receipt(const char *message, const char *receipt)
{
    struct text body = {0};
    text_addf(&body, "{\"ref\":\"%s\",\"state\":\"%s\"}", message, receipt);
    int status =
        wire_post(port, "/v1/gateways/simulator/" SENDING_TOKEN "/receipt", body.chars, body.bytes, NULL);
    text_free(&body);
    return status;
}

static void open_collector(void)
{
    world_take_lane(world, "dispatcher-1");
    assert_int_equal(world_round(world, "r", WORLD_PILOT), 0);
    assert_int_equal(world_send_all(world), PEOPLE);
    sending_settings(&sending);
    station->name = "pulssi-collector";
    station_spawn(station);
    STATION_AWAIT(station, (port = port_told("data/run/collector.port")) != 0);
    STATION_AWAIT(station, readyz_says(200, "\r\n\r\nok\n"));
}

static void the_collector_counts_what_comes_in(void **state)
{
    (void)state;
    open_collector();
    expect_three_paths("collector");
    int64_t not_found = (int64_t)exposition_value(
        &said,
        "pulssi_webhooks_total{gateway=\"\",kind=\"\",answer=\"404\"}"); /* that look had two of them */
    assert_int_equal(not_found, 2);
    assert_int_equal(post_reply(0, "r0", "5"), 200);
    assert_int_equal(post_reply(1, "r1", "2"), 200);
    assert_int_equal(post_reply(1, "r1", "2"), 200);
    assert_int_equal(wire_post(port, "/v1/gateways/simulator/another-token-than-that/reply", "{}", 2, NULL),
                     404);
    assert_int_equal(post_reply(PEOPLE + 1, "r2", "5"), 200);
    assert_int_equal(post_receipt(world_message(2), "delivered"), 200);
    assert_int_equal(post_receipt("AAAAAAAAAAAAAAAAAAAAAA", "expired"), 200);
    assert_int_equal(post_receipt(world_message(2), "lost"), 200);
    expect_said(TAKEN("reply"), 4);
    expect_said(TAKEN("receipt"), 3);
    expect_said("pulssi_webhooks_total{gateway=\"\",kind=\"\",answer=\"404\"}", not_found + 1);
    expect_said("pulssi_webhooks_total{gateway=\"simulator\",kind=\"reply\",answer=\"503\"}", 0);
    expect_said(REPLIES("committed"), 2);
    expect_said(REPLIES("duplicate"), 1);
    expect_said(REPLIES("unknown_sender"), 1);
    expect_said(REPLIES("late"), 0);
    expect_said("pulssi_receipts_total{state=\"delivered\",outcome=\"applied\"}", 1);
    expect_said("pulssi_receipts_total{state=\"expired\",outcome=\"unknown_message\"}", 1);
    expect_said("pulssi_webhook_events_total{gateway=\"simulator\",event=\"receipt_state_unseen\"}", 1);
    expect_said("pulssi_spool_records", 0);
    expect_said("pulssi_spool_damaged", 0);
    expect_nothing_of_people();
}

static void the_spool_is_seen_filling_and_emptying(void **state)
{
    (void)state;
    open_collector();
    station_kill_redis(station);
    STATION_AWAIT(station, readyz_says(200, "spooling"));
    assert_int_equal(post_reply(0, "r0", "5"), 200);
    assert_int_equal(post_reply(1, "r1", "4"), 200);
    expect_said("pulssi_redis_connected", 0);
    expect_said("pulssi_redis_safe", 0);
    expect_said("pulssi_spool_records", 2);
    expect_said(REPLIES("committed"), 0);
    assert_true(exposition_value(&said, "pulssi_spool_bytes") > 100);
    station_restart_redis(station);
    STATION_AWAIT(station, look() && says("pulssi_spool_records", 0));
    expect_said(REPLIES("committed"), 2);
    expect_said(TAKEN("reply"), 2);
    expect_said("pulssi_redis_safe", 1);
    expect_said("pulssi_spool_oldest_seconds", 0);
}

/* --- the roll-up --- */

static void open_rollup(void)
{
    sending_settings(&sending);
    station->name = "pulssi-rollup";
    station_open(station);
    port = port_told("data/run/rollup.status-port");
}

static void the_rollup_counts_the_weeks_it_closes(void **state)
{
    (void)state;
    world_take_lane(world, "dispatcher-1");
    station_move_clock(station, "2026-01-13T10:00");
    weeks_ask(world, "r", PEOPLE, 12);
    weeks_answer_all(world, PEOPLE, 12, "4");
    open_rollup();
    expect_three_paths("rollup");
    STATION_AWAIT(station, look() && exposition_has(&said, "pulssi_week_due_timestamp_seconds" ORG));
    expect_said("pulssi_week_due_timestamp_seconds" ORG, 1769464800); /* 2026-01-27T00:00 in Finland */
    expect_said("pulssi_week_overdue_seconds" ORG, 0);
    expect_said("pulssi_weeks_closed_total" ORG, 0);
    assert_false(exposition_has(&said, "pulssi_books_balanced" ORG));
    assert_false(exposition_has(&said, "pulssi_week_closed_timestamp_seconds" ORG));
    station_move_clock(station, "2026-01-27T00:00");
    weeks_await_published(station, "2026-W03");
    STATION_AWAIT(station, look() && says("pulssi_weeks_closed_total" ORG, 1));
    expect_said("pulssi_books_balanced" ORG, 1);
    assert_true(exposition_value(&said, "pulssi_week_closed_timestamp_seconds" ORG) > 1e9);
    expect_said("pulssi_week_waiting" ORG, 0);
    expect_nothing_of_people();
}

static void a_week_that_waits_is_seen(void **state)
{
    (void)state;
    world_take_lane(world, "dispatcher-1");
    station_move_clock(station, "2026-01-13T10:00");
    weeks_ask(world, "r", PEOPLE, 12);
    WORLD_DO(world, "HINCRBY", world_key("b"), "p:open", "1"); /* somebody has been at the books */
    station_move_clock(station, "2026-01-27T02:00");
    open_rollup();
    STATION_AWAIT(station, look() && exposition_has(&said, "pulssi_books_balanced" ORG));
    expect_said("pulssi_books_balanced" ORG, 0);
    STATION_AWAIT(station, look() && says("pulssi_week_waiting" ORG, 1));
    expect_said("pulssi_week_phase{org=\"" WORLD_ORG "\",phase=\"books\"}", 1);
    expect_said("pulssi_week_overdue_seconds" ORG, 7200);
    expect_said("pulssi_weeks_closed_total" ORG, 0);
    WORLD_DO(world, "HINCRBY", world_key("b"), "p:open", "-1");
    STATION_AWAIT(station, look() && says("pulssi_weeks_closed_total" ORG, 1));
    expect_said("pulssi_books_balanced" ORG, 1);
}

static void the_rollup_is_ready_while_redis_is_there(void **state)
{
    (void)state;
    open_rollup();
    expect_readiness_follows_redis("weeks wait: ");
}

/* --- the simulator --- */

static void the_simulator_serves_them_too(void **state)
{
    (void)state;
    char command[512];
    snprintf(command, sizeof command,
             "exec " TEST_BIN_DIR "/pulssi-simulator serve --scenario " TEST_SOURCE_DIR
             "/tests/scenarios/demo.json --listen 127.0.0.1:0 --collector http://127.0.0.1:9 --secret s "
             "--token t >%s",
             station_path(station, "said"));
    const char *const arguments[] = {"/bin/sh", "-c", command, NULL};
    struct child simulator;
    child_start(&simulator, arguments, station_path(station, "log"));
    port = 0;
    STATION_AWAIT(station, (port = port_said()) != 0);
    expect_three_paths("simulator");
    expect_said("pulssi_simulator_sends_total", 0);
    assert_int_equal(wire_post(port, "/send", "{}", 2, NULL), 401);
    expect_said("pulssi_simulator_sends_total", 1);
    expect_said("pulssi_simulator_webhooks_due", 0);
    assert_int_equal(child_end(&simulator, SIGTERM), 0);
}

/* --- ports --- */

static void a_taken_port_ends_the_start_and_names_its_key(void **state)
{
    (void)state;
    char text[16];
    static const struct {
        const char *program, *variable, *key;
    } cases[] = {
        {"pulssi-dispatcher", "PULSSI_DISPATCHER_STATUS_PORT",
         "[dispatcher] status_port: cannot listen on 127.0.0.1"},
        {"pulssi-rollup", "PULSSI_ROLLUP_STATUS_PORT", "[rollup] status_port: cannot listen on 127.0.0.1"},
    };
    sending_settings(&sending);
    snprintf(text, sizeof text, "%d", script_gateway_port(sending.gateway));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        station->name = cases[i].program;
        setenv(cases[i].variable, text, 1);
        station_expect_refusal(station, cases[i].key);
        unsetenv(cases[i].variable);
    }
}

/* --- the alerts --- */

/* After all the others: every figure that an alert is about was said by some program. */
static void alerts_name_figures_that_there_are(void **state)
{
    (void)state;
    struct text rules = {0};
    struct error error;
    size_t named = 0;
    assert_true(file_read(TEST_SOURCE_DIR "/ops/prometheus/pulssi.rules.yml", 65536, &rules, &error));
    for (const char *at = strstr(rules.chars, "expr:"); at != NULL; at = strstr(at, "pulssi_")) {
        char name[96];
        size_t chars = strspn(at, "abcdefghijklmnopqrstuvwxyz_");
        if (strncmp(at, "pulssi_", 7) == 0) {
            snprintf(name, sizeof name, "|%.*s|", (int)chars, at);
            if (strstr(families.chars, name) == NULL)
                fail_msg("no program says %s", name);
            named++;
        }
        at += chars;
    }
    assert_true(named >= 10);
    text_free(&rules);
}

/* What Prometheus would read: YAML, and each rule with what an operator needs. Only where Python knows YAML. */
static void rules_can_be_read(void **state)
{
    (void)state;
    static const char program[] =
        "python3 -c 'import sys, yaml\n"
        "rules = yaml.safe_load(open(sys.argv[1]))[\"groups\"][0][\"rules\"]\n"
        "assert len({r[\"alert\"] for r in rules}) == len(rules) >= 8\n"
        "assert all(r[\"expr\"] and r[\"labels\"][\"severity\"] in (\"page\", \"warn\") for r in rules)\n"
        "assert all(set(r[\"annotations\"]) == {\"summary\", \"action\"} for r in rules)\n"
        "assert yaml.safe_load(open(sys.argv[2]))[\"rule_files\"] == [\"pulssi.rules.yml\"]' " TEST_SOURCE_DIR
        "/ops/prometheus/pulssi.rules.yml " TEST_SOURCE_DIR "/ops/prometheus/prometheus.yml";
    if (system("python3 -c 'import yaml' 2>/dev/null") != 0)
        skip();
    assert_int_equal(system(program), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, renew, close_and_check)
    const struct CMUnitTest tests[] = {
        TEST(the_dispatcher_counts_what_it_hands_over),
        TEST(the_dispatcher_is_ready_while_redis_is_there),
        TEST(a_held_lane_is_seen),
        TEST(the_collector_counts_what_comes_in),
        TEST(the_spool_is_seen_filling_and_emptying),
        TEST(the_rollup_counts_the_weeks_it_closes),
        TEST(a_week_that_waits_is_seen),
        TEST(the_rollup_is_ready_while_redis_is_there),
        TEST(the_simulator_serves_them_too),
        TEST(a_taken_port_ends_the_start_and_names_its_key),
        cmocka_unit_test(alerts_name_figures_that_there_are),
        cmocka_unit_test(rules_can_be_read),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
