/* Replies as people type them, read with the words that are shipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "domain/reply.h"

enum language { FI, SV, EN };
static const char *const languages[] = {"fi", "sv", "en"};

static const struct question scale = {.kind = QUESTION_SCALE, .min = 1, .max = 5};
static const struct question from_zero = {.kind = QUESTION_SCALE, .min = 0, .max = 9};
static const struct question yesno = {.kind = QUESTION_YESNO, .min = 0, .max = 1};
static const struct question choice = {.kind = QUESTION_CHOICE, .min = 1, .max = 3, .options_count = 3};
static const struct question own_words = {.kind = QUESTION_TEXT};
static const struct question volunteer = {.kind = QUESTION_VOLUNTEER, .min = 0, .max = 1};

static struct reply_words words;

static int words_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++) {
        char path[512];
        struct error error = {""};
        struct json_reader reader;
        snprintf(path, sizeof path, "%s/config/messages/%s.json", TEST_SOURCE_DIR, languages[i]);
        cJSON *file = json_read_file(path, &error);
        if (file == NULL)
            return -1;
        json_reader_root(&reader, file, &error);
        reply_words_read(&words, i, &reader);
        cJSON_Delete(file);
        if (error.text[0] != '\0')
            return -1;
    }
    return 0;
}

struct expectation {
    const char *text;
    enum reading_outcome outcome;
    int value; /* of an answer */
    bool optout;
};

static void expect(const struct reading_context *context, const struct expectation *cases, size_t cases_count)
{
    for (size_t i = 0; i < cases_count; i++) {
        struct reading reading;
        const struct expectation *expected = &cases[i];
        bool optout = expected->optout || expected->outcome == READ_OPTOUT;
        reply_read(context, expected->text, &reading);
        if (reading.outcome != expected->outcome || reading.optout != optout)
            print_error("reply \"%s\"\n", expected->text);
        assert_int_equal(reading.outcome, expected->outcome);
        assert_int_equal(reading.optout, optout);
        if (expected->outcome == READ_ANSWER)
            assert_int_equal(reading.value, expected->value);
    }
}

#define EXPECT(asked, person, cases)                                                                         \
    do {                                                                                                     \
        struct reading_context context = {.question = (asked), .language = (person), .words = &words};       \
        expect(&context, cases, sizeof(cases) / sizeof((cases)[0]));                                         \
    } while (0)

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
        {"5/5", READ_UNCLEAR, 0, false},
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
        {"viisi", READ_UNCLEAR, 0, false},
        {"Vastaus 5", READ_UNCLEAR, 0, false},
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
        {"Peruuta aika huomenna", READ_UNCLEAR, 0, false},
        {"peruuta sairas", READ_UNCLEAR, 0, false},
        {"5 peruuta aika", READ_ANSWER, 5, false},
        {"bussi ei stop", READ_UNCLEAR, 0, false},
        {"hyvä palvelu, älä lopeta", READ_UNCLEAR, 0, false},
        {"5, en lopeta", READ_ANSWER, 5, false},
        {"kiitos", READ_UNCLEAR, 0, false},
        {"5 ja", READ_ANSWER, 5, false},
        {"5stopp5", READ_UNCLEAR, 0, false},
        {"5 peruuta", READ_ANSWER, 5, false}, /* cancel what? */
        {"Peruuta aika huomenna, olen sairas", READ_UNCLEAR, 0, false},
        {"cancel my meeting", READ_UNCLEAR, 0, false},
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
        {"A ja B", READ_UNCLEAR, 0, false}, {"vastaus A", READ_UNCLEAR, 0, false},
        {":C", READ_UNCLEAR, 0, false}, /* a face */
        {"В", READ_UNCLEAR, 0, false},  /* a Cyrillic letter */
        {"", READ_UNCLEAR, 0, false},       {"D stop", READ_OPTOUT, 0, true},
    };
    (void)state;
    EXPECT(&choice, FI, cases);
    EXPECT(&choice, EN, cases);
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

static const char *text_of(const cJSON *row, const char *name)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(row, name);
    assert_true(cJSON_IsString(found));
    return found->valuestring;
}

static size_t index_of(const char *word, const char *const *list, size_t list_count)
{
    for (size_t i = 0; i < list_count; i++)
        if (strcmp(list[i], word) == 0)
            return i;
    fail_msg("\"%s\" is not known here", word);
    return 0;
}

static void the_vectors_are_read(void **state)
{
    static const char *const kinds[] = {"scale", "yesno"};
    static const struct question *const questions[] = {&scale, &yesno};
    static const char *const outcomes[] = {"answer", "words", "unclear",     "optout",
                                           "optin",  "help",  "wrong_person"};
    struct error error = {""};
    cJSON *vectors = json_read_file(TEST_VECTORS "/replies.json", &error);
    const cJSON *row, *rows = cJSON_GetObjectItemCaseSensitive(vectors, "cases");
    (void)state;
    assert_int_equal(cJSON_GetArraySize(rows), 33);
    cJSON_ArrayForEach(row, rows)
    {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(row, "value");
        struct reading_context context = {.question = questions[index_of(text_of(row, "kind"), kinds, 2)],
                                          .language = (int)index_of(text_of(row, "language"), languages, 3),
                                          .words = &words};
        struct expectation expected = {
            .text = text_of(row, "text"),
            .outcome = (enum reading_outcome)index_of(text_of(row, "outcome"), outcomes, 7),
            .value = value == NULL ? -1 : value->valueint,
            .optout = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(row, "optout")),
        };
        expect(&context, &expected, 1);
    }
    cJSON_Delete(vectors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scale_reads_one_digit_first),
        cmocka_unit_test(stop_wins_over_everything),
        cmocka_unit_test(some_words_are_read_at_any_time),
        cmocka_unit_test(some_words_are_read_only_alone),
        cmocka_unit_test(yes_and_no_are_read_in_every_language),
        cmocka_unit_test(a_choice_reads_one_letter_first),
        cmocka_unit_test(words_are_taken_as_they_are),
        cmocka_unit_test(a_verb_may_begin_own_words),
        cmocka_unit_test(a_first_name_can_be_refused),
        cmocka_unit_test(a_long_reply_is_read_by_its_beginning),
        cmocka_unit_test(the_vectors_are_read),
    };
    return cmocka_run_group_tests(tests, words_read, NULL);
}
