/* The simulator of `pulssi up --simulator`: where it listens, what it and the services know of each other. */
#ifndef CTL_UP_SIMULATOR_H
#define CTL_UP_SIMULATOR_H

#include "ctl/ctl.h"
#include "ctl/supervise.h"

struct up_simulator {
    const char *scenario; /* NULL = not asked for */
    char listen[40];      /* "127.0.0.1:PORT" */
    char url[64];
    char collector_url[64];
};

/* Loads the settings of `ctl`. With --simulator also chooses ports and, where none are configured, secrets,
 * and makes them settings of this process and its children through the environment. */
bool up_simulator_prepare(struct ctl *ctl, struct up_simulator *simulator_out,
                          struct error *error) MUST_CHECK;

/* Starts it and returns when it takes connections; clock_path may be NULL. */
bool up_simulator_start(const struct up_simulator *simulator, const struct settings *settings,
                        const char *program, const char *clock_path, struct supervisor *supervisor, int rank,
                        struct error *error) MUST_CHECK;

#endif
