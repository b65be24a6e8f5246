/* One table a subcommand: getopt_long is told what the table says, and so is the reader of --help. Promises
 * that after options_read every required option holds a value. */
#include "simulator/options.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELP         1000
#define VERSION      1001
#define LINE_COLUMNS 80
#define USAGE_INDENT 7 /* of what follows "Usage: " */
#define HELP_COLUMN  30

static int table_make(const struct subcommand *subcommand, struct option *table);
static void print_help(const struct subcommand *subcommand);
static _Noreturn void refuse(const struct subcommand *subcommand, const char *what, const char *sentence);

void options_read(int argc, char **argv, const struct subcommand *subcommand)
{
    struct option table[OPTION_ROWS_MAX + 3];
    bool given[OPTION_ROWS_MAX] = {false};
    int rows_count = table_make(subcommand, table);
    opterr = 0;
    optind = 1;
    for (;;) {
        int at = optind;
        int option = getopt_long(argc, argv, "+:", table, NULL);
        if (option == -1)
            break;
        if (option == HELP) {
            print_help(subcommand);
            exit(0);
        }
        if (option == VERSION) {
            (void)printf("pulssi-simulator " PULSSI_VERSION "\n");
            exit(0);
        }
        if (option < 0 || option >= rows_count)
            refuse(subcommand, argv[at], option == ':' ? "needs a value" : "unknown option");
        const struct option_row *row = &subcommand->rows[option];
        given[option] = true;
        if (row->text_out != NULL)
            *row->text_out = optarg;
        else
            *row->flag_out = true;
    }
    if (optind < argc)
        refuse(subcommand, argv[optind], "unexpected argument");
    for (int i = 0; i < rows_count; i++)
        if (subcommand->rows[i].required && !given[i])
            refuse(subcommand, subcommand->rows[i].name, "this option is required");
}

/* Fills getopt's table; returns the number of rows. */
static int table_make(const struct subcommand *subcommand, struct option *table)
{
    int count = 0;
    for (const struct option_row *row = subcommand->rows; row->name != NULL; row++) {
        assert(count < OPTION_ROWS_MAX && (row->text_out == NULL) != (row->flag_out == NULL));
        int argument = row->text_out != NULL ? required_argument : no_argument;
        table[count] = (struct option){row->name, argument, NULL, count};
        count++;
    }
    table[count] = (struct option){"help", no_argument, NULL, HELP};
    table[count + 1] = (struct option){"version", no_argument, NULL, VERSION};
    table[count + 2] = (struct option){0};
    return count;
}

/* Prints what must stay together behind a space, at the beginning of a new line when this one has no room for it. */
static void print_part(const char *part, size_t bytes, size_t indent, size_t *column)
{
    if (*column + 1 + bytes > LINE_COLUMNS) {
        (void)printf("\n%*s", (int)indent, "");
        *column = indent;
    } else {
        (void)putchar(' ');
        *column += 1;
    }
    (void)printf("%.*s", (int)bytes, part);
    *column += bytes;
}

static void print_usage(const struct subcommand *subcommand)
{
    size_t column = (size_t)printf("Usage: pulssi-simulator %s", subcommand->name);
    for (const struct option_row *row = subcommand->rows; row->name != NULL; row++) {
        char part[128];
        (void)snprintf(part, sizeof part, row->required ? "--%s%s%s" : "[--%s%s%s]", row->name,
                       row->value != NULL ? " " : "", row->value != NULL ? row->value : "");
        print_part(part, strlen(part), USAGE_INDENT, &column);
    }
    (void)printf("\n\n");
}

static void print_help(const struct subcommand *subcommand)
{
    (void)printf("pulssi-simulator %s: %s\n\n", subcommand->name, subcommand->summary);
    print_usage(subcommand);
    for (const struct option_row *row = subcommand->rows; row->name != NULL; row++) {
        int width = printf("  --%s %s", row->name, row->value != NULL ? row->value : "");
        size_t column = HELP_COLUMN - 1;
        (void)printf("%*s", width < (int)column ? (int)column - width : 0, "");
        for (const char *word = row->help; *word != '\0';
             word += strcspn(word, " "), word += strspn(word, " "))
            print_part(word, strcspn(word, " "), HELP_COLUMN, &column);
        (void)putchar('\n');
    }
    (void)printf("  --help                      show this and stop\n"
                 "  --version                   show the version and stop\n");
}

static _Noreturn void refuse(const struct subcommand *subcommand, const char *what, const char *sentence)
{
    (void)fprintf(stderr, "pulssi-simulator %s: %s: %s; see pulssi-simulator %s --help\n", subcommand->name,
                  what, sentence, subcommand->name);
    exit(2);
}
