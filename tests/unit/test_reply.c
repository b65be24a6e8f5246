/* Replies as people type them, with a question open and without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "domain/reply.h"

#define NONE (-1)

struct expectation {
    const char *text;
    int value; /* NONE = no answer */
    bool optout;
};

static const struct expectation open_question[] = {
    {"5", 5, false},
    {"1", 1, false},
    {" 5. ", 5, false},
    {"\n4!\r\n", 4, false},
    {"..3!!", 3, false},
    {"4 thanks", 4, false},
    {"5 mutta odotin 3 viikkoa", 5, false},
    {"\xC2\xA0"
     "2 ok",
     2, false},        /* a no-break space is white space */
    {"! 5", 5, false}, /* punctuation alone is no word */
    {"5 stop", 5, true},
    {"5. STOP!", 5, true},
    {"5 Lopeta .", 5, true},
    {"5 stop now", 5, false}, /* not all that follows */
    {"5 please stop", 5, false},
    {"stop", NONE, true},
    {"Stop.", NONE, true},
    {"STOPP!", NONE, true},
    {"lopeta viestit", NONE, true},
    {"STOP 5", NONE, true},
    {"... stop", NONE, true},
    {"", NONE, false},
    {"  \t ", NONE, false},
    {"...", NONE, false},
    {"0", NONE, false},
    {"6", NONE, false},
    {"6 stop", NONE, true}, /* 6 is no answer here, but STOP is STOP */
    {"55", NONE, false},
    {"5,", NONE, false},
    {"5/5", NONE, false},
    {"4-5", NONE, false},
    {"4+", NONE, false},
    {"5️⃣", NONE, false},
    {"viisi", NONE, false},
    {"Vastaus 5", NONE, false},
    {"stopping", NONE, false},
    {"en lopeta", NONE, false},
    {"stop,", NONE, false},
    {"٥", NONE, false}, /* digits of other scripts are not read */
};

static const struct expectation no_question[] = {
    {"5", NONE, false},       {"stop", NONE, true},
    {"5 stop", NONE, true}, /* a late answer does not hide that the person wants no more */
    {"9 STOPP!", NONE, true}, {"5 stop now", NONE, false},
    {"hei", NONE, false},
};

static void expect(const struct question *question, const struct expectation *cases, size_t cases_count)
{
    for (size_t i = 0; i < cases_count; i++) {
        struct reading reading;
        reply_read(question, cases[i].text, &reading);
        if (reading.answered != (cases[i].value != NONE) || reading.optout != cases[i].optout)
            print_error("reply \"%s\"\n", cases[i].text);
        assert_int_equal(reading.answered, cases[i].value != NONE);
        if (reading.answered)
            assert_int_equal(reading.value, cases[i].value);
        assert_int_equal(reading.optout, cases[i].optout);
    }
}

static void an_open_question_reads_one_digit_or_stop(void **state)
{
    (void)state;
    struct question question = {.min = 1, .max = 5};
    expect(&question, open_question, sizeof open_question / sizeof open_question[0]);
}

static void without_a_question_only_stop_is_read(void **state)
{
    (void)state;
    expect(NULL, no_question, sizeof no_question / sizeof no_question[0]);
}

static void the_range_is_the_question_s(void **state)
{
    (void)state;
    static const struct expectation cases[] = {
        {"0", 0, false}, {"9", 9, false}, {"0 stop", 0, true}, {"10", NONE, false}};
    struct question question = {.min = 0, .max = 9};
    expect(&question, cases, sizeof cases / sizeof cases[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_question_reads_one_digit_or_stop),
        cmocka_unit_test(without_a_question_only_stop_is_read),
        cmocka_unit_test(the_range_is_the_question_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
