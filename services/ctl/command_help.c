/* The help that is made from the table of commands. Promises lines of at most 80 columns, whatever the lines
 * of the sources are, but for a line that is one word. */
#include "ctl/command.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LINE_COLUMNS   80
#define OPTION_COLUMNS 20
#define USAGE_COLUMN   7 /* of what follows "Usage: " */

static void print_commands(const char *name);
static void print_options(const struct command_option *options);
static void print_flowing(const char *text, size_t column, size_t indent);
static size_t columns_of(const char *text, size_t bytes);

void command_help_all(void)
{
    printf("pulssi: the operator's command line of Pulssi, pulse surveys over text messages.\n\n"
           "Usage: pulssi COMMAND [options]; each command has --help.\n\n");
    print_commands(NULL);
    printf("\nOptions of every command:\n");
    print_options(command_common_options);
    printf("  %-*s  %s\n", OPTION_COLUMNS, "--version", "show the version and stop (without a command)");
    printf("\nExit status: 0 done (also when it was done before), 1 failed, 2 not understood.\n");
}

void command_help_group(const char *name)
{
    printf("Usage: pulssi %s COMMAND [options]; each command has --help.\n\n", name);
    print_commands(name);
}

/* Those that begin with the word; NULL = all. */
static void print_commands(const char *name)
{
    int width = 0;
    char words[COMMAND_WORDS_SIZE];
    for (size_t i = 0; i < command_table_count; i++) {
        command_words(command_table[i], words);
        width = (int)strlen(words) > width ? (int)strlen(words) : width;
    }
    for (size_t i = 0; i < command_table_count; i++) {
        if (name != NULL && strcmp(command_table[i]->name, name) != 0)
            continue;
        command_words(command_table[i], words);
        printf("  %-*s  ", width, words);
        print_flowing(command_table[i]->summary, (size_t)width + 4, (size_t)width + 4);
    }
}

void command_help(const struct command *command)
{
    char usage[COMMAND_USAGE_SIZE];
    command_usage(command, usage, sizeof usage);
    printf("Usage: ");
    print_flowing(usage, USAGE_COLUMN, USAGE_COLUMN);
    char sentence[300];
    snprintf(sentence, sizeof sentence, "\n%c%s.\n\n", toupper((unsigned char)command->summary[0]),
             command->summary + 1);
    print_flowing(sentence, 0, 0);
    if (command->details != NULL) {
        print_flowing(command->details, 0, 0);
        putchar('\n');
    }
    printf("Options:\n");
    if (command->options != NULL)
        print_options(command->options);
    print_options(command_common_options);
    printf("\nExample:\n  %s\n", command->example);
}

void command_words(const struct command *command, char out[COMMAND_WORDS_SIZE])
{
    snprintf(out, COMMAND_WORDS_SIZE, "%s%s%s", command->name, command->subcommand != NULL ? " " : "",
             command->subcommand != NULL ? command->subcommand : "");
}

void command_usage(const struct command *command, char *out, size_t out_size)
{
    char words[COMMAND_WORDS_SIZE];
    command_words(command, words);
    int used = snprintf(out, out_size, "pulssi %s%s%s", words, command->argument != NULL ? " " : "",
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
        char words[64], help[300];
        snprintf(words, sizeof words, "%s%s%s", options->name, options->value != NULL ? " " : "",
                 options->value != NULL ? options->value : "");
        snprintf(help, sizeof help, "%s%s", options->help, options->required ? " (required)" : "");
        printf("  %-*s  ", OPTION_COLUMNS, words);
        size_t column = strlen(words) > OPTION_COLUMNS ? strlen(words) + 4 : OPTION_COLUMNS + 4;
        print_flowing(help, column, OPTION_COLUMNS + 4);
    }
}

/* Prints the text from `column` on, in lines of whole words; further lines begin at `indent`. An empty line is
 * kept, and one that begins with a space stands as it is. */
static void print_flowing(const char *text, size_t column, size_t indent)
{
    bool is_begun = false; /* something stands in the line, before which no line break is needed */
    while (*text != '\0') {
        size_t line_bytes = strcspn(text, "\n");
        bool as_it_is = line_bytes == 0 || text[0] == ' ';
        if (as_it_is) {
            printf("%s%.*s\n", is_begun ? "\n" : "", (int)line_bytes, text);
            is_begun = false;
            column = 0;
        }
        for (size_t at = 0, bytes; !as_it_is && at < line_bytes;
             at += bytes + strspn(text + at + bytes, " ")) {
            bytes = strcspn(text + at, " \n");
            size_t columns = columns_of(text + at, bytes);
            if (is_begun && column + 1 + columns > LINE_COLUMNS) {
                printf("\n%*s", (int)indent, "");
                column = indent;
            } else if (is_begun) {
                putchar(' ');
                column++;
            }
            printf("%.*s", (int)bytes, text + at);
            column += columns;
            is_begun = true;
        }
        text += line_bytes + (text[line_bytes] == '\n' ? 1 : 0);
    }
    if (is_begun)
        putchar('\n');
}

/* How many characters of UTF-8 these bytes are. */
static size_t columns_of(const char *text, size_t bytes)
{
    size_t columns = 0;
    for (size_t i = 0; i < bytes; i++)
        columns += ((unsigned char)text[i] & 0xC0) != 0x80 ? 1 : 0;
    return columns;
}
