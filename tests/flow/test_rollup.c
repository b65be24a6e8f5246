/* The roll-up as a program: when a week closes, what is published of it, what is left of the people in it,
 * and what holds it up. */
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "support/snapshot.h"
#include "rollup_fixture.h"

/* --- looking --- */

struct expected_figure {
    const char *counts; /* from first_week to negative, as published */
    double response_rate, wilson_lo, wilson_hi, p_success, p_failure;
    const char *state;
};

static void expect_figure(const char *week, const struct expected_figure *expected)
{
    static const char head[] = "{\"pilot\":\"coaching-a\",\"question\":\"felt-forward@1/forward\",";
    const char *found = weeks_figure(world, week);
    char tail[64];
    double value[6] = {0};
    int bytes = 0;
    size_t counts_bytes = strlen(expected->counts);
    assert_int_equal(strncmp(found, head, strlen(head)), 0);
    found += strlen(head);
    if (strncmp(found, expected->counts, counts_bytes) != 0)
        fail_msg("%s: %s", week, found);
    sscanf(found + counts_bytes,
           ",\"rr1\":%lf,\"response_rate\":%lf,\"wilson\":[%lf,%lf],\"p_success\":%lf,\"p_failure\":%lf%n",
           &value[0], &value[1], &value[2], &value[3], &value[4], &value[5], &bytes);
    double wanted[] = {expected->response_rate, expected->response_rate, expected->wilson_lo,
                       expected->wilson_hi,     expected->p_success,     expected->p_failure};
    for (size_t i = 0; i < 6; i++) {
        if (bytes == 0 || fabs(value[i] - wanted[i]) > 1e-12)
            fail_msg("%s: figure %zu is %.17g, not %.17g: %s", week, i, value[i], wanted[i], found);
    }
    snprintf(tail, sizeof tail, ",\"state\":\"%s\",\"polarised\":false}", expected->state);
    assert_string_equal(found + counts_bytes + bytes, tail);
}

/* --- when --- */

static void a_week_closes_at_its_instant_and_not_before(void **state)
{
    (void)state;
    static const struct {
        const char *week, *asked_at, *closes_at;
    } cases[] = {
        {"2026-W03", "2026-01-13T10:00", "2026-01-26T22:00Z"},
        {"2026-W12", "2026-03-17T10:00", "2026-03-30T21:00Z"}, /* summer time begins in the week between */
        {"2026-W42", "2026-10-13T10:00", "2026-10-26T22:00Z"}, /* and ends */
        {"2026-W53", "2026-12-29T10:00", "2027-01-11T22:00Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rollup_fixture_renew(NULL);
        station_move_clock(&station, cases[i].asked_at);
        weeks_ask(world, "r", 0, 12);
        weeks_answer_all(world, 0, 12, "4");
        station_move_clock(&station, cases[i].closes_at);
        world->now_ms--;
        station_put_clock(&station);
        char due[24];
        snprintf(due, sizeof due, "%" PRId64, world->now_ms + 1);

        station_open(&station);
        STATION_AWAIT(&station, strcmp(world_field(world, "rollup", "due"), due) == 0);
        assert_int_equal(child_end(&station.program, SIGTERM), 0);
        assert_string_equal(weeks_state(world, cases[i].week), "open");
        assert_int_equal(world_count(world, "p:open"), 12);

        station_open(&station);
        world->now_ms++;
        station_put_clock(&station);
        weeks_await_published(&station, cases[i].week);
        assert_int_equal(child_end(&station.program, SIGTERM), 0);
        assert_int_equal(world_count(world, "p:completed"), 12);
        world_check(world);
    }
}

/* A text that nobody sent keeps no week open. */
static void a_week_closes_without_a_dispatcher(void **state)
{
    (void)state;
    station_move_clock(&station, "2026-01-13T10:00");
    weeks_ask(world, "r", 0, 12);
    weeks_answer(world, 3, "INFO");
    assert_int_equal(world_count(world, "m:queued"), 1);
    station_move_clock(&station, "2026-01-27T00:00");
    station_open(&station);
    weeks_await_published(&station, "2026-W03");
    assert_int_equal(world_count(world, "m:stale"), 1);
}

/* "Wrong number" at the second asking, while the first week is not closed. */
static void who_is_gone_is_taken_off_weeks_that_are_open(void **state)
{
    (void)state;
    static const char *const nowhere[] = {NULL};
    station_move_clock(&station, "2026-01-13T10:00");
    weeks_ask(world, "r", 0, 1);
    int first = world->serial - 1;
    station_move_clock(&station, "2026-03-17T10:00");
    weeks_ask(world, "s", 0, 1);
    weeks_answer(world, 0, "väärä numero");
    assert_int_equal(world_send_all(world), 1);
    assert_string_equal(world_pulse_field(world, first, "c"), world_contact(0));
    station_move_clock(&station, "2026-01-20T10:00"); /* nothing is to be closed */
    station_open(&station);
    STATION_AWAIT(&station, strcmp(world_field(world, "rollup", "gone"), "") == 0);
    snapshot_expect_no_mention(world, world_contact(0), nowhere);
    assert_string_equal(weeks_state(world, "2026-W03"), "open");
}

/* --- what --- */

static void every_end_is_in_the_figures_as_it_should(void **state)
{
    (void)state;
    weeks_ask_for_every_end(world);
    station_move_clock(&station, "2026-01-27T00:00");
    station_open(&station);
    weeks_await_published(&station, "2026-W03");
    const struct expected_figure expected = {
        .counts =
            "\"first_week\":\"2026-W03\",\"last_week\":\"2026-W03\",\"frame\":24,\"drawn\":26,\"sent\":20,"
            "\"delivered\":17,\"n\":14,\"positive\":11,\"neutral\":1,\"negative\":2",
        .response_rate = 14.0 / 21.0,
        .wilson_lo = 0.524107694133997,
        .wilson_hi = 0.9242861328730683,
        .p_success = 0.35516742957766,
        .p_failure = 0.80208790700032,
        .state = "no_signal"};
    expect_figure("2026-W03", &expected);
    static const struct {
        const char *disposition;
        int count;
    } ends[] = {{"p:completed", 14}, {"p:refused", 1}, {"p:unparseable", 1}, {"p:no_reply", 1},
                {"p:no_receipt", 4}, {"p:failed", 1},  {"p:suppressed", 1},  {"p:stale", 1},
                {"p:capped", 2},     {"p:open", 0},    {"p:queued", 0},      {"h:held", 0}};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        assert_int_equal(world_count(world, ends[i].disposition), ends[i].count);
}

static void nothing_leads_from_a_closed_week_to_a_person(void **state)
{
    (void)state;
    static const char *const of_contacts[] = {"c:", "h:", "pm:", NULL};
    static const char *const of_pulses[] = {"log", NULL};
    static const char *const nowhere[] = {NULL};
    weeks_ask_for_every_end(world);
    station_move_clock(&station, "2026-01-27T00:00");
    station_open(&station);
    weeks_await_published(&station, "2026-W03");
    for (int n = 0; n < WEEKS_PEOPLE; n++) {
        snapshot_expect_no_mention(world, world_contact(n), of_contacts);
        assert_string_equal(world_contact_field(world, n, "o"), "");
    }
    for (int serial = 0; serial < world->serial; serial++) {
        snapshot_expect_no_mention(world, world_pulse(serial), of_pulses);
        snapshot_expect_no_mention(world, world_message(serial), nowhere);
    }
}

/* Six weeks; the third is empty, the fourth nearly so. They are closed in two goes, with a restart between.
 */
static void a_window_takes_weeks_until_there_are_answers_enough(void **state)
{
    (void)state;
    static const struct {
        const char *at;
        int first, asked, positive, neutral, negative;
    } weeks[] = {{"2026-01-13T10:00", 0, 8, 8, 0, 0},
                 {"2026-01-20T10:00", 8, 35, 25, 3, 2},
                 {"2026-02-03T10:00", 43, 3, 3, 0, 0},
                 {"2026-02-10T10:00", 46, 25, 24, 1, 0},
                 {"2026-02-17T10:00", 71, 40, 40, 0, 0}};
    for (size_t i = 0; i < sizeof weeks / sizeof weeks[0]; i++) {
        station_move_clock(&station, weeks[i].at);
        weeks_ask(world, weeks[i].at, weeks[i].first, weeks[i].asked);
        weeks_answer_all(world, weeks[i].first, weeks[i].positive, "5");
        weeks_answer_all(world, weeks[i].first + weeks[i].positive, weeks[i].neutral, "3");
        weeks_answer_all(world, weeks[i].first + weeks[i].positive + weeks[i].neutral, weeks[i].negative,
                         "1");
    }
    station_move_clock(&station, "2026-02-05T10:00");
    station_open(&station);
    weeks_await_published(&station, "2026-W04");
    assert_string_equal(
        weeks_figure(world, "2026-W03"),
        "{\"pilot\":\"coaching-a\",\"question\":\"felt-forward@1/forward\",\"first_week\":\"2026-W03\","
        "\"last_week\":\"2026-W03\",\"frame\":8,\"drawn\":8,\"sent\":8,\"delivered\":8,\"n\":null,"
        "\"positive\":null,\"neutral\":null,\"negative\":null,\"rr1\":null,\"response_rate\":null,"
        "\"wilson\":null,\"p_success\":null,\"p_failure\":null,\"state\":\"too_few\","
        "\"polarised\":false}");
    const struct expected_figure fourth = {
        .counts =
            "\"first_week\":\"2026-W03\",\"last_week\":\"2026-W04\",\"frame\":43,\"drawn\":43,\"sent\":43,"
            "\"delivered\":38,\"n\":38,\"positive\":33,\"neutral\":3,\"negative\":2",
        .response_rate = 38.0 / 43.0,
        .wilson_lo = 0.7267314055770868,
        .wilson_hi = 0.9424613230987987,
        .p_success = 0.013718379394349351,
        .p_failure = 0.9978192353194154,
        .state = "success"};
    expect_figure("2026-W04", &fourth);
    assert_string_equal(weeks_state(world, "2026-W05"), ""); /* nobody was asked: not even begun */
    assert_string_equal(weeks_state(world, "2026-W06"), "open");
    assert_int_equal(child_end(&station.program, SIGTERM), 0);

    station_move_clock(&station, "2026-03-03T00:00");
    station_open(&station);
    weeks_await_published(&station, "2026-W08");
    assert_string_equal(weeks_state(world, "2026-W05"), "published");
    assert_string_equal(weeks_figure(world, "2026-W05"), weeks_figure(world, "2026-W04"));
    assert_string_equal(weeks_figure(world, "2026-W06"),
                        weeks_figure(world, "2026-W04")); /* three answers do not move it */
    const struct expected_figure seventh = {
        .counts =
            "\"first_week\":\"2026-W03\",\"last_week\":\"2026-W07\",\"frame\":71,\"drawn\":71,\"sent\":71,"
            "\"delivered\":66,\"n\":66,\"positive\":60,\"neutral\":4,\"negative\":2",
        .response_rate = 66.0 / 71.0,
        .wilson_lo = 0.8155127011503412,
        .wilson_hi = 0.9576670249294886,
        .p_success = 4.306596525930883e-05,
        .p_failure = 0.9999929696460563,
        .state = "success"};
    expect_figure("2026-W07", &seventh);
    const struct expected_figure eighth = {
        .counts =
            "\"first_week\":\"2026-W07\",\"last_week\":\"2026-W08\",\"frame\":111,\"drawn\":65,\"sent\":65,"
            "\"delivered\":65,\"n\":65,\"positive\":64,\"neutral\":1,\"negative\":0",
        .response_rate = 1,
        .wilson_lo = 0.9178671527044853,
        .wilson_hi = 0.9972790553979766,
        .p_success = 2.463916185024388e-09,
        .p_failure = 1,
        .state = "success"};
    expect_figure("2026-W08", &eighth);
    expect_figure("2026-W04", &fourth); /* what is published stays */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROLLUP_TEST(a_week_closes_at_its_instant_and_not_before),
        ROLLUP_TEST(a_week_closes_without_a_dispatcher),
        ROLLUP_TEST(who_is_gone_is_taken_off_weeks_that_are_open),
        ROLLUP_TEST(every_end_is_in_the_figures_as_it_should),
        ROLLUP_TEST(nothing_leads_from_a_closed_week_to_a_person),
        ROLLUP_TEST(a_window_takes_weeks_until_there_are_answers_enough),
    };
    return ROLLUP_MAIN(tests);
}
