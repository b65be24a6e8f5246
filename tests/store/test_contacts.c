/* Import: one contact a number, members in order of first import, nothing changed by doing it again. */
#include "fixture.h"

#include "store/contacts.h"

#define OTHER_PILOT "coaching-b"

static int64_t members(const char *pilot)
{
    struct redis_command command = {0};
    members_count_command(&command, WORLD_ORG, pilot);
    struct redis_value *value = world_call(&world, &command);
    int64_t count = redis_int(value) / ID_CHARS;
    redis_value_free(&value);
    redis_command_free(&command);
    return count;
}

static struct contact_row row_of(int n, const char *id, const char *language, const char *stratum)
{
    struct contact_row row = {.id = ""};
    snprintf(row.id, sizeof row.id, "%s", id);
    snprintf(row.language, sizeof row.language, "%s", language);
    snprintf(row.stratum, sizeof row.stratum, "%s", stratum);
    phone_hash(world.keys.keys[KEY_HASH], world_phone(n), row.hash);
    memset(row.sealed, 's', sizeof row.sealed);
    return row;
}

static void import_command(struct redis_command *command, const char *pilot, const struct contact_row *rows,
                           size_t count)
{
    static const unsigned char batch_public[KEY_BYTES] = {1, 2, 3};
    struct contacts_batch batch = {.pilot = pilot,
                                   .batch = "batch0000001",
                                   .batch_public = batch_public,
                                   .day = 20000,
                                   .rows = rows,
                                   .rows_count = count};
    contacts_import_command(command, WORLD_ORG, &batch);
}

static struct contacts_counts import_rows(const char *pilot, const struct contact_row *rows, size_t count)
{
    struct redis_command command = {0};
    struct contacts_counts counts = {0};
    import_command(&command, pilot, rows, count);
    struct redis_value *value = world_call(&world, &command);
    assert_true(contacts_import_result(value, &counts));
    redis_value_free(&value);
    redis_command_free(&command);
    return counts;
}

static void expect_counts(struct contacts_counts counts, int64_t added, int64_t updated, int64_t unchanged,
                          int64_t joined)
{
    assert_int_equal(counts.added, added);
    assert_int_equal(counts.updated, updated);
    assert_int_equal(counts.unchanged, unchanged);
    assert_int_equal(counts.joined, joined);
}

static void new_contacts_join_in_order_of_first_import(void **state)
{
    (void)state;
    struct contacts_counts counts;
    world_import(&world, WORLD_PILOT, 0, 128, &counts);
    expect_counts(counts, 128, 0, 0, 128);
    world_import(&world, WORLD_PILOT, 100, 40, &counts);
    expect_counts(counts, 12, 0, 28, 12);
    assert_int_equal(members(WORLD_PILOT), 140);
    for (int n = 0; n < 140; n += 23) {
        char from[16], to[16];
        snprintf(from, sizeof from, "%d", n * ID_CHARS);
        snprintf(to, sizeof to, "%d", n * ID_CHARS + ID_CHARS - 1);
        struct redis_value *id = WORLD_RUN(&world, "GETRANGE", world_key("pm:" WORLD_PILOT), from, to);
        assert_string_equal(redis_text(id), world_contact(n));
        redis_value_free(&id);
    }
}

static void nobody_changes_nothing(void **state)
{
    (void)state;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    snapshot_digest(&world, "", before);
    expect_counts(import_rows(WORLD_PILOT, NULL, 0), 0, 0, 0, 0);
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
    assert_int_equal(members(WORLD_PILOT), 0);
}

static void the_same_import_again_changes_nothing(void **state)
{
    (void)state;
    struct contacts_counts counts;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    world_import(&world, WORLD_PILOT, 0, 50, NULL);
    snapshot_digest(&world, "", before);
    world_import(&world, WORLD_PILOT, 0, 50, &counts);
    expect_counts(counts, 0, 0, 50, 0);
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
}

static void a_number_twice_in_one_batch_is_one_contact_and_the_last_row_wins(void **state)
{
    (void)state;
    struct contact_row rows[] = {row_of(7, "first0000000", "fi", "18-29,north"),
                                 row_of(8, "other0000000", "fi", "50+,north"),
                                 row_of(7, "second000000", "sv", "18-29,north")};
    expect_counts(import_rows(WORLD_PILOT, rows, 3), 2, 1, 0, 2);
    assert_int_equal(members(WORLD_PILOT), 2);
    assert_false(world_exists(&world, "c:second000000"));
    assert_string_equal(world_field(&world, "c:first0000000", "l"), "sv");
}

static void the_last_import_wins_for_language_and_stratum_and_never_reopens_a_stop(void **state)
{
    (void)state;
    struct contact_row row = row_of(1, "first0000000", "fi", "18-29,north");
    expect_counts(import_rows(WORLD_PILOT, &row, 1), 1, 0, 0, 1);
    assert_int_equal(world_reply(&world, 1, "r1", "STOP"), COMMIT_DONE);
    row = row_of(1, "second000000", "en", "30-49,south");
    expect_counts(import_rows(WORLD_PILOT, &row, 1), 0, 1, 0, 0);
    assert_string_equal(world_field(&world, "c:first0000000", "l"), "en");
    assert_string_equal(world_field(&world, "c:first0000000", "s"), "30-49,south");
    assert_string_equal(world_field(&world, "c:first0000000", "f"), "s");
    assert_int_equal(members(WORLD_PILOT), 1);
}

static void a_known_contact_joins_a_second_pilot_and_keeps_the_first(void **state)
{
    (void)state;
    struct contacts_counts counts;
    world_import(&world, WORLD_PILOT, 0, 3, NULL);
    world_import(&world, OTHER_PILOT, 1, 3, &counts);
    expect_counts(counts, 1, 2, 0, 3);
    assert_string_equal(world_field(&world, "c:contact00001", "m"), WORLD_PILOT "," OTHER_PILOT);
    assert_int_equal(members(WORLD_PILOT), 3);
    assert_int_equal(members(OTHER_PILOT), 3);
    /* A pilot whose name begins like another's is another. */
    world_import(&world, "coaching", 0, 1, &counts);
    expect_counts(counts, 0, 1, 0, 1);
    world_import(&world, "coaching", 0, 1, &counts);
    expect_counts(counts, 0, 0, 1, 0);
}

static void a_number_opens_with_the_key_of_its_batch(void **state)
{
    (void)state;
    struct claimed claimed[STORE_ITEMS_MAX];
    unsigned char shared[KEY_BYTES];
    char e164[PHONE_SIZE];
    world_import(&world, WORLD_PILOT, 0, 2, NULL);
    world_import(&world, WORLD_PILOT, 1, 3, NULL);
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_claim(&world, 10, claimed), 4);
    for (int i = 0; i < 4; i++) {
        struct redis_value *key = WORLD_RUN(&world, "HGET", world_key("batch"), claimed[i].batch);
        assert_int_equal(redis_text_bytes(key), KEY_BYTES);
        assert_true(claimed[i].has_number);
        assert_true(opener_shared((const unsigned char *)redis_text(key), world.keys.keys[KEY_SEALING_SECRET],
                                  shared));
        assert_true(opener_open(shared, claimed[i].contact, claimed[i].sealed, e164));
        assert_string_equal(e164, world_phone(i));
        redis_value_free(&key);
    }
}

static void a_wrong_type_anywhere_refuses_the_whole_batch(void **state)
{
    (void)state;
    struct redis_command command = {0};
    struct contact_row rows[] = {row_of(0, "old000000000", "sv", "18-29,north"),
                                 row_of(1, "new000000000", "fi", "50+,north"),
                                 row_of(2, "new000000001", "fi", "50+,south")};
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    import_command(&command, OTHER_PILOT, rows, 3);
    /* three indexes, one known contact, two new ones, the batch, the members, b */
    assert_int_equal(snapshot_refusals(&world, &command), 9);
    redis_command_free(&command);
    assert_int_equal(members(OTHER_PILOT), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(new_contacts_join_in_order_of_first_import),
        STORE_TEST(nobody_changes_nothing),
        STORE_TEST(the_same_import_again_changes_nothing),
        STORE_TEST(a_number_twice_in_one_batch_is_one_contact_and_the_last_row_wins),
        STORE_TEST(the_last_import_wins_for_language_and_stratum_and_never_reopens_a_stop),
        STORE_TEST(a_known_contact_joins_a_second_pilot_and_keeps_the_first),
        STORE_TEST(a_number_opens_with_the_key_of_its_batch),
        STORE_TEST(a_wrong_type_anywhere_refuses_the_whole_batch),
    };
    return STORE_MAIN(tests);
}
