/* One run of `pulssi`: what was asked for, and what commands share: settings, the store, the org, the clock.
 * Opened only as far as a command needs; everything is checked before the first write. */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include "base/settings.h"
#include "ctl/command.h"
#include "store/definitions.h"

struct ctl {
    const struct command *command;
    const char *argument;                       /* NULL when the command takes none */
    const char *values[COMMAND_OPTIONS_MAX];    /* by the command's options; a switch that is given is "" */
    const char *repeated[COMMAND_REPEATED_MAX]; /* all values of the command's repeated option */
    size_t repeated_count;
    const char *config;     /* --config, or NULL */
    const char *org_wanted; /* --org, or NULL */
    bool json;
    struct settings settings;
    struct redis_link *link;
    bool judged; /* the link leads to a Redis that was found good */
    struct org_record record;
};

/* Runs the command line; returns the exit status. */
int ctl_run(int argc, char **argv);

/* An option's value, NULL when it was not given. The name must be in the command's table. */
const char *ctl_option(const struct ctl *ctl, const char *name);

/* Reads an option that is a number; keeps *value_out when it was not given. */
bool ctl_option_int(const struct ctl *ctl, const char *name, int64_t low, int64_t high, int64_t *value_out,
                    struct error *error) MUST_CHECK;

/* The settings file in force: --config, PULSSI_CONFIG, ./pulssi.conf or the system's (PULSSI_CONFIG_FILE of the
 * build) if it is there; NULL = none. */
const char *ctl_config_path(const struct ctl *ctl);

/* Refuses root when the data folder belongs to another user. */
bool ctl_settings(struct ctl *ctl, struct error *error) MUST_CHECK;

/* Settings and a link to the store, checked as every service checks it. A Redis that lost writes is refused, or only
 * warned of when the command works on it all the same. */
bool ctl_store(struct ctl *ctl, struct error *error) MUST_CHECK;

/* Why there is no link to the store: of a private Redis that does not answer it says what starts it. False always. */
bool ctl_no_store(const struct ctl *ctl, struct error *error);

/* After a command: its own writes count as seen, also by the services of this data folder. False when Redis has lost
 * writes meanwhile. */
bool ctl_remember(const struct ctl *ctl, struct error *error) MUST_CHECK;

/* The store, and the org that --org names, or the only one there is. */
bool ctl_org(struct ctl *ctl, struct error *error) MUST_CHECK;

/* The clock the services of this data folder live by: [clock] file, or that of a running `pulssi up
 * --clock-scale`. */
bool ctl_clock(const struct ctl *ctl, struct clock *clock_out, struct error *error) MUST_CHECK;

/* Prints the sentence on standard error; returns EXIT_FAILURE. */
int ctl_fail(const struct error *error);

/* Prints the sentence and where help is; returns EXIT_USAGE. */
int ctl_misused(const struct ctl *ctl, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
