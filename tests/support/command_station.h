/* The real command line at a station: commands of command_line.h (RUN, EXPECT) work on the station's
 * world, with its keys, its settings and its clock. */
#ifndef TESTS_COMMAND_STATION_H
#define TESTS_COMMAND_STATION_H

#include "support/command_line.h"
#include "support/station.h"

extern struct station command_station;

/* Group set-up (cmocka) after line.program is set, and tear-down; and those of a test: a new world, and
 * the check of it. */
int command_station_start(void **state);
int command_station_stop(void **state);
int command_station_renew(void **state);
int command_station_check(void **state);

/* Neither stream of what was said last holds the words. */
void command_station_silent_on(const char *words);

/* No line of the output said last is wider than 80 characters. */
void command_station_fits_terminal(void);

/* Who did what last, as the audit has it: "count what"; "" = nothing yet. In a buffer. */
const char *command_station_audited(void);

/* Seals words to the readers of the world and appends them to a record. */
void command_station_seal(const char *words, struct text *record);

#endif
