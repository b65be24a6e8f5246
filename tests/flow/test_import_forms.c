/* The forms in which spreadsheets write CSV: separators, quotes, line ends, byte order mark; read line by line,
 * and through `pulssi import`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "ctl/csv.h"
#include "domain/keys.h"
#include "support/command_line.h"

#define MEMBERS "p:{varkaus}:pm:coaching-a"
#define MARK    "\xEF\xBB\xBF"

static int make_org(void **state)
{
    command_line_clear(state);
    EXPECT(0, "org varkaus: written", "org", "put", ORG_FILE);
    EXPECT(0, "keys of varkaus are in", "keys", "generate");
    EXPECT(0, "pilot coaching-a: written", "pilot", "put", PILOT_FILE);
    return 0;
}

/* Everything that is read from a text: fields joined by '|' in lines that begin with their number, refused ones
 * with the reason. In a buffer. */
static const char *read_all(const char *content)
{
    static struct text all;
    struct csv csv;
    struct error error;
    char path[128];
    const char *reason = NULL;
    enum csv_result result;
    folder_write(line.folder, "forms.csv", content, path);
    if (!csv_open(&csv, path, &error))
        fail_msg("%s", error.text);
    text_clear(&all);
    while ((result = csv_next(&csv, &reason)) == CSV_LINE || result == CSV_REFUSED) {
        text_addf(&all, "%d ", (int)csv.line);
        for (size_t i = 0; result == CSV_LINE && i < csv.fields_count; i++)
            text_addf(&all, "%s%s", i > 0 ? "|" : "", csv.fields[i]);
        text_addf(&all, "%s\n", result == CSV_REFUSED ? reason : "");
    }
    assert_int_equal(result, CSV_END);
    csv_close(&csv);
    return all.chars != NULL ? all.chars : "";
}

static void lines_become_fields(void **state)
{
    (void)state;
    static const struct {
        const char *content, *fields;
    } cases[] = {
        {"a,b\n1,2\n", "1 a|b\n2 1|2\n"},
        {"a;b\n1;2\n", "1 a|b\n2 1|2\n"},
        {"a;b\n1,5;2\n", "1 a|b\n2 1,5|2\n"}, /* the header decides, for all lines */
        {"a,b\n1;5,2\n", "1 a|b\n2 1;5|2\n"},
        {"a;b,c\n", "1 a|b,c\n"},                 /* the first one */
        {"\"x,y\";b\n1;2\n", "1 x,y|b\n2 1|2\n"}, /* outside of quotes */
        {"\"x\"\"y;\"\"\",b\n1,2;\n", "1 x\"y;\"|b\n2 1|2;\n"},
        {"a\n1;2\n1,2\n", "1 a\n2 1;2\n3 1|2\n"}, /* only one column */
        {"\n \r\n;a\n1;2\n", "3 |a\n4 1|2\n"},    /* blank lines say nothing */
        {MARK "a;b\r\n1;2\r\n", "1 a|b\n2 1|2\n"},
        {MARK "\"a\";\"b\"\r\n\"1\";\"2\"\r\n", "1 a|b\n2 1|2\n"},
        {MARK "\r\na,b\n", "2 a|b\n"},
        {"a,b\n" MARK "1,2\n", "1 a|b\n2 " MARK "1|2\n"}, /* it is one only at the start */
        {"a,b\n\n\n1,2", "1 a|b\n4 1|2\n"},               /* the last line without an end */
        {"a,b\r\n\"1\",\"2\"", "1 a|b\n2 1|2\n"},
        {"a,b\n\"\"\"1\"\"\",\"\"\n", "1 a|b\n2 \"1\"|\n"},
        {"a,b\n 1 ,\t2 \n \"1 \" , \" 2\"\n", "1 a|b\n2 1|2\n3 1 | 2\n"},
        {"a,b\n,\n", "1 a|b\n2 |\n"},
        {"a,b\n1,2,\n", "1 a|b\n2 1|2|\n"},
        {"a,b\n5\" pipe,2\n", "1 a|b\n2 5\" pipe|2\n"}, /* a quote inside is a sign like others */
        {"a,b\n\"1\n2\",3\n4,5\n", "1 a|b\n2 a quoted field does not end on its line\n3 2\"|3\n4 4|5\n"},
        {"a,b\n\"1\"2,3\n", "1 a|b\n2 text after a closing quote\n"},
        {"a;b\n\"1\",3\n", "1 a|b\n2 text after a closing quote\n"},
        {"a,b\n1,\"2", "1 a|b\n2 a quoted field does not end on its line\n"},
        {"a,b\n1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17\n", "1 a|b\n2 wrong number of fields\n"},
        {"a,b\n1,\xFF\n1,2\n", "1 a|b\n2 the line is not UTF-8\n3 1|2\n"},
        {"", ""},
        {MARK, ""},
        {"\r\n\r\n", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *have = read_all(cases[i].content);
        if (strcmp(have, cases[i].fields) != 0)
            fail_msg("%s\nis read as\n%s\ninstead of\n%s", cases[i].content, have, cases[i].fields);
    }
}

/* What a spreadsheet set to Finnish writes. */
static void a_spreadsheet_is_imported_as_it_is(void **state)
{
    (void)state;
    folder_write(line.folder, "people.csv",
                 MARK "phone;\"language\";age_band;office\r\n"
                      "\r\n"
                      "\"040 123 4567\";fi;18-29;north\r\n"
                      "0401234568;\"sv\";\"50+\";south\r\n"
                      "0401234569,fi,18-29,north\r\n"        /* 5 */
                      "0401234570;fi;\"18-29\r\n"            /* 6: a field that goes on */
                      "\";north\r\n"                         /* 7 */
                      "0401234571;fi;\"18\"\"29\";north\r\n" /* 8 */
                      "0401234572;fi;18-29;south",
                 NULL);
    RUN("import", "people.csv", "--pilot", "coaching-a", "--json");
    assert_int_equal(line.said.status, 0);
    assert_true(command_line_number("added") == 3);
    assert_true(command_line_number("refused") == 4);
    assert_int_equal(REDIS_INT("STRLEN", MEMBERS), 3 * ID_CHARS);
    char path[128];
    struct text report = {0};
    struct error error;
    snprintf(path, sizeof path, "%s/people.csv.refused.csv", line.folder);
    assert_true(file_read(path, 65536, &report, &error));
    assert_string_equal(report.chars, "line,reason\n"
                                      "5,\"wrong number of fields: 1 instead of 4\"\n"
                                      "6,\"a quoted field does not end on its line\"\n"
                                      "7,\"a quoted field does not end on its line\"\n"
                                      "8,\"age_band: unknown value\"\n");
    text_free(&report);
}

static void the_same_people_in_every_form_are_the_same(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "phone,language,age_band,office\n0401234567,fi,18-29,north\n",
        "phone;language;age_band;office\n0401234567;fi;18-29;north\n",
        MARK "phone,language,age_band,office\r\n0401234567,fi,18-29,north\r\n",
        "office;phone;language;age_band\n\"north\";\"+358 40 123 4567\";\"fi\";\"18-29\"",
        "\n\nphone , language , age_band , office\n\n0401234567 , fi , 18-29 , north\n\n",
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        folder_write(line.folder, "people.csv", forms[i], NULL);
        RUN("import", "people.csv", "--pilot", "coaching-a", "--json");
        assert_int_equal(line.said.status, 0);
        assert_true(command_line_number(i == 0 ? "added" : "unchanged") == 1);
        assert_true(command_line_number("refused") == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_fields),
        cmocka_unit_test_setup(a_spreadsheet_is_imported_as_it_is, make_org),
        cmocka_unit_test_setup(the_same_people_in_every_form_are_the_same, make_org),
    };
    line.program = TEST_BIN_DIR "/pulssi";
    return cmocka_run_group_tests(tests, command_line_start, command_line_stop);
}
