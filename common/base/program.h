/* What every program does first: --config FILE, --help, --version, the settings, and a line that says who
 * started. */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include "base/settings.h"

struct program {
    const char *name;    /* "pulssi-dispatcher" */
    const char *summary; /* one sentence for --help */
    const char *options; /* further lines of --help, or NULL */
};

/* Handles the common options of a daemon without others; exits 0 for --help and --version, 2 with a clear
 * line for a bad option, 1 when settings cannot be read. Also loads PULSSI_CONFIG when --config is absent. */
void program_start(int argc, char **argv, const struct program *program, struct settings *settings_out);

#endif
