/* The table of commands, and the help that is made from it. */
#include "ctl/command.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const struct command *const command_table[] = {
    &command_up,
    &command_store_install,
    &command_store_check,
    &command_org_put,
    &command_keys_generate,
    &command_pilot_put,
    &command_survey_put,
    &command_survey_activate,
    &command_import,
    &command_round_start,
    &command_round_schedule,
    &command_schedule_list,
    &command_schedule_pause,
    &command_schedule_resume,
    &command_schedule_remove,
    &command_person_find,
    &command_person_export,
    &command_person_erase,
    &command_volunteers_list,
    &command_volunteers_export,
    &command_volunteers_remove,
    &command_words_list,
    &command_audit_list,
    &command_token_add,
    &command_token_list,
    &command_token_revoke,
    &command_status,
    &command_signals,
    &command_books,
    &command_settings_sample,
    &command_settings_check,
};
const size_t command_table_count = sizeof command_table / sizeof command_table[0];

const struct command_option command_common_options[] = {
    {"--config", "FILE", "settings file (otherwise the one PULSSI_CONFIG names, or ./pulssi.conf)", false},
    {"--org", "ORG", "the organisation (may be left out when there is one)", false},
    {"--json", NULL, "print one JSON object", false},
    {"--help", NULL, "show this and stop", false},
    {NULL, NULL, NULL, false},
};

static void print_options(const struct command_option *options);

void command_help_all(void)
{
    printf("pulssi: the operator's command line of Pulssi, pulse surveys over text messages.\n\n"
           "Usage: pulssi COMMAND [options]; each command has --help.\n\n");
    for (size_t i = 0; i < command_table_count; i++) {
        char words[64];
        const struct command *command = command_table[i];
        snprintf(words, sizeof words, "%s%s%s", command->name, command->subcommand != NULL ? " " : "",
                 command->subcommand != NULL ? command->subcommand : "");
        printf("  %-17s  %s\n", words, command->summary);
    }
    printf("\nOptions of every command:\n");
    print_options(command_common_options);
    printf("  %-20s  %s\n", "--version", "show the version and stop (without a command)");
    printf("\nExit status: 0 done (also when it was done before), 1 failed, 2 not understood.\n");
}

void command_help(const struct command *command)
{
    char usage[160];
    command_usage(command, usage, sizeof usage);
    printf("Usage: %s\n\n%c%s.\n\n", usage, toupper((unsigned char)command->summary[0]),
           command->summary + 1);
    if (command->details != NULL)
        printf("%s\n\n", command->details);
    printf("Options:\n");
    if (command->options != NULL)
        print_options(command->options);
    print_options(command_common_options);
    printf("\nExample:\n  %s\n", command->example);
}

void command_usage(const struct command *command, char *out, size_t out_size)
{
    int used =
        snprintf(out, out_size, "pulssi %s%s%s%s%s", command->name, command->subcommand != NULL ? " " : "",
                 command->subcommand != NULL ? command->subcommand : "", command->argument != NULL ? " " : "",
                 command->argument != NULL ? command->argument : "");
    for (const struct command_option *option = command->options; option != NULL && option->name != NULL;
         option++) {
        if (option->required && (size_t)used < out_size)
            used += snprintf(out + used, out_size - (size_t)used, " %s %s", option->name, option->value);
    }
    if ((size_t)used < out_size)
        snprintf(out + used, out_size - (size_t)used, " [options]");
}

static void print_options(const struct command_option *options)
{
    for (; options->name != NULL; options++) {
        char words[64];
        snprintf(words, sizeof words, "%s%s%s", options->name, options->value != NULL ? " " : "",
                 options->value != NULL ? options->value : "");
        printf("  %-20s  %s%s\n", words, options->help, options->required ? " (required)" : "");
    }
}
