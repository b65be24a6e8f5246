/* The dispatcher as a program: who is asked, in which words, and what each answer of the gateway does. */
#include <stdio.h>
#include <string.h>

#include "domain/draw.h"

#define PEOPLE 20
#include "sending_fixture.h"

/* Plans a round of everyone and sends it to its end. */
static void send_round(void)
{
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    sending_await_quiet(&sending);
}

static void script(const struct script_step *step)
{
    script_gateway_add(sending.gateway, step);
}

/* --- who and what --- */

#define FRAME  300
#define SAMPLE 200 /* two steps of release */

static void expect_exactly_the_drawn(const uint32_t positions[SAMPLE])
{
    bool drawn[FRAME] = {false};
    for (int i = 0; i < SAMPLE; i++)
        drawn[positions[i]] = true;
    for (int n = 0; n < FRAME; n++)
        assert_int_equal(script_gateway_count(sending.gateway, world_phone(n)), drawn[n] ? 1 : 0);
    assert_int_equal(sending_messages(&sending, "accepted"), SAMPLE);
    assert_string_equal(world_field(world, "r:r", "frame"), "300");
    assert_string_equal(world_field(world, "r:r", "drawn"), "200");
    assert_string_equal(world_field(world, "r:r", "state"), "released");
}

static void a_sample_is_the_one_its_seed_draws(void **state)
{
    (void)state;
    uint32_t positions[SAMPLE];
    sending_import(&sending, PEOPLE, FRAME - PEOPLE);
    draw_positions("a seed", FRAME, SAMPLE, positions);
    sending_plan(&sending, "r", WORLD_SURVEY, SAMPLE);
    sending_open(&sending);
    sending_await_quiet(&sending);
    expect_exactly_the_drawn(positions);
}

/* Another dispatcher died after the first step; contacts came meanwhile, who are not of the frame. */
static void a_half_released_round_goes_on_where_it_was(void **state)
{
    (void)state;
    uint32_t positions[SAMPLE];
    struct redis_command command = {0};
    struct release_item items[STORE_ITEMS_MAX];
    struct release release = {.round = "r",
                              .cursor = 0,
                              .due_ms = world->now_ms,
                              .asking = world_asking(world),
                              .items = items,
                              .items_count = STORE_ITEMS_MAX};
    sending_import(&sending, PEOPLE, FRAME - PEOPLE);
    draw_positions("a seed", FRAME, SAMPLE, positions);
    sending_plan(&sending, "r", WORLD_SURVEY, SAMPLE);
    round_freeze_command(&command, WORLD_ORG, "r", release.asking.week);
    struct redis_value *value = world_call(world, &command);
    redis_value_free(&value);
    for (int i = 0; i < STORE_ITEMS_MAX; i++) {
        items[i].position = positions[i];
        snprintf(items[i].pulse, ID_SIZE, "%s", world_pulse(i));
        snprintf(items[i].message, ID_SIZE, "%s", world_message(i));
    }
    round_release_command(&command, WORLD_ORG, &release);
    value = world_call(world, &command);
    redis_value_free(&value);
    redis_command_free(&command);
    sending_import(&sending, FRAME, 50);

    sending_open(&sending);
    sending_await_quiet(&sending);
    expect_exactly_the_drawn(positions);
    for (int n = FRAME; n < FRAME + 50; n++)
        assert_int_equal(script_gateway_count(sending.gateway, world_phone(n)), 0);
}

static void everyone_is_asked_once_in_their_language(void **state)
{
    (void)state;
    static const char *const languages[] = {"sv", "en"};
    for (int i = 0; i < 2; i++) {
        snprintf(world->language, sizeof world->language, "%s", languages[i]);
        sending_import(&sending, PEOPLE + i, 1);
    }
    send_round();
    sending_expect_once(&sending, 0, PEOPLE + 2);
    static const char *const texts[] = {
        "Varkauden työllisyys: Kehitämme palvelua. Auttoiko tapaaminen? Vastaa 1-5 (1=ei, 5=paljon). "
        "Vapaaehtoista, ei vaikuta palveluusi. Lopeta: STOP. Tietoa: INFO",
        "Varkauden työllisyys: Vi utvecklar servicen. Hjälpte mötet dig? Svara 1-5 (1=nej, 5=mycket). "
        "Frivilligt, påverkar inte din service. Sluta: STOPP. Mer: INFO",
        "Varkauden työllisyys: We are improving the service. Did the meeting help? Reply 1-5 (1=no, 5=a "
        "lot). "
        "Voluntary, no effect on service. End: STOP. More: INFO"};
    for (int i = 0; i < 3; i++) {
        const struct script_arrival *arrival =
            script_gateway_arrival(sending.gateway, world_phone(PEOPLE - 1 + i), 0);
        assert_string_equal(arrival->text, texts[i]);
        assert_string_equal(arrival->encoding, "gsm7");
        assert_int_equal(arrival->segments, 1);
        assert_string_equal(arrival->from, "18123");
        char gateway_id[32];
        snprintf(gateway_id, sizeof gateway_id, "g-%s", arrival->id);
        assert_string_equal(sending_message_of(&sending, PEOPLE - 1 + i), arrival->id);
        assert_string_equal(sending_field_of(&sending, PEOPLE - 1 + i, "g"), gateway_id);
    }
}

/* The survey with another Finnish text, as version 2. */
static void put_survey_with(const char *finnish)
{
    struct text json = {0};
    struct error error = {""};
    const char *version = strstr(world->survey_json.chars, "\"version\": 1");
    const char *text = strstr(world->survey_json.chars, "\"fi\": \"");
    assert_true(version != NULL && text > version);
    const char *end = strchr(text + strlen("\"fi\": \""), '"');
    text_add_bytes(&json, world->survey_json.chars, (size_t)(version - world->survey_json.chars));
    text_add(&json, "\"version\": 2");
    version += strlen("\"version\": 1");
    text_add_bytes(&json, version, (size_t)(text - version));
    text_addf(&json, "\"fi\": \"%s%s", finnish, end);
    if (survey_store(world->link, WORLD_ORG, "felt-forward@2", json.chars, &error) != PUT_WRITTEN ||
        survey_set_active(world->link, WORLD_ORG, "felt-forward@2", json.chars, world->now_ms, &error) !=
            PUT_WRITTEN)
        fail_msg("%s", error.text);
    text_free(&json);
}

static void a_text_beyond_gsm_7_goes_as_ucs_2_in_as_many_segments_as_it_needs(void **state)
{
    (void)state;
    put_survey_with("Auttoiko tapaaminen Šamilin kanssa? Vastaa numerolla 1-5, jossa 5 on paljon. Kiitos.");
    sending_plan(&sending, "r", "felt-forward@2", 1);
    sending_open(&sending);
    sending_await_quiet(&sending);
    const struct script_arrival *arrival = script_gateway_arrival(sending.gateway, NULL, 0);
    assert_string_equal(
        arrival->text,
        "Auttoiko tapaaminen Šamilin kanssa? Vastaa numerolla 1-5, jossa 5 on paljon. Kiitos.");
    assert_string_equal(arrival->encoding, "ucs2");
    assert_int_equal(arrival->segments, 2);
}

/* --- answers of the gateway --- */

static void a_refusal_for_now_is_tried_again_up_to_the_limit(void **state)
{
    (void)state;
    script(&(struct script_step){.to = world_phone(3), .times = 2, .status = 503});
    script(&(struct script_step){.to = world_phone(4), .status = 503});
    send_round();
    sending_expect_once(&sending, 0, 3);
    sending_expect_once(&sending, 5, PEOPLE - 5);
    assert_int_equal(script_gateway_count(sending.gateway, world_phone(3)), 3);
    assert_int_equal(script_gateway_accepted(sending.gateway, world_phone(3)), 1);
    assert_string_equal(sending_field_of(&sending, 3, "n"), "2");
    assert_string_equal(sending_field_of(&sending, 3, "s"), "accepted");
    assert_string_equal(sending_field_of(&sending, 2, "n"), "");

    assert_int_equal(script_gateway_count(sending.gateway, world_phone(4)), 3);
    assert_int_equal(sending_messages(&sending, "failed"), 1);
    assert_int_equal(world_count(world, "p:failed"), 1);
    assert_string_equal(world_contact_field(world, 4, "o"), ""); /* free for another round … */
    assert_string_equal(world_contact_field(world, 4, "t"), ""); /* … and this was no occasion */
    assert_string_equal(world_contact_field(world, 4, "f"), "");
    assert_string_not_equal(world_contact_field(world, 3, "t"), "");
}

static void a_gateway_that_throttles_slows_the_lane_and_costs_no_attempt(void **state)
{
    (void)state;
    sending.in_flight_max = 1;
    script(&(struct script_step){.times = 1, .status = 202});
    script(&(struct script_step){.times = 1, .status = 429, .retry_after = "1"});
    send_round();
    const char *throttled = script_gateway_arrival(sending.gateway, NULL, 1)->id;
    char key[32];
    snprintf(key, sizeof key, "m:%s", throttled);
    assert_true(station_log_says(&sending.station, "log", "lane held for 1.0 s: the gateway throttles"));
    assert_int_equal(script_gateway_count(sending.gateway, NULL), PEOPLE + 1);
    assert_int_equal(script_gateway_count(sending.gateway, throttled), 2);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE);
    assert_string_equal(world_field(world, key, "n"), "");
}

/* It may say "at once" as often as it likes: our own backoff holds. */
static void a_gateway_that_wants_no_patience_gets_our_own(void **state)
{
    (void)state;
    sending.in_flight_max = 1;
    script(&(struct script_step){.times = 1, .status = 429, .retry_after = "0"});
    send_round();
    assert_true(station_log_says(&sending.station, "log", "lane held for 1.0 s: the gateway throttles"));
    assert_int_equal(script_gateway_count(sending.gateway, NULL), PEOPLE + 1);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE);
}

/* The default limit of attempts is far below the number of refusals. */
static void a_refused_lane_is_held_and_fails_nobody(void **state)
{
    (void)state;
    sending.attempts_max = 1;
    script(&(struct script_step){.times = 3, .status = 401});
    send_round();
    assert_true(
        station_log_says(&sending.station, "log", "lane held for 1.0 s: the gateway refuses this lane"));
    assert_int_equal(script_gateway_count(sending.gateway, NULL), PEOPLE + 3);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE);
    assert_int_equal(sending_messages(&sending, "failed"), 0);
}

static void what_the_gateway_says_of_a_number_is_kept(void **state)
{
    (void)state;
    script(
        &(struct script_step){.to = world_phone(1), .status = 400, .body = "{\"error\":\"invalid_number\"}"});
    script(&(struct script_step){.to = world_phone(2), .status = 403});
    script(&(struct script_step){.to = world_phone(3), .status = 400});
    send_round();
    assert_int_equal(script_gateway_count(sending.gateway, NULL), PEOPLE);
    assert_int_equal(sending_messages(&sending, "failed"), 2);
    assert_int_equal(sending_messages(&sending, "suppressed"), 1);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE - 3);
    static const char *const flags[] = {"x", "s", ""};
    for (int n = 1; n <= 3; n++) {
        assert_string_equal(world_contact_field(world, n, "f"), flags[n - 1]);
        assert_string_equal(world_contact_field(world, n, "o"), "");
    }
    sending_plan(&sending, "r2", WORLD_SURVEY, 0); /* the others have an open pulse */
    sending_await_quiet(&sending);
    assert_int_equal(world_count(world, "p:excluded"), 1);
    assert_int_equal(world_count(world, "p:suppressed"), 2);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), PEOPLE + 1);
    assert_int_equal(script_gateway_count(sending.gateway, world_phone(3)), 2); /* nothing was said of it */
}

/* One connection carries all of it, so that a client could be tempted to send again. */
static void a_message_of_unknown_fate_is_never_handed_over_again(void **state)
{
    (void)state;
    static const struct script_step steps[] = {
        {.times = 1, .status = 202}, {.times = 1, .action = SCRIPT_CUT},
        {.times = 1, .status = 202}, {.times = 1, .action = SCRIPT_RESET},
        {.times = 1, .status = 500}, {.times = 1, .status = 202, .body = "{\"id\":"},
        {.times = 1, .status = 302}, {.times = 1, .status = 502},
    };
    sending.in_flight_max = 1;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        script(&steps[i]);
    send_round();
    assert_true(script_gateway_arrival(sending.gateway, NULL, 1)->reused);
    assert_true(script_gateway_arrival(sending.gateway, NULL, 3)->reused);
    assert_int_equal(sending_messages(&sending, "unknown"), 5);
    assert_int_equal(world_count(world, "x:unknown_ever"), 5);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE - 5);
    static const int unknown[] = {1, 3, 4, 5, 7}; /* a redirect is a refusal of the lane */
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        const char *id = script_gateway_arrival(sending.gateway, NULL, unknown[i])->id;
        char key[32];
        snprintf(key, sizeof key, "m:%s", id);
        assert_int_equal(script_gateway_count(sending.gateway, id), 1);
        assert_string_equal(world_field(world, key, "s"), "unknown");
    }
    assert_int_equal(world_count(world, "p:open"), PEOPLE); /* they may have been asked */
}

static void a_gateway_that_never_answers_leaves_it_unknown(void **state)
{
    (void)state;
    sending.http_deadline_ms = 1000;
    script(&(struct script_step){.to = world_phone(7), .action = SCRIPT_HANG});
    send_round();
    assert_int_equal(script_gateway_count(sending.gateway, world_phone(7)), 1);
    assert_string_equal(sending_field_of(&sending, 7, "s"), "unknown");
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE - 1);
}

static void a_gateway_that_is_down_burns_nothing(void **state)
{
    (void)state;
    sending.attempts_max = 1;
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    script_gateway_kill(sending.gateway);
    sending_open(&sending);
    STATION_AWAIT(&sending.station,
                  station_log_says(&sending.station, "log", "the gateway cannot be reached"));
    script_gateway_restart(sending.gateway);
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE);
    assert_string_equal(sending_field_of(&sending, 0, "n"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SENDING_TEST(a_sample_is_the_one_its_seed_draws),
        SENDING_TEST(a_half_released_round_goes_on_where_it_was),
        SENDING_TEST(everyone_is_asked_once_in_their_language),
        SENDING_TEST(a_text_beyond_gsm_7_goes_as_ucs_2_in_as_many_segments_as_it_needs),
        SENDING_TEST(a_refusal_for_now_is_tried_again_up_to_the_limit),
        SENDING_TEST(a_gateway_that_throttles_slows_the_lane_and_costs_no_attempt),
        SENDING_TEST(a_gateway_that_wants_no_patience_gets_our_own),
        SENDING_TEST(a_refused_lane_is_held_and_fails_nobody),
        SENDING_TEST(what_the_gateway_says_of_a_number_is_kept),
        SENDING_TEST(a_message_of_unknown_fate_is_never_handed_over_again),
        SENDING_TEST(a_gateway_that_never_answers_leaves_it_unknown),
        SENDING_TEST(a_gateway_that_is_down_burns_nothing),
    };
    return SENDING_MAIN(tests);
}
