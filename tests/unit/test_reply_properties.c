/* What holds for any reply: nothing breaks, STOP wins, case and punctuation do not matter, the short way of folding
 * leads where the library's does. Texts are put together at random, the same ones in every run. */
#include "reply_fixture.h"

#include <unicase.h>
#include <unictype.h>
#include <unistr.h>

#include "domain/reply_fold.h"

#define ROUNDS 20000

static const char *const pieces[] = {
    "5",
    "4",
    " ",
    " ",
    " ",
    ",",
    ".",
    "!",
    "?",
    "-",
    "/",
    "\n",
    "viisi",
    "fem",
    "four",
    "en",
    "ett",
    "stop",
    "lopeta",
    "en lopeta",
    "kiitos",
    "tack",
    "thanks",
    "joo",
    "ei",
    "ja",
    "no",
    "viikkoa",
    "tai",
    "mutta",
    "vastaus",
    "on",
    "svar",
    "är",
    "aika",
    "sairas",
    "tid",
    "peruuta",
    "cancel",
    "viestit",
    "HYVÄ",
    "Å",
    "a\xCC\x88",
    "e\xCC\x81",
    "ﬁ",
    "ß",
    "５",
    "Ⅴ",
    "½",
    "⁵",
    "😊",
    "👍🏽",
    "5️⃣",
    "\xE2\x80\x8B",
    "\xC2\xA0",
    "’",
    "…",
    "–",
    "ж",
    "٥",
    "한",
    "\xE1\x84\x92\xE1\x85\xA1",
    "\xEF\xB7\xBA",
    "haluan kuolla",
    "pause",
    "=",
    "(",
    ")",
    "+",
    "%",
};
#define PIECES (sizeof pieces / sizeof pieces[0])

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void put_together(uint32_t *state, struct text *text)
{
    text_clear(text);
    text_add(text, "");
    for (uint32_t count = next_random(state) % 12; count > 0; count--)
        text_add(text, pieces[next_random(state) % PIECES]);
}

static void read_as(const struct question *question, int language, const char *text,
                    struct reading *reading_out)
{
    struct reading_context context = {.question = question, .language = language, .words = &words};
    reply_read(&context, text, reading_out);
}

static const struct question *const questions[] = {NULL, &scale, &yesno, &choice, &own_words, &volunteer};
#define QUESTIONS (sizeof questions / sizeof questions[0])

static void any_text_is_read_within_its_bounds(void **state)
{
    uint32_t random = 1;
    struct text text = {0};
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        const struct question *question = questions[next_random(&random) % QUESTIONS];
        struct reading reading;
        put_together(&random, &text);
        read_as(question, (int)(next_random(&random) % 3), text.chars, &reading);
        assert_true(reading.comment_start + reading.comment_bytes <= text.bytes);
        assert_true(text_is_utf8(text.chars + reading.comment_start, reading.comment_bytes));
        if (reading.outcome == READ_ANSWER)
            assert_in_range(reading.value, question->min, question->max);
        else if (reading.outcome != READ_DISTRESS)
            assert_int_equal(reading.value, -1);
        if (reading.comment_bytes > 0)
            assert_true(reading.outcome == READ_ANSWER || reading.outcome == READ_COMMENT);
    }
    text_free(&text);
}

static void stop_as_the_first_word_wins_whatever_follows(void **state)
{
    static const char *const stops[] = {"stop ", "STOPP! ", "Stopall\n", "unsubscribe, "};
    uint32_t random = 2;
    struct text text = {0}, whole = {0};
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct reading reading;
        put_together(&random, &text);
        text_clear(&whole);
        text_add(&whole, stops[next_random(&random) % 4]);
        text_add(&whole, text.chars);
        read_as(questions[next_random(&random) % QUESTIONS], (int)(next_random(&random) % 3), whole.chars,
                &reading);
        if (reading.outcome != READ_OPTOUT)
            fail_msg("\"%s\"", whole.chars);
        assert_true(reading.optout);
    }
    text_free(&text);
    text_free(&whole);
}

static void an_answer_stays_one_when_stop_follows(void **state)
{
    static const char *const answers[] = {"5", "viisi", "fyra!", "4/5", "svar 3", "4+", "Hej, 2"};
    static const char *const stops[] = {" stop", ", STOP.", "\nlopeta", " ja lopeta viestit", "! sluta tack"};
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        for (size_t k = 0; k < sizeof stops / sizeof stops[0]; k++) {
            struct text text = {0};
            struct reading alone, both;
            text_addf(&text, "%s%s", answers[i], stops[k]);
            read_as(&scale, SV, answers[i], &alone);
            read_as(&scale, SV, text.chars, &both);
            assert_int_equal(alone.outcome, READ_ANSWER);
            assert_false(alone.optout);
            assert_int_equal(both.outcome, READ_ANSWER);
            assert_int_equal(both.value, alone.value);
            assert_true(both.optout);
            assert_int_equal(both.comment_bytes, 0);
            text_free(&text);
        }
    }
}

static void expect_same(const char *text, const char *changed, const struct question *question, int language)
{
    struct reading one, other;
    read_as(question, language, text, &one);
    read_as(question, language, changed, &other);
    if (one.outcome != other.outcome || one.value != other.value || one.optout != other.optout)
        fail_msg("\"%s\" and \"%s\" are read differently", text, changed);
}

/* Capital letters; what cannot be seen; white space around; marks at the end. */
static void case_and_what_surrounds_a_reply_do_not_matter(void **state)
{
    uint32_t random = 3;
    struct text text = {0}, changed = {0};
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        const struct question *question = questions[next_random(&random) % QUESTIONS];
        int language = (int)(next_random(&random) % 3);
        put_together(&random, &text);
        text_clear(&changed);
        text_add(&changed, "");
        const uint8_t *at = (const uint8_t *)text.chars, *next;
        ucs4_t character;
        while ((next = u8_next(&character, at)) != NULL) {
            uint8_t upper[6];
            int bytes = u8_uctomb(upper, uc_toupper(character), sizeof upper);
            text_add_bytes(&changed, upper, (size_t)bytes);
            at = next;
        }
        expect_same(text.chars, changed.chars, question, language);

        text_clear(&changed);
        text_addf(&changed, "\xE2\x80\x8B \n%s \xE2\x80\x8B\t", text.chars);
        expect_same(text.chars, changed.chars, question, language);
    }
    text_free(&text);
    text_free(&changed);
}

static void the_short_way_of_folding_is_the_library_s(void **state)
{
    uint32_t random = 4;
    struct text text = {0}, folded = {0};
    static struct folded_chars visible;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        put_together(&random, &text);
        for (uint32_t count = next_random(&random) % 3; count > 0; count--) {
            ucs4_t character = 0x20 + next_random(&random) % (next_random(&random) % 2 == 0 ? 0x2E0 : 0x2700);
            uint8_t utf8[6];
            text_add_bytes(&text, utf8, (size_t)u8_uctomb(utf8, character, sizeof utf8));
        }
        reply_fold_visible(text.chars, &visible);
        assert_false(visible.is_cut);
        text_clear(&folded);
        reply_fold(visible.chars, &folded); /* folded once more, it stays as it is */
        text_add(&folded, "");
        assert_string_equal(folded.chars, visible.chars);
    }
    text_free(&text);
    text_free(&folded);
}

/* The reference: the library folds the whole, then what cannot be seen is left out. */
static void every_character_folds_as_the_library_says(void **state)
{
    static struct folded_chars visible;
    (void)state;
    for (ucs4_t character = 0x21; character < 0x1FA00; character++) {
        uint8_t utf8[8];
        struct text text = {0}, whole = {0};
        if ((character >= 0xD800 && character < 0xE000) ||
            uc_is_property_default_ignorable_code_point(character) ||
            uc_is_general_category(character, UC_CATEGORY_Me) || uc_is_property_white_space(character) ||
            uc_is_general_category(character, UC_CATEGORY_Cc) ||
            (character >= 0x1F3FB && character <= 0x1F3FF))
            continue;
        text_add(&text, "5e");
        text_add_bytes(&text, utf8, (size_t)u8_uctomb(utf8, character, sizeof utf8));
        text_add(&text, "Ä b");
        reply_fold(text.chars, &whole);
        reply_fold_visible(text.chars, &visible);
        if (strcmp(whole.chars, visible.chars) != 0)
            fail_msg("U+%04X: \"%s\" is not \"%s\"", character, visible.chars, whole.chars);
        assert_int_equal(visible.origins[0], 0);
        assert_int_equal(visible.origins[visible.bytes], text.bytes);
        assert_int_equal(visible.origins[visible.bytes - 1], text.bytes - 1);
        text_free(&text);
        text_free(&whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_text_is_read_within_its_bounds),
        cmocka_unit_test(stop_as_the_first_word_wins_whatever_follows),
        cmocka_unit_test(an_answer_stays_one_when_stop_follows),
        cmocka_unit_test(case_and_what_surrounds_a_reply_do_not_matter),
        cmocka_unit_test(the_short_way_of_folding_is_the_library_s),
        cmocka_unit_test(every_character_folds_as_the_library_says),
    };
    return cmocka_run_group_tests(tests, words_read, NULL);
}
