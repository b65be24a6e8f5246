/* Manual pages and shell completion from the tables. The mdoc it writes is plain: one item a command, an option
 * or a key; text is escaped, and every sentence begins a line, as mdoc wants it. */
#include "ctl/reference.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/settings_table.h"
#include "ctl/command.h"

#define SOURCE_COLUMNS 72 /* of a line of the page's source, before escapes */

static void man_commands(void);
static void man_options(void);
static void man_settings(void);
static void completion(void);

static const struct {
    const char *name;
    void (*print)(void);
} parts[] = {
    {"man-commands", man_commands},
    {"man-options", man_options},
    {"man-settings", man_settings},
    {"completion", completion},
};

bool reference_print(const char *name)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strcmp(parts[i].name, name) == 0) {
            parts[i].print();
            return true;
        }
    }
    return false;
}

static void man_command(const struct command *command);
static void man_option_list(const struct command_option *options);
static void man_text(const char *text);
static void man_display(const char *text);
static void man_word(const char *word, size_t bytes, bool begins_line, bool *is_literal);

static void man_commands(void)
{
    for (size_t i = 0; i < command_table_count; i++)
        man_command(command_table[i]);
}

static void man_command(const struct command *command)
{
    char words[COMMAND_WORDS_SIZE], sentence[300];
    command_words(command, words);
    printf(".It Xo\n.Cm %s\n", words);
    if (command->argument != NULL)
        printf(".Ar %s\n", command->argument);
    bool has_more = false;
    for (const struct command_option *option = command->options; option != NULL && option->name != NULL;
         option++) {
        if (option->required)
            printf(".Fl %s Ar %s\n", option->name + 1, option->value);
        has_more = has_more || !option->required;
    }
    printf("%s.Xc\n", has_more ? ".Op Ar options\n" : "");
    snprintf(sentence, sizeof sentence, "%c%s.", toupper((unsigned char)command->summary[0]),
             command->summary + 1);
    man_text(sentence);
    if (command->details != NULL) {
        printf(".Pp\n");
        man_text(command->details);
    }
    if (command->options != NULL) {
        printf(".Bl -tag -width Ds\n");
        man_option_list(command->options);
        printf(".El\n");
    }
    printf(".Pp\nExample:\n");
    man_display(command->example);
}

static void man_options(void)
{
    man_option_list(command_common_options);
}

static void man_option_list(const struct command_option *options)
{
    for (; options->name != NULL; options++) {
        char sentence[300];
        printf(".It Fl %s%s%s\n", options->name + 1, options->value != NULL ? " Ar " : "",
               options->value != NULL ? options->value : "");
        snprintf(sentence, sizeof sentence, "%c%s%s.", toupper((unsigned char)options->help[0]),
                 options->help + 1, options->required ? " (required)" : "");
        man_text(sentence);
    }
}

static void man_settings(void)
{
    size_t count = 0;
    const char *section = "";
    const struct setting *rows = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        const struct setting *row = &rows[i];
        if (strcmp(row->section, section) != 0) {
            if (section[0] != '\0')
                printf(".El\n");
            section = row->section;
            bool is_gateway = strcmp(section, SETTINGS_GATEWAY_SECTION) == 0;
            bool is_crisis = strcmp(section, SETTINGS_CRISIS_SECTION) == 0;
            printf(".Ss [%s%s]\n", section, is_gateway ? ":NAME" : is_crisis ? ":LANGUAGE" : "");
            if (is_gateway)
                printf("One section a gateway, at most %d.\n"
                       "NAME is 1 to 32 characters of a\\-z, 0\\-9 and \\-, and begins with a letter.\n",
                       SETTINGS_GATEWAYS_MAX);
            if (is_crisis)
                printf("One section a language, at most %d: its code of two letters.\n"
                       "Without one, the answer to a text of distress names no number.\n",
                       SETTINGS_CRISIS_MAX);
            printf(".Bl -tag -width Ds\n");
        }
        char range[120];
        const char *kind = row->type == SETTING_TEXT     ? "Text, "
                           : row->type == SETTING_SECRET ? "Secret, "
                                                         : "";
        bool has_default = row->otherwise[0] != '\0' && (row->shown == NULL || row->type == SETTING_INT);
        snprintf(range, sizeof range, "%s%" PRId64 "..%" PRId64 "%s%s%s%s.", kind, row->low, row->high,
                 row->unit[0] != '\0' ? " " : "", row->unit, has_default ? ", default " : "",
                 has_default ? row->otherwise : "");
        printf(".It Ic %s\n", row->key);
        man_text(row->help);
        printf(".br\n");
        man_text(range);
    }
    printf(".El\n");
}

/* Text as lines of source: a new one after each sentence; what stands between backquotes is set as written. A
 * line of the text that begins with a space stands alone. */
static void man_text(const char *text)
{
    size_t column = 0;
    bool is_literal = false;
    while (*text != '\0') {
        if (*text == '\n' && text[1] == '\n') {
            printf("%s.Pp\n", column > 0 ? "\n" : "");
            column = 0;
        }
        if (*text == '\n' && text[1] == ' ') {
            char line[200];
            snprintf(line, sizeof line, "%.*s", (int)strcspn(text + 1, "\n"), text + 1);
            printf("%s", column > 0 ? "\n" : "");
            man_display(line + strspn(line, " "));
            column = 0;
            text += 1 + strlen(line);
            continue;
        }
        text += strspn(text, " \n");
        size_t bytes = strcspn(text, " \n");
        if (bytes == 0)
            break;
        if (column > 0 && column + 1 + bytes > SOURCE_COLUMNS) {
            putchar('\n');
            column = 0;
        } else if (column > 0) {
            putchar(' ');
            column++;
        }
        man_word(text, bytes, column == 0, &is_literal);
        column += bytes;
        bool ends_sentence = text[bytes - 1] == '.' || (bytes > 1 && strncmp(text + bytes - 2, ".)", 2) == 0);
        if (ends_sentence) {
            putchar('\n');
            column = 0;
        }
        text += bytes;
    }
    if (column > 0)
        putchar('\n');
}

static void man_display(const char *text)
{
    bool is_literal = false;
    for (size_t bytes; *text != '\0'; text += bytes + (text[bytes] == '\n' ? 1 : 0)) {
        bytes = strcspn(text, "\n");
        printf(".Dl ");
        man_word(text, bytes, false, &is_literal);
        putchar('\n');
    }
}

/* A dot or quote at the beginning of a line would be a request. */
static void man_word(const char *word, size_t bytes, bool begins_line, bool *is_literal)
{
    if (begins_line && (word[0] == '.' || word[0] == '\''))
        printf("\\&");
    for (size_t i = 0; i < bytes; i++) {
        if (word[i] == '`') {
            printf("%s", *is_literal ? "\\fR" : "\\fB");
            *is_literal = !*is_literal;
        } else if (word[i] == '\\') {
            printf("\\e");
        } else if (word[i] == '-') {
            printf("\\-");
        } else if (word[i] == '"') {
            printf("\\(dq");
        } else if (word[i] == '\'') {
            printf("\\(aq");
        } else {
            putchar(word[i]);
        }
    }
}

/* Whether a file's name is wanted where help says this. */
static bool names_file(const char *value)
{
    static const char *const files[] = {"FILE", "PATH", "SCENARIO", "FOLDER"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (strncmp(value, files[i], strlen(files[i])) == 0)
            return true;
    }
    return false;
}

static void completion_options(const struct command_option *options)
{
    for (; options != NULL && options->name != NULL; options++) {
        const char *takes = options->value == NULL ? "" : names_file(options->value) ? "=file" : "=";
        printf(" %s%s", options->name, takes);
    }
}

static void completion(void)
{
    for (size_t i = 0; i < command_table_count; i++) {
        const struct command *command = command_table[i];
        char words[COMMAND_WORDS_SIZE];
        command_words(command, words);
        const char *argument = command->argument == NULL       ? ""
                               : names_file(command->argument) ? "file"
                                                               : "word";
        printf("%s|%s|", words, argument);
        completion_options(command->options);
        completion_options(command_common_options);
        putchar('\n');
    }
}
