/* A command of `pulssi`: one file, one entry in command_table.c. Its options are data, so that help, errors
 * and reading agree. */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#define EXIT_USAGE           2
#define COMMAND_OPTIONS_MAX  12
#define COMMAND_REPEATED_MAX 64 /* values of an option that may be given many times */
#define COMMAND_WORDS_SIZE   64
#define COMMAND_USAGE_SIZE   240

struct ctl;

struct command_option {
    const char *name;  /* "--sample" */
    const char *value; /* what follows it, "N"; NULL = a switch */
    const char *help;
    bool required;
};

struct command {
    const char *name;
    const char *subcommand;               /* NULL = none */
    const char *argument;                 /* "FILE"; NULL = takes none */
    const struct command_option *options; /* ends with an entry without a name; NULL = none */
    const char *repeated;                 /* the one of them that may be given many times, or NULL */
    const char *summary;                  /* one line */
    const char *details;                  /* further lines of --help, or NULL */
    const char *example;
    bool works_behind;           /* also on a Redis that lost writes: it only reads */
    int (*run)(struct ctl *ctl); /* exit status */
};

/* All commands, in the order of `pulssi --help`. */
extern const struct command *const command_table[];
extern const size_t command_table_count;

/* The options every command takes. */
extern const struct command_option command_common_options[];

/* `pulssi --help` and `pulssi <command> --help` on standard output. */
void command_help_all(void);
void command_help_group(const char *name); /* those that begin with this word */
void command_help(const struct command *command);

/* "round start" */
void command_words(const struct command *command, char out[COMMAND_WORDS_SIZE]);

/* The usage line without a newline, such as "pulssi import FILE --pilot P [options]". */
void command_usage(const struct command *command, char *out, size_t out_size);

extern const struct command command_store_install, command_store_check, command_adopt;
extern const struct command command_org_put, command_keys_generate, command_pilot_put;
extern const struct command command_survey_put, command_survey_activate;
extern const struct command command_import, command_round_start;
extern const struct command command_round_schedule, command_schedule_list;
extern const struct command command_round_list, command_round_pause, command_round_resume,
    command_round_cancel;
extern const struct command command_schedule_pause, command_schedule_resume, command_schedule_remove;
extern const struct command command_token_add, command_token_list, command_token_revoke;
extern const struct command command_person_find, command_person_export, command_person_erase;
extern const struct command command_volunteers_list, command_volunteers_export, command_volunteers_remove;
extern const struct command command_words_list, command_audit_list;
extern const struct command command_collector_list, command_collector_remove;
extern const struct command command_lanes, command_lane_pause, command_lane_resume, command_lane_probe;
extern const struct command command_status, command_signals, command_books;
extern const struct command command_gateway_list, command_gateway_check;
extern const struct command command_settings_sample, command_settings_check;
extern const struct command command_segments, command_read;
extern const struct command command_up;

#endif
