/* What a gateway tells that is not so, or more often than once: each kind of it as the collector gets it. */
#include "town.h"

static size_t receipts_of(const char *message, const char *state)
{
    size_t count = 0;
    for (size_t i = 0; i < town.got_count; i++)
        count += strcmp(town.got[i].ref, message) == 0 && strcmp(town.got[i].state, state) == 0;
    return count;
}

static void an_unavailable_gateway_refuses_clearly(void **state)
{
    (void)state;
    set_faults("{\"unavailable\":1}");
    send_survey("m", 1);
    assert_int_equal(town.status, 503);
    assert_string_equal(town.body.chars, "{\"error\":\"unavailable\"}");
    set_faults("{}");
    send_survey("m", 1);
    assert_int_equal(town.status, 202);
    assert_int_equal(count_rows("\"outcome\":\"unavailable\",\"answered\":true"), 1);
    assert_int_equal(count_rows("\"repeat\":true,\"accepted_before\":false,\"ambiguous_before\":false"), 1);
    assert_int_equal(
        count_rows("\"fault\":\"unavailable\",\"id\":\"m1\",\"ambiguous\":false,\"accepted\":false"), 1);
}

static void receipts_come_for_messages_nobody_sent(void **state)
{
    (void)state;
    set_faults("{\"strange_receipt\":1}");
    for (int64_t i = 0; i < 20; i++)
        send_survey("m", i);
    let_days_pass(1);
    int lies = count_rows("\"fault\":\"strange_receipt\"");
    int strange = 0;
    for (size_t i = 0; i < town.got_count; i++) {
        bool is_receipt = town.got[i].ref[0] != '\0';
        strange += is_receipt && strncmp(town.got[i].ref, "m", 1) != 0;
    }
    assert_in_range(lies, 16, 20); /* the network says nothing of some texts, and lies about none of those */
    assert_int_equal(strange, lies);
}

static void receipts_contradict_each_other(void **state)
{
    (void)state;
    set_faults("{\"contrary_receipt\":1}");
    for (int64_t i = 0; i < 20; i++)
        send_survey("m", i);
    let_days_pass(1);
    int contrary = 0;
    for (int64_t i = 0; i < 20; i++) {
        char message[16];
        (void)snprintf(message, sizeof message, "m%" PRId64, i);
        if (receipts_of(message, "delivered") == 0)
            continue;
        contrary++;
        assert_int_equal(receipts_of(message, "delivered"), 1);
        assert_int_equal(receipts_of(message, "undelivered"), 2);
    }
    assert_in_range(contrary, 14, 20);
}

static void a_receipt_names_another_message(void **state)
{
    (void)state;
    set_faults("{\"misdirected_receipt\":1}");
    send_survey("m", 1);
    assert_int_equal(count_rows("\"fault\":\"misdirected_receipt\""), 0); /* there is no other one yet */
    send_survey("m", 2);
    set_faults("{}");
    assert_int_equal(count_rows("\"fault\":\"misdirected_receipt\",\"id\":\"m2\""), 1);
    let_days_pass(1);
    assert_int_equal(receipts_of("m1", "delivered"), 1);
    assert_int_equal(receipts_of("m1", "undelivered"), 1);
    assert_int_equal(receipts_of("m2", "undelivered"), 0);
}

static void a_storm_brings_every_webhook_ten_times(void **state)
{
    (void)state;
    request("POST", "/faults", "{\"copies\":0}");
    assert_int_equal(town.status, 400);
    request("POST", "/faults", "{\"copies\":101}");
    assert_int_equal(town.status, 400);
    set_faults("{\"duplicate_receipt\":1,\"duplicate_reply\":1,\"copies\":9}");
    assert_non_null(strstr(town.body.chars, "\"copies\":9"));
    for (int64_t i = 0; i < 20; i++)
        send_survey("m", i);
    let_days_pass(8);
    assert_in_range(town.got_count, 160, WEBHOOKS - 1);
    for (size_t i = 0; i < town.got_count; i++) {
        size_t alike = 0;
        for (size_t k = 0; k < town.got_count; k++)
            alike += strcmp(town.got[i].id, town.got[k].id) == 0;
        assert_int_equal(alike, 10);
    }
    assert_int_equal(count_rows("\"copy\":true"), town.got_count / 10 * 9);
}

int main(void)
{
    secret_start();
    const struct CMUnitTest tests[] = {
        IN_A_TOWN(an_unavailable_gateway_refuses_clearly), IN_A_TOWN(receipts_come_for_messages_nobody_sent),
        IN_A_TOWN(receipts_contradict_each_other),         IN_A_TOWN(a_receipt_names_another_message),
        IN_A_TOWN(a_storm_brings_every_webhook_ten_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
