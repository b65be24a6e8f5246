/* What every test program of a whole line through providers' dialects begins and ends with: one line, a new world a test
 * and the check afterwards, and what becomes of messages whatever the provider. */
#ifndef TESTS_FLOW_LINE_FIXTURE_H
#define TESTS_FLOW_LINE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "support/line.h"

#define PLAIN 3 /* contacts 0 … ask for nothing */

/* RFC 8032, 7.1, test 1. */
#define ED25519_SEED   "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
#define ED25519_PUBLIC "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

/* What a number asks for, and the state its message ends in; 0 ends a list. */
struct fate {
    int contact;
    const char *state;
};
#define FATES_MAX 32

/* One provider's test. */
struct line_case {
    struct line_provider provider;
    struct fate fates[FATES_MAX]; /* can be asked for in one round with others */
    struct fate alone[4];         /* concern a whole request */
    int throttles[4], stops[8];   /* what throttles, and what refuses the account; 0 ends a list */
    bool receipts_as_told;        /* receipts show the name and password of the URL that we told */
};

static struct line line;
static struct station *const station = &line.station;

static int line_fixture_start(void **state)
{
    (void)state;
    line_start(&line, TEST_BIN_DIR, TEST_SOURCE_DIR "/tests/scenarios/kill.json");
    return 0;
}

static int line_fixture_stop(void **state)
{
    (void)state;
    line_stop(&line);
    return 0;
}

static int line_fixture_renew(void **state)
{
    const struct line_case *of = *state;
    line_renew(&line, &of->provider);
    return 0;
}

static int line_fixture_check(void **state)
{
    (void)state;
    line_close(&line);
    return 0;
}

static bool has_state(int contact, const char *state)
{
    return strcmp(line_message_field(&line, contact, "s"), state) == 0;
}

static void expect_state(int contact, const char *state)
{
    for (int64_t until_ms = station_deadline(); !has_state(contact, state);) {
        char what[96];
        (void)snprintf(what, sizeof what, "the message to ..%04d is %s, not %s", contact,
                       line_message_field(&line, contact, "s"), state);
        station_pause(station, until_ms, what);
    }
}

/* --- what every provider must show --- */

static inline void every_outcome_settles(void **state)
{
    const struct line_case *of = *state;
    int contacts[PLAIN + FATES_MAX] = {0, 1, 2};
    size_t count = PLAIN;
    for (const struct fate *fate = of->fates; fate->state != NULL; fate++)
        contacts[count++] = fate->contact;
    line_ask(&line, "r", contacts, count);
    line_open(&line);
    for (int n = 0; n < PLAIN; n++)
        expect_state(n, "delivered");
    for (const struct fate *fate = of->fates; fate->state != NULL; fate++)
        expect_state(fate->contact, fate->state);
    for (const struct fate *fate = of->alone; fate->state != NULL; fate++) {
        line_ask(&line, fate == of->alone ? "s" : "t", &fate->contact, 1);
        expect_state(fate->contact, fate->state);
    }
    for (size_t i = 0; i < count; i++)
        if (line_outcomes(&line, contacts[i], "accepted") > 1 ||
            line_outcomes(&line, contacts[i], "accepted_twice") > 0)
            fail_msg("..%04d was accepted more than once", contacts[i]);
    assert_int_equal(line_rows(&line, "\"outcome\":\"malformed\"", NULL), 0);
    assert_int_equal(line_rows(&line, "\"outcome\":\"unauthorized\"", NULL), 0);
}

static int count_refused(int contact)
{
    return line_outcomes(&line, contact, "lane_stop") + line_outcomes(&line, contact, "unauthorized");
}

static int64_t count_waiting(void)
{
    return world_count(&station->world, "m:queued") + world_count(&station->world, "m:leased");
}

/* A line of its own for each number that says so. */
static void begin_anew(const struct line_case *of, const int *contact)
{
    if (line.simulator.process != 0)
        line_close(&line);
    line_renew(&line, &of->provider);
    line_ask(&line, "r", contact, 1);
    line_open(&line);
}

/* A message that is throttled is no failed attempt, however often. */
static inline void throttling_holds_the_message(void **state)
{
    const struct line_case *of = *state;
    for (const int *contact = of->throttles; *contact != 0; contact++) {
        begin_anew(of, contact);
        STATION_AWAIT(station, line_outcomes(&line, *contact, "throttled") > 1);
        assert_int_equal(world_count(&station->world, "m:failed"), 0);
        assert_int_equal(world_count(&station->world, "m:unknown"), 0);
    }
}

/* A refused account stops the lane: nobody's message fails for it. */
static inline void a_refused_account_stops_the_lane(void **state)
{
    static const int others[] = {0, 1};
    const struct line_case *of = *state;
    for (const int *contact = of->stops; *contact != 0; contact++) {
        begin_anew(of, contact);
        STATION_AWAIT(station, count_refused(*contact) > 0);
        STATION_AWAIT(station, strstr(world_field(&station->world, "lane", "status"), "\"refused\"") != NULL);
        line_ask(&line, "s", others, 2);
        STATION_AWAIT(station, count_waiting() == 3);
        assert_int_equal(line_outcomes(&line, 0, "accepted"), 0);
        assert_int_equal(world_count(&station->world, "m:failed"), 0);
        assert_int_equal(world_count(&station->world, "m:unknown"), 0);
    }
}

static inline void replies_are_counted(void **state)
{
    static const int contacts[] = {0, 1, 2};
    (void)state;
    line_ask(&line, "r", contacts, PLAIN);
    line_open(&line);
    for (int n = 0; n < PLAIN; n++)
        expect_state(n, "delivered");
    line_say(&line, 0, "4");
    line_say(&line, 1, "2 Jäi šokki & kysymyksiä = 3 + 1?");
    STATION_AWAIT(station,
                  strcmp(line_answer(&line, 0), "4") == 0 && strcmp(line_answer(&line, 1), "2") == 0);
    STATION_AWAIT(station, line_rows(&line, "{\"t\":\"reply\"", "\"status\":200") == 2);
    assert_int_equal(world_count(&station->world, "seq"), 2);
    line_say(&line, 2, "STOP");
    STATION_AWAIT(station, world_count(&station->world, "x:optout") == 1);
}

/* The provider signs with what is not ours (or, unsigned, calls what is not our path). */
static inline void a_stranger_is_not_heard(void **prestate)
{
    const struct line_case *of = *prestate;
    struct line_provider stranger = of->provider;
    static const int contacts[] = {0};
    line_ask(&line, "r", contacts, 1);
    if (stranger.webhook_secret == NULL)
        (void)snprintf(line.token, sizeof line.token, "another-token-of-the-path");
    else if (strcmp(stranger.webhook_secret, ED25519_SEED) == 0)
        stranger.webhook_secret = "TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs="; /* of test 2 */
    else
        stranger.webhook_secret = "another-secret-of-webhooks";
    line.provider = &stranger;
    line_open(&line);
    const char *state = of->receipts_as_told ? "delivered" : "accepted";
    expect_state(0, state);
    line_say(&line, 0, "4");
    STATION_AWAIT(station, line_rows(&line, "{\"t\":\"reply\"", "\"refused\":40") == 1);
    STATION_AWAIT(station,
                  of->receipts_as_told || line_rows(&line, "{\"t\":\"receipt\"", "\"refused\":40") == 1);
    assert_int_equal(world_count(&station->world, "seq"), 0);
    assert_string_equal(line_answer(&line, 0), "");
    assert_true(has_state(0, state));
    line.provider = &of->provider;
}

#define LINE_TEST(test, of)                                                                                  \
    cmocka_unit_test_prestate_setup_teardown(test, line_fixture_renew, line_fixture_check, (void *)&(of))
#define LINE_TESTS(of)                                                                                       \
    LINE_TEST(every_outcome_settles, of), LINE_TEST(throttling_holds_the_message, of),                       \
        LINE_TEST(a_refused_account_stops_the_lane, of), LINE_TEST(replies_are_counted, of),                 \
        LINE_TEST(a_stranger_is_not_heard, of)
#define LINE_MAIN(tests) cmocka_run_group_tests(tests, line_fixture_start, line_fixture_stop)

#endif
