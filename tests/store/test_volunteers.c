/* The volunteers' list: read in pages and by pilot, damaged records counted, one record taken off. */
#include "conversation.h"

#include "store/volunteers.h"

static const char *hash_of(int person)
{
    static char hash[PHONE_HASH_SIZE];
    phone_hash(world.keys.keys[KEY_HASH], world_phone(person), hash);
    return hash;
}

static void the_volunteers_list_is_read_in_the_order_of_dates(void **state)
{
    struct volunteers volunteers;
    struct error error = {""};
    bool was = false;
    (void)state;
    conversation_open(NULL);
    conversation_reply("r1", "5");
    assert_true(world_send_all(&world) > 0);
    conversation_reply("r2", "kyllä");
    assert_true(world_send_all(&world) > 0); /* asks for the name */
    conversation_reply("r3", "Maija");
    for (int n = 1; n <= 300; n++) { /* more than a page */
        struct text record = {0};
        struct redis_command command = {0};
        const char *number = world_phone(n);
        text_addf(&record, "2026-01-%02d|fi|%s|meeting@1/join|sms|", n % 28 + 1,
                  n % 2 == 0 ? "other" : WORLD_PILOT);
        assert_true(reader_seal(world.keys.keys[KEY_READER_PUBLIC], number, strlen(number), &record));
        redis_command_add(&command, "HSET");
        redis_command_add(&command, world_key("vo"));
        redis_command_add(&command, hash_of(n));
        redis_command_add_bytes(&command, record.chars, record.bytes);
        struct redis_value *value = world_call(&world, &command);
        redis_value_free(&value);
        redis_command_free(&command);
        text_free(&record);
    }
    assert_true(volunteers_read(world.link, WORLD_ORG, NULL, &volunteers, &error));
    assert_int_equal(volunteers.count, 301);
    assert_int_equal(volunteers.unreadable, 0);
    size_t named = 0;
    for (size_t i = 0; i < volunteers.count; i++) {
        struct text number = {0};
        named += volunteers.items[i].name.bytes > 0 ? 1 : 0;
        assert_true(i == 0 || strcmp(volunteers.items[i - 1].date, volunteers.items[i].date) <= 0);
        assert_true(reader_open(world.keys.keys[KEY_READER_PUBLIC], world.keys.keys[KEY_READER_SECRET],
                                volunteers.items[i].number.chars, volunteers.items[i].number.bytes, &number));
        text_free(&number);
    }
    assert_int_equal(named, 1);
    volunteers_free(&volunteers);
    assert_true(volunteers_read(world.link, WORLD_ORG, "other", &volunteers, &error));
    assert_int_equal(volunteers.count, 150);
    volunteers_free(&volunteers);

    assert_true(volunteer_remove(world.link, WORLD_ORG, hash_of(0), &was, &error));
    assert_true(was);
    assert_string_equal(world_volunteer(&world, 0), "");
    assert_false(world_exists(&world, "vn"));
    assert_true(world_exists(&world, "c:contact00000")); /* stays a contact */
    assert_true(volunteer_remove(world.link, WORLD_ORG, hash_of(0), &was, &error));
    assert_false(was);
}

static void a_record_that_is_none_is_counted(void **state)
{
    static const char *const records[] = {"", "2026-01-13|fi|p|q", "2026-01-13-and-more|fi|p|q|sms|x",
                                          "2026-01-13|fi|p|q|a-channel-too-long|x"};
    struct volunteers volunteers;
    struct error error = {""};
    (void)state;
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++)
        WORLD_DO(&world, "HSET", world_key("vo"), hash_of((int)i), records[i]);
    assert_true(volunteers_read(world.link, WORLD_ORG, NULL, &volunteers, &error));
    assert_int_equal(volunteers.count, 0);
    assert_int_equal(volunteers.unreadable, 4);
    volunteers_free(&volunteers);
    WORLD_DO(&world, "DEL", world_key("vo"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(the_volunteers_list_is_read_in_the_order_of_dates),
        STORE_TEST(a_record_that_is_none_is_counted),
    };
    return STORE_MAIN(tests);
}
