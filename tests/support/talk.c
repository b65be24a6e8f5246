/* Start, webhook and end of the second program; the rest is the dispatcher's station. */
#include "support/talk.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/wire.h"

#define REPLY_PATH "/v1/gateways/simulator/" SENDING_TOKEN "/reply"

void talk_start(struct talk *talk, const char *bin_folder)
{
    *talk = (struct talk){0};
    sending_start(&talk->sending, bin_folder);
}

void talk_stop(struct talk *talk)
{
    sending_stop(&talk->sending);
}

bool talk_is_ready(struct talk *talk)
{
    FILE *file = fopen(station_path(&talk->sending.station, "data/run/collector.port"), "r");
    bool told = file != NULL && fscanf(file, "%d", &talk->port) == 1;
    if (file != NULL)
        fclose(file);
    return told && wire_is_ready(talk->port);
}

void talk_open(struct talk *talk, const char *survey_file, int people)
{
    struct station *station = &talk->sending.station;
    char program[512];
    sending_renew(&talk->sending, people);
    world_use_survey_file(&station->world, survey_file);
    sending_plan(&talk->sending, "r", station->world.survey_ref, 0);
    sending_open(&talk->sending);
    snprintf(program, sizeof program, "%s/pulssi-collector", station->bin_folder);
    const char *arguments[] = {program, "--config", station_path(station, "pulssi.conf"), NULL};
    child_start(&talk->collector, arguments, station_path(station, "collector.log"));
    STATION_AWAIT(station, talk_is_ready(talk));
    sending_await_quiet(&talk->sending);
    sending_expect_once(&talk->sending, 0, people);
}

void talk_close(struct talk *talk)
{
    struct station *station = &talk->sending.station;
    if (talk->collector.process != 0)
        assert_int_equal(child_end(&talk->collector, SIGTERM), 0);
    assert_false(station_log_says(station, "log", "35840"));
    assert_false(station_log_says(station, "collector.log", "35840"));
    sending_close(&talk->sending);
}

int talk_says(struct talk *talk, int person, const char *words)
{
    struct text body = {0};
    text_addf(&body, "{\"id\":\"talk-%d\",\"from\":\"%s\",\"to\":\"" TALK_NUMBER "\",\"text\":\"%s\"}",
              talk->serial++, world_phone(person), words);
    int status = wire_post(talk->port, REPLY_PATH, body.chars, body.bytes, NULL);
    text_free(&body);
    return status;
}

void talk_expect(struct talk *talk, int person, int n, const char *words)
{
    char to[PHONE_SIZE];
    snprintf(to, sizeof to, "%s", world_phone(person));
    STATION_AWAIT(&talk->sending.station, script_gateway_count(talk->sending.gateway, to) > n);
    const char *text = script_gateway_arrival(talk->sending.gateway, to, n)->text;
    if (strstr(text, words) == NULL)
        fail_msg("text %d to person %d is \"%s\", not \"%s\"", n, person, text, words);
}

void talk_expect_count(struct talk *talk, int person, int count)
{
    sending_await_quiet(&talk->sending);
    assert_int_equal(script_gateway_count(talk->sending.gateway, world_phone(person)), count);
}
