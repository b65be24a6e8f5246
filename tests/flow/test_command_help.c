/* The help of every program and every command, as somebody at a terminal reads it: it is there, tells what it should,
 * and no line is wider than 80 columns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/program_run.h"

#define TERMINAL_COLUMNS 80
#define COMMANDS_MAX     100

static char folder[64];
static struct program_result said;

static int start(void **state)
{
    (void)state;
    folder_make(folder);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    folder_remove(folder);
    return 0;
}

/* Runs a program of the build; its output must fit a terminal. */
static void help_of(const char *program, const char *word, const char *second, const char *third)
{
    char path[512];
    size_t columns = 0;
    snprintf(path, sizeof path, TEST_BIN_DIR "/%s", program);
    program_run(&said, folder, (const char *const[]){path, word, second, third, NULL});
    assert_int_equal(said.status, 0);
    assert_string_equal(said.errors, "");
    assert_true(strlen(said.output) > 0);
    for (const char *at = said.output; *at != '\0'; at++) {
        columns = *at == '\n' ? 0 : columns + (((unsigned char)*at & 0xC0U) != 0x80U ? 1 : 0);
        if (columns > TERMINAL_COLUMNS)
            fail_msg("%s %s %s: a line is wider than %d columns: %s", program, word,
                     second == NULL ? "" : second, TERMINAL_COLUMNS, said.output);
    }
}

static void expect_words(const char *words)
{
    if (strstr(said.output, words) == NULL)
        fail_msg("expected \"%s\", said: %s", words, said.output);
}

static void every_program_has_help_that_fits(void **state)
{
    (void)state;
    static const char *const programs[] = {"pulssi", "pulssi-dispatcher", "pulssi-collector", "pulssi-rollup",
                                           "pulssi-simulator"};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        help_of(programs[i], "--help", NULL, NULL);
        expect_words("Usage: ");
        expect_words("--help");
    }
    static const char *const simulator[] = {"serve", "contacts", "judge"};
    for (size_t i = 0; i < sizeof simulator / sizeof simulator[0]; i++) {
        help_of("pulssi-simulator", simulator[i], "--help", NULL);
        expect_words(simulator[i]);
    }
}

/* The words of every command are those that completion is made from: "words|argument|options". */
static void every_command_has_help_that_fits(void **state)
{
    (void)state;
    static char words[COMMANDS_MAX][64];
    size_t count = 0;
    char path[512];
    snprintf(path, sizeof path, "%s", TEST_BIN_DIR "/pulssi");
    program_run(&said, folder, (const char *const[]){path, "help", "completion", NULL});
    for (const char *line = said.output; *line != '\0';
         line += strcspn(line, "\n"), line += *line == '\n' ? 1 : 0) {
        if (strchr(line, '|') != NULL && line[0] >= 'a' && line[0] <= 'z') {
            assert_true(count < COMMANDS_MAX);
            snprintf(words[count++], sizeof words[0], "%.*s", (int)strcspn(line, "|"), line);
        }
    }
    assert_true(count > 30);
    for (size_t i = 0; i < count; i++) {
        char first[64], usage[96];
        snprintf(first, sizeof first, "%.*s", (int)strcspn(words[i], " "), words[i]);
        const char *second = strchr(words[i], ' ');
        help_of("pulssi", first, second == NULL ? "--help" : second + 1, second == NULL ? NULL : "--help");
        snprintf(usage, sizeof usage, "Usage: pulssi %s", words[i]);
        expect_words(usage);
        expect_words("Options:");
        expect_words("Example:\n  pulssi ");
    }
}

static void the_first_word_of_commands_shows_what_there_is(void **state)
{
    (void)state;
    help_of("pulssi", "round", "--help", NULL);
    expect_words("Usage: pulssi round COMMAND [options]");
    expect_words("  round pause     ");
    expect_words("hand nothing of a round over");
    assert_null(strstr(said.output, "schedule remove"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_program_has_help_that_fits),
        cmocka_unit_test(every_command_has_help_that_fits),
        cmocka_unit_test(the_first_word_of_commands_shows_what_there_is),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
