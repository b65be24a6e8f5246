/* What is read in words, whatever was asked: STOP and its like, own words, a first name, a long reply. */
#include "reply_fixture.h"

static void stop_wins_over_everything(void **state)
{
    static const struct expectation cases[] = {
        {"stop", READ_OPTOUT, 0, true},
        {"Stop.", READ_OPTOUT, 0, true},
        {"stop,", READ_OPTOUT, 0, true},
        {"STOPP!", READ_OPTOUT, 0, true},
        {"ＳＴＯＰ", READ_OPTOUT, 0, true},
        {"\"STOP\"", READ_OPTOUT, 0, true},
        {"lopeta viestit", READ_OPTOUT, 0, true},
        {"Lopeta heti nämä, ei kiinnosta", READ_OPTOUT, 0, true},
        {"sluta", READ_OPTOUT, 0, true},
        {"unsubscribe", READ_OPTOUT, 0, true},
        {"STOP 5", READ_OPTOUT, 0, true},
        {"... stop", READ_OPTOUT, 0, true},
        {"🛑 stop", READ_OPTOUT, 0, true},
        {"6 stop", READ_OPTOUT, 0, true}, /* 6 is no answer here, but STOP is STOP */
        {"kyllä stop", READ_OPTOUT, 0, true},
        {"a lopeta", READ_OPTOUT, 0, true},
        {"peruuta", READ_OPTOUT, 0, true},
        {"Cancel!", READ_OPTOUT, 0, true},
        {"quit", READ_OPTOUT, 0, true},
        {"peruuta viestit", READ_OPTOUT, 0, true},
        {"avbryt enkäten tack", READ_OPTOUT, 0, true},
        {"5 stop", READ_ANSWER, 5, true},
        {"5. STOP!", READ_ANSWER, 5, true},
        {"5.stop", READ_ANSWER, 5, true},
        {"5 😠 Lopeta .", READ_ANSWER, 5, true},
        {"5 lopeta viestit", READ_ANSWER, 5, true},
        {"5 stop stop", READ_ANSWER, 5, true},
        {"5 peruuta viestit", READ_ANSWER, 5, true},
        {"5 stop now", READ_ANSWER, 5, false}, /* not all that follows */
        {"5 please stop", READ_ANSWER, 5, true},
        {"5 stop kiitos", READ_ANSWER, 5, true},
        {"5, stop please", READ_ANSWER, 5, true},
        {"5 ja stop", READ_ANSWER, 5, true},
        {"5 och sluta", READ_ANSWER, 5, true},
        {"5stop", READ_ANSWER, 5, true}, /* written together */
        {"5/Lopeta", READ_ANSWER, 5, true},
        {"6stop", READ_OPTOUT, 0, true},
        {"STOP1", READ_OPTOUT, 0, true},
        {"stop-5 kiitos", READ_OPTOUT, 0, true},
        {"Kiitos, stop", READ_OPTOUT, 0, true},
        {"hei stop", READ_OPTOUT, 0, true},
        {"please stop", READ_OPTOUT, 0, true},
        {"tack sluta", READ_OPTOUT, 0, true},
        {"lopettakaa viestit", READ_OPTOUT, 0, true},
        {"Lopeta paperilomakkeet", READ_OPTOUT, 0, true}, /* own words only where they were asked for */
        {"Hyvä palvelu, STOP", READ_OPTOUT, 0, true},
        {"Hyvä palvelu\nstop, kiitos", READ_OPTOUT, 0, true},
        {"5 hyvä palvelu. Stop", READ_ANSWER, 5, true},
        {"end survey", READ_OPTOUT, 0, true},
        {"cancel sms", READ_OPTOUT, 0, true},
        {"peru sms", READ_OPTOUT, 0, true},
        {"peruuta viesti", READ_OPTOUT, 0, true},
        {"avbryt enkät", READ_OPTOUT, 0, true},
        {"Hei, peruuta, kiitos", READ_OPTOUT, 0, true},
        {"5 cancel sms please", READ_ANSWER, 5, true},
        {"the end", READ_UNCLEAR, 0, false},
        {"end of story", READ_UNCLEAR, 0, false},
        {"Peruuta aika huomenna", READ_BUSINESS, 0, false},
        {"peruuta sairas", READ_BUSINESS, 0, false},
        {"5 peruuta aika", READ_ANSWER, 5, false},
        {"bussi ei stop", READ_UNCLEAR, 0, false},
        {"hyvä palvelu, älä lopeta", READ_UNCLEAR, 0, false},
        {"5, en lopeta", READ_ANSWER, 5, false},
        {"kiitos", READ_UNCLEAR, 0, false},
        {"5 ja", READ_ANSWER, 5, false},
        {"5stopp5", READ_UNCLEAR, 0, false},
        {"5 peruuta", READ_ANSWER, 5, false}, /* cancel what? */
        {"Peruuta aika huomenna, olen sairas", READ_BUSINESS, 0, false},
        {"cancel my meeting", READ_BUSINESS, 0, false},
        {"stopping", READ_UNCLEAR, 0, false},
        {"en lopeta", READ_UNCLEAR, 0, false},
        {"älä lopeta", READ_UNCLEAR, 0, false},
    };
    (void)state;
    EXPECT(&scale, FI, cases);
    EXPECT(&scale, EN, cases);
}

/* With any question, and with none. */
static void some_words_are_read_at_any_time(void **state)
{
    static const struct expectation cases[] = {
        {"stop", READ_OPTOUT, 0, true},
        {"9 STOPP!", READ_OPTOUT, 0, true},
        {"INFO", READ_HELP, 0, false},
        {"apua!", READ_HELP, 0, false},
        {" hjälp ", READ_HELP, 0, false},
        {"?", READ_HELP, 0, false},
        {" ??\n", READ_HELP, 0, false},
        {"？", READ_HELP, 0, false},
        {"info 😊", READ_HELP, 0, false},
        {"START", READ_OPTIN, 0, false},
        {"aloita.", READ_OPTIN, 0, false},
        {"pois", READ_LEAVE, 0, false},
        {"BORT", READ_LEAVE, 0, false},
        {"Leave.", READ_LEAVE, 0, false},
        {"väärä numero", READ_WRONG_PERSON, 0, false},
        {"Väärä   NUMERO!", READ_WRONG_PERSON, 0, false},
        {"fel nummer", READ_WRONG_PERSON, 0, false},
        {"Hei, väärä numero", READ_WRONG_PERSON, 0, false},
        {"sorry wrong number", READ_WRONG_PERSON, 0, false},
        {"Wrong number, who is this?", READ_WRONG_PERSON, 0, false},
        {"tämä on väärä numero", READ_WRONG_PERSON, 0, false},
        {"Teillä on väärä numero!", READ_WRONG_PERSON, 0, false},
        {"väärä numero kiitos", READ_WRONG_PERSON, 0, false},
        {"Hej, det är fel nummer, tack", READ_WRONG_PERSON, 0, false},
        {"Ni har fel nummer", READ_WRONG_PERSON, 0, false},
        {"This is the wrong number", READ_WRONG_PERSON, 0, false},
        {"You have the wrong person, sorry", READ_WRONG_PERSON, 0, false},
        {"väärä numero, 😊", READ_WRONG_PERSON, 0, false},
    };
    static const struct question *const questions[] = {NULL, &scale, &yesno, &choice, &own_words, &volunteer};
    (void)state;
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
        for (int language = FI; language <= EN; language++)
            EXPECT(questions[i], language, cases);
    struct reading_context name = {.name = true, .words = &words};
    expect(&name, cases, sizeof cases / sizeof cases[0]);
}

static void some_words_are_read_only_alone(void **state)
{
    static const struct expectation cases[] = {
        {"info oli hyvä", READ_COMMENT, 0, false},
        {"hjälp fick jag", READ_COMMENT, 0, false},
        {"start huomenna", READ_COMMENT, 0, false},
        {"pois täältä", READ_COMMENT, 0, false},
        {"sain väärä numero lapun", READ_COMMENT, 0, false},
        {"väärä numero opasteessa", READ_COMMENT, 0, false},
        {"väärä numero, 4", READ_COMMENT, 0, false}, /* corrects an answer; a number would be lost for it */
        {"Väärä henkilö, virkailija ei tuntenut asiaani", READ_COMMENT, 0, false},
        {"Väärä numero, tarkoitin neljä", READ_COMMENT, 0, false},
        {"väärä numero. Lisäksi jono oli pitkä", READ_COMMENT, 0, false},
        {"tämä on", READ_COMMENT, 0, false},
        {"väärä numero 0401234567", READ_COMMENT, 0, false},
        {"ok?", READ_COMMENT, 0, false},
        {"hei", READ_COMMENT, 0, false},
        {"5", READ_COMMENT, 0, false},
        {"5 stop now", READ_COMMENT, 0, false},
        {"", READ_COMMENT, 0, false},
    };
    (void)state;
    EXPECT(NULL, FI, cases);
}

static const struct reading_context first_name = {.name = true, .words = &words};

static void words_are_taken_as_they_are(void **state)
{
    static const struct expectation cases[] = {
        {"Pidempiä aikoja, kiitos", READ_WORDS, 0, false},
        {"5", READ_WORDS, 0, false},
        {"...", READ_WORDS, 0, false},
        {"😊", READ_WORDS, 0, false},
        {"info puuttui", READ_WORDS, 0, false},
        {"aikaa ei saa peruuttaa, tämän voisi lopettaa stop", READ_WORDS, 0, false},
        {"Hyvä palvelu, STOP", READ_WORDS, 0, true},
        {"Hyvä palvelu. Lopeta.", READ_WORDS, 0, true},
        {"Bra service 😊 sluta tack", READ_WORDS, 0, true},
        {"Hyvä - stop", READ_WORDS, 0, true},
        {"Hyvä, älä lopeta", READ_WORDS, 0, false},
        {"Hyvä palvelu, stop ja go", READ_WORDS, 0, false},
        {"STOP. En jaksa", READ_OPTOUT, 0, true},
        {"Stop nyt heti tämä", READ_OPTOUT, 0, true},
        {"lopeta", READ_OPTOUT, 0, true},
        {"Sluta, tack", READ_OPTOUT, 0, true},
        {"Lopeta! En jaksa", READ_OPTOUT, 0, true},
        {"Lopettakaa viestit heti", READ_OPTOUT, 0, true},
        {"peruuta viestit, en jaksa", READ_OPTOUT, 0, true},
        {"Peruuta aika huomenna", READ_WORDS, 0, false},
        {"5 stop", READ_OPTOUT, 0, true},
        {"", READ_UNCLEAR, 0, false},
        {" \r\n\t", READ_UNCLEAR, 0, false},
        {"\xE2\x80\x8B", READ_UNCLEAR, 0, false}, /* zero width */
    };
    (void)state;
    EXPECT(&own_words, FI, cases);
    expect(&first_name, cases, sizeof cases / sizeof cases[0]);
}

/* What should be stopped there is what the person writes about. */
static void a_verb_may_begin_own_words(void **state)
{
    static const struct expectation cases[] = {
        {"ei", READ_WORDS, 0, false},
        {"Lopeta paperilomakkeet", READ_WORDS, 0, false},
        {"Sluta med blanketterna!", READ_WORDS, 0, false},
        {"Seis on huono", READ_WORDS, 0, false},
        {"Kiitos. Lopettakaa jonottaminen", READ_WORDS, 0, false},
        {"Väärä henkilö, virkailija ei tuntenut asiaani", READ_WORDS, 0, false},
    };
    (void)state;
    EXPECT(&own_words, FI, cases);
}

static void a_first_name_can_be_refused(void **state)
{
    static const struct expectation cases[] = {
        {"ei", READ_ANSWER, 0, false},
        {"Ei kiitos!", READ_ANSWER, 0, false},
        {"hei, en halua", READ_ANSWER, 0, false},
        {"en", READ_ANSWER, 0, false},
        {"En halua kertoa", READ_ANSWER, 0, false},
        {"ei kuulu teille", READ_ANSWER, 0, false},
        {"nej", READ_ANSWER, 0, false},
        {"Nej tack", READ_ANSWER, 0, false},
        {"no thanks", READ_ANSWER, 0, false},
        {"No.", READ_ANSWER, 0, false},
        {"ei kiitos, stop", READ_OPTOUT, 0, true},
        {"ei kuulu teille, stop", READ_ANSWER, 0, true},
        {"no Matti", READ_WORDS, 0, false}, /* a filler */
        {"Matti", READ_WORDS, 0, false},
        {"Matti, ei sukunimeä", READ_WORDS, 0, false},
        {"ei se mitään haittaa, olen Matti", READ_WORDS, 0, false},
    };
    (void)state;
    expect(&first_name, cases, sizeof cases / sizeof cases[0]);
}

static char *padded(const char *start, const char *piece, size_t count, const char *end)
{
    struct text text = {0};
    text_add(&text, start);
    for (size_t i = 0; i < count; i++)
        text_add(&text, piece);
    text_add(&text, end);
    return text.chars;
}

static void a_long_reply_is_read_by_its_beginning(void **state)
{
    static const struct {
        const char *start, *piece;
        size_t count;
        const char *end;
        struct expectation expected;
    } cases[] = {
        {"5 ", "ä", 10000, "", {NULL, READ_ANSWER, 5, false}},
        {"5 ", "sana ", 10000, "stop", {NULL, READ_ANSWER, 5, false}},
        {"5 ", "stop ", 10000, "", {NULL, READ_ANSWER, 5, false}}, /* how it ends is not looked at */
        {"", "stop ", 10000, "", {NULL, READ_OPTOUT, 0, true}},
        {"", " ", 10000, "5", {NULL, READ_ANSWER, 5, false}},
        {"info", " ", 10000, "", {NULL, READ_HELP, 0, false}},
        {"info", " ", 10000, "x", {NULL, READ_UNCLEAR, 0, false}},
        {"", "5", 10000, "", {NULL, READ_UNCLEAR, 0, false}},
        {"", "?", 10000, "", {NULL, READ_UNCLEAR, 0, false}},
        {"", "👍", 10000, "", {NULL, READ_UNCLEAR, 0, false}},
        {"", "\xEF\xB7\xBA", 10000, "", {NULL, READ_UNCLEAR, 0, false}}, /* one character of many words */
    };
    (void)state;
    struct reading_context context = {.question = &scale, .words = &words};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct expectation expected = cases[i].expected;
        char *text = padded(cases[i].start, cases[i].piece, cases[i].count, cases[i].end);
        expected.text = text;
        expect(&context, &expected, 1);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stop_wins_over_everything),
        cmocka_unit_test(some_words_are_read_at_any_time),
        cmocka_unit_test(some_words_are_read_only_alone),
        cmocka_unit_test(words_are_taken_as_they_are),
        cmocka_unit_test(a_verb_may_begin_own_words),
        cmocka_unit_test(a_first_name_can_be_refused),
        cmocka_unit_test(a_long_reply_is_read_by_its_beginning),
    };
    return cmocka_run_group_tests(tests, words_read, NULL);
}
