/* Reading of the command line: the command's words, then options and at most one argument in any order; after "--"
 * no more options.
 * Nothing runs before all of it was understood. */
#include "base/secret.h"
#include "ctl/ctl.h"
#include "ctl/reference.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct command *command_find(int argc, char **argv, int *words_out);
static int refuse_command(int argc, char **argv);
static int remember(const struct ctl *ctl);
static int refuse_output(void);
static int read_arguments(struct ctl *ctl, int count, char **words);
static const char **option_slot(struct ctl *ctl, const char *name, size_t name_chars, bool *takes_value_out);
static bool option_repeats(const struct ctl *ctl, const char *name, size_t name_chars);
static int check_required(const struct ctl *ctl);

int ctl_run(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        if (argc == 3 && strcmp(argv[1], "help") == 0 && reference_print(argv[2]))
            return EXIT_SUCCESS;
        command_help_all();
        return argc < 2 ? EXIT_USAGE : EXIT_SUCCESS;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("pulssi " PULSSI_VERSION "\n");
        return EXIT_SUCCESS;
    }
    int words = 0;
    const struct command *command = command_find(argc, argv, &words);
    if (command == NULL)
        return refuse_command(argc, argv);
    for (int i = 1 + words; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            command_help(command);
            return EXIT_SUCCESS;
        }
    }
    struct ctl *ctl = memory_zeroed(1, sizeof *ctl);
    ctl->command = command;
    int status = read_arguments(ctl, argc - 1 - words, argv + 1 + words);
    secret_start();
    if (status == EXIT_SUCCESS)
        status = command->run(ctl);
    if (status == EXIT_SUCCESS && ctl->judged && !command->works_behind)
        status = remember(ctl);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_SUCCESS)
        status = refuse_output();
    redis_link_close(&ctl->link);
    free(ctl);
    return status;
}

static int remember(const struct ctl *ctl)
{
    struct error error;
    return ctl_remember(ctl, &error) ? EXIT_SUCCESS : ctl_fail(&error);
}

/* Standard output was not written, now or before. Whoever reads a pipe may have seen enough, as with `| head`:
 * nothing is said of that, and the status is that of a program which the pipe ended. */
static int refuse_output(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO};
    if (poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0)
        return 128 + SIGPIPE;
    fputs("pulssi: standard output cannot be written\n", stderr);
    return EXIT_FAILURE;
}

static const struct command *command_find(int argc, char **argv, int *words_out)
{
    for (size_t i = 0; i < command_table_count; i++) {
        const struct command *command = command_table[i];
        if (strcmp(command->name, argv[1]) != 0)
            continue;
        if (command->subcommand != NULL && (argc < 3 || strcmp(command->subcommand, argv[2]) != 0))
            continue;
        *words_out = command->subcommand != NULL ? 2 : 1;
        return command;
    }
    return NULL;
}

/* Names what was not understood, and what there is: the subcommands of a known word, or the list of commands.
 */
static int refuse_command(int argc, char **argv)
{
    struct text known = {0};
    for (size_t i = 0; i < command_table_count; i++) {
        if (strcmp(command_table[i]->name, argv[1]) == 0)
            text_addf(&known, "%s`pulssi %s %s`", known.bytes > 0 ? " or " : "", argv[1],
                      command_table[i]->subcommand);
    }
    bool asks_help = argc == 3 && strcmp(argv[2], "--help") == 0;
    if (known.bytes == 0)
        fprintf(stderr, "pulssi: %.60s: unknown command; see pulssi --help\n", argv[1]);
    else if (asks_help)
        command_help_group(argv[1]);
    else if (argc < 3)
        fprintf(stderr, "pulssi: %s: say %s\n", argv[1], known.chars);
    else
        fprintf(stderr, "pulssi: %s %.60s: unknown command; say %s\n", argv[1], argv[2], known.chars);
    bool helped = asks_help && known.bytes > 0;
    text_free(&known);
    return helped ? EXIT_SUCCESS : EXIT_USAGE;
}

static int read_arguments(struct ctl *ctl, int count, char **words)
{
    bool options_are_over = false;
    for (int i = 0; i < count; i++) {
        const char *word = words[i];
        if (!options_are_over && strcmp(word, "--") == 0) {
            options_are_over = true;
            continue;
        }
        if (options_are_over || strncmp(word, "--", 2) != 0) {
            if (ctl->command->argument == NULL || ctl->argument != NULL)
                return ctl_misused(ctl, "%.60s: unexpected argument", word);
            ctl->argument = word;
            continue;
        }
        bool takes_value = false;
        size_t name_chars = strcspn(word, "=");
        const char *given = word[name_chars] == '=' ? word + name_chars + 1 : NULL;
        if (strcmp(word, "--json") == 0) {
            ctl->json = true;
            continue;
        }
        const char **slot = option_slot(ctl, word, name_chars, &takes_value);
        if (slot == NULL)
            return ctl_misused(ctl, "%.60s: unknown option", word);
        bool repeats = option_repeats(ctl, word, name_chars);
        if (*slot != NULL && !repeats)
            return ctl_misused(ctl, "%.*s: given twice", (int)name_chars, word);
        if (!takes_value && given != NULL)
            return ctl_misused(ctl, "%.*s: takes no value", (int)name_chars, word);
        if (takes_value && given == NULL) {
            if (i + 1 == count)
                return ctl_misused(ctl, "%s: needs a value", word);
            given = words[++i];
        }
        if (takes_value && given[0] == '\0')
            return ctl_misused(ctl, "%.*s: the value is empty", (int)name_chars, word);
        *slot = takes_value ? given : "";
        if (repeats && ctl->repeated_count == COMMAND_REPEATED_MAX)
            return ctl_misused(ctl, "%.*s: given more than %d times", (int)name_chars, word,
                               COMMAND_REPEATED_MAX);
        if (repeats)
            ctl->repeated[ctl->repeated_count++] = given;
    }
    return check_required(ctl);
}

static const char **option_slot(struct ctl *ctl, const char *name, size_t name_chars, bool *takes_value_out)
{
    *takes_value_out = true;
    if (name_chars == strlen("--config") && strncmp(name, "--config", name_chars) == 0)
        return &ctl->config;
    if (name_chars == strlen("--org") && strncmp(name, "--org", name_chars) == 0)
        return &ctl->org_wanted;
    const struct command_option *options = ctl->command->options;
    for (size_t i = 0; options != NULL && options[i].name != NULL; i++) {
        if (strlen(options[i].name) == name_chars && strncmp(options[i].name, name, name_chars) == 0) {
            *takes_value_out = options[i].value != NULL;
            return &ctl->values[i];
        }
    }
    return NULL;
}

static bool option_repeats(const struct ctl *ctl, const char *name, size_t name_chars)
{
    const char *repeated = ctl->command->repeated;
    return repeated != NULL && strlen(repeated) == name_chars && strncmp(repeated, name, name_chars) == 0;
}

static int check_required(const struct ctl *ctl)
{
    if (ctl->command->argument != NULL && ctl->argument == NULL)
        return ctl_misused(ctl, "%s: missing", ctl->command->argument);
    const struct command_option *options = ctl->command->options;
    for (size_t i = 0; options != NULL && options[i].name != NULL; i++) {
        if (options[i].required && ctl->values[i] == NULL)
            return ctl_misused(ctl, "%s: missing", options[i].name);
    }
    return EXIT_SUCCESS;
}
