/* One value of the settings: where it goes, whether it may stand there, and how a fault is told. Promises an error
 * that names the place, the key and the range; never shows a value that is not a number. */
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/settings_loading.h"
#include "base/settings_secret.h"

#define SECRET_BYTES_MAX 256
#define SECRET_VALUE     1
#define SECRET_NAMED     2

struct settings_slot loading_slot(const struct loading *loading, size_t slot)
{
    struct settings *settings = loading->settings;
    if (slot == 0)
        return (struct settings_slot){.section = "", .colon = "", .name = "", .record = (char *)settings};
    if (slot <= SETTINGS_GATEWAYS_MAX) {
        struct gateway_settings *gateway = &settings->gateways[slot - 1];
        return (struct settings_slot){SETTINGS_GATEWAY_SECTION, ":", gateway->name, (char *)gateway};
    }
    struct crisis_settings *crisis = &settings->crisis[slot - 1 - SETTINGS_GATEWAYS_MAX];
    return (struct settings_slot){SETTINGS_CRISIS_SECTION, ":", crisis->language, (char *)crisis};
}

bool loading_give(struct loading *loading, const struct setting *row, bool named, size_t slot,
                  const char *value)
{
    size_t count = 0;
    size_t at = (size_t)(row - settings_table(&count));
    const char *colon = loading_slot(loading, slot).colon, *name = loading_slot(loading, slot).name;
    if (row->type == SETTING_SECRET && value[0] != '\0') {
        unsigned char *given = &loading->secrets[loading->variable != NULL ? 1 : 0][slot][at];
        *given |= named ? SECRET_NAMED : SECRET_VALUE;
        if (*given == (SECRET_VALUE | SECRET_NAMED))
            return loading_refuse(loading, "[%s%s%s] %s and %s_file: both are given, one of them is enough",
                                  row->section, colon, name, row->key, row->key);
    }
    if (!named)
        return loading_apply(loading, row, slot, value);
    if (value[0] == '\0')
        return true;
    struct error error = {""};
    char secret[SECRET_BYTES_MAX + 1];
    assert((size_t)row->high <= SECRET_BYTES_MAX);
    bool done = settings_secret_read(value, (size_t)row->high, secret, &error)
                    ? loading_apply(loading, row, slot, secret)
                    : loading_refuse(loading, "[%s%s%s] %s_file: %s", row->section, colon, name, row->key,
                                     error.text);
    explicit_bzero(secret, sizeof secret);
    return done;
}

bool loading_apply(struct loading *loading, const struct setting *row, size_t slot, const char *value)
{
    assert(loading->settings != NULL);
    struct settings_slot place = loading_slot(loading, slot);
    char *field = place.record + row->offset;
    const char *colon = place.colon, *name = place.name;
    if (row->type == SETTING_INT) {
        int64_t number = 0;
        if (!text_to_int(value, row->low, row->high, &number))
            return loading_refuse(loading, "[%s%s%s] %s = %.40s: must be %" PRId64 "..%" PRId64 "%s%s",
                                  row->section, colon, name, row->key, value, row->low, row->high,
                                  row->unit[0] != '\0' ? " " : "", row->unit);
        memcpy(field, &number, sizeof(number));
        return true;
    }
    size_t bytes = strlen(value);
    if (bytes < (size_t)row->low || bytes > (size_t)row->high || !text_is_utf8(value, bytes))
        return loading_refuse(loading, "[%s%s%s] %s: must be UTF-8 text of %" PRId64 "..%" PRId64 " bytes",
                              row->section, colon, name, row->key, row->low, row->high);
    memcpy(field, value, bytes + 1);
    return true;
}

bool loading_refuse(struct loading *loading, const char *format, ...)
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
