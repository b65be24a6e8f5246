/* The people: numbers that a mobile network would give, decisions that are repeatable, and texts that mean
 * what they are meant to mean to the reader of replies. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/secret.h"
#include "domain/reply.h"
#include "simulator/behaviour.h"

#define DEMO TEST_SOURCE_DIR "/tests/scenarios/demo.json"
#define KILL TEST_SOURCE_DIR "/tests/scenarios/kill.json"

static struct scenario demo, town;

static int read_scenarios(void **state)
{
    struct error error;
    (void)state;
    return scenario_read(&demo, DEMO, &error) && scenario_read(&town, KILL, &error) ? 0 : -1;
}

static void numbers_lead_back_to_their_people(void **state)
{
    char phone[PHONE_SIZE], parsed[PHONE_SIZE];
    (void)state;
    for (int64_t person = 0; person < demo.people_count; person++) {
        person_phone(person, phone);
        assert_int_equal(person_of_phone(&demo, phone), person);
        assert_true(phone_is_e164(phone));
        if (person % 50 == 0) {
            assert_int_equal(phone_parse(phone, "FI", parsed), PHONE_OK);
            assert_string_equal(parsed, phone);
        }
    }
    person_phone(demo.people_count, phone);
    assert_int_equal(person_of_phone(&demo, phone), -1);
    static const char *const nobody[] = {
        "", "+358", "+35840112345", "+3584011234567", "+46701234567", "+358401 12345"};
    for (size_t i = 0; i < sizeof nobody / sizeof nobody[0]; i++)
        assert_int_equal(person_of_phone(&demo, nobody[i]), -1);
}

static void people_live_in_their_pilots(void **state)
{
    (void)state;
    int64_t person = 0;
    for (size_t i = 0; i < demo.pilots_count; i++)
        for (int64_t k = 0; k < demo.pilots[i].size; k += demo.pilots[i].size - 1) {
            assert_ptr_equal(person_pilot(&demo, demo.pilots[i].first_person + k), &demo.pilots[i]);
            person += k;
        }
    assert_int_equal(person + (int64_t)demo.pilots_count, demo.people_count);
}

/* What the first reader makes of a text, for every reply of a few thousand texts. */
static void texts_mean_what_they_are_meant_to(void **state)
{
    static const struct question question = {.min = 1, .max = 5};
    struct behaviour behaviour;
    struct reading reading;
    int answers = 0, stops = 0, unreadable = 0;
    (void)state;
    for (int64_t person = 0; person < demo.people_count; person++) {
        behaviour_decide(&demo, person, 1, 2922, &behaviour);
        for (size_t i = 0; i < behaviour.replies_count; i++) {
            const struct planned_reply *reply = &behaviour.replies[i];
            reply_read(&question, reply->text, &reading);
            assert_int_equal(reading.answered, reply->value > 0);
            assert_int_equal(reading.optout, reply->stop);
            if (reading.answered)
                assert_int_equal(reading.value, reply->value);
            answers += reading.answered;
            stops += reading.optout;
            unreadable += !reading.answered && !reading.optout;
        }
    }
    assert_true(answers > 1500 && stops > 30 && unreadable > 30);
}

static void replies_keep_clear_of_the_end_of_the_window(void **state)
{
    struct behaviour behaviour;
    int seconds = 0, late = 0, within_six_hours = 0, in_time = 0;
    (void)state;
    for (int64_t person = 0; person < demo.people_count; person++) {
        behaviour_decide(&demo, person, 1, 2922, &behaviour);
        if (behaviour.receipt != NULL)
            assert_in_range(behaviour.receipt_after_ms, 5000, 300000);
        for (size_t i = 0; i < behaviour.replies_count; i++) {
            const struct planned_reply *reply = &behaviour.replies[i];
            if (reply->late) {
                assert_in_range(reply->after_ms, 8 * DAY_MS, 10 * DAY_MS);
                late++;
                continue;
            }
            assert_in_range(reply->after_ms, 60000, DAY_MS * 13 / 2);
            in_time++;
            within_six_hours += reply->after_ms < 6 * HOUR_MS;
        }
        if (behaviour.replies_count == 2) {
            assert_int_equal(behaviour.replies[1].after_ms - behaviour.replies[0].after_ms, DAY_MS);
            seconds++;
        }
    }
    assert_true(late > 20 && seconds > 50);
    assert_true(within_six_hours * 2 > in_time);
}

static void decisions_are_repeatable_and_differ_by_text(void **state)
{
    struct behaviour once, again, next;
    int same = 0;
    (void)state;
    for (int64_t person = 0; person < 200; person++) {
        behaviour_decide(&town, person, 1, 2922, &once);
        behaviour_decide(&town, person, 1, 2922, &again);
        behaviour_decide(&town, person, 2, 2922, &next);
        assert_memory_equal(&once, &again, sizeof once);
        same += once.replies_count == next.replies_count;
    }
    assert_true(same < 160);
}

/* Shares of a pilot's people: 2500 draws of .70 and .15 stay within five standard deviations. */
static void truth_shows_in_the_answers(void **state)
{
    struct behaviour behaviour;
    int answers = 0, positive = 0, negative = 0, responding = 0;
    (void)state;
    for (int64_t person = 0; person < town.people_count; person++) {
        behaviour_decide(&town, person, 1, 2922, &behaviour);
        responding += behaviour.replies_count > 0;
        if (behaviour.replies_count == 0 || behaviour.replies[0].value == 0)
            continue;
        answers++;
        positive += behaviour.replies[0].value >= 4;
        negative += behaviour.replies[0].value <= 2;
    }
    assert_in_range(responding, 1350, 1590); /* 2500 × .98 × .60 = 1470 */
    assert_in_range(positive * 1000, answers * 635, answers * 765);
    assert_in_range(negative * 1000, answers * 100, answers * 200);
}

static void a_pilot_turns_in_its_week(void **state)
{
    const struct scenario_pilot *pilot = scenario_pilot(&demo, "evening-desk");
    struct behaviour behaviour;
    int64_t negative[2] = {0};
    (void)state;
    assert_non_null(pilot);
    for (int64_t i = 0; i < pilot->size; i++)
        for (int64_t after = 0; after < 2; after++) {
            behaviour_decide(&demo, pilot->first_person + i, 1, pilot->turn_week - 1 + after, &behaviour);
            negative[after] += behaviour.replies_count > 0 && behaviour.replies[0].value > 0 &&
                               behaviour.replies[0].value <= 2;
        }
    assert_true(negative[1] > 4 * negative[0]);
}

static void a_contradiction_has_another_coding(void **state)
{
    struct planned_reply reply = {.after_ms = 1000}, other;
    (void)state;
    for (reply.value = 1; reply.value <= 5; reply.value++) {
        behaviour_contradict(&reply, &other);
        assert_int_equal(other.after_ms, reply.after_ms);
        assert_int_equal(other.value >= 4, reply.value <= 2);
        assert_int_equal(other.text[0] - '0', other.value);
    }
}

int main(void)
{
    secret_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_lead_back_to_their_people),
        cmocka_unit_test(people_live_in_their_pilots),
        cmocka_unit_test(texts_mean_what_they_are_meant_to),
        cmocka_unit_test(replies_keep_clear_of_the_end_of_the_window),
        cmocka_unit_test(decisions_are_repeatable_and_differ_by_text),
        cmocka_unit_test(truth_shows_in_the_answers),
        cmocka_unit_test(a_pilot_turns_in_its_week),
        cmocka_unit_test(a_contradiction_has_another_coding),
    };
    return cmocka_run_group_tests(tests, read_scenarios, NULL);
}
