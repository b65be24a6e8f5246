/* Own words: only published weeks are read, of one pilot, by question and week; deleting them in order
 * leaves later lots as they were. */
#include "fixture.h"

#include "domain/lots.h"
#include "store/words.h"

static void put_words(const char *week, const char *pilot, const char *question, int n, bool another_person)
{
    char key[16], id[24];
    struct text record = {0};
    struct redis_command command = {0};
    snprintf(key, sizeof key, "ow:%s", week);
    snprintf(id, sizeof id, "words%07d", n);
    text_addf(&record, "%s|%s|%d|", pilot, question, another_person ? 1 : 0);
    assert_true(reader_seal(world.keys.keys[KEY_READER_PUBLIC], "Hyvä", strlen("Hyvä"), &record));
    redis_command_add(&command, "HSET");
    redis_command_add(&command, world_key(key));
    redis_command_add(&command, id);
    redis_command_add_bytes(&command, record.chars, record.bytes);
    struct redis_value *value = world_call(&world, &command);
    redis_value_free(&value);
    redis_command_free(&command);
    text_free(&record);
}

static struct words read_words(const char *pilot)
{
    struct words words;
    struct error error = {""};
    if (!words_read(world.link, WORLD_ORG, pilot, &words, &error))
        fail_msg("%s", error.text);
    return words;
}

static int64_t people_deleted(const char *question)
{
    int64_t people = -1;
    struct error error = {""};
    assert_true(words_people_deleted(world.link, WORLD_ORG, WORLD_PILOT, question, &people, &error));
    return people;
}

/* One call; returns how many were deleted. */
static int64_t expire(const char *first, const char *last)
{
    int64_t first_week = 0, last_week = 0, deleted = -1;
    struct redis_command command = {0};
    assert_true(week_parse(first, &first_week) && week_parse(last, &last_week));
    words_expire_command(&command, WORLD_ORG, first_week, last_week);
    struct redis_value *value = world_call(&world, &command);
    assert_true(words_expire_result(value, &deleted));
    redis_value_free(&value);
    redis_command_free(&command);
    return deleted;
}

static void words_of_published_weeks_are_read_in_order(void **state)
{
    (void)state;
    WORLD_DO(&world, "HSET", world_key("weeks"), "2026-W03", "published", "2026-W04", "published", "2026-W05",
             "open");
    put_words("2026-W04", WORLD_PILOT, "s@1/b", 1, true);
    put_words("2026-W03", WORLD_PILOT, "s@1/b", 9, false);
    put_words("2026-W03", WORLD_PILOT, "s@1/a", 3, true);
    put_words("2026-W03", WORLD_PILOT, "s@1/a", 2, true);
    put_words("2026-W03", "coaching", "s@1/a", 4, true);  /* a pilot whose name begins alike */
    put_words("2026-W05", WORLD_PILOT, "s@1/a", 5, true); /* not published */
    WORLD_DO(&world, "HSET", world_key("ow:2026-W04"), "words0000006", "damaged");
    struct words words = read_words(WORLD_PILOT);
    assert_int_equal(words.count, 4);
    assert_int_equal(words.unreadable, 1);
    assert_string_equal(words.items[0].id, "words0000002");
    assert_string_equal(words.items[1].id, "words0000003");
    assert_string_equal(words.items[2].question, "s@1/b");
    assert_false(words.items[2].another_person);
    assert_true(words.items[3].another_person);
    assert_int_equal(words.items[3].week - words.items[2].week, 1);
    struct text opened = {0};
    assert_true(reader_open(world.keys.keys[KEY_READER_PUBLIC], world.keys.keys[KEY_READER_SECRET],
                            words.items[3].sealed, words.items[3].sealed_count, &opened));
    assert_string_equal(opened.chars, "Hyvä");
    text_free(&opened);
    words_free(&words);
    words = read_words("nobody");
    assert_int_equal(words.count, 0);
    words_free(&words);
    WORLD_DO(&world, "FLUSHALL"); /* the weeks were made up */
    world_clear(&world);
}

static void more_words_than_a_page_are_all_read(void **state)
{
    (void)state;
    WORLD_DO(&world, "HSET", world_key("weeks"), "2026-W03", "published");
    for (int n = 0; n < 700; n++)
        put_words("2026-W03", WORLD_PILOT, "s@1/a", n, true);
    struct words words = read_words(WORLD_PILOT);
    assert_int_equal(words.count, 700);
    words_free(&words);
    int64_t deleted = 0, all = 0;
    while ((deleted = expire("2026-W01", "2026-W03")) > 0) {
        assert_true(deleted <= STORE_ITEMS_MAX);
        all += deleted;
    }
    assert_int_equal(all, 700);
    assert_int_equal(people_deleted("s@1/a"), 0); /* their lot is over */
}

/* Deletes week after week, a record count that no lot fits, and compares the lots that are left with those
 * before. */
static void deleting_old_weeks_leaves_later_lots_as_they_were(void **state)
{
    static const char *const weeks[] = {"2026-W01", "2026-W02", "2026-W03",
                                        "2026-W04", "2026-W05", "2026-W06"};
    static const int people[] = {3, 1, 2, 4, 2, 3};
    struct lot before[64], after[64];
    struct lot_item items[64];
    (void)state;
    int n = 0;
    for (size_t w = 0; w < 6; w++) {
        WORLD_DO(&world, "HSET", world_key("weeks"), weeks[w], "published");
        for (int i = 0; i < people[w]; i++)
            put_words(weeks[w], WORLD_PILOT, "s@1/a", n++, true);
        put_words(weeks[w], WORLD_PILOT, "s@1/a", n++, false);
    }
    struct lots whole = {0};
    for (size_t gone = 0; gone <= 6; gone++) {
        struct words words = read_words(WORLD_PILOT);
        for (size_t i = 0; i < words.count; i++)
            items[i] = (struct lot_item){words.items[i].week, words.items[i].another_person};
        struct lots lots = lots_make(items, words.count, people_deleted("s@1/a"), after);
        if (gone == 0) {
            whole = lots;
            memcpy(before, after, sizeof before);
            assert_int_equal(whole.count, 2); /* weeks 1–3 and 4–5 */
            assert_int_equal(whole.people_waiting, 3);
        }
        for (size_t k = 0; k < lots.count; k++) {
            const struct lot *same = &before[whole.count - lots.count + k];
            assert_int_equal(after[k].first_week, same->first_week);
            assert_int_equal(after[k].last_week, same->last_week);
            assert_int_equal(after[k].people, same->people);
        }
        words_free(&words);
        static const int64_t carried[] = {0, 3, 4, 0, 4, 0, 3};
        static const size_t left[] = {2, 1, 1, 1, 0, 0, 0};
        assert_int_equal(people_deleted("s@1/a"), carried[gone]);
        assert_int_equal(lots.count, left[gone]);
        if (gone < 6)
            assert_int_equal(expire("2026-W01", weeks[gone]), people[gone] + 1);
        assert_int_equal(gone < 6 ? expire("2026-W01", weeks[gone]) : 0, 0); /* nothing is left of it */
    }
    WORLD_DO(&world, "FLUSHALL");
    world_clear(&world);
}

static void a_wrong_type_deletes_nothing(void **state)
{
    struct redis_command command = {0};
    int64_t week = 0;
    (void)state;
    assert_true(week_parse("2026-W03", &week));
    put_words("2026-W03", WORLD_PILOT, "s@1/a", 1, true);
    words_expire_command(&command, WORLD_ORG, week, week);
    assert_int_equal(snapshot_refusals(&world, &command), 3); /* the week's words, the people deleted, b */
    redis_command_free(&command);
    assert_false(world_exists(&world, "ow:2026-W03"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(words_of_published_weeks_are_read_in_order),
        STORE_TEST(more_words_than_a_page_are_all_read),
        STORE_TEST(deleting_old_weeks_leaves_later_lots_as_they_were),
        STORE_TEST(a_wrong_type_deletes_nothing),
    };
    return STORE_MAIN(tests);
}
