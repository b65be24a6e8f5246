/* Message classes: the table is the design's, and at intend, in the store, each kind keeps its row, whatever the dispatcher
 * believes by then: STOP, hours, its own yearly budget, where it waits. */
#include "fixture.h"

#include <inttypes.h>

#define WEEK_MS (7 * DAY_MS)

enum hours { ANY, WAKING, OFFICE };

/* The design's table, kind by kind. */
static const struct {
    const char *kind;
    bool stopped;
    enum hours hours;
    const char *counts_to; /* "" = nothing */
    const char *place;
} design[] = {{"invite", true, OFFICE, "occasion", "bulk"},
              {"reminder", true, OFFICE, "occasion", "bulk"},
              {"question", true, WAKING, "", "reply"},
              {"name", true, WAKING, "", "reply"},
              {"clarify", true, WAKING, "", "reply"},
              {"thanks", true, WAKING, "", "reply"},
              {"volunteer_confirm", true, WAKING, "", "reply"},
              {"stop_confirm", false, ANY, "", "reply"},
              {"start_confirm", false, ANY, "", "reply"},
              {"pause_confirm", false, ANY, "", "reply"},
              {"help", false, ANY, "", "reply"},
              {"business", false, ANY, "", "reply"},
              {"wrong_person", false, ANY, "", "reply"},
              {"late", false, ANY, "", "reply"},
              {"volunteer_left", false, ANY, "", "reply"},
              {"helpline", false, ANY, "", "first"},
              {"panel", true, OFFICE, "panel", "bulk"},
              {"volunteer_task", true, OFFICE, "panel", "bulk"},
              {"you_said_we_did", true, OFFICE, "told", "bulk"}};
#define KINDS (sizeof design / sizeof design[0])

static struct claimed claimed[STORE_ITEMS_MAX];

static void the_table_is_the_designs(void **state)
{
    (void)state;
    static const enum message_hours hours[] = {
        [ANY] = HOURS_ANY, [WAKING] = HOURS_WAKING, [OFFICE] = HOURS_OFFICE};
    static const char *const accounts[] = {[ACCOUNT_NONE] = "",
                                           [ACCOUNT_OCCASION] = "occasion",
                                           [ACCOUNT_PANEL] = "panel",
                                           [ACCOUNT_TOLD] = "told"};
    static const char *const places[] = {
        [PLACE_FIRST] = "first", [PLACE_REPLY] = "reply", [PLACE_BULK] = "bulk"};
    for (size_t i = 0; i < KINDS; i++) {
        const struct message_class *class = message_class(design[i].kind);
        assert_string_equal(class->kind, design[i].kind);
        assert_int_equal(class->stopped_by_optout, design[i].stopped);
        assert_int_equal(class->hours, hours[design[i].hours]);
        assert_string_equal(accounts[class->account], design[i].counts_to);
        assert_string_equal(places[class->place], design[i].place);
    }
    assert_non_null(message_class_at(KINDS - 1));
    assert_null(message_class_at(KINDS)); /* and no others */
    assert_int_equal(message_class("panel")->own_per_year, 12);
    assert_int_equal(message_class("you_said_we_did")->own_per_year, 2);
    const struct message_class *unknown = message_class("from_tomorrow");
    assert_true(unknown->stopped_by_optout && unknown->hours == HOURS_OFFICE && unknown->place == PLACE_BULK);
}

/* --- a message of any kind, waiting --- */

/* The message of contact 0 that belongs to its open pulse number 0, or to no pulse. */
static void message_wait(int serial, const char *kind)
{
    static const struct {
        const char *kind, *place, *step;
    } places[] = {{"reminder", "mr", NULL}, {"question", "m1", "1"}, {"name", "m3", "3"},
                  {"thanks", "mt", NULL},   {"clarify", "mc", NULL}, {"volunteer_confirm", "mv", NULL}};
    char message[ID_SIZE], key[ID_SIZE + 2], pulse[ID_SIZE + 2], last[24], due[24];
    const struct message_class *class = message_class(kind);
    snprintf(message, sizeof message, "%s",
             world_message(serial)); /* names are in buffers that are used again */
    snprintf(key, sizeof key, "m:%s", message);
    snprintf(pulse, sizeof pulse, "u:%s", world_pulse(0));
    snprintf(last, sizeof last, "%" PRId64, world.now_ms + 6 * DAY_MS);
    snprintf(due, sizeof due, "%" PRId64, world.now_ms);
    WORLD_DO(&world, "DEL", world_key(key));
    WORLD_DO(&world, "HSET", world_key(key), "s", "queued", "k", kind, "c", world_contact(0), "na", last, "w",
             "2026-W03");
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (strcmp(places[i].kind, kind) != 0)
            continue;
        WORLD_DO(&world, "HSET", world_key(key), "u", world_pulse(0));
        WORLD_DO(&world, "HSET", world_key(pulse), places[i].place, message);
        if (places[i].step != NULL)
            WORLD_DO(&world, "HSET", world_key(key), "q", places[i].step);
    }
    WORLD_DO(&world, "ZADD", world_key(class->place == PLACE_BULK ? "q:bulk" : "q:reply"),
             class->place == PLACE_FIRST ? "0" : due, message);
}

/* Contact 0 was asked an hour ago, and no invitation waits. */
static void asked(void)
{
    world_released(&world, 1);
    assert_int_equal(world_send_all(&world), 1);
}

static void time_at(const char *local)
{
    struct error error;
    if (!instant_parse(world.org.zone, local, 0, &world.now_ms, &error))
        fail_msg("%s", error.text);
}

static const char *intended_then(const char *kind, const char *local)
{
    message_wait(50, kind);
    time_at(local);
    WORLD_DO(&world, "HSET", world_key("m:message00050"), "na",
             "1800000000000"); /* hours are what is judged */
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(claimed[0].message, "message00050");
    return world_intend(&world, claimed[0].message, "o");
}

static void every_kind_keeps_its_hours(void **state)
{
    (void)state;
    static const struct {
        const char *at;
        bool waking, office;
    } rows[] = {
        {"2026-01-14T06:59:59", false, false}, {"2026-01-14T07:00", true, false},
        {"2026-01-14T08:59:59", true, false},  {"2026-01-14T09:00", true, true},
        {"2026-01-14T17:59", true, true},      {"2026-01-14T18:00", true, false},
        {"2026-01-14T20:59:59", true, false},  {"2026-01-14T21:00", false, false},
        {"2026-01-15T03:00", false, false},    {"2026-01-17T12:00", true, false},
        {"2026-01-18T20:00", true, false},     {"2026-01-18T22:00", false, false},
        {"2026-01-16T12:00", true, false}, /* a holiday of the org */
    };
    int64_t holiday = 0;
    assert_true(day_parse("2026-01-16", &holiday));
    world.org.window.holidays.added[0] = holiday;
    world.org.window.holidays.added_count = 1;
    for (size_t i = 1; i < KINDS; i++) { /* the invitation itself: below */
        for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
            world_clear(&world);
            asked();
            bool goes =
                design[i].hours == ANY || (design[i].hours == WAKING ? rows[k].waking : rows[k].office);
            const char *said = intended_then(design[i].kind, rows[k].at);
            if (strcmp(said, goes ? "OK" : "WINDOW") != 0)
                fail_msg("%s at %s: %s", design[i].kind, rows[k].at, said);
        }
    }
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        world_clear(&world);
        world_released(&world, 1);
        WORLD_DO(&world, "HSET", world_key("m:message00000"), "na", "1800000000000");
        time_at(rows[k].at);
        assert_int_equal(world_claim(&world, 1, claimed), 1);
        assert_string_equal(world_intend(&world, claimed[0].message, "o"), rows[k].office ? "OK" : "WINDOW");
    }
    world.org.window.holidays.added_count = 0;
}

static void stop_suppresses_what_it_should_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 1; i < KINDS; i++) {
        world_clear(&world);
        asked();
        WORLD_DO(&world, "HSET", world_key("c:contact00000"), "f", "s");
        const char *said = intended_then(design[i].kind, "2026-01-14T10:00");
        if (strcmp(said, design[i].stopped ? "SUPPRESSED" : "OK") != 0)
            fail_msg("%s under STOP: %s", design[i].kind, said);
        assert_string_equal(world_message_field(&world, 50, "s"),
                            design[i].stopped ? "suppressed" : "submitting");
    }
    world_clear(&world);
    world_released(&world, 1);
    WORLD_DO(&world, "HSET", world_key("c:contact00000"), "f", "s");
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "SUPPRESSED");
}

static void a_message_past_its_time_is_stale_whatever_its_kind(void **state)
{
    (void)state;
    for (size_t i = 1; i < KINDS; i++) {
        world_clear(&world);
        asked();
        message_wait(50, design[i].kind);
        world.now_ms += 6 * DAY_MS; /* its very last instant */
        assert_int_equal(world_claim(&world, 1, claimed), 1);
        assert_string_equal(world_intend(&world, claimed[0].message, "o"), "STALE");
    }
}

/* Whoever puts a message back knows its name only: expired leases, and what its intend sends back to its queue. */
static void what_comes_back_waits_where_its_class_says(void **state)
{
    (void)state;
    for (size_t i = 1; i < KINDS; i++) {
        int64_t requeued = 0, unknown = 0;
        bool first = strcmp(design[i].place, "first") == 0, bulk = strcmp(design[i].place, "bulk") == 0;
        world_clear(&world);
        asked();
        message_wait(50, design[i].kind);
        assert_int_equal(world_claim(&world, 1, claimed), 1);
        world.redis_now_ms += 600000;
        world_recover(&world, &requeued, &unknown);
        assert_int_equal(requeued, 1);
        if (!world_in_list(&world, bulk ? "q:bulk" : "q:reply", world_message(50)))
            fail_msg("%s waits elsewhere", design[i].kind);
        struct redis_value *score =
            WORLD_RUN(&world, "ZSCORE", world_key(bulk ? "q:bulk" : "q:reply"), world_message(50));
        assert_int_equal(strcmp(redis_text(score), "0") == 0, first);
        redis_value_free(&score);
    }
}

static void the_helpline_goes_before_replies_and_those_before_bulk(void **state)
{
    (void)state;
    asked();
    message_wait(61, "panel");
    message_wait(62, "late");
    world.now_ms += 60000;
    message_wait(63, "helpline");
    assert_int_equal(world_claim(&world, 3, claimed), 3);
    assert_string_equal(claimed[0].kind, "helpline");
    assert_string_equal(claimed[1].kind, "late");
    assert_string_equal(claimed[2].kind, "panel");
}

/* --- contact occasions --- */

/* At intend, not only when it was queued: what was learnt meanwhile counts, to the day and to the week. */
static void caps_hold_at_intend_to_the_day(void **state)
{
    (void)state;
    static const struct {
        const char *field, *value, *said;
    } rows[] = {
        {"t", "20453", "CAPPED"},                     /* 13 days ago */
        {"t", "20452", "OK"},                         /* 14 */
        {"q:felt-forward/forward", "2916", "CAPPED"}, /* 7 weeks ago */
        {"q:felt-forward/forward", "2915", "OK"},     /* 8 weeks, 56 days counted from the sending week */
        {"q:other/forward", "2922", "OK"},
        {"w", "2872,2880,2890,2900,2905,2910", "CAPPED"}, /* the sixth within 52 weeks */
        {"w", "2871,2880,2890,2900,2905,2910", "OK"},
        {"pw", "2922,2922,2922,2922,2922,2922,2922", "OK"}, /* the panel's are none */
        {"tw", "2922,2922,2922,2922,2922,2922,2922", "OK"},
    };
    assert_int_equal(world.org.gap_days, 14);
    assert_int_equal(world.org.same_question_days, 56);
    assert_int_equal(world.org.per_year, 6);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_clear(&world);
        world_released(&world, 1);
        assert_int_equal(world_claim(&world, 1, claimed), 1);
        WORLD_DO(&world, "HSET", world_key("c:contact00000"), rows[i].field, rows[i].value);
        const char *said = world_intend(&world, claimed[0].message, "o");
        if (strcmp(said, rows[i].said) != 0)
            fail_msg("%s %s: %s", rows[i].field, rows[i].value, said);
        bool capped = strcmp(said, "CAPPED") == 0;
        assert_string_equal(world_pulse_field(&world, 0, "st"), capped ? "capped" : "open");
        assert_int_equal(world_count(&world, "p:capped"), capped); /* a disposition of its own */
        world_check(&world);
    }
}

/* --- budgets of their own --- */

static const char *sent_on_account(const char *kind, enum submit_outcome outcome)
{
    message_wait(50, kind);
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    const char *said = world_intend(&world, claimed[0].message, "o");
    if (strcmp(said, "OK") == 0)
        (void)world_settle(&world, claimed[0].message, "o", outcome);
    return said;
}

static void own_budgets_are_kept_for_52_weeks(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *other, *field;
        int per_year;
    } rows[] = {{"panel", "you_said_we_did", "pw", 12},
                {"volunteer_task", "you_said_we_did", "pw", 12},
                {"you_said_we_did", "panel", "tw", 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_clear(&world);
        asked();
        char occasions[64];
        snprintf(occasions, sizeof occasions, "%s", world_contact_field(&world, 0, "w"));
        int64_t first_ms = world.now_ms;
        for (int n = 0; n < rows[i].per_year; n++) {
            assert_string_equal(sent_on_account(rows[i].kind, SUBMIT_ACCEPTED), "OK");
            world.now_ms += WEEK_MS;
        }
        assert_string_equal(sent_on_account(rows[i].kind, SUBMIT_ACCEPTED), "CAPPED");
        assert_string_equal(world_message_field(&world, 50, "s"), "suppressed");
        assert_string_equal(sent_on_account(rows[i].other, SUBMIT_ACCEPTED), "OK"); /* its own */
        world.now_ms = first_ms + 52 * WEEK_MS - 4 * DAY_MS; /* a Friday, in the 51st week after the first */
        assert_string_equal(sent_on_account(rows[i].kind, SUBMIT_ACCEPTED), "CAPPED");
        world.now_ms = first_ms + 52 * WEEK_MS;
        assert_string_equal(sent_on_account(rows[i].kind, SUBMIT_ACCEPTED), "OK");
        assert_string_equal(sent_on_account(rows[i].kind, SUBMIT_ACCEPTED), "CAPPED");
        assert_string_equal(world_contact_field(&world, 0, "w"), occasions); /* no contact occasions */
        assert_string_not_equal(world_contact_field(&world, 0, rows[i].field), "");
    }
}

static void the_panel_and_its_tasks_share_one_budget(void **state)
{
    (void)state;
    asked();
    for (int n = 0; n < 12; n++)
        assert_string_equal(sent_on_account(n % 2 == 0 ? "panel" : "volunteer_task", SUBMIT_ACCEPTED), "OK");
    assert_string_equal(sent_on_account("panel", SUBMIT_ACCEPTED), "CAPPED");
    assert_string_equal(sent_on_account("volunteer_task", SUBMIT_ACCEPTED), "CAPPED");
}

/* A message counts once, however often it is tried, also when nobody knows whether it went; not when it never did. */
static void a_budget_counts_what_may_have_gone(void **state)
{
    (void)state;
    asked();
    assert_string_equal(sent_on_account("you_said_we_did", SUBMIT_PERMANENT), "OK");
    assert_string_equal(world_contact_field(&world, 0, "tw"), "");
    assert_string_equal(sent_on_account("you_said_we_did", SUBMIT_RETRY), "OK");
    world.redis_now_ms += 600000;
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "p"), "OK");
    assert_string_equal(world_contact_field(&world, 0, "tw"), "2923");
    assert_string_equal(world_settle(&world, claimed[0].message, "p", SUBMIT_UNKNOWN), "unknown");
    assert_string_equal(world_contact_field(&world, 0, "tw"), "2923");
    assert_string_equal(sent_on_account("you_said_we_did", SUBMIT_THROTTLED), "OK");
    assert_string_equal(world_contact_field(&world, 0, "tw"), "2923,2923");
    world.now_ms += 6 * DAY_MS; /* it waited too long: it never went */
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "p"), "STALE");
    assert_string_equal(world_contact_field(&world, 0, "tw"), "2923");
}

/* Erased, and swept, while the gateway had it: there is nobody left to count for. */
static void a_budget_of_somebody_who_left_meanwhile_is_nobodys(void **state)
{
    (void)state;
    asked();
    message_wait(50, "panel");
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "OK");
    WORLD_DO(&world, "HDEL", world_key("m:message00050"), "c");
    WORLD_DO(&world, "DEL", world_key("c:contact00000"));
    assert_string_equal(world_settle(&world, claimed[0].message, "o", SUBMIT_PERMANENT), "failed");
}

static void whose_contact_is_gone_gets_nothing_that_stop_could_forbid(void **state)
{
    (void)state;
    for (size_t i = 1; i < KINDS; i++) {
        world_clear(&world);
        asked();
        message_wait(50, design[i].kind);
        WORLD_DO(&world, "HSET", world_key("m:message00050"), "to", "sealed", "b", "batch", "l", "fi");
        WORLD_DO(&world, "DEL", world_key("c:contact00000"));
        assert_int_equal(world_claim(&world, 1, claimed), 1);
        const char *said = world_intend(&world, claimed[0].message, "o");
        if ((strcmp(said, "OK") == 0) == design[i].stopped)
            fail_msg("%s to a number of its own: %s", design[i].kind, said);
    }
}

#define CLASS_TEST(test)                                                                                     \
    cmocka_unit_test_setup(test, fixture_clear) /* messages put by hand: no balance of books */

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(the_table_is_the_designs),
        CLASS_TEST(every_kind_keeps_its_hours),
        CLASS_TEST(stop_suppresses_what_it_should_and_nothing_else),
        CLASS_TEST(a_message_past_its_time_is_stale_whatever_its_kind),
        CLASS_TEST(what_comes_back_waits_where_its_class_says),
        CLASS_TEST(the_helpline_goes_before_replies_and_those_before_bulk),
        STORE_TEST(caps_hold_at_intend_to_the_day),
        CLASS_TEST(own_budgets_are_kept_for_52_weeks),
        CLASS_TEST(the_panel_and_its_tasks_share_one_budget),
        CLASS_TEST(a_budget_counts_what_may_have_gone),
        CLASS_TEST(a_budget_of_somebody_who_left_meanwhile_is_nobodys),
        CLASS_TEST(whose_contact_is_gone_gets_nothing_that_stop_could_forbid),
    };
    return STORE_MAIN(tests);
}
