/* The settings file: UTF-8 text of sections and keys. libinih finds them; lines and values are ours, because it
 * would cut long lines, strip ` ;` from values and not tell where it is. Promises that a key stands once in its
 * section, and an error with the line; never goes on after the first fault. */
#include <string.h>

#include <ini.h>

#include "base/file.h"
#include "base/settings_loading.h"

#define FILE_BYTES_MAX  (256 * 1024)
#define SPACE           " \t\r"
#define BYTE_ORDER_MARK "\xEF\xBB\xBF" /* some editors put one first */

static char *file_next_line(char *line_out, int size, void *stream);
static bool file_on_section(struct loading *loading);
static int file_on_key(void *user, const char *section, const char *key, const char *value);
static bool section_is_known(const char *section);
static bool is_secret_file(const struct setting *row, const char *key);

bool loading_read_file(struct loading *loading)
{
    struct text content = {0};
    bool done = file_read(loading->path, FILE_BYTES_MAX, &content, loading->error);
    if (done && !text_is_utf8(content.chars, content.bytes))
        done = error_set(loading->error, "%s: must be UTF-8 text", loading->path);
    if (done) {
        loading->at = content.chars + (strncmp(content.chars, BYTE_ORDER_MARK, 3) == 0 ? 3 : 0);
        int fault_line = ini_parse_stream(file_next_line, loading, file_on_key, loading);
        if (fault_line != 0 && (!loading->failed || fault_line < loading->line)) {
            loading->failed =
                false; /* libinih goes on after a line it cannot read; the first fault is the one to tell */
            loading->line = fault_line;
            loading_refuse(loading, "expected [section] or key = value");
        }
        done = !loading->failed;
        loading->line = 0;
    }
    text_free(&content);
    return done;
}

/* Gives libinih one trimmed line, cut to its size: it needs the key of it only. NULL at the end or after a
 * fault. */
static char *file_next_line(char *line_out, int size, void *stream)
{
    struct loading *loading = stream;
    if (loading->failed || *loading->at == '\0')
        return NULL;
    loading->line++;
    size_t bytes = strcspn(loading->at, "\n");
    const char *start = loading->at + strspn(loading->at, SPACE);
    const char *end = loading->at + bytes;
    loading->at += bytes + (loading->at[bytes] == '\n' ? 1 : 0);
    if (bytes > LOADING_LINE_BYTES_MAX) {
        loading_refuse(loading, "the line is longer than %d bytes", LOADING_LINE_BYTES_MAX);
        return NULL;
    }
    while (end > start && strchr(SPACE, end[-1]) != NULL)
        end--;
    size_t row_bytes = end > start ? (size_t)(end - start) : 0;
    memcpy(loading->row, start, row_bytes);
    loading->row[row_bytes] = '\0';
    if (loading->row[0] == '[' && !file_on_section(loading))
        return NULL;
    (void)snprintf(line_out, (size_t)size, "%s", loading->row);
    return line_out;
}

/* Sections are read here, since libinih reports none without keys and ignores what follows the bracket. */
static bool file_on_section(struct loading *loading)
{
    char *close = strchr(loading->row, ']');
    if (close == NULL || close[1] != '\0')
        return loading_refuse(loading, "expected [section] alone on its line");
    *close = '\0';
    (void)snprintf(loading->section, sizeof(loading->section), "%s", loading->row + 1);
    *close = ']';
    loading->slot = 0;
    char *colon = strchr(loading->section, ':');
    if (colon != NULL) {
        *colon = '\0';
        bool known = section_has_name(loading->section);
        bool opened = known && loading_section_open(loading, loading->section, colon + 1, &loading->slot);
        *colon = ':';
        if (known)
            return opened;
    }
    return section_is_known(loading->section) ||
           loading_refuse(loading, "[%s]: unknown section", loading->section);
}

/* The value is taken from our own line: libinih cut its copy. */
static int file_on_key(void *user, const char *section, const char *key, const char *value)
{
    (void)section;
    (void)value;
    struct loading *loading = user;
    size_t count = 0;
    const struct setting *rows = settings_table(&count);
    const char *wanted = loading->slot > 0 ? loading_slot(loading, loading->slot).section : loading->section;
    const char *own_value = strpbrk(loading->row, "=:");
    if (loading->section[0] == '\0')
        return loading_refuse(loading, "a key before the first [section]");
    for (size_t i = 0; i < count; i++) {
        bool named = is_secret_file(&rows[i], key);
        if (strcmp(rows[i].section, wanted) != 0 || (!named && strcmp(rows[i].key, key) != 0))
            continue;
        int *given_line = &(named ? loading->named_line : loading->given_line)[loading->slot][i];
        if (*given_line != 0)
            return loading_refuse(loading, "[%s] %s: given before, on line %d", loading->section, key,
                                  *given_line);
        *given_line = loading->line;
        return loading_give(loading, &rows[i], named, loading->slot,
                            own_value + 1 + strspn(own_value + 1, SPACE));
    }
    return loading_refuse(loading, "[%s] %s: unknown key", loading->section, key);
}

static bool section_is_known(const char *section)
{
    size_t count = 0;
    const struct setting *rows = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].section, section) == 0 && !section_has_name(section))
            return true;
    }
    return false;
}

/* Whether a key names the file of a secret. */
static bool is_secret_file(const struct setting *row, const char *key)
{
    size_t key_chars = strlen(row->key);
    return row->type == SETTING_SECRET && strncmp(key, row->key, key_chars) == 0 &&
           strcmp(key + key_chars, SECRET_FILE_SUFFIX) == 0;
}
