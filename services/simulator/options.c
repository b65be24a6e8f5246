/* One table a subcommand: getopt_long is told what the table says, and so is the reader of --help. Promises
 * that after options_read every required option holds a value. */
#include "simulator/options.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define HELP    1000
#define VERSION 1001

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

static void print_help(const struct subcommand *subcommand)
{
    (void)printf("pulssi-simulator %s: %s\n\nUsage: pulssi-simulator %s", subcommand->name,
                 subcommand->summary, subcommand->name);
    for (const struct option_row *row = subcommand->rows; row->name != NULL; row++)
        (void)printf(row->required ? " --%s%s%s" : " [--%s%s%s]", row->name, row->value != NULL ? " " : "",
                     row->value != NULL ? row->value : "");
    (void)printf("\n\n");
    for (const struct option_row *row = subcommand->rows; row->name != NULL; row++) {
        int width = printf("  --%s %s", row->name, row->value != NULL ? row->value : "");
        (void)printf("%*s%s\n", width < 30 ? 30 - width : 1, "", row->help);
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
