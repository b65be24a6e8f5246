/* Whole conversations through the dispatcher and the collector: what people say, and which text comes back. */
#include <stdio.h>
#include <string.h>

#include "store/contacts.h"
#include "support/snapshot.h"
#include "talk_fixture.h"

#define PEOPLE 3

#define ASKED_AGAIN "Emme osanneet lukea vastaustasi."
#define ASKED_WORDS "Mitä meidän pitäisi muuttaa tai säilyttää?"
#define ASKED_JOIN  "Haluatko auttaa kehittämään palvelua?"
#define CONFIRMED   "Numerosi on nyt kehittäjäasiakkaiden listalla."
#define ASKED_NAME  "Millä etunimellä"
#define THANKED     "Vastauksesi on laskettu mukaan."
#define STOPPED     "Emme enää lähetä kyselyjä."
#define TOO_LATE    "Tämä kysely ehti jo päättyä"

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

static int64_t counted(int value)
{
    char field[128];
    int64_t sum = 0;
    for (int south = 0; south < 2; south++) {
        snprintf(field, sizeof field, WORLD_PILOT "|meeting@1/forward|18-29,%s|%d", south ? "south" : "north",
                 value);
        int64_t count = 0;
        (void)text_to_int(world_field(world, "k:2026-W03", field), 0, 1000, &count);
        sum += count;
    }
    return sum;
}

static void who_was_not_helped_is_asked_why(void **state)
{
    (void)state;
    static const char *const nowhere[] = {NULL};
    says(0, "2");
    talk_expect(&talk, 0, 1, ASKED_WORDS);
    says(0, "Liian kiire. Tilini FI21 1234 5600 0007 85, t. maija@example.fi");
    talk_expect(&talk, 0, 2, THANKED);
    assert_string_equal(world_words_record(world, "2026-W03", 0),
                        "coaching-a|meeting@1/why|1|Liian kiire. Tilini [iban], t. [email]");
    assert_int_equal(counted(2), 1);
    says(0, "Vielä yksi asia");
    talk_expect_count(&talk, 0, 3); /* thanked once */
    assert_string_equal(world_words_record(world, "2026-W03", 0),
                        "coaching-a|meeting@1/why|0|Vielä yksi asia");
    assert_int_equal(world_count(world, "x:words"), 2);
    snapshot_expect_no_mention(world, "kiire", nowhere);
    assert_false(station_log_says(&talk.sending.station, "collector.log", "kiire"));
}

static void who_was_helped_may_join_and_leave(void **state)
{
    (void)state;
    says(1, "5!");
    talk_expect(&talk, 1, 1, ASKED_JOIN);
    says(1, "Kyllä");
    sending_await_quiet(&talk.sending);
    assert_int_equal(script_gateway_count(talk.sending.gateway, world_phone(1)), 4);
    bool confirm_first =
        strstr(script_gateway_arrival(talk.sending.gateway, world_phone(1), 2)->text, CONFIRMED);
    talk_expect(&talk, 1, confirm_first ? 2 : 3, CONFIRMED); /* two connections may overtake each other */
    talk_expect(&talk, 1, confirm_first ? 3 : 2, ASKED_NAME);
    says(1, "Maija");
    talk_expect(&talk, 1, 4, THANKED);
    assert_string_equal(world_volunteer(world, 1),
                        "2026-01-13|fi|coaching-a|meeting@1/join|sms|+358400000001|Maija");
    assert_int_equal(counted(5), 1);
    assert_int_equal(world_count(world, "seq"), 1);
    says(1, "pois");
    talk_expect(&talk, 1, 5, "Numerosi on poistettu kehittäjäasiakkaiden listalta.");
    assert_string_equal(world_volunteer(world, 1), "");
    assert_false(station_log_says(&talk.sending.station, "collector.log", "Maija"));
}

static void people_are_answered_in_their_language(void **state)
{
    (void)state;
    snprintf(world->language, sizeof world->language, "sv");
    sending_import(&talk.sending, PEOPLE, 1);
    sending_plan(&talk.sending, "s", world->survey_ref, 0);
    talk_expect(&talk, PEOPLE, 0, "Hjälpte mötet dig?");
    says(PEOPLE, "4");
    talk_expect(&talk, PEOPLE, 1, "Vill du hjälpa oss utveckla servicen?");
    says(PEOPLE, "JA");
    talk_expect_count(&talk, PEOPLE, 4);
    assert_string_equal(world_volunteer(world, PEOPLE),
                        "2026-01-13|sv|coaching-a|meeting@1/join|sms|+358400000003|");
}

static void what_comes_after_the_next_question_is_its_answer(void **state)
{
    (void)state;
    script_gateway_shut(talk.sending.gateway, true); /* the next question stays under way */
    says(0, "1");
    STATION_AWAIT(&talk.sending.station, script_gateway_waiting(talk.sending.gateway) == 1);
    says(0, "4"); /* it may have been received: own words */
    script_gateway_shut(talk.sending.gateway, false);
    talk_expect(&talk, 0, 1, ASKED_WORDS);
    talk_expect(&talk, 0, 2, THANKED);
    assert_int_equal(counted(1), 1);
    assert_string_equal(world_words_record(world, "2026-W03", 0), "coaching-a|meeting@1/why|1|4");
}

static void who_asks_is_told(void **state)
{
    (void)state;
    says(2, "info");
    talk_expect(&talk, 2, 1, "kysyy palvelustaan. Vapaaehtoista");
    talk_expect(&talk, 2, 1, world->org.info_url);
    says(2, "3");
    talk_expect(&talk, 2, 2, THANKED);
    assert_int_equal(counted(3), 1);
}

static void stop_is_confirmed_once_and_start_reopens_nothing(void **state)
{
    (void)state;
    says(0, "STOP");
    talk_expect(&talk, 0, 1, STOPPED);
    says(0, "Stopp!!");
    says(0, "4");
    talk_expect_count(&talk, 0, 2);
    says(0, "ALOITA");
    talk_expect(&talk, 0, 2, "Saat taas kyselymme.");
    says(0, "4");
    talk_expect(&talk, 0, 3, TOO_LATE);
    says(0, "4");
    talk_expect_count(&talk, 0, 4);
    assert_int_equal(counted(4), 0);
    assert_int_equal(world_count(world, "x:late"), 3);
    assert_int_equal(world_count(world, "x:stop"), 2);
    assert_int_equal(world_count(world, "x:optout"), 1);
}

static void stop_ends_the_conversation(void **state)
{
    (void)state;
    says(0, "2 stop");
    talk_expect(&talk, 0, 1, STOPPED);
    talk_expect_count(&talk, 0, 2);
    assert_int_equal(counted(2), 1);
}

static void a_wrong_number_is_erased_and_stays_so(void **state)
{
    (void)state;
    static const char *const nowhere[] = {NULL}, *const of_the_text[] = {"m:", NULL};
    struct contacts_counts counts;
    char contact[ID_SIZE];
    snprintf(contact, sizeof contact, "%s", world_contact(1));
    says(1, "4");
    talk_expect(&talk, 1, 1, ASKED_JOIN);
    says(1, "Väärä numero, kiitos");
    talk_expect(&talk, 1, 2, "Poistimme numeron kyselyistämme");
    talk_expect_count(&talk, 1, 3);
    assert_false(world_exists(world, "c:contact00001"));
    assert_int_equal(world_count(world, "p:wrong_person"), 1);
    assert_int_equal(counted(4), 1); /* counters stay */
    snapshot_expect_no_mention(world, contact, of_the_text);
    snapshot_expect_no_mention(world, contact, nowhere); /* also the text, now that it has gone */
    world_import(world, WORLD_PILOT, 0, PEOPLE, &counts);
    assert_int_equal(counts.blocked, 1);
    assert_int_equal(counts.added, 0);
    says(1, "4");
    talk_expect_count(&talk, 1, 3);
    assert_int_equal(world_count(world, "x:unknown_sender"), 1);
}

static void stop_of_a_stranger_is_kept(void **state)
{
    (void)state;
    struct contacts_counts counts;
    says(PEOPLE, "lopeta");
    says(PEOPLE + 1, "moi");
    world_import(world, WORLD_PILOT, PEOPLE, 2, &counts);
    assert_int_equal(counts.blocked, 1);
    assert_int_equal(counts.added, 1);
    talk_expect_count(&talk, PEOPLE, 0);
    talk_expect_count(&talk, PEOPLE + 1, 0);
}

static void late_is_told_once(void **state)
{
    (void)state;
    world->now_ms += 7 * DAY_MS;
    station_put_clock(&talk.sending.station);
    says(0, "4");
    talk_expect(&talk, 0, 1, TOO_LATE);
    says(0, "5");
    talk_expect_count(&talk, 0, 2);
    assert_int_equal(world_count(world, "x:late"), 2);
    assert_int_equal(counted(4) + counted(5), 0);
}

static void a_reply_of_ten_thousand_characters_is_taken(void **state)
{
    (void)state;
    struct text words = {0};
    for (int i = 0; i < 2000; i++)
        text_add(&words, "äbcd ");
    says(0, words.chars);
    assert_int_equal(world_count(world, "x:clarified"), 1);
    talk_expect(&talk, 0, 1, ASKED_AGAIN);
    says(0, "1");
    talk_expect(&talk, 0, 2, ASKED_WORDS);
    says(0, words.chars);
    talk_expect(&talk, 0, 3, THANKED);
    assert_int_equal(world_count(world, "x:words"), 1);
    const char *kept = world_words_record(world, "2026-W03", 0);
    assert_in_range(strlen(kept), 1800, 1920 + strlen("coaching-a|meeting@1/why|1|")); /* 1600 characters */
    text_free(&words);
}

static int64_t due_of_the_only_reply(void)
{
    struct redis_value *entry = WORLD_RUN(world, "ZRANGE", world_key("q:reply"), "0", "0", "WITHSCORES");
    int64_t due_ms = redis_count(entry) == 2 ? redis_int(redis_item(entry, 1)) : 0;
    redis_value_free(&entry);
    return due_ms;
}

static void the_night_is_kept(void **state)
{
    (void)state;
    int64_t morning_ms = world->now_ms + 21 * HOUR_MS;
    station_move_clock(&talk.sending.station, "2026-01-13T23:00");
    says(0, "1");
    STATION_AWAIT(&talk.sending.station, due_of_the_only_reply() == morning_ms);
    assert_int_equal(script_gateway_count(talk.sending.gateway, world_phone(0)), 1);
    says(0, "INFO"); /* who asks is told at night too */
    talk_expect(&talk, 0, 1, "kysyy palvelustaan");
    station_move_clock(&talk.sending.station, "2026-01-14T06:59:59");
    says(1, "INFO");
    talk_expect(&talk, 1, 1, "kysyy palvelustaan"); /* the dispatcher has seen the hour */
    assert_int_equal(script_gateway_count(talk.sending.gateway, world_phone(0)), 2);
    station_move_clock(&talk.sending.station, "2026-01-14T07:00");
    talk_expect(&talk, 0, 2, ASKED_WORDS);
    talk_expect_count(&talk, 0, 3);
}

int main(void)
{
#define FLOW(name) cmocka_unit_test_setup_teardown(name, open_meeting, talk_fixture_check)
    const struct CMUnitTest tests[] = {
        FLOW(who_was_not_helped_is_asked_why),
        FLOW(who_was_helped_may_join_and_leave),
        FLOW(people_are_answered_in_their_language),
        FLOW(what_comes_after_the_next_question_is_its_answer),
        FLOW(who_asks_is_told),
        FLOW(stop_is_confirmed_once_and_start_reopens_nothing),
        FLOW(stop_ends_the_conversation),
        FLOW(a_wrong_number_is_erased_and_stays_so),
        FLOW(stop_of_a_stranger_is_kept),
        FLOW(late_is_told_once),
        FLOW(a_reply_of_ten_thousand_characters_is_taken),
        FLOW(the_night_is_kept),
    };
    return TALK_MAIN(tests);
}
