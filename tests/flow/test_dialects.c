/* The whole line through providers that take one message a request and sign their webhooks: what the provider says by
 * its codes ends in the right state, its receipts and replies are taken, and nobody else's. */
#include "line_fixture.h"

static struct line_case twilio = {.provider = {"twilio", LINE_SECRET, LINE_SECRET, "outside_eu = yes\n"},
                                  .fates = {{9002, "failed"},
                                            {9012, "failed"},
                                            {9003, "suppressed"},
                                            {9004, "failed"},
                                            {9014, "failed"},
                                            {9007, "unknown"},
                                            {9101, "undelivered"},
                                            {9103, "undelivered"},
                                            {9104, "undelivered"},
                                            {9105, "undelivered"},
                                            {9106, "undelivered"},
                                            {9107, "undelivered"},
                                            {9110, "accepted"},
                                            {9111, "accepted"},
                                            {9112, "accepted"},
                                            {9113, "accepted"},
                                            {9114, "accepted"}},
                                  .throttles = {9001},
                                  .stops = {9005}};

static struct line_case vonage = {.provider = {"vonage", LINE_SECRET, LINE_SECRET, "outside_eu = yes\n"},
                                  .fates = {{9002, "failed"},
                                            {9003, "suppressed"},
                                            {9004, "failed"},
                                            {9014, "failed"},
                                            {9024, "failed"},
                                            {9006, "failed"}, /* after three attempts */
                                            {9007, "unknown"},
                                            {9101, "undelivered"},
                                            {9102, "expired"},
                                            {9103, "undelivered"},
                                            {9104, "undelivered"},
                                            {9105, "accepted"},
                                            {9106, "undelivered"},
                                            {9107, "undelivered"},
                                            {9110, "accepted"},
                                            {9111, "accepted"}},
                                  .throttles = {9001, 9011},
                                  .stops = {9005, 9015, 9025, 9035, 9045, 9055}};

static struct line_case gatewayapi = {.provider = {"gatewayapi", LINE_SECRET, LINE_SECRET, ""},
                                      .fates = {{9002, "failed"},
                                                {9004, "failed"},
                                                {9007, "unknown"},
                                                {9101, "undelivered"},
                                                {9102, "expired"},
                                                {9103, "undelivered"},
                                                {9104, "undelivered"},
                                                {9105, "accepted"},
                                                {9110, "accepted"},
                                                {9111, "accepted"}},
                                      .throttles = {9001},
                                      .stops = {9005, 9015}};

static struct line_case sinch = {.provider = {"sinch", LINE_SECRET, LINE_SECRET, ""},
                                 .fates = {{9002, "failed"},
                                           {9004, "failed"},
                                           {9007, "unknown"},
                                           {9101, "undelivered"},
                                           {9102, "expired"},
                                           {9103, "undelivered"},
                                           {9104, "undelivered"},
                                           {9105, "undelivered"},
                                           {9106, "undelivered"},
                                           {9110, "accepted"},
                                           {9111, "accepted"}},
                                 .throttles = {9001},
                                 .stops = {9005, 9015}};

static struct line_case telnyx = {.provider = {"telnyx", ED25519_SEED, ED25519_PUBLIC, "outside_eu = yes\n"},
                                  .fates = {{9002, "failed"},
                                            {9003, "suppressed"},
                                            {9004, "failed"},
                                            {9014, "failed"},
                                            {9007, "unknown"},
                                            {9101, "undelivered"},
                                            {9103, "undelivered"},
                                            {9104, "accepted"},
                                            {9105, "undelivered"},
                                            {9106, "undelivered"},
                                            {9110, "accepted"},
                                            {9111, "accepted"}},
                                  .throttles = {9001},
                                  .stops = {9005}};

/* What the second part begins with would be another answer. */
static void a_reply_in_parts_is_one_reply(void **state)
{
    static const int contacts[] = {0};
    struct text said = {0};
    (void)state;
    line_ask(&line, "r", contacts, 1);
    line_open(&line);
    expect_state(0, "delivered");
    text_add(&said, "4 ");
    for (int i = 2; i < 153; i++)
        text_add(&said, i % 6 == 5 ? " " : "a");
    text_add(&said, "2 ei");
    for (int i = 4; i < 200; i++)
        text_add(&said, i % 6 == 5 ? " " : "b");
    line_say(&line, 0, said.chars);
    text_free(&said);
    STATION_AWAIT(station, line_rows(&line, "\"part\":3", "\"status\":200") == 1);
    STATION_AWAIT(station, strcmp(line_answer(&line, 0), "4") == 0);
    STATION_AWAIT(station, line_rows(&line, "{\"t\":\"reply\"", "\"status\":200") == 3);
    assert_int_equal(world_count(&station->world, "seq"), 1);
    assert_int_equal(line_rows(&line, "{\"t\":\"reply\"", NULL), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINE_TESTS(twilio), LINE_TESTS(vonage), LINE_TESTS(gatewayapi),
        LINE_TESTS(sinch),  LINE_TESTS(telnyx), LINE_TEST(a_reply_in_parts_is_one_reply, vonage),
    };
    return LINE_MAIN(tests);
}
