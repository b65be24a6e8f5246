/* Sections of the settings that have a name: [gateway:NAME] and [crisis:LANGUAGE]. Made when the file or the
 * environment first names one, and judged when both are read. Promises that a gateway that is kept has a URL and a
 * token that mean nothing but themselves; never asks whether there is a profile for it. */
#include <ctype.h>
#include <string.h>

#include "base/id.h"
#include "base/settings_loading.h"

static bool gateway_open(struct loading *loading, const char *name, size_t *slot_out);
static bool crisis_open(struct loading *loading, const char *language, size_t *slot_out);

bool section_has_name(const char *section)
{
    return strcmp(section, SETTINGS_GATEWAY_SECTION) == 0 || strcmp(section, SETTINGS_CRISIS_SECTION) == 0;
}

bool loading_section_open(struct loading *loading, const char *section, const char *name, size_t *slot_out)
{
    return strcmp(section, SETTINGS_GATEWAY_SECTION) == 0 ? gateway_open(loading, name, slot_out)
                                                          : crisis_open(loading, name, slot_out);
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
        return loading_refuse(
            loading, "[gateway:%s]: the name must be 1..32 of a-z 0-9 and -, beginning with a letter", name);
    if (settings->gateways_count == SETTINGS_GATEWAYS_MAX)
        return loading_refuse(loading, "[gateway:%s]: more than %d gateways", name, SETTINGS_GATEWAYS_MAX);
    *slot_out = ++settings->gateways_count;
    loading->slot_line[*slot_out] = loading->line;
    (void)text_copy(settings->gateways[*slot_out - 1].name, sizeof(settings->gateways[0].name), name);
    size_t count = 0;
    const struct setting *rows = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].section, SETTINGS_GATEWAY_SECTION) == 0 &&
            !loading_apply(loading, &rows[i], *slot_out, rows[i].otherwise))
            return false;
    }
    return true;
}

static bool crisis_open(struct loading *loading, const char *language, size_t *slot_out)
{
    struct settings *settings = loading->settings;
    if (strlen(language) != 2 || !islower((unsigned char)language[0]) || !islower((unsigned char)language[1]))
        return loading_refuse(loading, "[crisis:%s]: expected a language code of two letters such as fi",
                              language);
    size_t i = 0;
    while (i < settings->crisis_count && strcmp(settings->crisis[i].language, language) != 0)
        i++;
    *slot_out = 1 + SETTINGS_GATEWAYS_MAX + i;
    if (i < settings->crisis_count)
        return true;
    if (i == SETTINGS_CRISIS_MAX)
        return loading_refuse(loading, "[crisis:%s]: more than %d languages", language, SETTINGS_CRISIS_MAX);
    loading->slot_line[*slot_out] = loading->line;
    memcpy(settings->crisis[i].language, language, sizeof settings->crisis[i].language);
    settings->crisis_count++; /* its defaults are empty, as it is */
    return true;
}

/* --- checks --- */

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

bool loading_check_gateways(struct loading *loading)
{
    for (size_t i = 0; i < loading->settings->gateways_count; i++) {
        struct gateway_settings *gateway = &loading->settings->gateways[i];
        loading->line = loading->slot_line[1 + i];
        size_t url_chars = strlen(gateway->url);
        size_t token_chars = strlen(gateway->webhook_token);
        bool scheme = strncmp(gateway->url, "http://", 7) == 0 || strncmp(gateway->url, "https://", 8) == 0;
        if (url_chars == 0)
            return loading_refuse(loading, "[gateway:%s] url: missing", gateway->name);
        if (!scheme || gateway->url[url_chars - 1] == '/')
            return loading_refuse(loading,
                                  "[gateway:%s] url: must begin with http:// or https:// and not end with /",
                                  gateway->name);
        if (!is_plain_url(gateway->url)) /* no name before an @ either: the host is what it seems to be */
            return loading_refuse(loading, "[gateway:%s] url: may hold only A-Z a-z 0-9 . _ ~ - : / [ ]",
                                  gateway->name);
        if (has_control(gateway->user) || has_control(gateway->secret))
            return loading_refuse(loading, "[gateway:%s] user, secret: may not hold control characters",
                                  gateway->name);
        if (!is_yes_or_no(gateway->confirms_stop))
            return loading_refuse(loading, "[gateway:%s] confirms_stop: expected yes or no", gateway->name);
        if (!is_yes_or_no(gateway->outside_eu))
            return loading_refuse(loading, "[gateway:%s] outside_eu: expected yes or no", gateway->name);
        if (gateway->public_url[0] != '\0' && !is_plain_url(gateway->public_url))
            return loading_refuse(
                loading,
                "[gateway:%s] public_url: must begin with http:// or https://, not end with / and "
                "hold only A-Z a-z 0-9 . _ ~ - : / [ ]",
                gateway->name);
        if (token_chars == 0)
            return loading_refuse(loading, "[gateway:%s] webhook_token: missing", gateway->name);
        if (token_chars < WEBHOOK_TOKEN_CHARS_MIN)
            return loading_refuse(loading, "[gateway:%s] webhook_token: must be at least %d characters",
                                  gateway->name, WEBHOOK_TOKEN_CHARS_MIN);
        for (const char *at = gateway->webhook_token; *at != '\0'; at++) {
            if (!isalnum((unsigned char)*at) && strchr("._~-", *at) == NULL)
                return loading_refuse(
                    loading, "[gateway:%s] webhook_token: may hold A-Z a-z 0-9 . _ ~ - only", gateway->name);
        }
        if (gateway->profile[0] == '\0')
            memcpy(gateway->profile, gateway->name, sizeof gateway->name); /* the smaller array, terminated */
    }
    loading->line = 0;
    return true;
}

/* Whether the day is one and is not too long ago is judged where days are known: domain/crisis.h. */
bool loading_check_crisis(struct loading *loading)
{
    for (size_t i = 0; i < loading->settings->crisis_count; i++) {
        const struct crisis_settings *crisis = &loading->settings->crisis[i];
        loading->line = loading->slot_line[1 + SETTINGS_GATEWAYS_MAX + i];
        if (crisis->phrase[0] == '\0')
            return loading_refuse(loading, "[crisis:%s] phrase: missing", crisis->language);
        if (has_control(crisis->phrase) || strpbrk(crisis->phrase, "{}") != NULL)
            return loading_refuse(loading, "[crisis:%s] phrase: may not hold control characters, { or }",
                                  crisis->language);
        if (crisis->confirmed_on[0] == '\0')
            return loading_refuse(loading, "[crisis:%s] confirmed_on: missing", crisis->language);
    }
    loading->line = 0;
    return true;
}
