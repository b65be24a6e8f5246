/* What people are told whose reply is no answer, through the dispatcher and the collector: asked once more, business,
 * distress, a pause; and when nothing is said any more. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "domain/crisis.h"
#include "support/exposition.h"
#include "support/wire.h"
#include "talk_fixture.h"

#define PEOPLE 3

#define ASKED_AGAIN                                                                                          \
    "Emme osanneet lukea vastaustasi. Lähetätkö vielä yhden numeron 1-5? Emme kysy toista kertaa."
#define ASKED_AGAIN_SV "Kan du skicka en siffra 1-5? Vi frågar inte igen."
#define ASKED_JOIN     "Haluatko auttaa kehittämään palvelua?"
#define ASKED_YES_NO   "Vastaa KYLLÄ, jos saamme ottaa yhteyttä."
#define ONLY_SURVEYS   "Tämä numero lukee vain kyselyvastauksia. Asiaasi EI ole hoidettu"
#define HELPLINE       "Et ole yksin. Hätänumero: 112."
#define PAUSED         "Emme lähetä kyselyjä kuuteen kuukauteen."
#define BACK           "Saat taas kyselymme."
#define STOPPED        "Emme enää lähetä kyselyjä."
#define INVITED        "Auttoiko tapaaminen?"
#define IN_NEED        "en jaksa enää elää"

static int open_meeting(void **state)
{
    (void)state;
    talk_open(&talk, "surveys/meeting.json", PEOPLE);
    return 0;
}

static void says(int person, const char *words)
{
    assert_int_equal(talk_says(&talk, person, words), 200);
}

/* The value of the first question in the open pulse, "" = none. */
static const char *answered(int person)
{
    char pulse[ID_SIZE + 2];
    snprintf(pulse, sizeof pulse, "u:%s", world_field(world, "c:contact00000", "o"));
    assert_int_equal(person, 0);
    return world_field(world, pulse, "a0");
}

/* A series of the collector's /metrics. */
static double metric(const char *series)
{
    static struct exposition said;
    struct text answer = {0};
    assert_int_equal(wire_get(talk.port, "/metrics", &answer), 200);
    exposition_read(&said, strstr(answer.chars, "\r\n\r\n") + 4);
    double value = exposition_value(&said, series);
    exposition_free(&said);
    text_free(&answer);
    return value;
}

/* Both programs end and begin anew with more lines at the end of their settings, which is a gateway's section. */
static void begin_anew(const char *lines)
{
    char program[512];
    if (talk.collector.process != 0)
        assert_int_equal(child_end(&talk.collector, SIGTERM), 0);
    station_close(station);
    sending_settings(&talk.sending);
    FILE *file = fopen(station_path(station, "pulssi.conf"), "a");
    assert_non_null(file);
    fputs(lines, file);
    fclose(file);
    (void)unlink(station_path(station, "data/run/collector.port"));
    station_open(station);
    snprintf(program, sizeof program, "%s/pulssi-collector", station->bin_folder);
    const char *arguments[] = {program, "--config", station_path(station, "pulssi.conf"), NULL};
    child_start(&talk.collector, arguments, station_path(station, "collector.log"));
    STATION_AWAIT(station, talk_is_ready(&talk));
}

static void what_is_not_read_is_asked_for_once_and_may_be_answered(void **state)
{
    (void)state;
    says(0, "no jaa");
    talk_expect(&talk, 0, 1, ASKED_AGAIN);
    says(0, "5");
    talk_expect(&talk, 0, 2, ASKED_JOIN);
    assert_string_equal(answered(0), "5");
    says(0, "ehkä joskus"); /* again not read, of the same pulse */
    talk_expect_count(&talk, 0, 3);
    assert_int_equal(world_count(world, "x:clarified"), 1);
    assert_int_equal(world_count(world, "x:unparseable"), 1);
}

static void what_is_not_read_twice_is_given_up(void **state)
{
    (void)state;
    says(0, "no jaa");
    talk_expect(&talk, 0, 1, ASKED_AGAIN);
    says(0, "no jaa jaa");
    says(0, "en minä tiedä");
    talk_expect_count(&talk, 0, 2);
    assert_int_equal(world_count(world, "x:unparseable"), 2);
    assert_true(metric("pulssi_replies_total{outcome=\"not_read\"}") == 3);
    says(1, "5");
    talk_expect(&talk, 1, 1, ASKED_JOIN);
    says(1, "ehkä joskus"); /* each kind of question has its text */
    talk_expect(&talk, 1, 2, ASKED_YES_NO);
}

static void people_are_asked_once_more_in_their_language(void **state)
{
    (void)state;
    snprintf(world->language, sizeof world->language, "sv");
    sending_import(&talk.sending, PEOPLE, 1);
    sending_plan(&talk.sending, "s", world->survey_ref, 0);
    talk_expect(&talk, PEOPLE, 0, "Hjälpte mötet dig?");
    says(PEOPLE, "njaa");
    talk_expect(&talk, PEOPLE, 1, ASKED_AGAIN_SV);
}

static void business_is_not_handled_and_told_so_once_a_day(void **state)
{
    (void)state;
    says(0, "Peruuta aika huomenna, olen sairas");
    talk_expect(&talk, 0, 1, ONLY_SURVEYS);
    talk_expect(&talk, 0, 1, world->org.phone);
    says(0, "En pääse tulemaan, olen sairas");
    talk_expect_count(&talk, 0, 2);
    says(0, "4");
    talk_expect(&talk, 0, 2, ASKED_JOIN);
    assert_int_equal(world_count(world, "x:business"), 2);
    assert_int_equal(world_count(world, "x:optout"), 0);
}

static void distress_goes_out_before_all_that_waits(void **state)
{
    (void)state;
    station_close(station); /* nobody sends */
    says(1, "info");
    says(2, "5");
    says(0, "1 " IN_NEED);
    talk.sending.in_flight_max = 1; /* one after the other */
    sending_open(&talk.sending);
    talk_expect(&talk, 0, 1, HELPLINE);
    talk_expect_count(&talk, 0, 2); /* and nothing further is asked */
    const struct script_arrival *first = script_gateway_arrival(talk.sending.gateway, NULL, PEOPLE);
    assert_string_equal(first->to, world_phone(0));
    assert_string_equal(answered(0), "1");
    says(0, IN_NEED);
    talk_expect(&talk, 0, 2, HELPLINE); /* each time */
    assert_int_equal(world_count(world, "x:answer"), 2);
    assert_int_equal(world_count(world, "x:distress"), 1);
    assert_int_equal(world_count(world, "x:helpline"), 2);
    assert_false(station_log_says(station, "collector.log", "helpline"));
}

static void distress_is_pointed_to_whom_the_settings_name(void **state)
{
    (void)state;
    char lines[160], day[DAY_SIZE];
    day_text(day_index_at(world->org.zone, clock_wall_ms()), day);
    snprintf(lines, sizeof lines,
             "[crisis:fi]\nphrase = Kriisipuhelin 09 2525 0111 (24 h)\nconfirmed_on = %s\n", day);
    begin_anew(lines);
    says(0, IN_NEED);
    talk_expect(&talk, 0, 1, HELPLINE " Kriisipuhelin 09 2525 0111 (24 h)");
}

static void who_pauses_is_not_asked_until_start(void **state)
{
    (void)state;
    says(0, "TAUKO");
    talk_expect(&talk, 0, 1, PAUSED);
    station_move_clock(station, "2026-03-16T10:00"); /* far from every cap */
    sending_plan(&talk.sending, "while-paused", world->survey_ref, 0);
    talk_expect(&talk, 1, 1, INVITED);
    talk_expect_count(&talk, 0, 2);
    assert_int_equal(world_count(world, "p:suppressed"), 1);
    says(0, "ALOITA");
    talk_expect(&talk, 0, 2, BACK);
    station_move_clock(station, "2026-05-18T10:00");
    sending_plan(&talk.sending, "after-start", world->survey_ref, 0);
    talk_expect(&talk, 0, 3, INVITED);
}

static void a_flood_is_read_but_not_answered(void **state)
{
    (void)state;
    for (int i = 0; i < 30; i++)
        says(0, IN_NEED); /* what would be answered each time */
    talk_expect_count(&talk, 0, 1 + 20);
    assert_int_equal(world_count(world, "x:flood"), 10);
    assert_int_equal(world_count(world, "x:distress"), 30);
    says(0, "4 stop"); /* still takes force */
    assert_string_equal(answered(0), "4");
    assert_string_equal(world_field(world, "c:contact00000", "f"), "s");
    says(1, "info"); /* others are answered */
    talk_expect_count(&talk, 1, 2);
    talk_expect_count(&talk, 0, 1 + 20);
    assert_true(station_log_says(station, "collector.log", "alert: gateway simulator: flood"));
    for (int i = 0; i < 22; i++)
        says(PEOPLE, "moi"); /* a number of nobody */
    assert_int_equal(world_count(world, "x:flood"), 13);
    assert_true(metric("pulssi_webhook_events_total{gateway=\"simulator\",event=\"flood\"}") == 13);
    talk_expect_count(&talk, PEOPLE, 0);
    world->now_ms += 5 * 60000;
    station_put_clock(station);
    says(0, "ALOITA");
    talk_expect(&talk, 0, 21, BACK);
}

static void one_reply_told_many_times_is_no_flood(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++) {
        talk.serial = 1000; /* the gateway says the same again */
        says(0, IN_NEED);
    }
    talk_expect_count(&talk, 0, 2);
    says(0, "info");
    talk_expect_count(&talk, 0, 3);
    assert_int_equal(world_count(world, "x:flood"), 0);
}

static void stop_is_not_confirmed_where_the_gateway_does_it(void **state)
{
    (void)state;
    begin_anew("confirms_stop = yes\n");
    says(0, "STOP");
    says(0, "info");
    talk_expect_count(&talk, 0, 2); /* told what was asked, and nothing of STOP */
    assert_string_equal(world_field(world, "c:contact00000", "f"), "s");
    begin_anew("confirms_stop = no\n");
    says(1, "STOP");
    talk_expect(&talk, 1, 1, STOPPED);
}

static void what_no_person_sent_is_never_answered(void **state)
{
    static const char *const senders[] = {"Kela", "16123", "KELA-INFO", "+1", "tel:18123", ""};
    (void)state;
    int sent = script_gateway_count(talk.sending.gateway, NULL);
    for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++) {
        struct text body = {0};
        text_addf(&body,
                  "{\"id\":\"nobody-%zu\",\"from\":\"%s\",\"to\":\"" TALK_NUMBER "\",\"text\":\"info\"}", i,
                  senders[i]);
        assert_int_equal(wire_post(talk.port, "/v1/gateways/simulator/" SENDING_TOKEN "/reply", body.chars,
                                   body.bytes, NULL),
                         200);
        text_free(&body);
    }
    sending_await_quiet(&talk.sending);
    assert_int_equal(script_gateway_count(talk.sending.gateway, NULL), sent);
    assert_int_equal(world_count(world, "x:help"), 0);
    assert_int_equal(world_count(world, "x:no_sender"), 6);
}

int main(void)
{
#define FLOW(name) cmocka_unit_test_setup_teardown(name, open_meeting, talk_fixture_check)
    const struct CMUnitTest tests[] = {
        FLOW(what_is_not_read_is_asked_for_once_and_may_be_answered),
        FLOW(what_is_not_read_twice_is_given_up),
        FLOW(people_are_asked_once_more_in_their_language),
        FLOW(business_is_not_handled_and_told_so_once_a_day),
        FLOW(distress_goes_out_before_all_that_waits),
        FLOW(distress_is_pointed_to_whom_the_settings_name),
        FLOW(who_pauses_is_not_asked_until_start),
        FLOW(a_flood_is_read_but_not_answered),
        FLOW(one_reply_told_many_times_is_no_flood),
        FLOW(stop_is_not_confirmed_where_the_gateway_does_it),
        FLOW(what_no_person_sent_is_never_answered),
    };
    return TALK_MAIN(tests);
}
