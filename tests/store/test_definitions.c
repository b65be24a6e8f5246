/* Orgs, pilots and surveys as the store keeps them. */
#include "fixture.h"

#define HASH_FINGERPRINT "00112233aabbccdd"

static enum put_result put_org(const char *json, const char *hash, const char *sealing, const char *reader)
{
    struct error error = {""};
    return org_store(world.link, WORLD_ORG, json, hash, sealing, reader, &error);
}

/* The example with one word replaced by another of any length. */
static const char *changed(const struct text *json, const char *from, const char *to)
{
    static char buffer[8192];
    const char *at = strstr(json->chars, from);
    assert_non_null(at);
    snprintf(buffer, sizeof buffer, "%.*s%s%s", (int)(at - json->chars), json->chars, to, at + strlen(from));
    return buffer;
}

static void expect_unchanged(const char *before)
{
    char after[SNAPSHOT_DIGEST_SIZE];
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
}

static void an_org_is_read_back_with_its_fingerprints(void **state)
{
    (void)state;
    struct org_record record;
    struct error error = {""};
    char expected[FINGERPRINT_SIZE], names[4][33];
    size_t count = 0;
    key_fingerprint(KEY_HASH, world.keys.keys[KEY_HASH], expected);
    assert_true(org_load(world.link, WORLD_ORG, &record, &error));
    assert_string_equal(record.org.name, world.org.name);
    assert_string_equal(record.fingerprint_hash, expected);
    assert_true(orgs_list(world.link, names, 4, &count, &error));
    assert_int_equal(count, 1);
    assert_string_equal(names[0], WORLD_ORG);
    assert_false(org_load(world.link, "nowhere", &record, &error));
    assert_non_null(strstr(error.text, "no org \"nowhere\""));
    assert_false(orgs_list(world.link, names, 0, &count, &error)); /* never only some of them */
    assert_non_null(strstr(error.text, "more than 0"));
}

static void the_same_org_again_changes_nothing(void **state)
{
    (void)state;
    char before[SNAPSHOT_DIGEST_SIZE];
    snapshot_digest(&world, "", before);
    assert_int_equal(put_org(world.org_json.chars, "", "", ""), PUT_SAME);
    expect_unchanged(before);
    assert_int_equal(put_org(changed(&world.org_json, "Varkauden", "Vantaan"), "", "", ""), PUT_WRITTEN);
    assert_string_equal(world_field(&world, "org", "revision"), "2");
    char fingerprint[FINGERPRINT_SIZE];
    key_fingerprint(KEY_HASH, world.keys.keys[KEY_HASH], fingerprint);
    assert_string_equal(world_field(&world, "org", "fp_hash"), fingerprint); /* "" keeps what is there */
}

static void other_keys_are_refused_whole(void **state)
{
    (void)state;
    char before[SNAPSHOT_DIGEST_SIZE];
    snapshot_digest(&world, "", before);
    assert_int_equal(put_org(world.org_json.chars, HASH_FINGERPRINT, "", ""), PUT_REFUSED);
    assert_int_equal(put_org(changed(&world.org_json, "Varkauden", "Vantaan"), "", HASH_FINGERPRINT, ""),
                     PUT_REFUSED);
    assert_int_equal(put_org(world.org_json.chars, "", "", HASH_FINGERPRINT), PUT_REFUSED);
    expect_unchanged(before);
}

static void keys_are_added_to_an_org_that_has_none(void **state)
{
    (void)state;
    struct org_record record;
    struct error error = {""};
    WORLD_DO(&world, "DEL", world_key("org"));
    assert_int_equal(put_org(world.org_json.chars, "", "", ""), PUT_WRITTEN);
    assert_true(org_load(world.link, WORLD_ORG, &record, &error));
    assert_string_equal(record.fingerprint_hash, "");
    assert_int_equal(put_org(world.org_json.chars, HASH_FINGERPRINT, "", ""), PUT_WRITTEN);
    assert_int_equal(put_org(world.org_json.chars, HASH_FINGERPRINT, "", ""), PUT_SAME);
    assert_true(org_load(world.link, WORLD_ORG, &record, &error));
    assert_string_equal(record.fingerprint_hash, HASH_FINGERPRINT);
}

static void a_stored_org_that_is_no_org_is_an_error(void **state)
{
    (void)state;
    struct org_record record;
    struct error error = {""};
    WORLD_DO(&world, "HSET", world_key("org"), "json", "{\"id\": 1}");
    assert_false(org_load(world.link, WORLD_ORG, &record, &error));
    assert_non_null(strstr(error.text, "stored org \"varkaus\""));
    WORLD_DO(&world, "HSET", world_key("org"), "json", "{");
    assert_false(org_load(world.link, WORLD_ORG, &record, &error));
    WORLD_DO(&world, "HSET", world_key("org"), "json", world.org_json.chars, "fp_hash",
             "far longer than a fingerprint");
    assert_false(org_load(world.link, WORLD_ORG, &record, &error));
    WORLD_DO(&world, "DEL", world_key("org"));
    WORLD_DO(&world, "SET", world_key("org"), "planted");
    assert_false(org_load(world.link, WORLD_ORG, &record, &error));
    assert_non_null(strstr(error.text, "WRONGTYPE"));
    assert_int_equal(put_org(world.org_json.chars, "", "", ""), PUT_FAILED);
}

static void pilots_are_put_and_listed(void **state)
{
    (void)state;
    struct pilot pilot;
    struct error error = {""};
    char names[4][33], before[SNAPSHOT_DIGEST_SIZE];
    size_t count = 0;
    snapshot_digest(&world, "", before);
    assert_int_equal(pilot_store(world.link, WORLD_ORG, WORLD_PILOT, world.pilot_json.chars, &error),
                     PUT_SAME);
    expect_unchanged(before);
    const char *json = changed(&world.pilot_json, "coaching-a", "coaching-b");
    assert_int_equal(pilot_store(world.link, WORLD_ORG, "coaching-b", json, &error), PUT_WRITTEN);
    assert_true(pilots_list(world.link, WORLD_ORG, names, 4, &count, &error));
    assert_int_equal(count, 2);
    assert_true(pilots_list(world.link, "nowhere", names, 4, &count, &error));
    assert_int_equal(count, 0);
    assert_true(pilot_load(world.link, &world.org, "coaching-b", &pilot, &error));
    assert_string_equal(pilot.id, "coaching-b");
    assert_false(pilot_load(world.link, &world.org, "coaching-c", &pilot, &error));
    assert_non_null(strstr(error.text, "no pilot \"coaching-c\""));
}

static void an_active_survey_never_changes(void **state)
{
    (void)state;
    struct survey survey;
    struct error error = {""};
    struct text json = {0};
    char before[SNAPSHOT_DIGEST_SIZE];
    bool active = false;
    const char *other = changed(&world.survey_json, "0.70", "0.75");
    snapshot_digest(&world, "", before);
    assert_int_equal(survey_store(world.link, WORLD_ORG, WORLD_SURVEY, world.survey_json.chars, &error),
                     PUT_SAME);
    assert_int_equal(survey_store(world.link, WORLD_ORG, WORLD_SURVEY, other, &error), PUT_REFUSED);
    assert_int_equal(
        survey_set_active(world.link, WORLD_ORG, WORLD_SURVEY, world.survey_json.chars, 9, &error), PUT_SAME);
    assert_int_equal(survey_set_active(world.link, WORLD_ORG, WORLD_SURVEY, other, 9, &error), PUT_REFUSED);
    assert_int_equal(survey_set_active(world.link, WORLD_ORG, "none@1", other, 9, &error), PUT_REFUSED);
    expect_unchanged(before);
    assert_true(survey_load(world.link, &world.org, WORLD_SURVEY, &survey, &active, &json, &error));
    assert_true(active);
    assert_string_equal(json.chars, world.survey_json.chars);
    assert_true(survey.questions[0].goal > 0.69 && survey.questions[0].goal < 0.71);
    text_free(&json);
}

static void a_survey_changes_until_it_is_active(void **state)
{
    (void)state;
    struct survey survey;
    struct error error = {""};
    bool active = true;
    char second[8192];
    snprintf(second, sizeof second, "%s", changed(&world.survey_json, "\"version\": 1", "\"version\": 2"));
    assert_int_equal(survey_store(world.link, WORLD_ORG, "felt-forward@2", "{}", &error), PUT_WRITTEN);
    assert_false(survey_load(world.link, &world.org, "felt-forward@2", &survey, &active, NULL, &error));
    assert_int_equal(survey_store(world.link, WORLD_ORG, "felt-forward@2", second, &error), PUT_WRITTEN);
    assert_int_equal(survey_set_active(world.link, WORLD_ORG, "felt-forward@2", "{}", 9, &error),
                     PUT_REFUSED);
    assert_true(survey_load(world.link, &world.org, "felt-forward@2", &survey, &active, NULL, &error));
    assert_false(active);
    assert_int_equal(survey_set_active(world.link, WORLD_ORG, "felt-forward@2", second, 9, &error),
                     PUT_WRITTEN);
    assert_int_equal(survey_set_active(world.link, WORLD_ORG, "felt-forward@2", second, 9, &error), PUT_SAME);
    assert_false(survey_load(world.link, &world.org, "felt-forward@3", &survey, &active, NULL, &error));
    assert_non_null(strstr(error.text, "no survey \"felt-forward@3\""));
}

static void a_survey_without_version_is_its_highest_active_one(void **state)
{
    (void)state;
    struct error error = {""};
    char ref[SURVEY_REF_SIZE];
    static const char *const refs[] = {"felt-forward@2", "felt-forward@10", "felt-forward-short@11",
                                       "felt@12"};
    for (size_t i = 0; i < sizeof refs / sizeof refs[0]; i++) {
        assert_int_equal(survey_store(world.link, WORLD_ORG, refs[i], "{}", &error), PUT_WRITTEN);
        if (i == 2)
            assert_int_equal(survey_set_active(world.link, WORLD_ORG, refs[i], "{}", 9, &error), PUT_WRITTEN);
    }
    assert_true(survey_resolve(world.link, WORLD_ORG, "felt-forward", ref, &error));
    assert_string_equal(ref, "felt-forward@1");
    assert_int_equal(survey_set_active(world.link, WORLD_ORG, "felt-forward@2", "{}", 9, &error),
                     PUT_WRITTEN);
    assert_int_equal(survey_set_active(world.link, WORLD_ORG, "felt-forward@10", "{}", 9, &error),
                     PUT_WRITTEN);
    assert_true(survey_resolve(world.link, WORLD_ORG, "felt-forward", ref, &error));
    assert_string_equal(ref, "felt-forward@10");
    assert_true(survey_resolve(world.link, WORLD_ORG, "felt-forward@2", ref, &error));
    assert_string_equal(ref, "felt-forward@2");
    assert_false(survey_resolve(world.link, WORLD_ORG, "felt", ref, &error));
    assert_non_null(strstr(error.text, "no active version"));
    assert_false(survey_resolve(world.link, WORLD_ORG, "a-name-that-is-far-longer-than-any-survey-may-have@1",
                                ref, &error));
}

static void definitions_of_a_wrong_type_are_not_overwritten(void **state)
{
    (void)state;
    static const struct {
        const char *function, *key;
        int refusals; /* its own, and b where it writes */
    } cases[] = {{"org_put", "org", 2},
                 {"pilot_put", "pilots", 2},
                 {"survey_put", "surveys", 1}, /* it is there */
                 {"survey_activate", "surveys", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct redis_command command = {0};
        WORLD_DO(&world, "HSET", world_key("surveys"), "s@1", "{}");
        call_begin(&command, cases[i].function, WORLD_ORG);
        const char *words[] = {i == 0 ? "{}" : "s@1", i == 0 ? "" : "{}", i == 0 ? "" : "9", ""};
        for (size_t j = 0; j < (i == 0 ? 4u : 3u); j++)
            redis_command_add(&command, words[j]);
        assert_int_equal(snapshot_refusals(&world, &command), cases[i].refusals);
        redis_command_free(&command);
        world_clear(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(an_org_is_read_back_with_its_fingerprints),
        STORE_TEST(the_same_org_again_changes_nothing),
        STORE_TEST(other_keys_are_refused_whole),
        STORE_TEST(keys_are_added_to_an_org_that_has_none),
        STORE_TEST(a_stored_org_that_is_no_org_is_an_error),
        STORE_TEST(pilots_are_put_and_listed),
        STORE_TEST(an_active_survey_never_changes),
        STORE_TEST(a_survey_changes_until_it_is_active),
        STORE_TEST(a_survey_without_version_is_its_highest_active_one),
        STORE_TEST(definitions_of_a_wrong_type_are_not_overwritten),
    };
    return STORE_MAIN(tests);
}
