/* Reading a gateway profile. Promises that a profile in memory can be used without a further check:
 * templates are known to be sound, a reply has an id, every state and outcome is one of ours. Refusals name
 * the path inside the file. Never decides what to do with a message. */
#include "gateway/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "gateway/profile_parts.h"
#include "gateway/request_template.h"

#define PROFILE_FILE_BYTES_MAX ((size_t)64 * 1024)
#define RATE_MAX               10000

static void read_root(struct profile *profile, struct json_reader *root);
static void read_region(struct profile *profile, struct json_reader *root);
static void read_webhook_answer(struct profile *profile, struct json_reader *root);
static bool gateways_fit(const struct settings *settings, const char *name, const struct profile *profile,
                         struct error *error);

struct profile *profile_load(const struct settings *settings, const char *name, struct error *error)
{
    char path[sizeof settings->share_folder + 300];
    snprintf(path, sizeof path, "%s/gateways/%s.json", settings->share_folder, name);
    struct profile *profile = profile_read_file(path, error);
    if (profile == NULL)
        error_prefix(error, "gateway profile \"%s\"", name);
    else if (!gateways_fit(settings, name, profile, error))
        profile_free(&profile);
    return profile;
}

struct profile *profile_read_file(const char *path, struct error *error)
{
    struct text content = {0};
    if (!file_read(path, PROFILE_FILE_BYTES_MAX, &content, error))
        return NULL;
    struct profile *profile = profile_parse(content.chars, content.bytes, error);
    if (profile == NULL)
        error_prefix(error, "%s", path);
    text_free(&content);
    return profile;
}

struct profile *profile_parse(const char *bytes, size_t bytes_count, struct error *error)
{
    cJSON *tree = json_parse(bytes, bytes_count, error);
    if (tree == NULL)
        return NULL;
    struct profile *profile = memory_zeroed(1, sizeof *profile);
    struct json_reader root;
    json_reader_root(&root, tree, error);
    read_root(profile, &root);
    if (!json_finish(&root))
        profile_free(&profile);
    cJSON_Delete(tree);
    return profile;
}

static void read_root(struct profile *profile, struct json_reader *root)
{
    static const char *const kinds[] = {"provider", "simulator", NULL};
    profile->is_simulator = profile_read_choice(root, "kind", kinds) == 1;
    read_region(profile, root);
    profile->dedupes = json_bool_or(root, "dedupes", false);
    profile->takes_names = json_bool_or(root, "sender_names", true);
    if (json_has(root, "rate_per_s"))
        profile->rate_per_s = json_number(root, "rate_per_s", 0.01, RATE_MAX);
    read_webhook_answer(profile, root);
    profile->signature = signature_scheme_read(root, "signature");
    profile_read_request(&profile->request, root);
    profile_read_answer(profile, root);
    profile_read_webhooks(profile, root);
}

/* A provider must say whether it is one outside the European Union: always, never, or for some of its addresses. */
static void read_region(struct profile *profile, struct json_reader *root)
{
    struct json_reader urls;
    size_t count = 0;
    (void)text_copy(profile->region, sizeof profile->region,
                    json_string(root, "region", 1, sizeof profile->region - 1));
    if (cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(root->value, "outside_eu"))) {
        json_array(root, "outside_eu", 1, PROFILE_URLS_MAX, &urls, &count);
        for (size_t i = 0; i < count; i++)
            profile->outside_urls[profile->outside_urls_count++] =
                memory_text(json_item_string(&urls, i, 8, PROFILE_TEMPLATE_MAX));
    } else if (json_has(root, "outside_eu")) {
        profile->outside_eu = json_bool_or(root, "outside_eu", false);
    } else if (!profile->is_simulator) {
        json_problem(root, "outside_eu",
                     "missing: true, false, or the URLs' beginnings that lie outside the European Union");
    }
}

static void read_webhook_answer(struct profile *profile, struct json_reader *root)
{
    struct json_reader answer;
    profile->answer_status = 200;
    if (!json_has(root, "webhook_answer"))
        return;
    json_object(root, "webhook_answer", &answer);
    profile->answer_status = (int)json_int(&answer, "status", 200, 204);
    profile->answer_deadline_ms = json_int_or(&answer, "deadline_ms", 100, 600000, 0);
    json_finish(&answer);
}

void profile_free(struct profile **freeing)
{
    struct profile *profile = *freeing;
    if (profile == NULL)
        return;
    for (size_t i = 0; i < profile->outside_urls_count; i++)
        free(profile->outside_urls[i]);
    signature_scheme_free(&profile->signature);
    profile_request_clear(&profile->request);
    free(profile);
    *freeing = NULL;
}

/* --- what it says --- */

bool profile_is_simulator(const struct profile *profile)
{
    return profile->is_simulator;
}

size_t profile_batch_max(const struct profile *profile)
{
    return profile->request.batch.max;
}

bool profile_dedupes(const struct profile *profile)
{
    return profile->dedupes;
}

bool profile_tells_parts(const struct profile *profile)
{
    return profile->accepted.items == ANSWER_PARTS;
}

bool profile_takes_names(const struct profile *profile)
{
    return profile->takes_names;
}

double profile_rate_per_s(const struct profile *profile)
{
    return profile->rate_per_s;
}

const char *profile_region(const struct profile *profile)
{
    return profile->region;
}

enum outside_eu profile_outside_eu(const struct profile *profile)
{
    return profile->outside_eu               ? OUTSIDE_ALWAYS
           : profile->outside_urls_count > 0 ? OUTSIDE_SOME
                                             : OUTSIDE_NEVER;
}

/* A host is the same in capitals, and over http. */
static const char *host_of(const char *url)
{
    const char *scheme_end = strstr(url, "://");
    return scheme_end == NULL ? url : scheme_end + 3;
}

bool profile_is_outside_eu(const struct profile *profile, const char *url)
{
    for (size_t i = 0; i < profile->outside_urls_count; i++) {
        const char *outside = host_of(profile->outside_urls[i]);
        if (strncasecmp(host_of(url), outside, strlen(outside)) == 0)
            return true;
    }
    return profile->outside_eu;
}

int profile_answer_status(const struct profile *profile)
{
    return profile->answer_status;
}

int64_t profile_answer_deadline_ms(const struct profile *profile)
{
    return profile->answer_deadline_ms;
}

const struct signature_scheme *profile_signature(const struct profile *profile, enum webhook_kind url_kind)
{
    (void)url_kind; /* all providers known sign both kinds alike */
    return profile->signature;
}

/* --- the settings it needs --- */

static const struct need {
    const char *placeholder, *key;
    size_t offset;
} needs[] = {
    {"{user}", "user", offsetof(struct gateway_settings, user)},
    {"{basic}", "user", offsetof(struct gateway_settings, user)},
    {"{secret}", "secret", offsetof(struct gateway_settings, secret)},
    {"{basic}", "secret", offsetof(struct gateway_settings, secret)},
    {"{receipt_url}", "public_url", offsetof(struct gateway_settings, public_url)},
    {"{receipt_url_basic}", "public_url", offsetof(struct gateway_settings, public_url)},
};
#define NEEDS_COUNT (sizeof needs / sizeof needs[0])

void profile_needs(const struct profile *profile, struct text *keys)
{
    for (size_t i = 0; i < NEEDS_COUNT; i++)
        if ((keys->chars == NULL || strstr(keys->chars, needs[i].key) == NULL) &&
            profile_request_uses(&profile->request, needs[i].placeholder))
            text_addf(keys, "%s%s", keys->bytes > 0 ? " " : "", needs[i].key);
    if (profile_request_uses(&profile->request, TEMPLATE_PARAMETER))
        text_addf(keys, "%sparameters", keys->bytes > 0 ? " " : "");
    signature_needs(profile->signature, keys);
}

static bool gateway_fits(const struct gateway_settings *gateway, const char *name,
                         const struct profile *profile, struct error *error)
{
    char parameter[PROFILE_NAME_SIZE];
    for (size_t i = 0; i < NEEDS_COUNT; i++) {
        const char *value = (const char *)gateway + needs[i].offset;
        if (value[0] == '\0' && profile_request_uses(&profile->request, needs[i].placeholder))
            return error_set(error, "[gateway:%s] %s: missing, the gateway profile \"%s\" needs it",
                             gateway->name, needs[i].key, name);
    }
    if (profile_request_lacks(&profile->request, gateway, parameter))
        return error_set(error,
                         "[gateway:%s] parameters: %s=… is missing, the gateway profile \"%s\" needs it",
                         gateway->name, parameter, name);
    if (profile_is_outside_eu(profile, gateway->url) && strcmp(gateway->outside_eu, "yes") != 0)
        return error_set(
            error,
            "[gateway:%s] outside_eu: the gateway profile \"%s\" keeps data outside the European Union "
            "(%s); if that is lawful, say outside_eu = yes",
            gateway->name, name, profile->region);
    return signature_settings_check(profile->signature, gateway, error);
}

static bool gateways_fit(const struct settings *settings, const char *name, const struct profile *profile,
                         struct error *error)
{
    for (size_t i = 0; i < settings->gateways_count; i++)
        if (!profile->is_simulator && strcmp(settings->gateways[i].profile, name) == 0 &&
            !gateway_fits(&settings->gateways[i], name, profile, error))
            return false;
    return true;
}
