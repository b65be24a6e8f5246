/* Webhooks of every profile there is, by those who mean ill and those who are broken: forged, replayed, cut short, too large,
 * in another way. Refused or harmless; what is genuine is counted once, whatever came around it. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "support/provider.h"
#include "support/wire.h"
#include "desk_fixture.h"
#include "share_fixture.h"

#define REPLY_PATH DESK_PATH "/reply"
#define WORDS      "4"
#define TOO_LARGE  70000
#define WINDOW_S   3601 /* the longest that a profile has, and one more */

static cJSON *vectors;

/* One provider's webhook, said over HTTP; zero means as it should be. */
struct said {
    const char *method, *content_type, *path; /* NULL = the right one */
    const char *headers;                      /* NULL = those of the call */
    size_t body_bytes;                        /* 0 = all */
    size_t length_more;                       /* Content-Length claims so many bytes more */
};

static int say(const cJSON *row, const struct provider_call *call, const struct said *said)
{
    struct text request = {0};
    size_t bytes = said->body_bytes == 0 ? call->body.bytes : said->body_bytes;
    const char *query = strchr(call->target.chars, '?');
    text_addf(&request,
              "%s %s%s HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nContent-Type: %s\r\n%s",
              said->method == NULL ? provider_text(row, "method") : said->method,
              said->path == NULL ? REPLY_PATH : said->path, query == NULL ? "" : query,
              said->content_type == NULL ? provider_text(row, "content_type") : said->content_type,
              said->headers == NULL ? call->headers.chars : said->headers);
    text_addf(&request, "Content-Length: %zu\r\n\r\n", bytes + said->length_more);
    text_add_bytes(&request, call->body.chars, bytes);
    int descriptor = wire_open(desk.port);
    wire_send(descriptor, request.chars, request.bytes);
    if (said->length_more > 0)
        shutdown(descriptor, SHUT_WR);
    int status = wire_receive(descriptor, NULL);
    text_free(&request);
    return status;
}

static struct provider_reply reply_of(const cJSON *row, const char *id)
{
    return (struct provider_reply){.row = row,
                                   .path = REPLY_PATH,
                                   .id = id,
                                   .from = world_phone(0),
                                   .to = DESK_NUMBER,
                                   .text = WORDS,
                                   .at_s = clock_wall_ms() / 1000};
}

/* The collector with this provider as its gateway. */
static void open_as(const cJSON *row)
{
    struct text more = {0};
    text_add(&more,
             "[collector]\nport = 0\nbody_deadline_ms = 500\n[gateway:simulator]\nwebhook_token = " DESK_TOKEN
             "\n");
    provider_settings(row, &more);
    share_put_settings(more.chars);
    text_free(&more);
    desk_ask_everyone(&desk);
    desk_open(&desk);
}

static int64_t counted(void)
{
    return world_count(&desk.world, "x:answer");
}

static int64_t refused(const char *reason)
{
    struct text answer = {0};
    char series[128];
    assert_int_equal(wire_get(desk.port, "/metrics", &answer), 200);
    snprintf(series, sizeof series, "pulssi_webhooks_refused_total{gateway=\"simulator\",reason=\"%s\"} ",
             reason);
    const char *found = strstr(answer.chars, series);
    assert_non_null(found);
    int64_t count = strtoll(found + strlen(series), NULL, 10);
    text_free(&answer);
    return count;
}

static void expect(const cJSON *row, const char *what, int status, int wanted)
{
    if (status != wanted)
        fail_msg("%s, %s: %d instead of %d", provider_text(row, "profile"), what, status, wanted);
}

static void expect_counted(const cJSON *row, const char *what, int64_t wanted)
{
    if (counted() != wanted)
        fail_msg("%s, %s: %lld counted instead of %lld", provider_text(row, "profile"), what,
                 (long long)counted(), (long long)wanted);
}

/* Runs a test for every provider, on a world of its own. */
static void for_each(void (*test)(const cJSON *row))
{
    const cJSON *row;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(vectors, "providers"))
    {
        open_as(row);
        test(row);
        desk_close(&desk);
    }
}

static void every_profile_has_a_webhook_here(void **state)
{
    (void)state;
    DIR *profiles = opendir(TEST_SOURCE_DIR "/config/gateways");
    size_t found = 0;
    assert_non_null(profiles);
    for (const struct dirent *entry; (entry = readdir(profiles)) != NULL;) {
        const cJSON *row = NULL, *candidate;
        char *end = strstr(entry->d_name, ".json");
        if (end == NULL)
            continue;
        cJSON_ArrayForEach(candidate, cJSON_GetObjectItem(vectors, "providers"))
        {
            const char *profile = provider_text(candidate, "profile");
            if (strlen(profile) == (size_t)(end - entry->d_name) &&
                strncmp(profile, entry->d_name, strlen(profile)) == 0)
                row = candidate;
        }
        if (row == NULL)
            fail_msg("%s: tests/vectors/webhooks.json has no webhook of it", entry->d_name);
        found++;
    }
    closedir(profiles);
    assert_true(found >= 10);
}

static void test_replayed(const cJSON *row)
{
    struct provider_call call = {0};
    struct provider_reply reply = reply_of(row, "r-1");
    provider_write(&reply, &call);
    for (int i = 0; i < 3; i++) {
        expect(row, "genuine", say(row, &call, &(struct said){0}), 200);
        expect_counted(row, "replayed at once", 1);
    }
    reply.id = "r-2";
    for (int later = -1; later <= 1; later += 2) { /* in an hour, and from an hour that has not come */
        reply.at_s = clock_wall_ms() / 1000 + later * WINDOW_S;
        provider_write(&reply, &call);
        if (provider_signs_time(row))
            expect(row, "of another hour", say(row, &call, &(struct said){0}), 401);
    }
    expect_counted(row, "replayed later", 1);
    assert_int_equal(refused("signature_stale"), provider_signs_time(row) ? 2 : 0);
    provider_call_free(&call);
}

static void what_is_replayed_counts_once(void **state)
{
    (void)state;
    for_each(test_replayed);
}

static void test_forged(const cJSON *row)
{
    struct provider_call call = {0};
    struct provider_reply reply = reply_of(row, "f-1");
    reply.by_a_stranger = true;
    provider_write(&reply, &call);
    if (provider_signs(row)) {
        expect(row, "signed by a stranger", say(row, &call, &(struct said){0}), 401);
        assert_int_equal(refused("signature_wrong"), 1);
        desk_log_holds(&desk, strcmp(provider_text(row, "sign"), "basic") == 0
                                  ? "check webhook_user and webhook_password of [gateway:simulator]"
                                  : "check webhook_secret");
    }
    reply.by_a_stranger = false;
    provider_write(&reply, &call);
    if (provider_signs(row) && call.headers.bytes > 0) {
        expect(row, "unsigned", say(row, &call, &(struct said){.headers = ""}), 401);
        assert_int_equal(refused("signature_missing"), 1);
    }
    expect(row, "with another token",
           say(row, &call, &(struct said){.path = "/v1/gateways/simulator/a-token-of-somebody-else/reply"}),
           404);
    expect(row, "of another gateway",
           say(row, &call, &(struct said){.path = "/v1/gateways/x/" DESK_TOKEN "/reply"}), 404);
    assert_int_equal(refused("token"), 1);
    expect_counted(row, "forged", 0);
    expect(row, "genuine after all", say(row, &call, &(struct said){0}), 200);
    expect_counted(row, "genuine", 1);
    provider_call_free(&call);
}

static void what_is_forged_is_refused(void **state)
{
    (void)state;
    for_each(test_forged);
}

/* Another answer in a webhook that was signed with the first. */
static void test_altered(const cJSON *row)
{
    struct provider_call call = {0};
    struct provider_reply reply = reply_of(row, "a-1");
    bool covers_body = provider_signs(row) && strcmp(provider_text(row, "sign"), "basic") != 0;
    provider_write(&reply, &call);
    for (size_t i = 0; i < call.body.bytes && covers_body; i++) {
        char was = call.body.chars[i];
        call.body.chars[i] = was == '5' ? '6' : '5';
        expect(row, "altered", say(row, &call, &(struct said){0}), 401);
        call.body.chars[i] = was;
    }
    expect_counted(row, "altered", 0);
    expect(row, "genuine after all", say(row, &call, &(struct said){0}), 200);
    expect_counted(row, "genuine", 1);
    provider_call_free(&call);
}

static void what_is_altered_is_refused(void **state)
{
    (void)state;
    for_each(test_altered);
}

static void test_truncated(const cJSON *row)
{
    struct provider_call call = {0};
    struct provider_reply reply = reply_of(row, "t-1");
    bool covers_body = provider_signs(row) && strcmp(provider_text(row, "sign"), "basic") != 0;
    provider_write(&reply, &call);
    int status = say(row, &call, &(struct said){.length_more = 1});
    if (status == 200)
        fail_msg("%s: taken though a byte lacks", provider_text(row, "profile"));
    expect_counted(row, "a byte lacks", 0);
    for (size_t bytes = 1; bytes < call.body.bytes; bytes += bytes < call.body.bytes - 8 ? 7 : 1) {
        status = say(row, &call, &(struct said){.body_bytes = bytes});
        expect(row, "cut short", status, covers_body ? 401 : 200);
    }
    expect(row, "genuine after all", say(row, &call, &(struct said){0}), 200);
    if (covers_body)
        expect_counted(row, "genuine", 1);
    else
        assert_true(counted() <=
                    1); /* nobody can see that a text was cut short: then that is the reply, once */
    provider_call_free(&call);
}

static void what_is_cut_short_is_refused_or_harmless(void **state)
{
    (void)state;
    for_each(test_truncated);
}

static void test_oversized(const cJSON *row)
{
    struct provider_call call = {0};
    struct provider_reply reply = reply_of(row, "o-1");
    char *text = memory_zeroed(1, TOO_LARGE + 1);
    memset(text, '4', TOO_LARGE);
    reply.text = text;
    provider_write(&reply, &call);
    expect(row, "too large", say(row, &call, &(struct said){0}), 413);
    text[45000] = '\0'; /* within the limit of a body, beyond that of a text */
    provider_write(&reply, &call);
    expect(row, "too long", say(row, &call, &(struct said){0}), 200);
    expect_counted(row, "too long", 0);
    assert_int_equal(world_count(&desk.world, "x:malformed"), 1);
    free(text);
    provider_call_free(&call);
}

static void what_is_too_large_is_refused(void **state)
{
    (void)state;
    for_each(test_oversized);
}

static void test_another_way(const cJSON *row)
{
    static const char *const methods[] = {"PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"};
    static const char *const types[] = {"text/plain",
                                        "application/json",
                                        "application/x-www-form-urlencoded",
                                        "multipart/form-data; boundary=x",
                                        "application/octet-stream",
                                        ""};
    struct provider_call call = {0};
    struct provider_reply reply = reply_of(row, "w-1");
    provider_write(&reply, &call);
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        int status = say(row, &call, &(struct said){.method = methods[i]});
        if (status != 400 && status != 404 && status != 405)
            fail_msg("%s, %s: %d", provider_text(row, "profile"), methods[i], status);
    }
    expect_counted(row, "in another way", 0);
    int status = say(row, &call, &(struct said){.method = "GET"}); /* with its body, which some would read */
    if (status != 200 && status != 404)
        fail_msg("%s, GET: %d", provider_text(row, "profile"), status);
    /* A content type that lies makes it unreadable, or is of no matter; never more than the one answer. */
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        status = say(row, &call, &(struct said){.content_type = types[i]});
        if (status != 200 && status != 401)
            fail_msg("%s, %s: %d", provider_text(row, "profile"), types[i], status);
    }
    assert_true(counted() <= 1);
    expect(row, "genuine after all", say(row, &call, &(struct said){0}), 200);
    expect_counted(row, "genuine", 1);
    provider_call_free(&call);
}

static void what_comes_in_another_way_is_refused_or_harmless(void **state)
{
    (void)state;
    for_each(test_another_way);
}

/* --- addresses --- */

static const cJSON *row_of(const char *profile)
{
    const cJSON *row;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(vectors, "providers"))
    {
        if (strcmp(provider_text(row, "profile"), profile) == 0)
            return row;
    }
    fail_msg("no webhook of %s", profile);
    return NULL;
}

static void open_with(const char *collector, const char *gateway)
{
    struct text more = {0};
    text_addf(
        &more,
        "[collector]\nport = 0\n%s[gateway:simulator]\nurl = http://127.0.0.1:9\nwebhook_token = " DESK_TOKEN
        "\n%s",
        collector, gateway);
    share_put_settings(more.chars);
    text_free(&more);
    desk_ask_everyone(&desk);
}

static int say_from(const char *forwarded_for, const char *id)
{
    const cJSON *row = row_of("simulator");
    struct provider_call call = {0};
    struct provider_reply reply = reply_of(row, id);
    provider_write(&reply, &call);
    int status = say(row, &call, &(struct said){.headers = forwarded_for});
    provider_call_free(&call);
    return status;
}

static void only_addresses_of_the_list_are_heard(void **state)
{
    (void)state;
    open_with("", "webhook_addresses = 203.0.113.0/24 2001:db8::/32\n");
    desk_open(&desk);
    assert_int_equal(say_from("", "1"), 404);
    assert_int_equal(say_from("X-Forwarded-For: 203.0.113.7\r\n", "1"), 404); /* nobody vouches for it */
    assert_int_equal(refused("address"), 2);
    desk_log_holds(&desk, "check webhook_addresses");
    desk_close(&desk);

    open_with("trusted_proxies = 127.0.0.0/8\n", "webhook_addresses = 203.0.113.0/24 2001:db8::/32\n");
    desk_open(&desk);
    assert_int_equal(say_from("", "1"), 404);
    assert_int_equal(say_from("X-Forwarded-For: 198.51.100.1\r\n", "1"), 404);
    assert_int_equal(say_from("X-Forwarded-For: 203.0.113.7, 198.51.100.1\r\n", "1"), 404);
    assert_int_equal(say_from("X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-For: 198.51.100.1\r\n", "1"), 404);
    assert_int_equal(counted(), 0);
    assert_int_equal(say_from("X-Forwarded-For: 203.0.113.7\r\n", "1"), 200);
    assert_int_equal(
        say_from("X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 2001:db8::1, 127.0.0.2\r\n", "2"), 200);
    assert_int_equal(counted(), 2);
}

static void settings_that_lack_or_cannot_be_are_refused_at_the_start(void **state)
{
    (void)state;
    static const struct {
        const char *collector, *gateway, *problem;
    } rows[] = {
        {"trusted_proxies = localhost\n", "",
         "[collector] trusted_proxies: \"localhost\" is neither an address"},
        {"", "webhook_addresses = 203.0.113.7/24\n",
         "[gateway:simulator] webhook_addresses: \"203.0.113.7/24\" is neither"},
        {"", "profile = gatewayapi\nsecret = s\n", "[gateway:simulator] webhook_secret: missing"},
        {"", "profile = infobip\nsecret = s\nwebhook_user = u\npublic_url = https://p.example\n",
         "[gateway:simulator] webhook_password: missing"},
        {"",
         "profile = telnyx\nsecret = s\nwebhook_secret = s\noutside_eu = yes\npublic_url = "
         "https://p.example\n",
         "[gateway:simulator] webhook_secret: must be the public key"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        open_with(rows[i].collector, rows[i].gateway);
        desk_spawn(&desk);
        int status = child_wait(&desk.program);
        if (status != 1)
            fail_msg("%s%s: ended with %d", rows[i].collector, rows[i].gateway, status);
        desk_log_holds(&desk, rows[i].problem);
    }
    open_with("", "");
}

static int start(void **state)
{
    struct error error = {""};
    vectors = json_read_file(TEST_VECTORS "/webhooks.json", &error);
    if (vectors == NULL)
        fail_msg("%s", error.text);
    desk_fixture_start(state);
    share_make();
    assert_int_equal(rmdir(desk_path(&desk, "share/gateways")), 0);
    assert_int_equal(symlink(SHARE_TREE "/gateways", desk_path(&desk, "share/gateways")), 0);
    return 0;
}

static int stop(void **state)
{
    cJSON_Delete(vectors);
    return desk_fixture_stop(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_profile_has_a_webhook_here),
        cmocka_unit_test_teardown(what_is_replayed_counts_once, desk_fixture_check),
        cmocka_unit_test_teardown(what_is_forged_is_refused, desk_fixture_check),
        cmocka_unit_test_teardown(what_is_altered_is_refused, desk_fixture_check),
        cmocka_unit_test_teardown(what_is_cut_short_is_refused_or_harmless, desk_fixture_check),
        cmocka_unit_test_teardown(what_is_too_large_is_refused, desk_fixture_check),
        cmocka_unit_test_teardown(what_comes_in_another_way_is_refused_or_harmless, desk_fixture_check),
        cmocka_unit_test_teardown(only_addresses_of_the_list_are_heard, desk_fixture_check),
        cmocka_unit_test(settings_that_lack_or_cannot_be_are_refused_at_the_start),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
