/* The collector as a program: webhooks over a socket, a real Redis. What is taken, what is refused, and what
 * is counted then. */
#include <stdio.h>
#include <string.h>

#include "support/wire.h"
#include "desk_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- bad input --- */

#define JSON(id, from, to, text)                                                                             \
    "{\"id\":" id ",\"from\":\"" from "\",\"to\":\"" to "\",\"text\":\"" text "\"}"
#define BODY(literal) literal, sizeof(literal) - 1

static void bad_input_gets_its_answer_and_is_counted(void **state)
{
    (void)state;
    static const struct {
        const char *path, *body;
        size_t bytes;
        int status;
        const char *event; /* counted in the books, NULL = nothing */
    } cases[] = {
        {"/", BODY("5"), 404, NULL},
        {"/v1/gateways/simulator", BODY("5"), 404, NULL},
        {"/v1/gateways/nobody/" DESK_TOKEN "/reply", BODY("5"), 404, NULL},
        {"/v1/gateways/simulator/wrong-token-of-someone/reply",
         BODY(JSON("\"b1\"", "+358400000001", DESK_NUMBER, "5")), 404, NULL},
        {"/v1/gateways/simulator//reply", BODY("5"), 404, NULL},
        {"/v1/gateways/other/" DESK_TOKEN "/reply", BODY(JSON("\"b1\"", "+358400000001", DESK_NUMBER, "5")),
         404, NULL},
        {DESK_PATH "/other", BODY("5"), 404, NULL},
        {DESK_PATH "/reply/", BODY("5"), 404, NULL},
        {DESK_PATH "/reply", BODY(""), 200, "x:malformed"},
        {DESK_PATH "/reply", BODY("id=b2&text=5"), 200, "x:malformed"},
        {DESK_PATH "/reply", BODY(JSON("\"b3\"", "+358400000001", DESK_NUMBER, "5") "}"), 200, "x:malformed"},
        {DESK_PATH "/reply", BODY(JSON("\"b4\"", "+358400000001", DESK_NUMBER, "\xC3\x28")), 200,
         "x:malformed"},
        {DESK_PATH "/reply", BODY(JSON("\"\"", "+358400000001", DESK_NUMBER, "5")), 200, "x:no_reply_id"},
        {DESK_PATH "/reply", BODY(JSON("\"b5\"", "Pankki", DESK_NUMBER, "5")), 200, "x:no_sender"},
        {DESK_PATH "/reply", BODY(JSON("\"b6\"", "16123", DESK_NUMBER, "5")), 200, "x:no_sender"},
        {DESK_PATH "/reply", BODY(JSON("\"b7\"", "+358409999999", DESK_NUMBER, "5")), 200,
         "x:unknown_sender"},
        {DESK_PATH "/reply", BODY(JSON("\"b8\"", "+358400000001", "18124", "5")), 200, "x:wrong_number"},
        {DESK_PATH "/receipt", BODY("{}"), 200, "x:receipt_malformed"},
        {DESK_PATH "/receipt", BODY("{\"state\":\"delivered\"}"), 200, "x:receipt_no_reference"},
        {DESK_PATH "/receipt", BODY("{\"ref\":\"m\",\"state\":\"lost\"}"), 200, "x:receipt_state_unseen"},
        {DESK_PATH "/receipt", BODY("{\"ref\":\"m\",\"state\":\"delivered\"}"), 200, "x:receipt_unknown"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct text answer = {0};
        int64_t before = cases[i].event == NULL ? 0 : world_count(&desk.world, cases[i].event);
        int status = wire_post(desk.port, cases[i].path, cases[i].body, cases[i].bytes, &answer);
        int64_t after = cases[i].event == NULL ? 0 : world_count(&desk.world, cases[i].event);
        const char *said = answer.chars == NULL ? NULL : strstr(answer.chars, "\r\n\r\n");
        if (status != cases[i].status || after - before != (cases[i].event == NULL ? 0 : 1) || said == NULL ||
            said[4] != '\0')
            fail_msg("case %zu: %d, counted %lld, \"%s\"", i, status, (long long)(after - before),
                     said == NULL ? "" : said);
        text_free(&answer);
    }
    assert_int_equal(desk_counted_in_all(&desk), 0);
    assert_int_equal(world_count(&desk.world, "x:answer"), 0);
    desk_log_holds(&desk, "alert: gateway simulator: wrong_number");
}

static void bad_framing_is_refused(void **state)
{
    (void)state;
    static const char head[] = "POST " DESK_PATH "/reply HTTP/1.1\r\nHost: localhost\r\n";
    struct text request = {0}, answer = {0};

    text_addf(&request, "%sContent-Length: 2\r\nContent-Length: 40\r\n\r\n{}", head);
    assert_int_equal(wire_ask(desk.port, request.chars, request.bytes, &answer), 400);
    text_clear(&request);
    text_addf(&request, "%sContent-Length: two\r\n\r\n{}", head);
    assert_int_equal(wire_ask(desk.port, request.chars, request.bytes, NULL), 400);
    text_clear(&request);
    for (int i = 0; i < 1024 * 1024 / 16; i++)
        text_add(&request, "0123456789abcdef");
    assert_int_equal(wire_post(desk.port, DESK_PATH "/reply", request.chars, request.bytes, NULL), 413);

    assert_int_equal(wire_get(desk.port, DESK_PATH "/reply", NULL), 404);
    assert_int_equal(wire_get(desk.port, DESK_PATH "/receipt", NULL), 404);
    assert_int_equal(wire_get(desk.port, "/v1/other", NULL), 404);
    text_clear(&answer);
    assert_int_equal(wire_get(desk.port, "/healthz", &answer), 200);
    assert_string_equal(strstr(answer.chars, "\r\n\r\n"), "\r\n\r\nok\n");
    assert_int_equal(world_count(&desk.world, "x:malformed"), 0);
    text_free(&request);
    text_free(&answer);
}

/* --- replies --- */

static void an_answer_is_counted_once(void **state)
{
    (void)state;
    assert_int_equal(desk_reply(&desk, 0, "a1", "4"), 200);
    assert_int_equal(desk_counted(&desk, "north", 4), 1);
    assert_int_equal(desk_reply(&desk, 0, "a1", "4"), 200);
    assert_int_equal(desk_reply(&desk, 0, "a1", "2"), 200); /* the id decides, not the words */
    assert_int_equal(desk_counted(&desk, "north", 4), 1);
    assert_int_equal(desk_counted_in_all(&desk), 1);
    assert_int_equal(world_count(&desk.world, "x:answer"), 1);
    assert_int_equal(world_count(&desk.world, "m:delivered"), 1); /* a reply proves delivery */
}

static void a_second_answer_replaces_the_first(void **state)
{
    (void)state;
    assert_int_equal(desk_reply(&desk, 1, "a1", "2."), 200);
    assert_int_equal(desk_counted(&desk, "south", 2), 1);
    assert_int_equal(desk_reply(&desk, 1, "a2", "Kiitos vain!"), 200);
    assert_int_equal(desk_counted(&desk, "south", 2), 1);
    assert_int_equal(desk_reply(&desk, 1, "a3", "5! kiitos"), 200);
    assert_int_equal(desk_counted(&desk, "south", 2), 0);
    assert_int_equal(desk_counted(&desk, "south", 5), 1);
    assert_int_equal(desk_counted_in_all(&desk), 1);
    assert_int_equal(world_count(&desk.world, "x:comment"), 1); /* after an answer: a remark */
}

static void stop_takes_force_and_is_confirmed_once(void **state)
{
    (void)state;
    int64_t queued = world_count(&desk.world, "m:queued");
    assert_int_equal(desk_reply(&desk, 2, "s1", "Stop."), 200);
    assert_string_equal(world_field(&desk.world, "c:contact00002", "f"), "s");
    assert_int_equal(world_count(&desk.world, "x:optout"), 1);
    assert_int_equal(world_count(&desk.world, "m:queued"), queued + 1);
    assert_int_equal(desk_reply(&desk, 2, "s1", "Stop."), 200);
    assert_int_equal(desk_reply(&desk, 2, "s2", "stop"), 200);
    assert_int_equal(world_count(&desk.world, "x:optout"), 1);
    assert_int_equal(world_count(&desk.world, "m:queued"), queued + 1);
    assert_int_equal(desk_reply(&desk, 2, "s3", "4"), 200); /* the pulse is closed */
    assert_int_equal(desk_counted_in_all(&desk), 0);
    assert_int_equal(world_count(&desk.world, "x:late"), 1);

    struct claimed claimed[STORE_ITEMS_MAX];
    assert_int_equal(world_claim(&desk.world, STORE_ITEMS_MAX, claimed), 1);
    assert_string_equal(claimed[0].kind, "stop_confirm");
    assert_string_equal(claimed[0].contact, world_contact(2));
}

static void an_answer_with_stop_is_both(void **state)
{
    (void)state;
    assert_int_equal(desk_reply(&desk, 3, "b1", "5 stop"), 200);
    assert_int_equal(desk_counted(&desk, "south", 5), 1);
    assert_string_equal(world_field(&desk.world, "c:contact00003", "f"), "s");
    assert_int_equal(world_count(&desk.world, "x:optout"), 1);
}

static void lateness_is_judged_by_domain_time(void **state)
{
    (void)state;
    desk.world.now_ms += 7 * DAY_MS - 1;
    desk_put_clock(&desk);
    assert_int_equal(desk_reply(&desk, 4, "l1", "4"), 200);
    assert_int_equal(desk_counted(&desk, "north", 4), 1);
    desk.world.now_ms += 1;
    desk_put_clock(&desk);
    assert_int_equal(desk_reply(&desk, 4, "l2", "5"), 200);
    assert_int_equal(desk_reply(&desk, 6, "l3", "5"), 200);
    assert_int_equal(desk_counted(&desk, "north", 5), 0);
    assert_int_equal(world_count(&desk.world, "x:late"), 2);
    assert_int_equal(desk_reply(&desk, 4, "l1", "4"), 200); /* still known a week later */
    assert_int_equal(world_count(&desk.world, "x:answer"), 1);
}

/* --- receipts --- */

static void receipts_are_applied(void **state)
{
    (void)state;
    char message[ID_SIZE];
    assert_int_equal(world_count(&desk.world, "m:accepted"), DESK_PEOPLE);
    snprintf(message, sizeof message, "%s", world_message(0));
    assert_int_equal(desk_receipt(&desk, message, "undelivered"), 200);
    assert_int_equal(world_count(&desk.world, "m:undelivered"), 1);
    assert_int_equal(desk_receipt(&desk, message, "delivered"), 200);
    assert_int_equal(desk_receipt(&desk, message, "delivered"), 200);
    assert_int_equal(desk_receipt(&desk, message, "expired"), 200);
    assert_int_equal(desk_receipt(&desk, message, "enroute"), 200);
    assert_int_equal(world_count(&desk.world, "m:delivered"), 1);
    assert_int_equal(world_count(&desk.world, "m:accepted"), DESK_PEOPLE - 1);
}

int main(void)
{
#define FLOW(name) cmocka_unit_test_setup_teardown(name, desk_fixture_open, desk_fixture_check)
    const struct CMUnitTest tests[] = {
        FLOW(bad_input_gets_its_answer_and_is_counted),
        FLOW(bad_framing_is_refused),
        FLOW(an_answer_is_counted_once),
        FLOW(a_second_answer_replaces_the_first),
        FLOW(stop_takes_force_and_is_confirmed_once),
        FLOW(an_answer_with_stop_is_both),
        FLOW(lateness_is_judged_by_domain_time),
        FLOW(receipts_are_applied),
    };
    return DESK_MAIN(tests);
}
