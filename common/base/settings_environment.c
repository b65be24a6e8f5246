/* Settings from the environment: PULSSI_<SECTION>_<KEY>, PULSSI_GATEWAY_<NAME>_<KEY>, PULSSI_CRISIS_<LANGUAGE>_<KEY>
 * in capitals, _ for - in a name. They come after the file and win over it. Promises that none is overlooked: one
 * that begins with PULSSI_ and means no key is refused by its name. */
#include <ctype.h>
#include <string.h>

#include "base/settings_loading.h"

#define VARIABLE_PREFIX   "PULSSI_"
#define SECRET_FILE_CHARS (sizeof SECRET_FILE_SUFFIX - 1)

static bool load_variable(struct loading *loading, const char *name, const char *value);
static bool load_named_variable(struct loading *loading, const char *section, const char *rest,
                                const char *value);
static size_t variable_match(const char *name, const char *words);
static size_t variable_ends_with_key(const char *name, const struct setting *row, bool *named_out);

extern char **environ;

bool loading_read_environment(struct loading *loading)
{
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
        const char *equals = strchr(*entry, '=');
        if (equals == NULL || strncmp(*entry, VARIABLE_PREFIX, strlen(VARIABLE_PREFIX)) != 0)
            continue;
        char name[128];
        size_t bytes = (size_t)(equals - *entry);
        if (bytes >= sizeof(name))
            return error_set(loading->error, "%.60s…: unknown variable", *entry);
        memcpy(name, *entry, bytes);
        name[bytes] = '\0';
        loading->variable = name;
        bool done = load_variable(loading, name, equals + 1);
        loading->variable = NULL;
        if (!done)
            return false;
    }
    return true;
}

static bool load_variable(struct loading *loading, const char *name, const char *value)
{
    /* The one is for program_start, the other for load_defaults. */
    if (strcmp(name, "PULSSI_CONFIG") == 0 || strcmp(name, "PULSSI_SHARE_DIR") == 0)
        return true;
    static const char *const named_sections[] = {SETTINGS_GATEWAY_SECTION, SETTINGS_CRISIS_SECTION};
    for (size_t i = 0; i < sizeof named_sections / sizeof named_sections[0]; i++) {
        const char *rest = name + strlen(VARIABLE_PREFIX);
        size_t section_chars = variable_match(rest, named_sections[i]);
        if (section_chars > 0 && rest[section_chars] == '_')
            return load_named_variable(loading, named_sections[i], rest + section_chars + 1, value);
    }
    size_t count = 0;
    const struct setting *rows = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        const char *rest = name + strlen(VARIABLE_PREFIX);
        size_t section_chars = variable_match(rest, rows[i].section);
        if (section_chars == 0 || rest[section_chars] != '_')
            continue;
        rest += section_chars + 1;
        bool named = false;
        if (variable_ends_with_key(rest, &rows[i], &named) == strlen(rest))
            return loading_give(loading, &rows[i], named, 0, value);
    }
    return loading_refuse(loading, "unknown variable: no such section and key");
}

/* `rest` is NAME_KEY. Names hold no '_', so that the longest key at the end leaves the name. */
static bool load_named_variable(struct loading *loading, const char *section, const char *rest,
                                const char *value)
{
    size_t count = 0;
    const struct setting *rows = settings_table(&count);
    const struct setting *best = NULL;
    bool best_named = false;
    size_t rest_chars = strlen(rest), best_chars = 0;
    for (size_t i = 0; i < count; i++) {
        bool named = false;
        size_t key_chars =
            strcmp(rows[i].section, section) == 0 ? variable_ends_with_key(rest, &rows[i], &named) : 0;
        if (key_chars > best_chars && rest_chars > key_chars + 1 && rest[rest_chars - key_chars - 1] == '_') {
            best = &rows[i];
            best_named = named;
            best_chars = key_chars;
        }
    }
    if (best == NULL)
        return loading_refuse(loading, "unknown variable: expected PULSSI_%s",
                              strcmp(section, SETTINGS_GATEWAY_SECTION) == 0 ? "GATEWAY_<NAME>_<KEY>"
                                                                             : "CRISIS_<LANGUAGE>_<KEY>");
    char name[128] = "";
    memcpy(name, rest, rest_chars - best_chars - 1);
    for (char *at = name; *at != '\0'; at++) {
        if (islower((unsigned char)*at))
            return loading_refuse(loading, "unknown variable: write it in capitals");
        *at = *at == '_' ? '-' : (char)tolower((unsigned char)*at);
    }
    size_t slot = 0;
    return loading_section_open(loading, section, name, &slot) &&
           loading_give(loading, best, best_named, slot, value);
}

/* The length of `words` when `name` begins with it in capitals, else 0. */
static size_t variable_match(const char *name, const char *words)
{
    size_t i = 0;
    while (words[i] != '\0' && name[i] == toupper((unsigned char)words[i]))
        i++;
    return words[i] == '\0' ? i : 0;
}

/* How many characters at the end of a variable's name are the row's key, or that of the file of a secret; 0 =
 * it ends otherwise. */
static size_t variable_ends_with_key(const char *name, const struct setting *row, bool *named_out)
{
    size_t name_chars = strlen(name), key_chars = strlen(row->key);
    size_t file_chars = key_chars + SECRET_FILE_CHARS;
    *named_out =
        row->type == SETTING_SECRET && name_chars >= file_chars &&
        variable_match(name + name_chars - file_chars, row->key) == key_chars &&
        variable_match(name + name_chars - SECRET_FILE_CHARS, SECRET_FILE_SUFFIX) == SECRET_FILE_CHARS;
    if (*named_out)
        return file_chars;
    bool plain =
        name_chars >= key_chars && variable_match(name + name_chars - key_chars, row->key) == key_chars;
    return plain ? key_chars : 0;
}
