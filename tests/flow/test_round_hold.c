/* pulssi round pause, resume and cancel beside a real dispatcher: nothing is handed over after the pause's answer,
 * nobody is lost or asked twice, whoever is killed meanwhile; and what the commands say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/command_station.h"

#define PEOPLE 60
#define MANY   400 /* enough to be in the middle of it for seconds, at a slow gateway */
#include "command_fixture.h"

static void await_arrivals(int count)
{
    STATION_AWAIT(station, arrived() >= count);
}

static void kill_dispatcher(void)
{
    assert_int_equal(child_end(&station->program, SIGKILL), 128 + SIGKILL);
}

/* A command that is not waited for; what it says on standard error goes to "command-log". */
static void start_command(struct child *command, const char *subcommand, const char *round)
{
    const char *words[] = {PROGRAM, "round", subcommand, round, "--json", NULL};
    child_start(command, words, station_path(station, "command-log"));
}

static int held(void)
{
    struct redis_value *count = WORLD_RUN(world, "ZCOUNT", world_key("q:bulk"), "+inf", "+inf");
    int held = (int)redis_int(count);
    redis_value_free(&count);
    return held;
}

/* What a dispatcher still has in its hands is held at its intend. */
static void await_all_held(int count)
{
    STATION_AWAIT(station, held() == count);
    assert_int_equal(sending_messages(&sending, "queued"), count);
    /* Others may be under way still: the gateway answers late. */
    STATION_AWAIT(station,
                  sending_messages(&sending, "leased") + sending_messages(&sending, "submitting") == 0);
}

/* People of another pilot are asked, as a proof that the dispatcher works and nothing held stands in its way. */
static void ask_others(int first, int count)
{
    world_import(world, "coaching-b", first, count, NULL);
    world_plan(world, "others", "coaching-b", 0);
    STATION_AWAIT(station, script_gateway_accepted(sending.gateway, world_phone(first + count - 1)) == 1);
    sending_await_released(&sending);
    for (int n = first; n < first + count; n++)
        STATION_AWAIT(station, script_gateway_accepted(sending.gateway, world_phone(n)) == 1);
}

/* --- pause and resume --- */

static void after_the_pauses_answer_nothing_is_handed_over(void **state)
{
    (void)state;
    script_gateway_delay(sending.gateway, 100);
    sending_import(&sending, PEOPLE, MANY - PEOPLE);
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    await_arrivals(12);
    RUN("round", "pause", "r", "--json");
    int before = arrived();
    assert_int_equal(line.said.status, 0);
    assert_int_equal(sending_messages(&sending, "submitting"), 0);
    assert_int_equal(command_line_number("sent"), before);
    assert_int_equal(command_line_number("held"), MANY - before);
    assert_int_equal(command_line_number("under_way"), 0);
    assert_in_range(before, 12, MANY - 1);
    ask_others(1000, 5);
    await_all_held(MANY - before);
    assert_int_equal(arrived(), before + 5);
    EXPECT(0, "unchanged", "round", "pause", "r");
    script_gateway_delay(sending.gateway, 0);
    EXPECT(0, "resumed", "round", "resume", "r");
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, MANY);
    EXPECT(0, "unchanged", "round", "resume", "r");
}

static void the_pause_waits_for_what_the_gateway_holds(void **state)
{
    (void)state;
    struct child pause;
    send_up_to_the_gate();
    start_command(&pause, "pause", "r");
    STATION_AWAIT(station, station_log_says(station, "command-log", "answer to 8 invitations"));
    assert_string_equal(world_field(world, "r:r", "hold"), "paused");
    assert_int_equal(kill(pause.process, 0), 0);
    script_gateway_shut(sending.gateway, false);
    assert_int_equal(child_wait(&pause), 0);
    await_all_held(PEOPLE - 8);
    assert_int_equal(arrived(), 8);
    EXPECT(0, "resumed", "round", "resume", "r");
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE);
}

static void a_pause_that_waits_in_vain_says_so_and_holds(void **state)
{
    (void)state;
    send_up_to_the_gate();
    kill_dispatcher();
    sending.lease_ms = 2000;
    sending.http_deadline_ms = 100;
    sending_settings(&sending);
    EXPECT(1,
           "round r is paused, and nothing new is handed over: after 2 s the gateway has not answered for 8 "
           "invitations",
           "round", "pause", "r");
    script_gateway_shut(sending.gateway, false);
    sending_open(&sending);
    await_all_held(PEOPLE - 8);
    assert_int_equal(arrived(), 8);
    EXPECT(0, "resumed", "round", "resume", "r");
    sending_await_quiet(&sending);
    sending_expect_never_twice(&sending, PEOPLE);
    assert_int_equal(sending_messages(&sending, "unknown"), 8);
}

/* Before, during and after the command; the next one recovers what the killed one held. */
static void a_dispatcher_killed_around_a_pause_changes_nothing(void **state)
{
    (void)state;
    struct child pause;
    sending.claim_max = 10;
    sending_import(&sending, PEOPLE, MANY - PEOPLE);
    script_gateway_delay(sending.gateway, 60);
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    for (int way = 0; way < 3; way++) {
        int before = arrived();
        sending_open(&sending);
        await_arrivals(before + 9);
        if (way == 0)
            kill_dispatcher();
        start_command(&pause, "pause", "r");
        STATION_AWAIT(station, strcmp(world_field(world, "r:r", "hold"), "paused") == 0);
        if (way == 1)
            kill_dispatcher();
        if (way < 2)
            sending_open(&sending);
        assert_int_equal(child_wait(&pause), 0);
        before = arrived();
        assert_in_range(before, 9, MANY - 1); /* it was in the middle */
        if (way == 2) {
            kill_dispatcher();
            sending_open(&sending);
        }
        STATION_AWAIT(station, sending_messages(&sending, "leased") == 0);
        ask_others(1000 + way, 1);
        assert_int_equal(arrived(), before + 1);
        WORLD_DO(world, "DEL", world_key("r:others")); /* the next one has the same name */
        WORLD_DO(world, "ZREM", world_key("rounds"), "others");
        kill_dispatcher();
        EXPECT(0, "resumed", "round", "resume", "r");
    }
    script_gateway_delay(sending.gateway, 0);
    sending_open(&sending);
    sending_await_quiet(&sending);
    sending_expect_never_twice(&sending, MANY);
}

static void a_round_paused_while_it_is_released_is_released_once(void **state)
{
    (void)state;
    enum { MORE = 2000 };
    sending_import(&sending, PEOPLE, MORE);
    station_move_clock(station, "2026-01-13T08:00"); /* before the sending window */
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    STATION_AWAIT(station, sending_messages(&sending, "queued") > 0);
    RUN("round", "pause", "r", "--json");
    assert_int_equal(line.said.status, 0);
    double held = command_line_number("held"), left = command_line_number("not_drawn");
    assert_true(held > 0 && held + left == PEOPLE + MORE);
    assert_false(world_exists(world, "plan"));
    EXPECT(0, "resumed", "round", "resume", "r");
    sending_await_released(&sending);
    STATION_AWAIT(station, sending_messages(&sending, "queued") == PEOPLE + MORE);
    assert_int_equal(world_count(world, "p:queued"), PEOPLE + MORE);
}

static void a_round_paused_before_its_start_starts_when_it_is_resumed(void **state)
{
    (void)state;
    station_move_clock(station, "2026-01-13T09:30");
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    EXPECT(0, "round r: paused", "round", "pause", "r");
    sending_open(&sending);
    ask_others(1000, 3);
    assert_int_equal(arrived(), 3);
    EXPECT(0, "resumed", "round", "resume", "r");
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE);
}

/* --- cancel --- */

static void a_cancel_frees_those_who_were_not_asked_for_the_next_round(void **state)
{
    (void)state;
    send_up_to_the_gate();
    RUN("round", "cancel", "r", "--yes", "--json");
    assert_int_equal(line.said.status, 0);
    assert_int_equal(command_line_number("under_way"), 8);
    assert_int_equal(command_line_number("cancelled") + command_line_number("ending"), PEOPLE - 8);
    script_gateway_shut(sending.gateway, false);
    sending_await_quiet(&sending);
    assert_int_equal(arrived(), 8);
    RUN("round", "cancel", "r", "--yes", "--json");
    assert_int_equal(command_line_number("sent"), 8);
    assert_int_equal(command_line_number("cancelled"), PEOPLE - 8);
    assert_int_equal(world_count(world, "p:cancelled"), PEOPLE - 8);
    sending_plan(&sending, "again", WORLD_SURVEY, 0);
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE);
    assert_int_equal(world_count(world, "p:capped"), 8);
}

static void a_held_round_is_cancelled_without_a_dispatcher(void **state)
{
    (void)state;
    script_gateway_delay(sending.gateway, 100);
    sending_import(&sending, PEOPLE, MANY - PEOPLE);
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    await_arrivals(12);
    RUN("round", "pause", "r", "--json");
    assert_int_equal(line.said.status, 0);
    int before = arrived();
    await_all_held(MANY - before);
    kill_dispatcher();
    RUN("round", "cancel", "r", "--yes", "--json");
    assert_int_equal(command_line_number("sent"), before);
    assert_int_equal(command_line_number("cancelled"), MANY - before);
    assert_int_equal(command_line_number("ending"), 0);
    assert_int_equal(sending_messages(&sending, "queued"), 0);
    EXPECT(1, "is cancelled, and that is for good", "round", "resume", "r");
}

/* --- what the commands say --- */

static void what_is_asked_wrongly_changes_nothing(void **state)
{
    (void)state;
    static const char *const subcommands[] = {"pause", "resume", "cancel"};
    for (size_t i = 0; i < sizeof subcommands / sizeof subcommands[0]; i++) {
        EXPECT(1, "there is no round \"nowhere\": see `pulssi round list`", "round", subcommands[i],
               "nowhere", strcmp(subcommands[i], "cancel") == 0 ? "--yes" : NULL);
        EXPECT(1, "there is no round \"No Name\"", "round", subcommands[i], "No Name",
               strcmp(subcommands[i], "cancel") == 0 ? "--yes" : NULL);
        EXPECT(2, "", "round", subcommands[i]);
    }
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    EXPECT(1, "nothing was cancelled: all of round r that was not sent yet ends for good when you add --yes",
           "round", "cancel", "r");
    assert_string_equal(world_field(world, "r:r", "hold"), "");
    assert_false(world_exists(world, "audit")); /* nothing was done */
}

static void rounds_and_holds_are_shown(void **state)
{
    (void)state;
    EXPECT(0, "no rounds", "round", "list");
    world_round(world, "r", WORLD_PILOT);
    sending_plan(&sending, "s", WORLD_SURVEY, 10);
    EXPECT(0, "released", "round", "list");
    EXPECT(0, "Nothing more of it", "round", "pause", "r");
    EXPECT(0, "60 invitations are held until their round is resumed.", "status");
    EXPECT(0, "\"held\":60", "status", "--json");
    EXPECT(0, "paused", "status");
    EXPECT(0, "{\"round\":\"r\",\"state\":\"paused\"", "round", "list", "--json");
    EXPECT(0, "paused", "round", "list");
    EXPECT(0, "\"state\":\"paused\"", "round", "pause", "r", "--json");
    EXPECT(0, "cancelled", "round", "cancel", "s", "--yes");
    EXPECT(0, "{\"round\":\"s\",\"state\":\"cancelled\"", "round", "list", "--json");
    EXPECT(0, "balanced", "books");
    station_move_clock(station, "2026-01-20T10:00");
    EXPECT(0, "Its sending time was over at 2026-01-16", "round", "resume", "r");
    EXPECT(0, "\"held\":0", "status", "--json");
}

static void every_hold_is_in_the_audit(void **state)
{
    (void)state;
    static const char *const subcommands[] = {"pause", "resume", "cancel"};
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    for (size_t i = 0; i < sizeof subcommands / sizeof subcommands[0]; i++) {
        char row[64];
        RUN("round", subcommands[i], "r", i == 2 ? "--yes" : NULL);
        assert_int_equal(line.said.status, 0);
        RUN("audit", "list", "--json");
        snprintf(row, sizeof row, "\"what\":\"round %s r\"", subcommands[i]);
        if (strstr(line.said.output, row) == NULL)
            fail_msg("%s is not in %s", row, line.said.output);
    }
}

static void help_and_answers_fit_a_terminal(void **state)
{
    (void)state;
    static const char *const subcommands[] = {"list", "pause", "resume", "cancel"};
    world_round(world, "r", WORLD_PILOT);
    for (size_t i = 0; i < sizeof subcommands / sizeof subcommands[0]; i++) {
        RUN("round", subcommands[i], i == 0 ? NULL : "r", i == 3 ? "--yes" : NULL);
        assert_int_equal(line.said.status, 0);
        command_station_fits_terminal();
        EXPECT(0, "Usage: pulssi round", "round", subcommands[i], "--help");
        command_station_fits_terminal();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COMMAND_TEST(after_the_pauses_answer_nothing_is_handed_over),
        COMMAND_TEST(the_pause_waits_for_what_the_gateway_holds),
        COMMAND_TEST(a_pause_that_waits_in_vain_says_so_and_holds),
        COMMAND_TEST(a_dispatcher_killed_around_a_pause_changes_nothing),
        COMMAND_TEST(a_round_paused_while_it_is_released_is_released_once),
        COMMAND_TEST(a_round_paused_before_its_start_starts_when_it_is_resumed),
        COMMAND_TEST(a_cancel_frees_those_who_were_not_asked_for_the_next_round),
        COMMAND_TEST(a_held_round_is_cancelled_without_a_dispatcher),
        COMMAND_TEST(what_is_asked_wrongly_changes_nothing),
        COMMAND_TEST(rounds_and_holds_are_shown),
        COMMAND_TEST(every_hold_is_in_the_audit),
        COMMAND_TEST(help_and_answers_fit_a_terminal),
    };
    return COMMAND_MAIN(tests);
}
