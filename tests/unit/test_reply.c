/* Answers as people type them, read with the words that are shipped. */
#include "reply_fixture.h"

static void a_scale_reads_one_digit_first(void **state)
{
    static const struct expectation cases[] = {
        {"5", READ_ANSWER, 5, false},
        {"1", READ_ANSWER, 1, false},
        {" 5. ", READ_ANSWER, 5, false},
        {"\n4!\r\n", READ_ANSWER, 4, false},
        {"..3!!", READ_ANSWER, 3, false},
        {"(2)", READ_ANSWER, 2, false},
        {"5,", READ_ANSWER, 5, false},
        {"#4", READ_ANSWER, 4, false},
        {"4 thanks", READ_ANSWER, 4, false},
        {"5.Hyvä!", READ_ANSWER, 5, false},
        {"5 mutta odotin 3 viikkoa", READ_ANSWER, 5, false},
        {"\xC2\xA0"
         "2 ok",
         READ_ANSWER, 2, false},        /* a no-break space is white space */
        {"! 5", READ_ANSWER, 5, false}, /* punctuation alone is no word */
        {"- 5", READ_ANSWER, 5, false},
        {"4+", READ_ANSWER, 4, false}, /* school marks */
        {"4-", READ_ANSWER, 4, false},
        {"5️⃣", READ_ANSWER, 5, false},
        {"５", READ_ANSWER, 5, false}, /* full width */
        {"5😊", READ_ANSWER, 5, false},
        {"👍🏽 5", READ_ANSWER, 5, false},
        {"❤️ 5", READ_ANSWER, 5, false},
        {"5 5", READ_UNCLEAR, 0, false},
        {"", READ_UNCLEAR, 0, false},
        {"  \t ", READ_UNCLEAR, 0, false},
        {"...", READ_UNCLEAR, 0, false},
        {"0", READ_UNCLEAR, 0, false},
        {"6", READ_UNCLEAR, 0, false},
        {"55", READ_UNCLEAR, 0, false},
        {"5/5", READ_ANSWER, 5, false},
        {"4-5", READ_UNCLEAR, 0, false},
        {"4 - 5", READ_UNCLEAR, 0, false},
        {"4, 5", READ_UNCLEAR, 0, false},
        {"4,5", READ_UNCLEAR, 0, false},
        {"4.5", READ_UNCLEAR, 0, false},
        {"4 / 10", READ_UNCLEAR, 0, false},
        {"4 /10", READ_UNCLEAR, 0, false},
        {"4 tai 5", READ_UNCLEAR, 0, false},
        {"4 eller 5", READ_UNCLEAR, 0, false},
        {"4 or 5?", READ_UNCLEAR, 0, false},
        {"4½", READ_UNCLEAR, 0, false},
        {"-5", READ_UNCLEAR, 0, false},
        {"~5", READ_UNCLEAR, 0, false},
        {"5%", READ_UNCLEAR, 0, false},
        {"5 %", READ_UNCLEAR, 0, false},
        {"5 viikkoa odotin", READ_UNCLEAR, 0, false},
        {"5. päivänä", READ_ANSWER, 5, false},
        {"3 Veckor!", READ_UNCLEAR, 0, false},
        {"5 times", READ_UNCLEAR, 0, false},
        {"viisi", READ_ANSWER, 5, false},
        {"Vastaus 5", READ_ANSWER, 5, false},
        {"apua sain hyvin, 5", READ_UNCLEAR, 0, false},
        {"info oli hyvä 4", READ_UNCLEAR, 0, false},
        {"٥", READ_UNCLEAR, 0, false}, /* digits of other scripts are not read */
        {"kyllä", READ_UNCLEAR, 0, false},
    };
    static const struct expectation zero[] = {
        {"0", READ_ANSWER, 0, false},
        {"9", READ_ANSWER, 9, false},
        {"0 stop", READ_ANSWER, 0, true},
        {"10", READ_UNCLEAR, 0, false},
    };
    (void)state;
    EXPECT(&scale, FI, cases);
    EXPECT(&scale, SV, cases);
    EXPECT(&from_zero, EN, zero);
}

static void yes_and_no_are_read_in_every_language(void **state)
{
    static const struct expectation any[] = {
        {"Kyllä!", READ_ANSWER, 1, false},
        {"JOO", READ_ANSWER, 1, false},
        {"ja", READ_ANSWER, 1, false},
        {"yes please", READ_ANSWER, 1, false},
        {"ok", READ_ANSWER, 1, false},
        {"👍", READ_ANSWER, 1, false},
        {"👍🏿👍🏿", READ_ANSWER, 1, false},
        {"ei", READ_ANSWER, 0, false},
        {"Ei, kiitos.", READ_ANSWER, 0, false},
        {"nej tack", READ_ANSWER, 0, false},
        {"👎", READ_ANSWER, 0, false},
        {"ei 👎", READ_ANSWER, 0, false},
        {"kyllä stop", READ_ANSWER, 1, true},
        {"ei.stop", READ_ANSWER, 0, true},
        {"joo ei", READ_UNCLEAR, 0, false},
        {"ei vaan kyllä", READ_UNCLEAR, 0, false},
        {"yes and nej", READ_UNCLEAR, 0, false},
        {"👍👎", READ_UNCLEAR, 0, false},
        {"ehkä", READ_UNCLEAR, 0, false},
        {"tosi kyllä", READ_UNCLEAR, 0, false},
        {"jep", READ_ANSWER, 1, false},
        {"Joop!", READ_ANSWER, 1, false},
        {"jepp", READ_ANSWER, 1, false},
        {"jo", READ_ANSWER, 1, false},
        {"jo, tack", READ_ANSWER, 1, false},
        {"japp", READ_ANSWER, 1, false},
        {"yeah", READ_ANSWER, 1, false},
        {"yep thanks", READ_ANSWER, 1, false},
        {"nä", READ_ANSWER, 0, false},
        {"nope", READ_ANSWER, 0, false},
        {"jo ilmoittauduin toisaalle", READ_UNCLEAR, 0, false},
        {"ei, sain jo paikan", READ_ANSWER, 0, false},
        {"ei, jo", READ_UNCLEAR, 0, false},
        {"En tiedä", READ_UNCLEAR, 0, false},
        {"en osaa sanoa", READ_UNCLEAR, 0, false},
        {"ei tietoa", READ_UNCLEAR, 0, false},
        {"vet inte", READ_UNCLEAR, 0, false},
        {"Jag vet ej", READ_UNCLEAR, 0, false},
        {"don't know", READ_UNCLEAR, 0, false},
        {"I don’t know", READ_UNCLEAR, 0, false},
        {"no idea", READ_UNCLEAR, 0, false},
        {"dunno", READ_UNCLEAR, 0, false},
        {"joo, en tiedä", READ_UNCLEAR, 0, false},
        {"ja, vet inte", READ_UNCLEAR, 0, false},
        {"1", READ_UNCLEAR, 0, false},
        {"5 stop", READ_OPTOUT, 0, true},
        {"", READ_UNCLEAR, 0, false},
    };
    static const struct expectation finnish[] = {
        {"no", READ_UNCLEAR, 0, false}, /* a filler */
        {"no joo", READ_UNCLEAR, 0, false},
        {"en", READ_ANSWER, 0, false},
        {"e", READ_ANSWER, 0, false},
        {"k", READ_ANSWER, 1, false},
        {"en bra service", READ_UNCLEAR, 0, false},
        {"en ollut", READ_UNCLEAR, 0, false},
        {"En, kiitos", READ_ANSWER, 0, false},
        {"en kiitos", READ_ANSWER, 0, false},
        {"En halua enää", READ_ANSWER, 0, false},
        {"kyllä mutta en ehtinyt", READ_UNCLEAR, 0, false},
    };
    static const struct expectation swedish[] = {
        {"no", READ_ANSWER, 0, false},
        {"en", READ_UNCLEAR, 0, false}, /* "a", "one" */
        {"ja, en bra idé", READ_ANSWER, 1, false},
        {"ja, det e bra", READ_ANSWER, 1, false},
    };
    static const struct expectation english[] = {
        {"No.", READ_ANSWER, 0, false},
        {"no, yes", READ_UNCLEAR, 0, false},
    };
    (void)state;
    for (int language = FI; language <= EN; language++) {
        EXPECT(&yesno, language, any);
        EXPECT(&volunteer, language, any);
    }
    EXPECT(&yesno, FI, finnish);
    EXPECT(&yesno, SV, swedish);
    EXPECT(&volunteer, EN, english);
}

static void a_choice_reads_one_letter_first(void **state)
{
    static const struct expectation cases[] = {
        {"A", READ_ANSWER, 1, false},       {"b", READ_ANSWER, 2, false},
        {"C.", READ_ANSWER, 3, false},      {"a)", READ_ANSWER, 1, false},
        {"(b)", READ_ANSWER, 2, false},     {"B: koska", READ_ANSWER, 2, false},
        {"Ｂ", READ_ANSWER, 2, false},      {"c, kiitos", READ_ANSWER, 3, false},
        {"A stop", READ_ANSWER, 1, true},   {"D", READ_UNCLEAR, 0, false},
        {"1", READ_UNCLEAR, 0, false},      {"2 B", READ_UNCLEAR, 0, false},
        {"AB", READ_UNCLEAR, 0, false},     {"A/B", READ_UNCLEAR, 0, false},
        {"A B", READ_UNCLEAR, 0, false},    {"a, b", READ_UNCLEAR, 0, false},
        {"a,b", READ_UNCLEAR, 0, false},    {"A tai C", READ_UNCLEAR, 0, false},
        {"A ja B", READ_UNCLEAR, 0, false}, {"vastaus A", READ_ANSWER, 1, false},
        {":C", READ_UNCLEAR, 0, false}, /* a face */
        {"В", READ_UNCLEAR, 0, false},  /* a Cyrillic letter */
        {"", READ_UNCLEAR, 0, false},       {"D stop", READ_OPTOUT, 0, true},
    };
    (void)state;
    EXPECT(&choice, FI, cases);
    EXPECT(&choice, EN, cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scale_reads_one_digit_first),
        cmocka_unit_test(yes_and_no_are_read_in_every_language),
        cmocka_unit_test(a_choice_reads_one_letter_first),
    };
    return cmocka_run_group_tests(tests, words_read, NULL);
}
