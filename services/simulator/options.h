/* Options of the simulator's subcommands: one table each, from which reading, --help and --version follow. */
#ifndef SIMULATOR_OPTIONS_H
#define SIMULATOR_OPTIONS_H

#include <stdbool.h>

/* One option: a value (`text_out`) or a flag (`flag_out`), never both. */
struct option_row {
    const char *name;      /* without "--" */
    const char *value;     /* what --help calls its value, NULL for a flag */
    const char **text_out; /* borrows from argv; keeps what it held when the option is absent */
    bool *flag_out;
    bool required;
    const char *help;
};

struct subcommand {
    const char *name;              /* "serve" */
    const char *summary;           /* one sentence */
    const struct option_row *rows; /* ended by a row without name */
};

#define OPTION_ROWS_MAX 16

/* Reads argv[1..] of the subcommand. Ends the process: 0 after --help or --version, 2 with one clear line for
 * an unknown option, a missing value or a missing required option. */
void options_read(int argc, char **argv, const struct subcommand *subcommand);

#endif
