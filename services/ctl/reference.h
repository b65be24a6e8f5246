/* The parts of manual pages and shell completion that are made from the tables of commands and settings, so
 * that they cannot drift from them. Used when the project is built and checked (ops/man/generate), hence not in
 * the help. */
#ifndef CTL_REFERENCE_H
#define CTL_REFERENCE_H

#include <stdbool.h>

/* Prints the part of that name on standard output; false when there is none:
 *   man-commands   list of commands for pulssi(1), in mdoc
 *   man-options    options of every command, in mdoc
 *   man-settings   every key for pulssi.conf(5), in mdoc
 *   completion     commands and options, as lines "words|argument|options" for ops/completion/pulssi.bash */
bool reference_print(const char *name);

#endif
