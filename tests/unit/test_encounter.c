/* Encounters: what is read, what is refused and how, and when an invitation goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "domain/encounter.h"

#define NOW_MS   INT64_C(1768291200000) /* 2026-01-13T08:00:00Z, a Tuesday, 10:00 in Helsinki */
#define BY_PHONE "\"contact\":{\"phone\":\"+358401234567\"}"

static bool read(const char *body, struct encounter *encounter, char field[ENCOUNTER_FIELD_SIZE],
                 struct error *error)
{
    return encounter_read(encounter, body, strlen(body), NOW_MS, field, error);
}

static void an_encounter_is_read(void **state)
{
    struct encounter encounter;
    struct error error;
    char field[ENCOUNTER_FIELD_SIZE];
    (void)state;
    assert_true(read("{\"pilot\":\"coaching-a\",\"survey\":\"felt-forward\"," BY_PHONE "}", &encounter, field,
                     &error));
    assert_string_equal(encounter.pilot, "coaching-a");
    assert_string_equal(encounter.survey, "felt-forward");
    assert_string_equal(encounter.phone, "+358401234567");
    assert_string_equal(encounter.contact, "");
    assert_false(encounter.at_given);
    assert_int_equal(encounter.at_ms, NOW_MS);
    assert_true(
        read("{\"at\":\"2026-01-12T08:00:00Z\",\"contact\":{\"id\":\"a_-4567890AB\"},\"survey\":\"s@9999\","
             "\"pilot\":\"p\"}",
             &encounter, field, &error));
    assert_string_equal(encounter.survey, "s@9999");
    assert_string_equal(encounter.phone, "");
    assert_string_equal(encounter.contact, "a_-4567890AB");
    assert_true(encounter.at_given);
    assert_int_equal(encounter.at_ms, NOW_MS - DAY_MS);
}

static void times_are_of_rfc_3339(void **state)
{
    static const struct {
        const char *at;
        int64_t before_now_ms; /* -1 = refused */
        bool too_old;
    } cases[] = {
        {"2026-01-13T07:59:59Z", 1000, false},
        {"2026-01-13T08:00:00.000Z", 0, false},
        {"2026-01-13T07:59:59.999999999Z", 1000, false},
        {"2026-01-13T10:00:00+02:00", 0, false},
        {"2026-01-13T02:30:00.5-05:30", 0, false},
        {"2026-01-13T08:05:00Z", -300000, false},
        {"2026-01-06T08:00:00Z", 7 * DAY_MS, false},
        {"2026-01-06T07:59:59Z", 7 * DAY_MS + 1000, true},
        {"2026-01-13t07:59:59z", 1000, false},
        {"2026-01-13T08:05:01Z", -1, false},
        {"2026-01-13T08:00Z", -1, false},
        {"2026-01-13T08:00:00", -1, false},
        {"2026-01-13 08:00:00Z", -1, false},
        {"2026-02-30T08:00:00Z", -1, false},
        {"2026-01-13T24:00:00Z", -1, false},
        {"2026-01-13T08:00:00.Z", -1, false},
        {"2026-01-13T08:00:00+2:00", -1, false},
        {"2026-01-13T08:00:00+24:00", -1, false},
        {"2026-01-13T08:00:00+0200", -1, false},
        {"2026-01-13T08:00:00Zulu", -1, false},
        {"2026-01-13T08:00ZZZZ", -1, false},
        {"now", -1, false},
        {"", -1, false},
        {"2026-01-13T08:00:00.0000000000000000000000Z", -1, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char body[256], field[ENCOUNTER_FIELD_SIZE];
        struct encounter encounter;
        struct error error;
        snprintf(body, sizeof body, "{\"pilot\":\"p\",\"survey\":\"s\"," BY_PHONE ",\"at\":\"%s\"}",
                 cases[i].at);
        bool taken = read(body, &encounter, field, &error);
        if (taken != (cases[i].before_now_ms != -1) ||
            (taken &&
             (encounter.at_ms != NOW_MS - cases[i].before_now_ms || encounter.too_old != cases[i].too_old)) ||
            (!taken && strcmp(field, "at") != 0))
            fail_msg("%s: %s, %lld, %s", cases[i].at, taken ? "taken" : error.text,
                     (long long)(NOW_MS - encounter.at_ms), field);
    }
}

static void what_is_wrong_is_named_and_never_shown(void **state)
{
    static const struct {
        const char *body, *field, *words;
    } cases[] = {
        {"", "body", "line 1"},
        {"[]", "body", "expected an object"},
        {"\"+358401234567\"", "body", "expected an object"},
        {"{\"pilot\":\"p\",\"survey\":\"s\"," BY_PHONE "}{}", "body", "nothing may follow"},
        {"{\"pilot\":\"p\",\"survey\":\"s\"," BY_PHONE ",\"pilot\":\"q\"}", "body", "given before"},
        {"{}", "pilot", "missing"},
        {"{\"pilot\":7,\"survey\":\"s\"," BY_PHONE "}", "pilot", "expected a string"},
        {"{\"pilot\":\"P\",\"survey\":\"s\"," BY_PHONE "}", "pilot", "expected 1 to 32"},
        {"{\"pilot\":\"p\"," BY_PHONE "}", "survey", "missing"},
        {"{\"pilot\":\"p\",\"survey\":\"s@0\"," BY_PHONE "}", "survey", "expected the name"},
        {"{\"pilot\":\"p\",\"survey\":\"s@01\"," BY_PHONE "}", "survey", "expected the name"},
        {"{\"pilot\":\"p\",\"survey\":\"s@10000\"," BY_PHONE "}", "survey", "expected the name"},
        {"{\"pilot\":\"p\",\"survey\":\"s@1@2\"," BY_PHONE "}", "survey", "expected the name"},
        {"{\"pilot\":\"p\",\"survey\":\"@1\"," BY_PHONE "}", "survey", "expected the name"},
        {"{\"pilot\":\"p\",\"survey\":\"s\"}", "contact", "missing"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"contact\":\"+358401234567\"}", "contact", "expected an object"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"contact\":{}}", "contact", "either"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"contact\":{\"phone\":\"+358401234567\",\"id\":\"a_-4567890AB\"}"
         "}",
         "contact", "either"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"contact\":{\"phone\":\"0401234567\"}}", "contact.phone",
         "E.164"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"contact\":{\"phone\":\"+358 40 1234567\"}}", "contact.phone",
         "E.164"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"contact\":{\"phone\":\"+358401234567\\r\\nX: y\"}}",
         "contact.phone", "E.164"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"contact\":{\"phone\":358401234567}}", "contact.phone",
         "expected a string"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"contact\":{\"id\":\"a|4567890ABC\"}}", "contact.id",
         "expected the id"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"contact\":{\"id\":\"short\"}}", "contact.id",
         "expected a string"},
        {"{\"pilot\":\"p\",\"survey\":\"s\"," BY_PHONE ",\"at\":1768291200}", "at", "expected a string"},
        {"{\"pilot\":\"p\",\"survey\":\"s\"," BY_PHONE ",\"delay\":1}", "delay", "unknown member"},
        {"{\"pilot\":\"p\",\"survey\":\"s\"," BY_PHONE ",\"comment\":\"x\"}", "comment", "unknown member"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"contact\":{\"phone\":\"+358401234567\",\"name\":\"M\"}}",
         "contact.name", "unknown member"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"contact\":{\"+358401234567\":1}}", "contact.?",
         "unknown member"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"pilot: +358401234567\":1}", "?", "unknown member"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct encounter encounter;
        struct error error = {""};
        char field[ENCOUNTER_FIELD_SIZE];
        if (read(cases[i].body, &encounter, field, &error) || strcmp(field, cases[i].field) != 0 ||
            strstr(error.text, cases[i].words) == NULL || strstr(error.text, "1234567") != NULL)
            fail_msg("%s: %s: %s", cases[i].body, field, error.text);
    }
}

static void the_invitation_goes_after_the_delay_inside_the_window(void **state)
{
    static const struct {
        const char *at, *now;
        int delay_minutes;
        const char *due, *not_after;
    } cases[] = {
        {"2026-01-13T10:00", "2026-01-13T10:00", 60, "2026-01-13 11:00", "2026-01-13 18:00"},
        {"2026-01-13T10:00", "2026-01-13T10:00", 0, "2026-01-13 10:00", "2026-01-13 18:00"},
        {"2026-01-13T08:00", "2026-01-13T10:00", 60, "2026-01-13 10:00", "2026-01-13 18:00"},
        {"2026-01-13T09:30", "2026-01-13T10:00", 60, "2026-01-13 10:30", "2026-01-13 18:00"},
        {"2026-01-13T17:00", "2026-01-13T17:00", 60, "2026-01-14 09:00", "2026-01-14 18:00"},
        {"2026-01-13T05:00", "2026-01-13T05:00", 60, "2026-01-13 09:00", "2026-01-13 18:00"},
        {"2026-01-16T17:30", "2026-01-16T17:30", 60, "2026-01-19 09:00",
         "2026-01-19 18:00"}, /* the weekend between */
        {"2026-03-27T17:30", "2026-03-28T12:00", 60, "2026-03-30 09:00",
         "2026-03-30 18:00"}, /* summer begins */
    };
    struct org org = {.zone = zone_find("Europe/Helsinki"),
                      .window = {.days = 0x1f, .from_minute = 9 * 60, .to_minute = 18 * 60}};
    struct error error;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct encounter encounter = {.at_given = true};
        int64_t now_ms = 0, due_ms = 0, not_after_ms = 0;
        char due[24], not_after[24];
        assert_true(instant_parse(org.zone, cases[i].at, 0, &encounter.at_ms, &error));
        assert_true(instant_parse(org.zone, cases[i].now, 0, &now_ms, &error));
        encounter_when(&encounter, &org, now_ms, cases[i].delay_minutes * INT64_C(60000), &due_ms,
                       &not_after_ms);
        instant_text(org.zone, due_ms, due);
        instant_text(org.zone, not_after_ms, not_after);
        if (strcmp(due, cases[i].due) != 0 || strcmp(not_after, cases[i].not_after) != 0)
            fail_msg("case %zu: %s to %s", i, due, not_after);
    }
}

static void a_local_time_has_its_offset(void **state)
{
    static const struct {
        const char *zone;
        int64_t at_ms;
        const char *text;
    } cases[] = {
        {"Europe/Helsinki", NOW_MS, "2026-01-13T10:00:00+02:00"},
        {"Europe/Helsinki", NOW_MS + 180 * DAY_MS + 59999, "2026-07-12T11:00:59+03:00"},
        {"America/St_Johns", NOW_MS, "2026-01-13T04:30:00-03:30"},
        {"UTC", 0, "1970-01-01T00:00:00+00:00"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[32];
        instant_iso(zone_find(cases[i].zone), cases[i].at_ms, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_encounter_is_read),
        cmocka_unit_test(times_are_of_rfc_3339),
        cmocka_unit_test(what_is_wrong_is_named_and_never_shown),
        cmocka_unit_test(the_invitation_goes_after_the_delay_inside_the_window),
        cmocka_unit_test(a_local_time_has_its_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
