/* Settings and looking: what became of whom. */
#include "support/sending.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void sending_start(struct sending *sending, const char *bin_folder)
{
    *sending = (struct sending){.gateway = script_gateway_open()};
    station_start(&sending->station, bin_folder, "pulssi-dispatcher");
}

void sending_stop(struct sending *sending)
{
    station_stop(&sending->station);
    script_gateway_free(&sending->gateway);
    text_free(&sending->more);
}

void sending_renew(struct sending *sending, int people)
{
    station_renew(&sending->station);
    script_gateway_renew(sending->gateway);
    sending->in_flight_max = 8;
    sending->claim_max = 100;
    sending->attempts_max = 3;
    sending->lease_ms = 60000;
    sending->http_deadline_ms = 20000;
    sending->profile = "simulator";
    sending->share_folder = PULSSI_SHARE_DIR;
    text_clear(&sending->more);
    sending_import(sending, 0, people);
}

void sending_import(struct sending *sending, int first, int count)
{
    for (int done = 0; done < count; done += STORE_ITEMS_MAX) {
        int more = count - done < STORE_ITEMS_MAX ? count - done : STORE_ITEMS_MAX;
        world_import(&sending->station.world, WORLD_PILOT, first + done, more, NULL);
    }
}

void sending_plan(struct sending *sending, const char *round, const char *survey, int64_t sample)
{
    struct world *world = &sending->station.world;
    struct redis_command command = {0};
    struct round plan = {
        .at_ms = world->now_ms, .not_after_ms = world->now_ms + 3 * DAY_MS, .sample = sample};
    char differs[128];
    snprintf(plan.id, sizeof plan.id, "%s", round);
    snprintf(plan.pilot, sizeof plan.pilot, "%s", WORLD_PILOT);
    snprintf(plan.survey, sizeof plan.survey, "%s", survey);
    snprintf(plan.seed, sizeof plan.seed, "a seed");
    round_plan_command(&command, WORLD_ORG, &plan);
    struct redis_value *value = world_call(world, &command);
    assert_int_equal(round_plan_result(value, differs), ROUND_PLANNED);
    redis_value_free(&value);
    redis_command_free(&command);
}

void sending_settings(struct sending *sending)
{
    struct text sections = {0};
    text_addf(&sections,
              "[collector]\nport = 0\n"
              "[dispatcher]\nin_flight_max = %d\nclaim_max = %d\nsubmit_attempts_max = %d\nlease_ms = %d\n"
              "http_deadline_ms = %d\nbackoff_first_ms = 10\nbackoff_max_ms = 20\n"
              "[gateway:simulator]\nurl = http://127.0.0.1:%d\nsecret = " SCRIPT_SECRET
              "\nwebhook_token = " SENDING_TOKEN "\nrate_segments = 0\nprofile = %s\n%s",
              sending->in_flight_max, sending->claim_max, sending->attempts_max, sending->lease_ms,
              sending->http_deadline_ms, script_gateway_port(sending->gateway), sending->profile,
              sending->more.chars == NULL ? "" : sending->more.chars);
    assert_int_equal(setenv("PULSSI_PULSSI_SHARE_FOLDER", sending->share_folder, 1), 0);
    station_put_settings(&sending->station, sections.chars);
    text_free(&sections);
}

void sending_open(struct sending *sending)
{
    sending_settings(sending);
    station_open(&sending->station);
}

void sending_close(struct sending *sending)
{
    script_gateway_shut(sending->gateway, false); /* a test that failed left it so */
    station_close(&sending->station);
    assert_int_equal(script_gateway_malformed(sending->gateway), 0);
}

static bool is_released(struct sending *sending)
{
    return !world_exists(&sending->station.world, "plan");
}

int64_t sending_messages(struct sending *sending, const char *state)
{
    char field[32];
    snprintf(field, sizeof field, "m:%s", state);
    return world_count(&sending->station.world, field);
}

/* The counts are of one instant: messages move to and fro between these states. */
static bool is_quiet(struct sending *sending)
{
    if (!is_released(sending))
        return false;
    struct redis_value *counts =
        WORLD_RUN(&sending->station.world, "HMGET", world_key("b"), "m:queued", "m:leased", "m:submitting");
    int64_t moving = 0;
    for (size_t i = 0; i < redis_count(counts); i++)
        moving += redis_int(redis_item(counts, i));
    redis_value_free(&counts);
    return moving == 0;
}

void sending_await_released(struct sending *sending)
{
    STATION_AWAIT(&sending->station, is_released(sending));
}

void sending_await_quiet(struct sending *sending)
{
    STATION_AWAIT(&sending->station, is_quiet(sending));
}

const char *sending_message_of(struct sending *sending, int n)
{
    char key[32];
    const char *pulse = world_contact_field(&sending->station.world, n, "o");
    snprintf(key, sizeof key, "u:%s", pulse);
    return pulse[0] == '\0' ? "" : world_field(&sending->station.world, key, "m");
}

const char *sending_field_of(struct sending *sending, int n, const char *field)
{
    char key[32];
    const char *message = sending_message_of(sending, n);
    snprintf(key, sizeof key, "m:%s", message);
    return message[0] == '\0' ? "" : world_field(&sending->station.world, key, field);
}

void sending_expect_once(struct sending *sending, int first, int count)
{
    for (int n = first; n < first + count; n++) {
        if (script_gateway_count(sending->gateway, world_phone(n)) != 1 ||
            script_gateway_accepted(sending->gateway, world_phone(n)) != 1)
            fail_msg("contact %d: %d times at the gateway, %d times accepted", n,
                     script_gateway_count(sending->gateway, world_phone(n)),
                     script_gateway_accepted(sending->gateway, world_phone(n)));
    }
}

void sending_expect_never_twice(struct sending *sending, int count)
{
    for (int n = 0; n < count; n++) {
        const char *state = sending_field_of(sending, n, "s");
        int arrived = script_gateway_count(sending->gateway, world_phone(n));
        bool accepted = script_gateway_accepted(sending->gateway, world_phone(n)) == 1;
        if (arrived > 1 || (strcmp(state, "unknown") != 0 && (strcmp(state, "accepted") != 0 || !accepted)))
            fail_msg("contact %d: %d times at the gateway, in the end \"%s\"", n, arrived, state);
    }
}
