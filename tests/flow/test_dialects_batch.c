/* The whole line through providers that take many messages a request, and through those whose webhooks are not signed:
 * each message of a batch settles by itself. */
#include "line_fixture.h"

#define BASIC "webhook_user = hook\nwebhook_password = " LINE_SECRET "\n"

static struct line_case infobip = {.provider = {"infobip", LINE_SECRET, NULL, BASIC},
                                   .receipts_as_told = true,
                                   .fates = {{9002, "failed"},
                                             {9012, "failed"},
                                             {9003, "suppressed"},
                                             {9013, "suppressed"},
                                             {9004, "failed"},
                                             {9014, "failed"},
                                             {9006, "failed"}, /* after three attempts */
                                             {9101, "undelivered"},
                                             {9102, "expired"},
                                             {9103, "undelivered"},
                                             {9104, "undelivered"},
                                             {9105, "undelivered"},
                                             {9106, "undelivered"},
                                             {9110, "accepted"},
                                             {9111, "accepted"}},
                                   .throttles = {9001},
                                   .stops = {9005, 9015, 9025, 9035, 9045, 9055}};

static struct line_case link_mobility = {
    .provider = {"link", NULL, NULL, "parameters = platform=SMSC partner=4711 gate=g1\n"},
    .fates = {{9002, "failed"},
              {9012, "failed"},
              {9003, "suppressed"},
              {9013, "suppressed"},
              {9101, "undelivered"},
              {9102, "expired"},
              {9103, "accepted"},
              {9104, "undelivered"},
              {9105, "undelivered"},
              {9106, "undelivered"},
              {9107, "undelivered"},
              {9108, "undelivered"},
              {9110, "accepted"}},
    .alone = {{9004, "failed"}, {9007, "unknown"}},
    .throttles = {9001, 9011},
    .stops = {9005, 9015, 9025, 9035}};

static struct line_case elks = {.provider = {"46elks", LINE_SECRET, NULL, BASIC},
                                .receipts_as_told = true,
                                .fates = {{9002, "failed"},
                                          {9004, "failed"},
                                          {9007, "unknown"},
                                          {9101, "undelivered"},
                                          {9110, "accepted"}},
                                .throttles = {9001},
                                .stops = {9005, 9015}};

/* Many messages go in one request, and each of them has its own end. */
static void a_batch_ends_differently(void **state)
{
    const struct line_case *of = *state;
    static const int contacts[] = {0, 1, 9002, 9003, 9101};
    line_ask(&line, "r", contacts, 5);
    line_open(&line);
    expect_state(0, "delivered");
    expect_state(1, "delivered");
    expect_state(9002, "failed");
    expect_state(9003, "suppressed");
    expect_state(9101, "undelivered");
    if (line_rows(&line, "{\"t\":\"send\"", "\"batch\":1}") == 5)
        fail_msg("%s: every message had a request of its own", of->provider.name);
}

/* The answer is lost, the message was taken: sent again with the same id it is refused as a duplicate, which means that
 * it was taken. Nobody gets it twice, and no receipt tells how it is. */
static void a_duplicate_was_taken_before(void **state)
{
    static const int contact = 9109;
    (void)state;
    line.http_deadline_ms = 1000;
    line_open(&line);
    line_fault(&line, "{\"accept_then_timeout\":1}");
    line_ask(&line, "r", &contact, 1);
    STATION_AWAIT(station, line_outcomes(&line, contact, "accepted") == 1);
    line_fault(&line, "{}");
    STATION_AWAIT(station, line_outcomes(&line, contact, "duplicate") > 0);
    expect_state(contact, "accepted");
    assert_int_equal(line_outcomes(&line, contact, "accepted"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINE_TESTS(infobip),
        LINE_TESTS(link_mobility),
        LINE_TESTS(elks),
        LINE_TEST(a_batch_ends_differently, infobip),
        LINE_TEST(a_batch_ends_differently, link_mobility),
        LINE_TEST(a_duplicate_was_taken_before, infobip),
    };
    return LINE_MAIN(tests);
}
