/* Loading of settings: defaults, file, environment, checks across keys; every value of whatever origin goes
 * through setting_apply. libinih finds sections and keys; lines and values are ours, because it would cut
 * long lines, strip ` ;` from values and not tell where it is. Promises an error that names the place, the
 * key and the range; never shows a value that is not a number, since it may be a secret. */
#include "base/settings.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "base/file.h"
#include "base/id.h"
#include "base/settings_secret.h"
#include "base/settings_table.h"

#define FILE_BYTES_MAX      (256 * 1024)
#define LINE_BYTES_MAX      1000
#define SPACE               " \t\r"
#define BYTE_ORDER_MARK     "\xEF\xBB\xBF" /* some editors put one first */
#define VARIABLE_PREFIX     "PULSSI_"
#define SLOTS               (1 + SETTINGS_GATEWAYS_MAX + SETTINGS_CRISIS_MAX)
#define SECRET_FILE         "_file" /* at the end of a secret's key: where it stands */
#define SECRET_FILE_CHARS   5
#define SECRET_BYTES_MAX    256
#define SECRET_VALUE        1
#define SECRET_NAMED        2
#define DEDUPE_HORIZON_DAYS 14 /* ids of replies are kept in two week-buckets */

/* Where the loader stands, and where it met each key. */
struct loading {
    struct settings *settings;
    struct error *error;
    bool failed;
    const char *path;             /* of the file */
    const char *at;               /* its next byte */
    int line;                     /* 0 = not in the file */
    const char *variable;         /* NULL = not in the environment */
    char row[LINE_BYTES_MAX + 1]; /* the current line, trimmed */
    char section[LINE_BYTES_MAX + 1];
    size_t slot; /* of the current section, see slot_of */
    int given_line[SLOTS][SETTINGS_ROWS_MAX];
    int named_line[SLOTS][SETTINGS_ROWS_MAX]; /* of a secret's file */
    /* How a secret was given, by the file and by the environment: SECRET_VALUE, SECRET_NAMED */
    unsigned char secrets[2][SLOTS][SETTINGS_ROWS_MAX];
    int slot_line[SLOTS]; /* where a section with a name begins; 0 = from the environment */
};

/* Where a value goes. Slot 0 is the settings themselves; sections with a name follow: the gateways from slot 1 on, then
 * the crisis sections. */
struct slot {
    const char *section, *colon, *name;
    char *record;
};

static bool load_defaults(struct loading *loading);
static bool load_file(struct loading *loading);
static char *file_next_line(char *line_out, int size, void *stream);
static bool file_on_section(struct loading *loading);
static int file_on_key(void *user, const char *section, const char *key, const char *value);
static bool load_environment(struct loading *loading);
static bool load_variable(struct loading *loading, const char *name, const char *value);
static bool load_named_variable(struct loading *loading, const char *section, const char *rest,
                                const char *value);
static struct slot slot_of(const struct loading *loading, size_t slot);
static bool slot_open(struct loading *loading, const char *section, const char *name, size_t *slot_out);
static bool section_has_name(const char *section);
static bool check_gateways(struct loading *loading);
static bool check_crisis(struct loading *loading);
static bool check_horizon(struct loading *loading);
static bool gateway_open(struct loading *loading, const char *name, size_t *slot_out);
static bool crisis_open(struct loading *loading, const char *language, size_t *slot_out);
static bool setting_apply(struct loading *loading, const struct setting *row, size_t slot, const char *value);
static bool section_is_known(const char *section);
static size_t variable_match(const char *name, const char *words);
static size_t variable_ends_with_key(const char *name, const struct setting *row, bool *named_out);
static bool is_secret_file(const struct setting *row, const char *key);
static bool setting_given(struct loading *loading, const struct setting *row, bool named, size_t slot,
                          const char *value);
static bool refuse(struct loading *loading, const char *format, ...) __attribute__((format(printf, 2, 3)));

extern char **environ;

bool settings_load(struct settings *settings, const char *path, struct error *error)
{
    *settings = (struct settings){0};
    struct loading *loading = memory_zeroed(1, sizeof(*loading));
    *loading = (struct loading){.settings = settings, .error = error, .path = path != NULL ? path : ""};
    bool done = load_defaults(loading) && (loading->path[0] == '\0' || load_file(loading)) &&
                load_environment(loading) && check_gateways(loading) && check_crisis(loading) &&
                check_horizon(loading);
    free(loading);
    return done;
}

const struct gateway_settings *settings_gateway(const struct settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->gateways_count; i++) {
        if (strcmp(settings->gateways[i].name, name) == 0)
            return &settings->gateways[i];
    }
    return NULL;
}

const char *settings_crisis(const struct settings *settings, const char *language)
{
    for (size_t i = 0; i < settings->crisis_count; i++) {
        if (strcmp(settings->crisis[i].language, language) == 0)
            return settings->crisis[i].phrase;
    }
    return "";
}

void settings_redis_address(const struct settings *settings, char out[320])
{
    if (settings->redis_address[0] != '\0')
        (void)snprintf(out, 320, "%s", settings->redis_address);
    else
        (void)snprintf(out, 320, "unix:%s/redis/redis.sock", settings->data_folder);
}

static bool load_defaults(struct loading *loading)
{
    size_t count = 0;
    const struct setting *rows = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (!section_has_name(rows[i].section) && !setting_apply(loading, &rows[i], 0, rows[i].otherwise))
            return false;
    }
    const char *share_folder = getenv("PULSSI_SHARE_DIR");
    if (share_folder != NULL &&
        !text_copy(loading->settings->share_folder, sizeof(loading->settings->share_folder), share_folder))
        return refuse(loading, "PULSSI_SHARE_DIR is too long");
    return true;
}

static bool load_file(struct loading *loading)
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
            refuse(loading, "expected [section] or key = value");
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
    if (bytes > LINE_BYTES_MAX) {
        refuse(loading, "the line is longer than %d bytes", LINE_BYTES_MAX);
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
        return refuse(loading, "expected [section] alone on its line");
    *close = '\0';
    (void)snprintf(loading->section, sizeof(loading->section), "%s", loading->row + 1);
    *close = ']';
    loading->slot = 0;
    char *colon = strchr(loading->section, ':');
    if (colon != NULL) {
        *colon = '\0';
        bool known = section_has_name(loading->section);
        bool opened = known && slot_open(loading, loading->section, colon + 1, &loading->slot);
        *colon = ':';
        if (known)
            return opened;
    }
    return section_is_known(loading->section) || refuse(loading, "[%s]: unknown section", loading->section);
}

/* The value is taken from our own line: libinih cut its copy. */
static int file_on_key(void *user, const char *section, const char *key, const char *value)
{
    (void)section;
    (void)value;
    struct loading *loading = user;
    size_t count = 0;
    const struct setting *rows = settings_table(&count);
    const char *wanted = loading->slot > 0 ? slot_of(loading, loading->slot).section : loading->section;
    const char *own_value = strpbrk(loading->row, "=:");
    if (loading->section[0] == '\0')
        return refuse(loading, "a key before the first [section]");
    for (size_t i = 0; i < count; i++) {
        bool named = is_secret_file(&rows[i], key);
        if (strcmp(rows[i].section, wanted) != 0 || (!named && strcmp(rows[i].key, key) != 0))
            continue;
        int *given_line = &(named ? loading->named_line : loading->given_line)[loading->slot][i];
        if (*given_line != 0)
            return refuse(loading, "[%s] %s: given before, on line %d", loading->section, key, *given_line);
        *given_line = loading->line;
        return setting_given(loading, &rows[i], named, loading->slot,
                             own_value + 1 + strspn(own_value + 1, SPACE));
    }
    return refuse(loading, "[%s] %s: unknown key", loading->section, key);
}

static bool load_environment(struct loading *loading)
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
            return setting_given(loading, &rows[i], named, 0, value);
    }
    return refuse(loading, "unknown variable: no such section and key");
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
        return refuse(loading, "unknown variable: expected PULSSI_%s",
                      strcmp(section, SETTINGS_GATEWAY_SECTION) == 0 ? "GATEWAY_<NAME>_<KEY>"
                                                                     : "CRISIS_<LANGUAGE>_<KEY>");
    char name[128] = "";
    memcpy(name, rest, rest_chars - best_chars - 1);
    for (char *at = name; *at != '\0'; at++) {
        if (islower((unsigned char)*at))
            return refuse(loading, "unknown variable: write it in capitals");
        *at = *at == '_' ? '-' : (char)tolower((unsigned char)*at);
    }
    size_t slot = 0;
    return slot_open(loading, section, name, &slot) && setting_given(loading, best, best_named, slot, value);
}

static bool has_control(const char *chars)
{
    while (*chars != '\0' && !iscntrl((unsigned char)*chars))
        chars++;
    return *chars != '\0';
}

/* Gateways expand and decode what they are given, so nothing may stand there that means something to them. */
static bool is_plain_url(const char *url)
{
    bool scheme = strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
    for (const char *at = url; *at != '\0'; at++)
        if (!isalnum((unsigned char)*at) && strchr("._~-:/[]", *at) == NULL)
            return false;
    return scheme && url[strlen(url) - 1] != '/';
}

/* "" = what is not said is no. */
static bool is_yes_or_no(const char *text)
{
    return text[0] == '\0' || strcmp(text, "yes") == 0 || strcmp(text, "no") == 0;
}

static bool check_gateways(struct loading *loading)
{
    for (size_t i = 0; i < loading->settings->gateways_count; i++) {
        struct gateway_settings *gateway = &loading->settings->gateways[i];
        loading->line = loading->slot_line[1 + i];
        size_t url_chars = strlen(gateway->url);
        size_t token_chars = strlen(gateway->webhook_token);
        bool scheme = strncmp(gateway->url, "http://", 7) == 0 || strncmp(gateway->url, "https://", 8) == 0;
        if (url_chars == 0)
            return refuse(loading, "[gateway:%s] url: missing", gateway->name);
        if (!scheme || gateway->url[url_chars - 1] == '/')
            return refuse(loading, "[gateway:%s] url: must begin with http:// or https:// and not end with /",
                          gateway->name);
        if (!is_plain_url(gateway->url)) /* no name before an @ either: the host is what it seems to be */
            return refuse(loading, "[gateway:%s] url: may hold only A-Z a-z 0-9 . _ ~ - : / [ ]",
                          gateway->name);
        if (has_control(gateway->user) || has_control(gateway->secret))
            return refuse(loading, "[gateway:%s] user, secret: may not hold control characters",
                          gateway->name);
        if (!is_yes_or_no(gateway->confirms_stop))
            return refuse(loading, "[gateway:%s] confirms_stop: expected yes or no", gateway->name);
        if (!is_yes_or_no(gateway->outside_eu))
            return refuse(loading, "[gateway:%s] outside_eu: expected yes or no", gateway->name);
        if (gateway->public_url[0] != '\0' && !is_plain_url(gateway->public_url))
            return refuse(loading,
                          "[gateway:%s] public_url: must begin with http:// or https://, not end with / and "
                          "hold only A-Z a-z 0-9 . _ ~ - : / [ ]",
                          gateway->name);
        if (token_chars == 0)
            return refuse(loading, "[gateway:%s] webhook_token: missing", gateway->name);
        if (token_chars < WEBHOOK_TOKEN_CHARS_MIN)
            return refuse(loading, "[gateway:%s] webhook_token: must be at least %d characters",
                          gateway->name, WEBHOOK_TOKEN_CHARS_MIN);
        for (const char *at = gateway->webhook_token; *at != '\0'; at++) {
            if (!isalnum((unsigned char)*at) && strchr("._~-", *at) == NULL)
                return refuse(loading, "[gateway:%s] webhook_token: may hold A-Z a-z 0-9 . _ ~ - only",
                              gateway->name);
        }
        if (gateway->profile[0] == '\0')
            memcpy(gateway->profile, gateway->name, sizeof gateway->name); /* the smaller array, terminated */
    }
    loading->line = 0;
    return true;
}

/* Whether the day is one and is not too long ago is judged where days are known: domain/crisis.h. */
static bool check_crisis(struct loading *loading)
{
    for (size_t i = 0; i < loading->settings->crisis_count; i++) {
        const struct crisis_settings *crisis = &loading->settings->crisis[i];
        loading->line = loading->slot_line[1 + SETTINGS_GATEWAYS_MAX + i];
        if (crisis->phrase[0] == '\0')
            return refuse(loading, "[crisis:%s] phrase: missing", crisis->language);
        if (has_control(crisis->phrase) || strpbrk(crisis->phrase, "{}") != NULL)
            return refuse(loading, "[crisis:%s] phrase: may not hold control characters, { or }",
                          crisis->language);
        if (crisis->confirmed_on[0] == '\0')
            return refuse(loading, "[crisis:%s] confirmed_on: missing", crisis->language);
    }
    loading->line = 0;
    return true;
}

/* A reply that arrives twice must be known as long as its first copy can still count. */
static bool check_horizon(struct loading *loading)
{
    int64_t needed_hours = loading->settings->reply_window_days * 24 + loading->settings->grace_hours;
    if (loading->settings->reply_window_days * 24 > 7 * 24 + loading->settings->grace_hours)
        return refuse(loading,
                      "[survey] reply_window_days = %" PRId64 ": with [rollup] grace_hours = %" PRId64
                      " a week would close before its last pulses do; at most 7 days and the grace",
                      loading->settings->reply_window_days, loading->settings->grace_hours);
    if (needed_hours <= DEDUPE_HORIZON_DAYS * 24)
        return true;
    return refuse(loading,
                  "[survey] reply_window_days and [rollup] grace_hours: together %" PRId64
                  " hours, but replies are recognised as duplicates for %d hours only; shorten one of them",
                  needed_hours, DEDUPE_HORIZON_DAYS * 24);
}

static bool section_has_name(const char *section)
{
    return strcmp(section, SETTINGS_GATEWAY_SECTION) == 0 || strcmp(section, SETTINGS_CRISIS_SECTION) == 0;
}

static struct slot slot_of(const struct loading *loading, size_t slot)
{
    struct settings *settings = loading->settings;
    if (slot == 0)
        return (struct slot){.section = "", .colon = "", .name = "", .record = (char *)settings};
    if (slot <= SETTINGS_GATEWAYS_MAX) {
        struct gateway_settings *gateway = &settings->gateways[slot - 1];
        return (struct slot){SETTINGS_GATEWAY_SECTION, ":", gateway->name, (char *)gateway};
    }
    struct crisis_settings *crisis = &settings->crisis[slot - 1 - SETTINGS_GATEWAYS_MAX];
    return (struct slot){SETTINGS_CRISIS_SECTION, ":", crisis->language, (char *)crisis};
}

/* Finds the section or makes it with its defaults. */
static bool slot_open(struct loading *loading, const char *section, const char *name, size_t *slot_out)
{
    return strcmp(section, SETTINGS_GATEWAY_SECTION) == 0 ? gateway_open(loading, name, slot_out)
                                                          : crisis_open(loading, name, slot_out);
}

static bool crisis_open(struct loading *loading, const char *language, size_t *slot_out)
{
    struct settings *settings = loading->settings;
    if (strlen(language) != 2 || !islower((unsigned char)language[0]) || !islower((unsigned char)language[1]))
        return refuse(loading, "[crisis:%s]: expected a language code of two letters such as fi", language);
    size_t i = 0;
    while (i < settings->crisis_count && strcmp(settings->crisis[i].language, language) != 0)
        i++;
    *slot_out = 1 + SETTINGS_GATEWAYS_MAX + i;
    if (i < settings->crisis_count)
        return true;
    if (i == SETTINGS_CRISIS_MAX)
        return refuse(loading, "[crisis:%s]: more than %d languages", language, SETTINGS_CRISIS_MAX);
    loading->slot_line[*slot_out] = loading->line;
    memcpy(settings->crisis[i].language, language, sizeof settings->crisis[i].language);
    settings->crisis_count++; /* its defaults are empty, as it is */
    return true;
}

/* Finds the gateway or makes it with its defaults. slot_out is 1 + its index. */
static bool gateway_open(struct loading *loading, const char *name, size_t *slot_out)
{
    struct settings *settings = loading->settings;
    const struct gateway_settings *known = settings_gateway(settings, name);
    if (known != NULL) {
        *slot_out = 1 + (size_t)(known - settings->gateways);
        return true;
    }
    if (!id_is_name(name, sizeof(settings->gateways[0].name) - 1))
        return refuse(loading,
                      "[gateway:%s]: the name must be 1..32 of a-z 0-9 and -, beginning with a letter", name);
    if (settings->gateways_count == SETTINGS_GATEWAYS_MAX)
        return refuse(loading, "[gateway:%s]: more than %d gateways", name, SETTINGS_GATEWAYS_MAX);
    *slot_out = ++settings->gateways_count;
    loading->slot_line[*slot_out] = loading->line;
    (void)text_copy(settings->gateways[*slot_out - 1].name, sizeof(settings->gateways[0].name), name);
    size_t count = 0;
    const struct setting *rows = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].section, SETTINGS_GATEWAY_SECTION) == 0 &&
            !setting_apply(loading, &rows[i], *slot_out, rows[i].otherwise))
            return false;
    }
    return true;
}

/* Whether a key names the file of a secret. */
static bool is_secret_file(const struct setting *row, const char *key)
{
    size_t key_chars = strlen(row->key);
    return row->type == SETTING_SECRET && strncmp(key, row->key, key_chars) == 0 &&
           strcmp(key + key_chars, SECRET_FILE) == 0;
}

/* A value, or the file that a secret stands in (named), as the file or the environment gives it. A secret is
 * given once by either; empty gives nothing. */
static bool setting_given(struct loading *loading, const struct setting *row, bool named, size_t slot,
                          const char *value)
{
    size_t count = 0;
    size_t at = (size_t)(row - settings_table(&count));
    const char *colon = slot_of(loading, slot).colon, *name = slot_of(loading, slot).name;
    if (row->type == SETTING_SECRET && value[0] != '\0') {
        unsigned char *given = &loading->secrets[loading->variable != NULL ? 1 : 0][slot][at];
        *given |= named ? SECRET_NAMED : SECRET_VALUE;
        if (*given == (SECRET_VALUE | SECRET_NAMED))
            return refuse(loading, "[%s%s%s] %s and %s_file: both are given, one of them is enough",
                          row->section, colon, name, row->key, row->key);
    }
    if (!named)
        return setting_apply(loading, row, slot, value);
    if (value[0] == '\0')
        return true;
    struct error error = {""};
    char secret[SECRET_BYTES_MAX + 1];
    assert((size_t)row->high <= SECRET_BYTES_MAX);
    bool done =
        settings_secret_read(value, (size_t)row->high, secret, &error)
            ? setting_apply(loading, row, slot, secret)
            : refuse(loading, "[%s%s%s] %s_file: %s", row->section, colon, name, row->key, error.text);
    explicit_bzero(secret, sizeof secret);
    return done;
}

/* Checks the value and stores it. */
static bool setting_apply(struct loading *loading, const struct setting *row, size_t slot, const char *value)
{
    assert(loading->settings != NULL);
    struct slot place = slot_of(loading, slot);
    char *field = place.record + row->offset;
    const char *colon = place.colon, *name = place.name;
    if (row->type == SETTING_INT) {
        int64_t number = 0;
        if (!text_to_int(value, row->low, row->high, &number))
            return refuse(loading, "[%s%s%s] %s = %.40s: must be %" PRId64 "..%" PRId64 "%s%s", row->section,
                          colon, name, row->key, value, row->low, row->high, row->unit[0] != '\0' ? " " : "",
                          row->unit);
        memcpy(field, &number, sizeof(number));
        return true;
    }
    size_t bytes = strlen(value);
    if (bytes < (size_t)row->low || bytes > (size_t)row->high || !text_is_utf8(value, bytes))
        return refuse(loading, "[%s%s%s] %s: must be UTF-8 text of %" PRId64 "..%" PRId64 " bytes",
                      row->section, colon, name, row->key, row->low, row->high);
    memcpy(field, value, bytes + 1);
    return true;
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
    *named_out = row->type == SETTING_SECRET && name_chars >= file_chars &&
                 variable_match(name + name_chars - file_chars, row->key) == key_chars &&
                 variable_match(name + name_chars - SECRET_FILE_CHARS, SECRET_FILE) == SECRET_FILE_CHARS;
    if (*named_out)
        return file_chars;
    bool plain =
        name_chars >= key_chars && variable_match(name + name_chars - key_chars, row->key) == key_chars;
    return plain ? key_chars : 0;
}

/* Keeps the first fault, with where it was found. */
static bool refuse(struct loading *loading, const char *format, ...)
{
    if (loading->failed)
        return false;
    loading->failed = true;
    char sentence[sizeof(loading->error->text)];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    if (loading->variable != NULL)
        return error_set(loading->error, "%s: %s", loading->variable, sentence);
    if (loading->line > 0)
        return error_set(loading->error, "%s:%d: %s", loading->path, loading->line, sentence);
    return error_set(loading->error, "settings: %s", sentence);
}
