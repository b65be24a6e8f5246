/* What is held of a person, and that nothing of it is left after an erasure, wherever it was met: a
 * conversation under way, texts that belong to no pulse, earlier pulses, the volunteers' list; and who may
 * come back. */
#include "conversation.h"

#include <stdlib.h>

#include "store/contacts.h"
#include "store/people.h"

static const char *hash_of(int person)
{
    static char hash[PHONE_HASH_SIZE];
    phone_hash(world.keys.keys[KEY_HASH], world_phone(person), hash);
    return hash;
}

static void load(int person, struct person *person_out)
{
    struct error error = {""};
    if (!person_load(world.link, WORLD_ORG, hash_of(person), person_out, &error))
        fail_msg("%s", error.text);
}

static struct person_erased erase(int person, bool allow_return)
{
    struct person_erased erased;
    struct error error = {""};
    if (!person_erase(world.link, WORLD_ORG, hash_of(person), allow_return, &erased, &error))
        fail_msg("%s", error.text);
    return erased;
}

static void expect_mark(int person, enum do_not_contact mark)
{
    struct person found;
    load(person, &found);
    assert_int_equal(found.mark, mark);
    person_free(&found);
}

/* Neither the contact nor the hash of the number is anywhere, but for the hash on the do-not-contact list. */
static void expect_nothing_left(int person, const char *contact)
{
    static const char *const mark[] = {"dnc", NULL}, *const nowhere[] = {NULL};
    snapshot_expect_no_mention(&world, contact, nowhere);
    snapshot_expect_no_mention(&world, hash_of(person), mark);
    snapshot_expect_no_mention(&world, hash_of(person) + 3, mark); /* as the index splits it */
}

/* Contact 0 has answered, joined, given a name and is being thanked; some texts have gone, some wait. */
static void converse(void)
{
    conversation_open(NULL);
    conversation_reply("r1", "5");
    assert_int_equal(world_send_all(&world), 1); /* the second question */
    conversation_reply("r2", "kyllä");
    conversation_reply("r3", "INFO");
}

static void a_number_of_nobody_is_unknown_and_nothing_is_made(void **state)
{
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    struct person person;
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 2, NULL);
    snapshot_digest(&world, "", before);
    load(7, &person);
    assert_false(person_is_known(&person));
    person_free(&person);
    struct person_erased erased = erase(7, false);
    assert_false(erased.known || erased.contact || erased.volunteer);
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
}

static void what_is_held_of_a_person_is_found(void **state)
{
    struct person person;
    struct error error = {""};
    struct person_traces traces;
    (void)state;
    converse();
    load(0, &person);
    assert_true(person.is_contact && person.has_pulse && person.is_volunteer && person_is_known(&person));
    assert_int_equal(person.mark, CONTACT_ALLOWED);
    assert_string_equal(person.contact, "contact00000");
    assert_string_equal(person.language, "fi");
    assert_string_equal(person.pilots.chars, WORLD_PILOT);
    assert_string_equal(person.stratum, world_contact_field(&world, 0, "s"));
    assert_false(person.stopped);
    assert_int_equal(person.contacted_day, day_index_at(world.org.zone, world.now_ms));
    assert_int_equal(person.caps_count, 1);
    assert_string_equal(person.caps[0].question, "meeting/forward");
    assert_int_equal(person.caps[0].week_index, week_index_at(world.org.zone, world.now_ms));
    assert_string_equal(person.pulse.survey, "meeting@1");
    assert_string_equal(person.pulse.pilot, WORLD_PILOT);
    assert_string_equal(person.pulse.state, "open");
    assert_int_equal(person.pulse.asked_ms, world.now_ms);
    assert_int_equal(person.pulse.value[0], 5);
    assert_int_equal(person.pulse.value[1], -1);
    assert_int_equal(person.pulse.value[2], 1);
    assert_int_equal(person.pulse.messages_count, 3); /* the invitation, the volunteer question, the name */
    assert_string_equal(person.pulse.messages[0].kind, "invite");
    assert_string_equal(person.pulse.messages[0].state, "delivered");
    assert_string_equal(person.pulse.messages[2].state, "queued");
    assert_string_equal(person.volunteer.date, "2026-01-13");
    assert_string_equal(person.volunteer.question, "meeting@1/join");
    assert_true(person.volunteer.number.bytes > READER_SEAL_BYTES);
    assert_int_equal(person.volunteer.name.bytes, 0);
    assert_true(person_traces_load(world.link, WORLD_ORG, person.contact, &traces, &error));
    assert_int_equal(traces.pulses_count, 0);
    assert_true(traces.texts_count >= 2); /* the confirmation and the help text, among others */
    bool help = false;
    for (size_t i = 0; i < traces.texts_count; i++)
        help = help || strcmp(traces.texts[i].kind, "help") == 0;
    assert_true(help);
    person_traces_free(&traces);
    person_free(&person);
}

static void nothing_is_left_of_an_erased_conversation(void **state)
{
    (void)state;
    converse();
    struct person_erased erased = erase(0, false);
    assert_true(erased.known && erased.contact && erased.pulse && erased.volunteer);
    assert_true(erased.references >= 2);
    assert_int_equal(erased.mark, CONTACT_ERASED);
    expect_nothing_left(0, "contact00000");
    assert_int_equal(world_count(&world, "p:erased"), 1);
    assert_int_equal(world_count(&world, "m:queued"), 0);
    assert_string_equal(world_field(&world, "k:2026-W03", WORLD_PILOT "|meeting@1/forward|18-29,north|5"),
                        "1");
    assert_int_equal(world_send_all(&world), 0);
    world_close_week(&world, "2026-W03");
    assert_false(world_exists(&world, "w:2026-W03"));
}

static void erasing_twice_is_erasing_once(void **state)
{
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    (void)state;
    converse();
    (void)erase(0, false);
    snapshot_digest(&world, "", before);
    struct person_erased erased = erase(0, false);
    assert_true(erased.known && !erased.contact && !erased.pulse && !erased.volunteer);
    assert_int_equal(erased.references, 0);
    assert_int_equal(erased.mark, CONTACT_ERASED);
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
}

/* A kill between the two halves: the next erasure, of anybody, finds what is left. */
static void references_that_a_kill_left_are_taken_off_later(void **state)
{
    struct redis_command command = {0};
    (void)state;
    converse();
    call_begin(&command, "person_erase", WORLD_ORG);
    redis_command_add(&command, hash_of(0));
    redis_command_add(&command, "");
    struct redis_value *value = world_call(&world, &command);
    assert_string_equal(redis_word(value), "OK");
    redis_value_free(&value);
    redis_command_free(&command);
    struct person_erased erased = erase(0, true);
    assert_false(erased.known);
    assert_true(erased.references >= 2);
    expect_nothing_left(0, "contact00000");
}

static void earlier_pulses_of_weeks_not_closed_go_too(void **state)
{
    struct person person;
    struct person_traces traces;
    struct error error = {""};
    (void)state;
    world_released(&world, 2);
    assert_int_equal(world_send_all(&world), 2);
    world.now_ms += 63 * DAY_MS; /* the roll-up is late: the first week is still open */
    world_round(&world, "s", WORLD_PILOT);
    load(0, &person);
    assert_string_equal(person.pulse.state, "queued");
    assert_int_equal(person.pulse.asked_ms, 0);
    assert_true(person_traces_load(world.link, WORLD_ORG, person.contact, &traces, &error));
    assert_int_equal(traces.pulses_count, 1);
    assert_string_equal(traces.pulses[0].week, "2026-W03");
    assert_string_equal(traces.pulses[0].state, "open");
    person_traces_free(&traces);
    person_free(&person);

    struct person_erased erased = erase(0, false);
    assert_true(erased.contact && erased.pulse);
    assert_int_equal(erased.references, 1);
    expect_nothing_left(0, "contact00000");
    assert_int_equal(world_count(&world, "p:erased"), 2);
    assert_int_equal(world_send_all(&world), 1); /* the other one is asked as planned */
}

/* "Wrong number" at the second asking while the first week is still open; and again, of another one, while the
 * references of the first are being taken off. */
static void a_wrong_person_leaves_earlier_pulses_by_the_next_sweep(void **state)
{
    struct error error = {""};
    int64_t references = 0;
    (void)state;
    world_released(&world, 2);
    assert_int_equal(world_send_all(&world), 2);
    assert_true(people_sweep(world.link, WORLD_ORG, &references, &error));
    assert_int_equal(references, 0);
    world.now_ms += 63 * DAY_MS;
    world_round(&world, "s", WORLD_PILOT);
    assert_int_equal(world_send_all(&world), 2);
    conversation_reply("r1", "väärä numero");
    assert_string_equal(world_field(&world, "rollup", "gone"), "1");
    world_check(&world);
    assert_int_equal(world_send_all(&world), 1); /* the apology */
    assert_true(people_sweep(world.link, WORLD_ORG, &references, &error));
    assert_int_equal(references, 1);
    assert_string_equal(world_field(&world, "rollup", "gone"), "");
    expect_nothing_left(0, "contact00000");
    assert_int_equal(world_count(&world, "p:wrong_person"), 1);
    assert_int_equal(world_count(&world, "p:erased"), 1);

    assert_int_equal(world_reply(&world, 1, "r2", "väärä numero"), COMMIT_DONE);
    WORLD_DO(&world, "FCALL", "people_swept", "1", world_key(""), "7"); /* of a sweep that began before */
    assert_string_equal(world_field(&world, "rollup", "gone"), "1");
    assert_true(people_sweep(world.link, WORLD_ORG, &references, &error));
    assert_int_equal(references, 1);
}

static void a_text_in_a_dispatchers_hands_ends_without_its_person(void **state)
{
    static struct claimed claimed[STORE_ITEMS_MAX];
    (void)state;
    world_released(&world, 3);
    assert_int_equal(world_claim(&world, 2, claimed), 2);
    assert_string_equal(world_intend(&world, claimed[0].message, "o0"), "OK");
    assert_true(erase(0, false).pulse); /* being submitted */
    assert_true(erase(1, false).pulse); /* leased */
    expect_nothing_left(0, "contact00000");
    expect_nothing_left(1, "contact00001");
    assert_string_equal(world_settle(&world, claimed[0].message, "o0", SUBMIT_ACCEPTED), "accepted");
    assert_string_equal(world_intend(&world, claimed[1].message, "o1"), "FENCED");
    assert_int_equal(world_count(&world, "m:accepted"), 1);
    assert_int_equal(world_count(&world, "m:cancelled"), 1);
    world.now_ms += HOUR_MS;
    assert_int_equal(world_send_all(&world), 1);
}

static void a_refused_text_of_an_erased_person_is_not_tried_again(void **state)
{
    static struct claimed claimed[STORE_ITEMS_MAX];
    (void)state;
    world_released(&world, 1);
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "o0"), "OK");
    assert_true(erase(0, false).pulse);
    assert_string_equal(world_settle(&world, claimed[0].message, "o0", SUBMIT_RETRY), "queued");
    world.redis_now_ms += 3600000;
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_false(claimed[0].has_number);
    assert_string_equal(world_intend(&world, claimed[0].message, "o1"), "INELIGIBLE");
    assert_int_equal(world_count(&world, "m:suppressed"), 1);
    assert_int_equal(world_count(&world, "p:erased"), 1);
}

/* --- who may come back --- */

static void an_erased_number_is_passed_over_by_imports_until_start(void **state)
{
    struct contacts_counts counts;
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 3, NULL);
    (void)erase(1, false);
    world_import(&world, WORLD_PILOT, 0, 3, &counts);
    assert_int_equal(counts.blocked, 1);
    assert_int_equal(counts.unchanged, 2);
    assert_int_equal(counts.added + counts.updated + counts.joined, 0);
    expect_mark(1, CONTACT_ERASED);
    assert_int_equal(world_reply(&world, 1, "r1", "START"), COMMIT_DONE);
    expect_mark(1, CONTACT_ALLOWED);
    world_import(&world, WORLD_PILOT, 0, 3, &counts);
    assert_int_equal(counts.blocked, 0);
    assert_int_equal(counts.added, 1);
}

static void blocked_rows_are_named_by_their_place(void **state)
{
    static const int places[] = {0, 5, 127};
    static const unsigned char batch_public[KEY_BYTES] = {1};
    static struct contact_row rows[STORE_ITEMS_MAX];
    size_t blocked[STORE_ITEMS_MAX];
    struct redis_command command = {0};
    struct contacts_counts counts = {0};
    (void)state;
    for (int n = 0; n < STORE_ITEMS_MAX; n++) {
        rows[n] = (struct contact_row){.language = "fi", .stratum = "18-29,north"};
        phone_hash(world.keys.keys[KEY_HASH], world_phone(n), rows[n].hash);
        snprintf(rows[n].id, sizeof rows[n].id, "%s", world_contact(n));
    }
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        WORLD_DO(&world, "HSET", world_key("dnc"), rows[places[i]].hash, "w");
    const struct contacts_batch batch = {.pilot = WORLD_PILOT,
                                         .batch = "batch0000001",
                                         .batch_public = batch_public,
                                         .day = 20000,
                                         .rows = rows,
                                         .rows_count = STORE_ITEMS_MAX};
    contacts_import_command(&command, WORLD_ORG, &batch);
    struct redis_value *value = world_call(&world, &command);
    assert_true(contacts_import_result(value, &counts));
    assert_int_equal(counts.blocked, 3);
    assert_int_equal(counts.added, 125);
    assert_int_equal(counts.joined, 125);
    assert_int_equal(contacts_import_blocked(value, blocked), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(blocked[i], places[i]);
    redis_value_free(&value);
    /* A wrong type of the list refuses the whole batch. */
    WORLD_DO(&world, "FLUSHALL");
    WORLD_DO(&world, "SET", world_key("dnc"), "wrong");
    struct error error = {""};
    assert_null(redis_link_run(world.link, &command, &error));
    assert_false(world_exists(&world, "pm:" WORLD_PILOT));
    redis_command_free(&command);
    world_clear(&world);
}

static void allowed_to_return_leaves_no_mark_but_a_stop_stays(void **state)
{
    struct contacts_counts counts;
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 3, NULL);
    assert_int_equal(world_reply(&world, 1, "r1", "STOP"), COMMIT_DONE);
    assert_int_equal(world_reply(&world, 9, "r2", "STOP"), COMMIT_DONE); /* of nobody */
    assert_int_equal(erase(0, true).mark, CONTACT_ALLOWED);
    assert_int_equal(erase(1, true).mark, CONTACT_STOPPED);
    assert_int_equal(erase(9, true).mark, CONTACT_STOPPED);
    assert_int_equal(erase(2, false).mark, CONTACT_ERASED);
    assert_int_equal(erase(2, true).mark, CONTACT_ALLOWED); /* thought better of it */
    world_import(&world, WORLD_PILOT, 0, 3, &counts);
    assert_int_equal(counts.added, 2);
    assert_int_equal(counts.blocked, 1);
    expect_mark(1, CONTACT_STOPPED);
}

/* Whatever is asked for, and however often: what they said stays in force until they say START. */
static void a_stop_outlives_every_way_of_leaving(void **state)
{
    struct contacts_counts counts;
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 4, NULL);
    for (int n = 0; n < 2; n++)
        assert_int_equal(world_reply(&world, n, n == 0 ? "r0" : "r1", "STOP"), COMMIT_DONE);
    assert_int_equal(world_reply(&world, 9, "r2", "STOP"), COMMIT_DONE); /* of nobody */
    assert_int_equal(erase(0, false).mark, CONTACT_STOPPED);
    assert_int_equal(world_reply(&world, 1, "r3", "väärä numero"), COMMIT_DONE);
    expect_mark(1, CONTACT_STOPPED);
    assert_int_equal(erase(9, false).mark, CONTACT_STOPPED);
    assert_int_equal(erase(2, false).mark, CONTACT_ERASED);
    assert_int_equal(world_reply(&world, 2, "r4", "STOP"), COMMIT_DONE); /* who was erased before */
    expect_mark(2, CONTACT_STOPPED);
    assert_int_equal(world_reply(&world, 3, "r5", "väärä numero"), COMMIT_DONE);
    expect_mark(3, CONTACT_WRONG_PERSON);
    assert_int_equal(world_reply(&world, 3, "r6", "STOP"), COMMIT_DONE);
    static const int people[] = {0, 1, 2, 3, 9};
    for (size_t i = 0; i < sizeof people / sizeof people[0]; i++) {
        assert_int_equal(erase(people[i], true).mark, CONTACT_STOPPED);
        expect_mark(people[i], CONTACT_STOPPED);
    }
    world_import(&world, WORLD_PILOT, 0, 10, &counts);
    assert_int_equal(counts.blocked, 5);
    assert_int_equal(world_reply(&world, 0, "r7", "START"), COMMIT_DONE);
    expect_mark(0, CONTACT_ALLOWED);
}

/* Contact 0 has gone, but for the volunteer record. */
static void leave_a_volunteer_only(void)
{
    converse();
    assert_true(world_volunteer(&world, 0)[0] != '\0');
    struct redis_value *record = WORLD_RUN(&world, "HGET", world_key("vo"), hash_of(0));
    struct redis_command command = {0};
    (void)erase(0, true);
    redis_command_add(&command, "HSET"); /* as a restored backup may have it */
    redis_command_add(&command, world_key("vo"));
    redis_command_add(&command, hash_of(0));
    redis_command_add_bytes(&command, redis_text(record), redis_text_bytes(record));
    redis_value_free(&record);
    record = world_call(&world, &command);
    redis_value_free(&record);
    redis_command_free(&command);
}

static void a_volunteer_who_is_no_contact_may_leave(void **state)
{
    (void)state;
    leave_a_volunteer_only();
    assert_int_equal(world_reply(&world, 0, "r9", "POIS"), COMMIT_DONE);
    assert_string_equal(world_volunteer(&world, 0), "");
    expect_mark(0, CONTACT_ALLOWED);
    assert_int_equal(world_count(&world, "x:leave"), 1);
    assert_int_equal(world_send_all(&world), 0);
    assert_int_equal(world_reply(&world, 0, "r10", "POIS"), COMMIT_DONE); /* on no list: a STOP */
    expect_mark(0, CONTACT_STOPPED);
    assert_int_equal(world_count(&world, "x:stop"), 1);
}

static void a_volunteer_who_is_no_contact_is_found_and_erased(void **state)
{
    struct person person;
    (void)state;
    leave_a_volunteer_only();
    load(0, &person);
    assert_true(person_is_known(&person) && person.is_volunteer && !person.is_contact);
    assert_string_equal(person.volunteer.pilot, WORLD_PILOT);
    person_free(&person);
    struct person_erased erased = erase(0, false);
    assert_true(erased.known && erased.volunteer && !erased.contact);
    assert_int_equal(erased.mark, CONTACT_ERASED);
    expect_nothing_left(0, "contact00000");
}

/* --- many, and wrong types --- */

static void one_of_many_is_erased_and_nobody_else(void **state)
{
    (void)state;
    for (int first = 0; first < 300; first += 100)
        world_import(&world, WORLD_PILOT, first, 100, NULL);
    world_round(&world, "r", WORLD_PILOT);
    while (world_send_all(&world) > 0)
        continue;
    for (int n = 0; n < 300; n++) {
        char id[16];
        snprintf(id, sizeof id, "r%d", n);
        assert_int_equal(world_reply(&world, n, id, "INFO"), COMMIT_DONE); /* a text of no pulse each */
    }
    const char *places[] = {"contact00000", "contact00150", "contact00299"};
    const int people[] = {0, 150, 299};
    for (size_t i = 0; i < 3; i++) {
        struct person_erased erased = erase(people[i], false);
        assert_true(erased.contact && erased.pulse);
        assert_int_equal(erased.references, 1);
        expect_nothing_left(people[i], places[i]);
    }
    assert_int_equal(world_count(&world, "p:erased"), 3);
    assert_int_equal(world_count(&world, "p:open"), 297);
    assert_int_equal(world_count(&world, "m:queued"), 297);
}

static void a_wrong_type_anywhere_erases_nothing(void **state)
{
    struct redis_command command = {0};
    (void)state;
    converse();
    call_begin(&command, "person_erase", WORLD_ORG);
    redis_command_add(&command, hash_of(0));
    redis_command_add(&command, "e");
    /* index, contact, members, volunteers, pulse, three messages of its steps, three queues that hold or
     * held them, the leases, the week's counters, books, log, and the list of marks */
    assert_true(snapshot_refusals(&world, &command) >= 12);
    redis_command_free(&command);
    expect_mark(0, CONTACT_ERASED);
    call_begin(&command, "person_sweep", WORLD_ORG);
    redis_command_add(&command, "ws");
    redis_command_add(&command, "2026-W03");
    redis_command_add(&command, "");
    assert_true(snapshot_refusals(&world, &command) >= 6);
    redis_command_free(&command);
    expect_nothing_left(0, "contact00000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_number_of_nobody_is_unknown_and_nothing_is_made),
        STORE_TEST(what_is_held_of_a_person_is_found),
        STORE_TEST(nothing_is_left_of_an_erased_conversation),
        STORE_TEST(erasing_twice_is_erasing_once),
        STORE_TEST(references_that_a_kill_left_are_taken_off_later),
        STORE_TEST(earlier_pulses_of_weeks_not_closed_go_too),
        STORE_TEST(a_wrong_person_leaves_earlier_pulses_by_the_next_sweep),
        STORE_TEST(a_text_in_a_dispatchers_hands_ends_without_its_person),
        STORE_TEST(a_refused_text_of_an_erased_person_is_not_tried_again),
        STORE_TEST(an_erased_number_is_passed_over_by_imports_until_start),
        STORE_TEST(blocked_rows_are_named_by_their_place),
        STORE_TEST(allowed_to_return_leaves_no_mark_but_a_stop_stays),
        STORE_TEST(a_stop_outlives_every_way_of_leaving),
        STORE_TEST(a_volunteer_who_is_no_contact_may_leave),
        STORE_TEST(a_volunteer_who_is_no_contact_is_found_and_erased),
        STORE_TEST(one_of_many_is_erased_and_nobody_else),
        STORE_TEST(a_wrong_type_anywhere_erases_nothing),
    };
    return STORE_MAIN(tests);
}
