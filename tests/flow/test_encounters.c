/* Encounters through the collector as a program: who is let in, what is taken, that each refusal says what is wrong
 * and leaves nothing behind, and that one key draws one pulse whatever happens. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "store/tokens.h"
#include "support/snapshot.h"
#include "support/wire.h"
#include "desk_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FIRST_NEW    70 /* contacts from here on were never asked */

static char token[TOKEN_SIZE], token_id[ID_SIZE];

static void put_token(const char *org, const char *name, const char *scope, char text_out[TOKEN_SIZE],
                      char id_out[ID_SIZE])
{
    struct token made = {.created_ms = desk.world.now_ms};
    struct error error = {""};
    token_make(org, text_out, made.id, made.hash);
    snprintf(made.name, sizeof made.name, "%s", name);
    snprintf(made.scope, sizeof made.scope, "%s", scope);
    memcpy(id_out, made.id, ID_SIZE);
    if (token_store(desk.world.link, org, &made, &error) != TOKEN_WRITTEN)
        fail_msg("%s", error.text);
}

static int open_door(void **state)
{
    (void)state;
    desk_ask_everyone(&desk);
    world_import(&desk.world, WORLD_PILOT, FIRST_NEW, 20, NULL);
    put_token(WORLD_ORG, "booking", TOKEN_SCOPE_ENCOUNTERS, token, token_id);
    desk_open(&desk);
    return 0;
}

/* --- what a program says --- */

static void write_request(struct text *request, const char *method, const char *headers, const char *body)
{
    text_clear(request);
    text_addf(request,
              "%s /v1/encounters HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%sContent-Length: "
              "%zu\r\n\r\n%s",
              method, headers, strlen(body), body);
}

static void add_headers(struct text *headers, const char *bearer, const char *key)
{
    text_addf(headers,
              "Authorization: Bearer %s\r\nContent-Type: application/json; charset=utf-8\r\n"
              "Idempotency-Key: %s\r\n",
              bearer, key);
}

/* The status; the answer's head and body in `said` until the next one. */
static struct text said;

static int ask(const char *method, const char *headers, const char *body)
{
    struct text request = {0};
    text_clear(&said);
    text_add(&said, "");
    write_request(&request, method, headers, body);
    int status = wire_ask(desk.port, request.chars, request.bytes, &said);
    text_free(&request);
    return status;
}

static int post(const char *bearer, const char *key, const char *body)
{
    struct text headers = {0};
    add_headers(&headers, bearer, key);
    int status = ask("POST", headers.chars, body);
    text_free(&headers);
    return status;
}

static const char *body_of(int contact, const char *more)
{
    static char body[512];
    snprintf(body, sizeof body,
             "{\"pilot\":\"coaching-a\",\"survey\":\"felt-forward\",\"contact\":{\"phone\":\"%s\"}%s}",
             world_phone(contact), more);
    return body;
}

static void expect_said(const char *words)
{
    if (strstr(said.chars, words) == NULL)
        fail_msg("\"%s\" is not in: %s", words, said.chars);
}

static void expect_problem(int status, int expected, const char *field, const char *words)
{
    char member[128];
    if (status != expected)
        fail_msg("%d: %s", status, said.chars);
    snprintf(member, sizeof member, "\"field\":\"%s\"", field);
    expect_said("{\"error\":{");
    expect_said(member);
    expect_said(words);
    expect_said("Content-Type: application/json");
}

/* --- the tests --- */

static void an_encounter_is_scheduled_after_the_delay(void **state)
{
    char digest[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE], first[256];
    (void)state;
    assert_int_equal(post(token, "meeting-1", body_of(FIRST_NEW, "")), 202);
    expect_said("\"status\":\"scheduled\",\"send_at\":\"2026-01-13T11:00:00+02:00\"}");
    expect_said("Cache-Control: no-store");
    snprintf(first, sizeof first, "%s", strstr(said.chars, "{"));
    assert_int_equal(world_count(&desk.world, "p:queued"), 1);
    assert_int_equal(world_count(&desk.world, "m:queued"), 1);

    snapshot_digest(&desk.world, "", digest);
    assert_int_equal(post(token, "meeting-1", body_of(FIRST_NEW, "")), 202);
    assert_string_equal(strstr(said.chars, "{"), first);
    desk.world.now_ms += 3 * DAY_MS; /* also days later, when a new one would be due then */
    desk_put_clock(&desk);
    assert_int_equal(post(token, "meeting-1", body_of(FIRST_NEW, "")), 202);
    assert_string_equal(strstr(said.chars, "{"), first);
    expect_problem(post(token, "meeting-1", body_of(FIRST_NEW + 1, "")), 422, "Idempotency-Key",
                   "another body");
    expect_problem(post(token, "meeting-1", body_of(FIRST_NEW, ",\"at\":\"2026-01-13T08:00:00Z\"")), 422,
                   "Idempotency-Key", "another body");
    snapshot_digest(&desk.world, "", after);
    assert_string_equal(digest, after);
    desk.world.now_ms -= 3 * DAY_MS;
    desk_put_clock(&desk);
}

static void the_meeting_may_have_been_before(void **state)
{
    char body[256];
    (void)state;
    assert_int_equal(post(token, "k1", body_of(FIRST_NEW, ",\"at\":\"2026-01-13T07:30:00Z\"")), 202);
    expect_said("\"send_at\":\"2026-01-13T10:30:00+02:00\"");
    assert_int_equal(post(token, "k2", body_of(FIRST_NEW + 1, ",\"at\":\"2026-01-12T12:00:00+02:00\"")), 202);
    expect_said("\"send_at\":\"2026-01-13T10:00:00+02:00\"");
    snprintf(body, sizeof body,
             "{\"pilot\":\"coaching-a\",\"survey\":\"felt-forward@1\",\"contact\":{\"id\":\"%s\"}}",
             world_contact(FIRST_NEW + 2));
    assert_int_equal(post(token, "k3", body), 202);
    desk.world.now_ms += 8 * HOUR_MS; /* 18:00 on that Tuesday: the window is closed until the morning */
    desk_put_clock(&desk);
    assert_int_equal(post(token, "k4", body_of(FIRST_NEW + 3, "")), 202);
    expect_said("\"send_at\":\"2026-01-14T09:00:00+02:00\"");
    assert_int_equal(world_count(&desk.world, "p:queued"), 4);
}

/* A client that tries again for a week must hear what became of its first try. */
static void the_same_answer_comes_also_when_the_meeting_is_long_ago(void **state)
{
    static const char at[] = ",\"at\":\"2026-01-06T08:00:01Z\"";
    char first[256];
    (void)state;
    assert_int_equal(post(token, "k1", body_of(FIRST_NEW, at)), 202);
    snprintf(first, sizeof first, "%s", strstr(said.chars, "{"));
    desk.world.now_ms += DAY_MS;
    desk_put_clock(&desk);
    assert_int_equal(post(token, "k1", body_of(FIRST_NEW, at)), 202);
    assert_string_equal(strstr(said.chars, "{"), first);
    expect_problem(post(token, "k2", body_of(FIRST_NEW + 1, at)), 400, "at", "more than 7 days back");
    assert_int_equal(world_count(&desk.world, "x:encounter"), 1);
    desk.world.now_ms -= DAY_MS;
    desk_put_clock(&desk);
}

static void who_may_not_be_asked_is_told_with_the_reason(void **state)
{
    (void)state;
    assert_int_equal(desk_reply(&desk, 5, "r1", "STOP"), 200);
    assert_int_equal(post(token, "k1", body_of(5, "")), 200);
    expect_said("\"status\":\"suppressed\",\"reason\":\"stopped\"}");
    assert_int_equal(post(token, "k2", body_of(6, "")), 200);
    expect_said("\"status\":\"capped\",\"reason\":\"open_pulse\"}");
    assert_int_equal(post(token, "k2", body_of(6, "")), 200);
    assert_int_equal(world_count(&desk.world, "p:suppressed"), 1);
    assert_int_equal(world_count(&desk.world, "p:capped"), 1);
    assert_int_equal(world_count(&desk.world, "p:queued"), 0);
}

static void who_is_not_let_in_hears_nothing_else(void **state)
{
    char other[TOKEN_SIZE], id[ID_SIZE], wrong_scope[TOKEN_SIZE], forged[TOKEN_SIZE * 2],
        digest[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    (void)state;
    put_token("joensuu", "booking", TOKEN_SCOPE_ENCOUNTERS, other, id);
    put_token(WORLD_ORG, "reader", "signals", wrong_scope, id);
    snapshot_digest(&desk.world, "", digest);
    const char *key = "Idempotency-Key: k\r\n";
    assert_int_equal(ask("POST", key, body_of(FIRST_NEW, "")), 401);
    expect_said("WWW-Authenticate: Bearer");
    expect_said("\"field\":\"Authorization\"");
    assert_int_equal(ask("GET", "", ""), 401);
    expect_problem(post("", "k", body_of(FIRST_NEW, "")), 401, "Authorization", "Bearer");
    expect_problem(post("pulssi_varkaus", "k", body_of(FIRST_NEW, "")), 401, "Authorization", "Bearer");
    snprintf(forged, sizeof forged, "%s", token);
    forged[strlen(forged) - 1] = forged[strlen(forged) - 1] == 'A' ? 'B' : 'A';
    expect_problem(post(forged, "k", body_of(FIRST_NEW, "")), 401, "Authorization", "nobody");
    snprintf(forged, sizeof forged, "pulssi_" WORLD_ORG "%s", other + strlen("pulssi_joensuu"));
    expect_problem(post(forged, "k", body_of(FIRST_NEW, "")), 401, "Authorization", "nobody");
    snprintf(forged, sizeof forged, "pulssi_nowhere%s", token + strlen("pulssi_varkaus"));
    expect_problem(post(forged, "k", body_of(FIRST_NEW, "")), 401, "Authorization", "nobody");
    expect_problem(post(token_id, "k", "no JSON"), 401, "Authorization", "Bearer");
    expect_problem(post(wrong_scope, "k", body_of(FIRST_NEW, "")), 403, "Authorization", "scope");
    assert_int_equal(post(other, "k", body_of(FIRST_NEW, "")),
                     503); /* an org that this machine has no keys of */
    snapshot_digest(&desk.world, "", after);
    assert_string_equal(digest, after);
}

/* The other org has the same pilot's name, but neither this contact nor this token. */
static void a_token_opens_its_own_org_only(void **state)
{
    char other[TOKEN_SIZE], id[ID_SIZE], hash[FINGERPRINT_SIZE], reader[FINGERPRINT_SIZE];
    struct text json = {0};
    struct error error = {""};
    const char *at = strstr(desk.world.org_json.chars, "\"varkaus\"");
    const char *number = strstr(desk.world.org_json.chars, "\"reply_number\": \"18123\"");
    (void)state;
    text_add_bytes(&json, desk.world.org_json.chars, (size_t)(at - desk.world.org_json.chars));
    text_add(&json, "\"joensuu\"");
    text_add_bytes(&json, at + strlen("\"varkaus\""), (size_t)(number - at) - strlen("\"varkaus\""));
    text_addf(&json, "\"reply_number\": \"18124\"%s", number + strlen("\"reply_number\": \"18123\""));
    key_fingerprint(KEY_HASH, desk.world.keys.keys[KEY_HASH], hash);
    key_fingerprint(KEY_READER_PUBLIC, desk.world.keys.keys[KEY_READER_PUBLIC], reader);
    assert_int_equal(org_store(desk.world.link, "joensuu", json.chars, hash, "", reader, &error),
                     PUT_WRITTEN);
    assert_int_equal(
        pilot_store(desk.world.link, "joensuu", WORLD_PILOT, desk.world.pilot_json.chars, &error),
        PUT_WRITTEN);
    assert_int_equal(
        survey_store(desk.world.link, "joensuu", WORLD_SURVEY, desk.world.survey_json.chars, &error),
        PUT_WRITTEN);
    assert_int_equal(survey_set_active(desk.world.link, "joensuu", WORLD_SURVEY, desk.world.survey_json.chars,
                                       desk.world.now_ms, &error),
                     PUT_WRITTEN);
    desk_put_keys(&desk, "joensuu");
    put_token("joensuu", "booking", TOKEN_SCOPE_ENCOUNTERS, other, id);
    expect_problem(post(other, "k", body_of(FIRST_NEW, "")), 404, "contact", "no such contact");
    assert_int_equal(world_count(&desk.world, "p:queued"), 0);
    assert_int_equal(post(token, "k", body_of(FIRST_NEW, "")), 202);
    text_free(&json);
}

static void a_revoked_token_is_refused_at_once(void **state)
{
    struct token found;
    struct error error = {""};
    (void)state;
    assert_int_equal(post(token, "k1", body_of(FIRST_NEW, "")), 202);
    assert_int_equal(token_revoke(desk.world.link, WORLD_ORG, token_id, desk.world.now_ms, &found, &error),
                     TOKEN_REVOKED);
    expect_problem(post(token, "k1", body_of(FIRST_NEW, "")), 401, "Authorization", "nobody");
    expect_problem(post(token, "k2", body_of(FIRST_NEW + 1, "")), 401, "Authorization", "nobody");
    assert_int_equal(world_count(&desk.world, "p:queued"), 1);
}

static void bad_input_is_named_and_leaves_nothing(void **state)
{
    static const struct {
        const char *key, *body;
        int status;
        const char *field;
    } cases[] = {
        {"", "{}", 400, "Idempotency-Key"},
        {"two words", "{}", 400, "Idempotency-Key"},
        {"avain-\xC3\xA4", "{}", 400, "Idempotency-Key"},
        {"k", "", 400, "body"},
        {"k", "pilot=coaching-a", 400, "body"},
        {"k", "{\"pilot\":\"\xFF\"}", 400, "body"},
        {"k", "{}", 400, "pilot"},
        {"k", "{\"pilot\":\"coaching-a\",\"survey\":\"felt-forward\",\"contact\":{\"phone\":\"0401234567\"}}",
         400, "contact.phone"},
        {"k", "{\"pilot\":\"coaching-a\",\"survey\":\"felt-forward\",\"contact\":{\"+358401234567\":\"\"}}",
         400, "contact.?"},
        {"k",
         "{\"pilot\":\"coaching-a\",\"survey\":\"felt-forward\",\"contact\":{\"phone\":\"+358401234567\"}}",
         404, "contact"},
        {"k",
         "{\"pilot\":\"coaching-b\",\"survey\":\"felt-forward\",\"contact\":{\"phone\":\"+358400000070\"}}",
         404, "pilot"},
        {"k", "{\"pilot\":\"coaching-a\",\"survey\":\"felt\",\"contact\":{\"phone\":\"+358400000070\"}}", 404,
         "survey"},
        {"k",
         "{\"pilot\":\"coaching-a\",\"survey\":\"felt-forward@2\",\"contact\":{\"phone\":\"+358400000070\"}}",
         404, "survey"},
        {"k",
         "{\"pilot\":\"coaching-a\",\"survey\":\"felt-forward\",\"contact\":{\"phone\":\"+358400000070\"},"
         "\"at\":\"2026-01-13T08:05:01Z\"}",
         400, "at"},
        {"k",
         "{\"pilot\":\"coaching-a\",\"survey\":\"felt-forward\",\"contact\":{\"phone\":\"+358400000070\"},"
         "\"at\":\"2026-01-06T07:59:59Z\"}",
         400, "at"},
        {"k", "{\"pilot\":\"other\",\"survey\":\"felt-forward\",\"contact\":{\"phone\":\"+358400000070\"}}",
         409, "contact"},
    };
    struct error error = {""};
    struct text headers = {0};
    char digest[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    (void)state;
    assert_int_equal(pilot_store(desk.world.link, WORLD_ORG, "other", desk.world.pilot_json.chars, &error),
                     PUT_WRITTEN);
    snapshot_digest(&desk.world, "", digest);
    for (size_t i = 0; i < COUNT(cases); i++) {
        expect_problem(post(token, cases[i].key, cases[i].body), cases[i].status, cases[i].field,
                       "\"message\":\"");
        if (strstr(said.chars, "1234567") != NULL || strstr(said.chars, "0000070") != NULL)
            fail_msg("case %zu shows the number: %s", i, said.chars);
    }
    text_addf(&headers, "Authorization: bearer %s\r\nIdempotency-Key: k\r\n", token);
    expect_problem(ask("POST", headers.chars, body_of(FIRST_NEW, "")), 415, "Content-Type",
                   "application/json");
    text_add(&headers, "Content-Type: application/jsonp\r\n");
    expect_problem(ask("POST", headers.chars, body_of(FIRST_NEW, "")), 415, "Content-Type",
                   "application/json");
    text_clear(&headers);
    text_addf(&headers, "Authorization: Bearer %s\r\nContent-Type: application/json\r\n", token);
    expect_problem(ask("POST", headers.chars, body_of(FIRST_NEW, "")), 400, "Idempotency-Key", "expected");
    assert_int_equal(ask("GET", headers.chars, ""), 405);
    expect_said("Allow: POST");
    snapshot_digest(&desk.world, "", after);
    assert_string_equal(digest, after);
    assert_int_equal(post(token, "k", body_of(FIRST_NEW, "")), 202); /* nothing of it used the key up */
    text_free(&headers);
}

/* A text of that many characters. */
static const char *long_text(size_t chars)
{
    static char buffer[70000];
    memset(buffer, 'a', chars);
    buffer[chars] = '\0';
    return buffer;
}

static void what_is_too_long_is_refused(void **state)
{
    static const struct {
        const char *format; /* with the long text */
        const char *field;
    } cases[] = {
        {"{\"pilot\":\"%s\",\"survey\":\"s\",\"contact\":{\"id\":\"a\"}}", "pilot"},
        {"{\"pilot\":\"p\",\"survey\":\"%s\",\"contact\":{\"id\":\"a\"}}", "survey"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"contact\":{\"phone\":\"%s\"}}", "contact.phone"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"contact\":{\"id\":\"%s\"}}", "contact.id"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"contact\":{\"phone\":\"+358400000070\"},\"at\":\"%s\"}", "at"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"contact\":{\"phone\":\"+358400000070\"},\"%s\":1}", "?"},
    };
    static char body[90000];
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *at = strstr(cases[i].format, "%s");
        snprintf(body, sizeof body, "%.*s%s%s", (int)(at - cases[i].format), cases[i].format,
                 long_text(10000), at + 2);
        expect_problem(post(token, "k", body), 400, cases[i].field, "\"message\":\"");
        assert_true(said.bytes < 1000);
    }
    expect_problem(post(token, long_text(129), body_of(FIRST_NEW, "")), 400, "Idempotency-Key", "1 to 128");
    assert_int_equal(post(token, long_text(10000), body_of(FIRST_NEW, "")), 400);
    assert_int_equal(post(long_text(10000), "k", body_of(FIRST_NEW, "")), 400);
    assert_int_equal(post(token, "k", long_text(66000)), 413);
    expect_said("Content-Type: text/html"); /* as the OpenAPI document says */
    assert_int_equal(post(token, long_text(128), body_of(FIRST_NEW, "")), 202);
}

/* Header values end with their line, and what was said comes back nowhere. */
static void nothing_can_be_put_into_the_answers_head(void **state)
{
    static const char *const keys[] = {"k\r\n X-Folded: 1", "k\rX-Return: 1", "k%0d%0aX-Encoded: 1"};
    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        assert_int_equal(post(token, keys[i], body_of(FIRST_NEW, "")), 400);
        assert_null(strstr(said.chars, "X-"));
    }
    assert_int_equal(post(token, "k\r\nX-Other: 1", body_of(FIRST_NEW, "")), 202); /* simply another header */
    assert_null(strstr(said.chars, "X-Other"));
    expect_problem(
        post(token, "k2",
             "{\"pilot\":\"p\\r\\nX-Body: 1\",\"survey\":\"s\",\"contact\":{\"phone\":\"+358400000071\"}}"),
        400, "pilot", "\"message\":\"");
    assert_null(strstr(said.chars, "X-Body"));
}

static void two_requests_at_once_with_one_key_draw_once(void **state)
{
    enum { TRIES = 8 };
    struct text request = {0}, headers = {0}, answers[TRIES] = {{0}};
    int descriptors[TRIES];
    (void)state;
    add_headers(&headers, token, "at-once");
    write_request(&request, "POST", headers.chars, body_of(FIRST_NEW, ""));
    for (int i = 0; i < TRIES; i++)
        descriptors[i] = wire_open(desk.port);
    for (int i = 0; i < TRIES; i++)
        wire_send(descriptors[i], request.chars, request.bytes);
    for (int i = 0; i < TRIES; i++) {
        assert_int_equal(wire_receive(descriptors[i], &answers[i]), 202);
        assert_string_equal(strstr(answers[i].chars, "\r\n\r\n"), strstr(answers[0].chars, "\r\n\r\n"));
    }
    for (int i = 0; i < TRIES; i++)
        text_free(&answers[i]);
    assert_int_equal(world_count(&desk.world, "p:queued"), 1);
    assert_int_equal(world_count(&desk.world, "x:encounter"), 1);
    text_free(&request);
    text_free(&headers);
}

/* A 503 is a doubt, wherever Redis stopped answering: the same request with the same key finds what came of it. */
static void a_lost_answer_is_found_again(void **state)
{
    (void)state;
    assert_int_equal(post(token, "warm", body_of(FIRST_NEW, "")), 202);
    redis_server_pause(desk.world.server);
    assert_int_equal(post(token, "lost", body_of(FIRST_NEW + 1, "")), 503);
    expect_said("Retry-After: ");
    redis_server_resume(desk.world.server);
    desk_await_ready(&desk, true);
    assert_int_equal(post(token, "lost", body_of(FIRST_NEW + 1, "")), 202);

    WORLD_DO(&desk.world, "CLIENT", "PAUSE", "60000", "WRITE"); /* reading goes on: the commit is lost */
    assert_int_equal(post(token, "late", body_of(FIRST_NEW + 2, "")), 503);
    WORLD_DO(&desk.world, "CLIENT", "UNPAUSE");
    desk_await_ready(&desk, true);
    assert_int_equal(post(token, "late", body_of(FIRST_NEW + 2, "")), 202);
    assert_int_equal(world_count(&desk.world, "p:queued"), 3);
    assert_int_equal(world_count(&desk.world, "x:encounter"), 3);
}

static void numbers_and_tokens_are_not_in_the_log(void **state)
{
    struct text log = {0};
    struct error error = {""};
    (void)state;
    assert_int_equal(post(token, "k1", body_of(FIRST_NEW, "")), 202);
    assert_int_equal(post(token, "k2", body_of(5999, "")), 404);
    assert_true(file_read(desk_path(&desk, "log"), (size_t)1024 * 1024, &log, &error));
    assert_null(strstr(log.chars, world_phone(FIRST_NEW)));
    assert_null(strstr(log.chars, world_phone(5999)));
    assert_null(strstr(log.chars, token));
    text_free(&log);
}

int main(void)
{
#define DOOR_TEST(test) cmocka_unit_test_setup_teardown(test, open_door, desk_fixture_check)
    const struct CMUnitTest tests[] = {
        DOOR_TEST(an_encounter_is_scheduled_after_the_delay),
        DOOR_TEST(the_meeting_may_have_been_before),
        DOOR_TEST(the_same_answer_comes_also_when_the_meeting_is_long_ago),
        DOOR_TEST(who_may_not_be_asked_is_told_with_the_reason),
        DOOR_TEST(who_is_not_let_in_hears_nothing_else),
        DOOR_TEST(a_token_opens_its_own_org_only),
        DOOR_TEST(a_revoked_token_is_refused_at_once),
        DOOR_TEST(bad_input_is_named_and_leaves_nothing),
        DOOR_TEST(what_is_too_long_is_refused),
        DOOR_TEST(nothing_can_be_put_into_the_answers_head),
        DOOR_TEST(two_requests_at_once_with_one_key_draw_once),
        DOOR_TEST(a_lost_answer_is_found_again),
        DOOR_TEST(numbers_and_tokens_are_not_in_the_log),
    };
    int failed = DESK_MAIN(tests);
    text_free(&said);
    return failed;
}
