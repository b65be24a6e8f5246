/* The simulator from outside: what is sent, what comes back by webhook, what each fault does, and what the ledger says of
 * it all. */
#include "town.h"

#define PEOPLE 300

static void refusals_say_why(void **state)
{
    (void)state;
    request("GET", "/healthz", "");
    assert_int_equal(town.status, 200);
    request("GET", "/nowhere", "");
    assert_int_equal(town.status, 404);
    send_text("m", "12", "Vastaa 1-5");
    assert_int_equal(town.status, 400);
    assert_string_equal(town.body.chars, "{\"error\":\"invalid_number\"}");
    request("POST", "/send", "{\"id\":");
    assert_int_equal(town.status, 400);
    assert_string_equal(town.body.chars, "{\"error\":\"malformed\"}");
    request("POST", "/faults", "{\"earthquake\":1}");
    assert_int_equal(town.status, 400);
    request("POST", "/faults", "{\"reset\":2}");
    assert_int_equal(town.status, 400);
}

/* Time stands until the clock's file says otherwise; then receipts and replies come, each once. */
static void people_answer_when_time_comes(void **state)
{
    (void)state;
    for (int64_t i = 0; i < PEOPLE; i++) {
        send_survey("m", i);
        assert_int_equal(town.status, 202);
    }
    request("GET", "/due", "");
    assert_int_equal(strncmp(town.body.chars, "{\"due\":0,\"next_ms\":17676", 24), 0);
    assert_int_equal(town.got_count, 0);

    town.refuse_every = 4; /* what is refused comes again, with the same id */
    let_days_pass(8);
    request("GET", "/due", "");
    assert_string_equal(town.body.chars, "{\"due\":0,\"next_ms\":null}");
    size_t receipts = 0, replies = 0;
    for (size_t i = 0; i < town.got_count; i++) {
        const struct got *got = &town.got[i];
        receipts += got->status == 200 && got->ref[0] != '\0';
        replies += got->status == 200 && got->ref[0] == '\0';
        bool again = got->status == 200;
        for (size_t k = i + 1; k < town.got_count; k++) {
            assert_false(got->status == 200 && strcmp(town.got[k].id, got->id) == 0);
            again |= strcmp(town.got[k].id, got->id) == 0;
        }
        assert_true(again);
    }
    assert_in_range(receipts, PEOPLE * 9 / 10, PEOPLE);
    assert_in_range(replies, PEOPLE / 2, PEOPLE);
    assert_int_equal(count_rows("{\"t\":\"receipt\""), receipts);
    assert_int_equal(count_rows("{\"t\":\"reply\""), replies);
    assert_int_equal(count_rows("\"status\":200"), receipts + replies);
}

static void a_text_that_asks_nothing_gets_a_receipt_only(void **state)
{
    char phone[PHONE_SIZE];
    (void)state;
    for (int64_t i = 0; i < 50; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "c%" PRId64, i);
        person_phone(i, phone);
        send_text(id, phone, "Emme enää lähetä kyselyjä.");
    }
    let_days_pass(8);
    assert_int_equal(town.got_count, 50);
    assert_int_equal(count_rows("{\"t\":\"receipt\""), 50);
    assert_int_equal(count_rows("\"survey\":true"), 0);
}

static void a_repeated_id_is_seen_and_reaches_nobody(void **state)
{
    char first[64];
    (void)state;
    send_survey("m", 1);
    (void)text_copy(first, sizeof first, town.body.chars);
    send_survey("m", 1);
    assert_int_equal(town.status, 202);
    assert_string_equal(town.body.chars, first);
    assert_int_equal(count_rows("\"outcome\":\"accepted\""), 1);
    assert_int_equal(count_rows("\"outcome\":\"accepted_twice\""), 1);
    let_days_pass(8);
    assert_in_range(count_rows("{\"t\":\"receipt\""), 0, 1);
}

static void refused_texts_may_come_again(void **state)
{
    (void)state;
    set_faults("{\"throttle\":1}");
    send_survey("m", 1);
    assert_int_equal(town.status, 429);
    assert_string_equal(town.retry_after, "1");
    set_faults("{\"server_error\":1}");
    send_survey("m", 2);
    assert_int_equal(town.status, 500);
    set_faults("{}");
    send_survey("m", 1);
    send_survey("m", 2);
    assert_int_equal(count_rows("\"outcome\":\"accepted\""), 2);
    assert_int_equal(count_rows("\"repeat\":true,\"accepted_before\":false,\"ambiguous_before\":false"), 1);
    assert_int_equal(count_rows("\"repeat\":true,\"accepted_before\":false,\"ambiguous_before\":true"), 1);
    assert_int_equal(
        count_rows("\"fault\":\"server_error\",\"id\":\"m2\",\"ambiguous\":true,\"accepted\":false"), 1);
}

/* A fault that leaves the caller in doubt: lost for the client, half of them accepted (all, with a timeout),
 * each in the ledger. */
static void check_doubt(const char *fault, int accepted_low, int accepted_high)
{
    char faults[48], row[64];
    int lost = 0;
    (void)snprintf(faults, sizeof faults, "{\"%s\":1}", fault);
    set_faults(faults);
    for (int64_t i = 0; i < 24; i++) {
        request("GET", "/healthz", ""); /* so that the connection is a reused one */
        send_survey("m", i);
        lost += town.fate == HTTP_LOST;
    }
    set_faults("{}");
    (void)snprintf(row, sizeof row, "{\"t\":\"fault\"");
    assert_int_equal(lost, 24);
    assert_int_equal(count_rows(row), 24);
    assert_in_range(count_rows("\"outcome\":\"accepted\",\"answered\":false"), accepted_low, accepted_high);
    assert_int_equal(count_rows("\"outcome\":\"accepted\"") + count_rows("\"outcome\":\"lost\""), 24);
}

static void a_reset_leaves_doubt(void **state)
{
    (void)state;
    check_doubt("reset", 4, 20);
}

static void a_close_after_the_body_leaves_doubt(void **state)
{
    (void)state;
    check_doubt("close_after_body", 4, 20);
}

static void a_first_request_is_not_closed(void **state)
{
    (void)state;
    request("POST", "/faults", "{\"close_after_body\":1,\"reset\":0}");
    for (int64_t i = 0; i < 6; i++) {
        /* Odd ones come on the connection that served the one before, and are cut; even ones on a fresh one.
         */
        send_survey("m", i);
        if (i == 0)
            assert_int_equal(town.fate, HTTP_LOST); /* after POST /faults */
        else
            assert_int_equal(town.fate, i % 2 == 1 ? HTTP_ANSWERED : HTTP_LOST);
    }
}

static void a_timeout_leaves_doubt(void **state)
{
    (void)state;
    set_faults("{\"accept_then_timeout\":1}");
    send_survey("m", 1);
    assert_int_equal(town.fate, HTTP_LOST);
    assert_int_equal(
        count_rows("\"outcome\":\"accepted\",\"answered\":false,\"fault\":\"accept_then_timeout\""), 1);
    let_days_pass(8);
    assert_int_equal(count_rows("\"ref\":\"m1\""), 1);
}

static void receipts_double_come_early_and_out_of_order(void **state)
{
    (void)state;
    set_faults("{\"early_receipt\":1}");
    for (int64_t i = 0; i < 20; i++) {
        size_t before = town.got_count;
        send_survey("m", i);
        assert_int_equal(town.status, 202);
        /* It was there before the answer to the submit, unless the network says nothing of this text. */
        assert_in_range(town.got_count, before, before + 1);
    }
    assert_in_range(town.got_count, 16, 20);
    set_faults("{\"duplicate_receipt\":1,\"reorder_receipt\":1}");
    send_survey("n", 1);
    let_days_pass(8);
    size_t finals = 0, enroutes = 0;
    for (size_t i = 0; i < town.got_count; i++)
        if (strcmp(town.got[i].ref, "n1") == 0) {
            bool enroute = strcmp(town.got[i].state, "enroute") == 0;
            assert_true(!enroute || finals > 0);
            enroutes += enroute;
            finals += !enroute;
        }
    assert_int_equal(enroutes, 1);
    assert_int_equal(finals, 2);
}

static void replies_double_and_contradict(void **state)
{
    (void)state;
    set_faults("{\"duplicate_reply\":1,\"double_reply\":1}");
    for (int64_t i = 0; i < 40; i++)
        send_survey("m", i);
    let_days_pass(8);
    int doubles = count_rows("\"fault\":\"double_reply\"");
    int copies = count_rows("\"fault\":\"duplicate_reply\"");
    assert_in_range(doubles, 10, 40);
    assert_int_equal(count_rows("\"copy\":true,\"started_at\""), copies);
    assert_int_equal(count_rows("{\"t\":\"reply\""), 2 * copies + doubles);
    for (size_t i = 0; i < town.got_count; i++)
        for (size_t k = i + 1; k < town.got_count; k++)
            if (town.got[i].from[0] != '\0' && strcmp(town.got[i].id, town.got[k].id) == 0)
                assert_string_equal(town.got[i].from, town.got[k].from);
}

int main(void)
{
    secret_start();
    const struct CMUnitTest tests[] = {
        IN_A_TOWN(refusals_say_why),
        IN_A_TOWN(people_answer_when_time_comes),
        IN_A_TOWN(a_text_that_asks_nothing_gets_a_receipt_only),
        IN_A_TOWN(a_repeated_id_is_seen_and_reaches_nobody),
        IN_A_TOWN(refused_texts_may_come_again),
        IN_A_TOWN(a_reset_leaves_doubt),
        IN_A_TOWN(a_close_after_the_body_leaves_doubt),
        IN_A_TOWN(a_first_request_is_not_closed),
        IN_A_TOWN(a_timeout_leaves_doubt),
        IN_A_TOWN(receipts_double_come_early_and_out_of_order),
        IN_A_TOWN(replies_double_and_contradict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
