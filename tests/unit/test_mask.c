/* What could name a person in own words, in every way people write it, and what must stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/mask.h"

struct expectation {
    const char *words;
    const char *masked; /* NULL = as it is */
};

static const struct expectation identity_codes[] = {
    {"010190-123A", "[id]"},
    {"hetuni on 131052-308T.", "hetuni on [id]."},
    {"131052-308X on väärin", "[id] on väärin"}, /* the checksum is wrong */
    {"(131052-308T)", "([id])"},
    {"131052+308t", "[id]"},
    {"010100A123B", "[id]"},
    {"010100a123b ja 010100Y123b", "[id] ja [id]"},
    {"010100B123B 010100C123B 010100D123B", "[id] [id] [id]"},
    {"010100E123B 010100F123B 010100U123B", "[id] [id] [id]"},
    {"010100V123B 010100W123B 010100X123B", "[id] [id] [id]"},
    {"010190 - 123A", "[id]"},
    {"010190 -123 A", "[id]"},
    {"010190\n-\t123A", "[id]"},
    {"010100 A 123 B", "[id]"},
    {"0 1 0 1 0 0 A 1 2 3 B", "[id]"},
    {"01.01.1990-123A", "[number]A"},
    {"1.1.90A123B", "[id]"},
    {"12.5.2021A123B", "[id]"},
    {"12.5.2021 A 123B", "[id]"},
    {"010190–123A", "[id]"}, /* an en dash */
    {"010190−123A", "[id]"}, /* a minus sign */
    {"0101\xE2\x80\x8C"
     "90-1\xE2\x80\x8B"
     "23A",
     "[id]"}, /* zero-width characters inside */
    {"0\xC2\xAD"
     "10190-123A",
     "[id]"},                           /* a soft hyphen */
    {"０１０１９０－１２３Ａ", "[id]"}, /* full width */
    {"010100А123В", "[id]"},            /* Cyrillic letters */
    {"٠١٠١٩٠-١٢٣A", "[id]"},            /* digits of another script */
    {"0️⃣1️⃣0️⃣1️⃣9️⃣0️⃣-1️⃣2️⃣3️⃣A", "[id]"}, /* keycaps */
    {"hetu010190-123Akoska", "hetu[id]koska"},
    {"5 010190A123B", "[id]"},
    {"010190-123", "[id]"},
    {"010190-1230", "[id]"},
    {"040123-4567890", "[id]"}, /* not a code, but nothing of it may stay */
    {"040123-456 78 90", "[id]"},
    {"010100A123 4567", "[id]"},
    {"010190-123A 5", "[id] 5"},
    {"010190123A", "[number]A"},
    {"010100A123", "[id]"},
};

static const struct expectation ibans[] = {
    {"FI2112345600000785", "[iban]"},
    {"tilille FI21 1234 5600 0007 85 kiitos", "tilille [iban] kiitos"},
    {"fi21 1234 5600 0007 85.", "[iban]."},
    {"FI 21 1234 5600 0007 85", "[iban]"},
    {"FI21-1234-5600-0007-85", "[iban]"},
    {"FI21 1234 5600 0007 86", "[iban]"}, /* mistyped */
    {"GB29 NWBK 6016 1331 9268 19", "[iban]"},
    {"GB29 NWBK 6016 1331 9268 18", "[iban]"},
    {"NL91ABNA0417164300", "[iban]"},
    {"NO9386011117947", "[iban]"}, /* the shortest */
    {"MT84 MALT 0110 0001 2345 MTLC AST0 01S", "[iban]"},
    {"EE38 2200 2210 2014 5685", "[iban]"},
    {"SE45 5000 0000 0583 9825 7466 ja sitten", "[iban] ja sitten"},
    {"tili:FI2112345600000785", "tili:[iban]"},
    {"tiliniFI2112345600000785", "tilini[iban]"},
    {"ＦＩ２１ １２３４ ５６００ ０００７ ８５", "[iban]"},
    {"FI21.1234.5600.0007.85", "FI[number]"},
};

static const struct expectation emails[] = {
    {"matti.meikalainen@example.fi", "[email]"},
    {"osoite: Matti_M+tyo@posti.example.co.uk.", "osoite: [email]."},
    {"<matti@example.fi>", "<[email]>"},
    {"mailto:matti@example.fi", "mailto:[email]"},
    {"äiti@esimerkki.fi", "[email]"},
    {"matti @ example.fi", "[email]"},
    {"matti(at)example.fi", "[email]"},
    {"matti [at] example.fi", "[email]"},
    {"matti＠example.fi", "[email]"},
    {"matti@localhost", "[email]"},
    {"0401234567@example.fi", "[email]"},
    {"a@b.fi c@d.fi", "[email] [email]"},
    {"maija @ example . com", "[email]"},
    {"maija@ example .com", "[email]"},
    {"maija @ example. com", "[email]"},
    {"maija(a)example.com", "[email]"},
    {"maija (a) example.com", "[email]"},
    {"maija[at]example[dot]com", "[email]"},
    {"maija (at) example (piste) co (piste) uk", "[email]"},
    {"soita tai maija.v at example.com heti", "soita tai [email] heti"},
    {"maija ät example.com", "[email]"},
    {"MAIJA ÄT EXAMPLE PISTE COM", "[email]"},
    {"maija miukumauku example.com", "[email]"},
    {"maija@example.fi. Soita minulle", "[email]. Soita minulle"},
};

static const struct expectation numbers[] = {
    {"0401234567", "[number]"},
    {"soita 040 123 4567!", "soita [number]!"},
    {"+358401234567", "[number]"},
    {"+358 (0)40 123 4567", "[number]"},
    {"(040) 123-4567", "[number]"},
    {"(0401234567)", "([number])"},
    {"040-123 45 67", "[number]"},
    {"040 - 123 - 4567", "[number]"},
    {"040.123.4567 tai 040/1234567", "[number] tai [number]"},
    {"040,123,4567", "[number]"},
    {"00358 40 1234567", "[number]"},
    {"p.0401234567abc", "p.[number]abc"},
    {"0 4 0 1 2 3 4 5 6 7", "[number]"},
    {"0–4–0–1–2–3–4", "[number]"},
    {"０４０１２３４５６７", "[number]"},
    {"04①②③④⑤⑥⑦", "[number]"},
    {"⁰⁴⁰¹²³⁴⁵⁶⁷", "[number]"},
    {"040\n123\r\n4567", "[number]"},
    {"1234567", "[number]"},
    {"12345678901234567890123456789012345678901234567890", "[number]"},
    {"synnyin 12.1.1990", "synnyin [number]"},
    {"01/01/1990", "[number]"},
    {"01.01.1990 10.30", "[number]"},
    {"12.5.2026 10.30 0401234", "[number]"},
    {"A12.5.2026", "A[number]"},
    {"12.5.2026123", "[number]"},
    {"32.5.2026", "[number]"},
    {"12.13.2026", "[number]"},
    {"12.05.2100", "[number]"},
    {"04.01.23.45.67", "[number]"},
    {"14.30-15.45-16.00", "[number]"},
    {"14.30-15.4567", "[number]"},
    {"25.30-15.45", "[number]"},
    {"040;123;4567", "[number]"},
    {"040, 123, 4567", "[number]"},
    {"040: 123: 4567", "[number]"},
    {"040•123•4567", "[number]"},
    {"040·123·4567", "[number]"},
    {"040|123|4567", "[number]"},
    {"040=123=4567", "[number]"},
    {"040#123#4567", "[number]"},
    {"040~123~4567", "[number]"},
    {"[040] [123] [4567]", "[[number]]"},
    {"040\\123\\4567", "[number]"},
    {"040’123’4567", "[number]"},
    {"040....123....4567", "[number]"},
    {"040 …123 …4567", "[number]"},
    {"040 😊 123 😊 4567", "[number]"},
    {"04, 01, 23, 45, 67", "[number]"},
    {"40, 12, 34, 56, 78", "[number]"},
    {"14.30, 15.45, 16.00", "[number]"},
    {"12-34-56-78", "[number]"},
    {"synt 1.1.1990", "synt [number]"},
    {"synt. 1/1/1990", "synt. [number]"},
    {"1990-1-1", "[number]"},
    {"1. 1. 1990", "[number]"},
    {"1.1.90", "[number]"},
    {"5.12.68", "[number]"},
    {"1.1.2019", "[number]"},
};

static const struct expectation ordinary[] = {
    {"5 viikkoa", NULL},
    {"kello 14.30 ja 15.45", NULL},
    {"klo 14.30-15.45", NULL},
    {"klo 14:30 - 15:45 oli", NULL},
    {"12.5.2026 klo 10", NULL},
    {"ti 12.5.2026 10.30", NULL},
    {"12.05.2026 9.00-10.30", NULL},
    {"12/05/2026", NULL},
    {"1.1.2026", NULL},
    {"1.5.26 kävin", NULL},
    {"5 viikkoa, 3 kertaa", NULL},
    {"klo 14.30, 15.45", NULL},
    {"5, 12.5.2026 kävin", NULL},
    {"12.5. klo 10.15, 13.5. klo 11.15", NULL},
    {"1/5, 2/5, 3/5", NULL},
    {"5! 4? 3... 2", NULL},
    {"1. 2. 30", NULL},
    {"vuosina 2023, 2024, 2025", NULL},
    {"040......123......4567", NULL}, /* too far apart */
    {"oltiin @ 14.30", NULL},
    {"tapaaminen at noon", NULL},
    {"kohta (a) oli hyvä", NULL},
    {"12.5.-15.5.2026", NULL},
    {"odotin 123456 sekuntia", NULL},
    {"112", NULL},
    {"1-5: annan 4,5 ja 3.5", NULL},
    {"vuosina 2023, 2024 ja 2025", NULL},
    {"25, 30, 40, 50", NULL},
    {"sain 1 500 euroa (50 %) lisää", NULL},
    {"Hyvä palvelu! 👍🏽 👨‍👩‍👧 ❤️", NULL},
    {"vk12 kävin 3 kertaa, vk14 taas", NULL},
    {"tapaaminen @ kirjasto", NULL},
    {"huone A123 ja B2, talo 12 C 45", NULL},
    {"työ- ja elinkeinopalvelut, TE-toimisto", NULL},
    {"обслуживание было хорошим", NULL},
    {"[merkintä] <b>& 'lainaus'", NULL},
};

static const struct expectation shapes[] = {
    {"", ""},
    {" \t\n ", ""},
    {"  a \n\r\n\t b  ", "a b"},
    {"a\x01\x1f"
     "b",
     "a b"},
    {"a\xC2\xA0 b", "a b"},       /* a no-break space */
    {"\xE2\x80\xAEtxet", "txet"}, /* a direction override; NOLINT(misc-misleading-bidirectional) */
};

static void expect(const struct expectation *cases, size_t cases_count)
{
    for (size_t i = 0; i < cases_count; i++) {
        struct text out = {0};
        mask_words(cases[i].words, NULL, &out);
        const char *masked = cases[i].masked == NULL ? cases[i].words : cases[i].masked;
        if (strcmp(out.chars, masked) != 0)
            print_error("words \"%s\"\n", cases[i].words);
        assert_string_equal(out.chars, masked);
        text_free(&out);
    }
}

#define EXPECT(cases) expect(cases, sizeof(cases) / sizeof((cases)[0]))

static void identity_codes_are_masked(void **state)
{
    (void)state;
    EXPECT(identity_codes);
}

static void ibans_are_masked(void **state)
{
    (void)state;
    EXPECT(ibans);
}

static void emails_are_masked(void **state)
{
    (void)state;
    EXPECT(emails);
}

static void numbers_are_masked(void **state)
{
    (void)state;
    EXPECT(numbers);
}

static void ordinary_words_stay(void **state)
{
    (void)state;
    EXPECT(ordinary);
}

static void white_space_and_controls_become_single_spaces(void **state)
{
    (void)state;
    EXPECT(shapes);
}

/* Every day of a century, sign and case: no part of a code that could tell the person stays. */
static void no_identity_code_gets_through(void **state)
{
    static const char signs[] = "+-ABCDEFUVWXYabcdefuvwxy";
    static const char *const around[] = {"%s", "x%sx", "1 %s", "%s 1", "12.5.2026 %s", "%s,0401"};
    (void)state;
    for (int day = 1; day <= 31; day += 3) {
        for (const char *sign = signs; *sign != '\0'; sign++) {
            for (size_t i = 0; i < sizeof around / sizeof around[0]; i++) {
                char code[48], words[96];
                struct text out = {0};
                snprintf(code, sizeof code, "%02d%02d%02d%c%03dK", day, day % 12 + 1, day * 3, *sign,
                         100 + day);
                snprintf(words, sizeof words, around[i], code);
                mask_words(words, NULL, &out);
                code[6] = '\0';
                if (strstr(out.chars, code) != NULL || strstr(out.chars, code + 7) != NULL)
                    fail_msg("\"%s\" became \"%s\"", words, out.chars);
                text_free(&out);
            }
        }
    }
}

static char *repeated(const char *piece, size_t count)
{
    size_t bytes = strlen(piece);
    char *words = memory_zeroed(bytes * count + 1, 1);
    for (size_t i = 0; i < count; i++)
        memcpy(words + i * bytes, piece, bytes);
    return words;
}

static void long_words_are_cut_after_masking(void **state)
{
    (void)state;
    char *words = repeated("ä", 20000);
    struct text out = {0};
    mask_words(words, NULL, &out);
    assert_int_equal(out.bytes, 2 * OWN_WORDS_CHARS_MAX);
    free(words);

    words = repeated("a", OWN_WORDS_CHARS_MAX + 20);
    memcpy(words + OWN_WORDS_CHARS_MAX - 8, "010190-123A", 11); /* the cut goes through it */
    text_clear(&out);
    mask_words(words, NULL, &out);
    assert_int_equal(out.bytes, OWN_WORDS_CHARS_MAX - 8 + 4 + 4);
    assert_non_null(strstr(out.chars, "a[id]aaaa"));

    memset(words, 'a', OWN_WORDS_CHARS_MAX);
    memcpy(words + OWN_WORDS_CHARS_MAX - 2, "010190-123A", 11); /* not even the word for it fits */
    text_clear(&out);
    mask_words(words, NULL, &out);
    assert_int_equal(out.bytes, OWN_WORDS_CHARS_MAX - 2);
    free(words);
    text_free(&out);
}

static void names_of_staff_are_masked(void **state)
{
    static const struct expectation cases[] = {
        {"Maija Virtanen oli hyvä", "[name] oli hyvä"},
        {"kiitos maija virtanen!", "kiitos [name]!"},
        {"MAIJA   VIRTANEN", "[name]"},
        {"Virtanen, Virtasen ja Virtaselle", "[name], [name] ja [name]"},
        {"Maija Virtaselta", "[name]"},
        {"VIRTANEN-Korhonen", "[name]-Korhonen"},
        {"Söderholmin apu, Söderholmille", "[name] apu, [name]"},
        {"So\xCC\x88"
         "derholm",
         "[name]"}, /* in two characters */
        {"Bo Ek auttoi", "[name] auttoi"},
        {"Cher oli ok", "[name] oli ok"},
        {"Anna Maria Laineen luona", "[name] luona"},
        {"virtanen@example.fi 0401234567", "[email] [number]"},
        {"Virtasen 0401234567", "[name] [number]"},
        {"Maija oli hyvä, Ek myös", NULL}, /* a first name, and a short family name, alone */
        {"Maria ja virta, Virtaa", NULL},
        {"Ekman, Bo Ekman", NULL},
        {"epäsöderholm Virtanenlaisittain", NULL},
    };
    static const struct org org = {
        .staff_count = 5,
        .staff = {"Maija Virtanen", "Åke Söderholm", "Bo  Ek", "Cher", "Anna Maria Laine "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text out = {0};
        mask_words(cases[i].words, &org, &out);
        assert_string_equal(out.chars, cases[i].masked == NULL ? cases[i].words : cases[i].masked);
        text_free(&out);
    }
}

static void it_appends(void **state)
{
    struct text out = {0};
    (void)state;
    text_add(&out, "1|");
    mask_words("moi", NULL, &out);
    assert_string_equal(out.chars, "1|moi");
    text_free(&out);
}

/* 64 KiB of what makes patterns look ahead; a quadratic walk would not end in the test's time. */
static void hostile_words_take_linear_time(void **state)
{
    static const char *const pieces[] = {
        "1 2 ",    "12.5.2026 ", "@",     "a@",           "(((+", "FI21 ",   "a1 ",   "a",
        "010190-", "1A",         "((1",   "aa12 bbbb 3 ", "1,",   "(at)",    "a.b-c", "010190 A ",
        "a at b ", "a @ b. ",    " dot ", "1;;;;;",       "1, ",  "1.1.90 ", "..... "};
    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        char *words = repeated(pieces[i], 65536 / strlen(pieces[i]));
        struct text out = {0};
        mask_words(words, NULL, &out);
        assert_true(out.bytes <= OWN_WORDS_CHARS_MAX);
        text_free(&out);
        free(words);
    }
}

static const struct expectation names[] = {
    {"Matti", NULL},
    {" Matti Meikäläinen", "Matti"},
    {"Matti!", "Matti"},
    {"Nimeni on Matti", "Matti"},
    {"olen Matti Meikäläinen", "Matti"},
    {"Hei! Minä olen Åsa", "Åsa"},
    {"mun nimi on: Maija.", "Maija"},
    {"Jag heter Björn", "Björn"},
    {"mitt namn är Eva", "Eva"},
    {"My name is Ann", "Ann"},
    {"I am Ann", "Ann"},
    {"I’m Ann", "Ann"},
    {"Hi, i'm ann", "ann"},
    {"Olena", NULL}, /* not "olen" */
    {"Olen", ""},
    {"nimeni", NULL},
    {"my name is 0401234567", ""},
    {"(Åsa)", "Åsa"},
    {"Anna-Liisa, kiitos", "Anna-Liisa"},
    {"O'Neill", NULL},
    {"Ольга", NULL},
    {"𝐌𝐚𝐭𝐭𝐢", "Matti"}, /* NFKC */
    {"0401234567", ""},
    {"010190-123A", ""},
    {"Matti0401234567", "Matti"},
    {"matti@example.fi", ""},
    {"5", ""},
    {"😊", ""},
    {"", ""},
    {"...", ""},
    {"AaaaaaaaaabbbbbbbbbbccccccccccddddddddddEEE", "Aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd"},
};

static void a_name_is_the_first_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct text out = {0};
        mask_name(names[i].words, &out);
        assert_string_equal(out.chars, names[i].masked == NULL ? names[i].words : names[i].masked);
        text_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_codes_are_masked),
        cmocka_unit_test(ibans_are_masked),
        cmocka_unit_test(emails_are_masked),
        cmocka_unit_test(numbers_are_masked),
        cmocka_unit_test(ordinary_words_stay),
        cmocka_unit_test(white_space_and_controls_become_single_spaces),
        cmocka_unit_test(no_identity_code_gets_through),
        cmocka_unit_test(long_words_are_cut_after_masking),
        cmocka_unit_test(names_of_staff_are_masked),
        cmocka_unit_test(it_appends),
        cmocka_unit_test(hostile_words_take_linear_time),
        cmocka_unit_test(a_name_is_the_first_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
