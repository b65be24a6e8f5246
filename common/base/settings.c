/* Loading of settings: defaults, file, environment, checks across keys. Promises an error that names the place,
 * the key and the range; never shows a value that is not a number, since it may be a secret. The steps are
 * drawn in settings_loading.h. */
#include "base/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/settings_loading.h"

#define DEDUPE_HORIZON_DAYS 14 /* ids of replies are kept in two week-buckets */

static bool load_defaults(struct loading *loading);
static bool check_horizon(struct loading *loading);

bool settings_load(struct settings *settings, const char *path, struct error *error)
{
    *settings = (struct settings){0};
    struct loading *loading = memory_zeroed(1, sizeof(*loading));
    *loading = (struct loading){.settings = settings, .error = error, .path = path != NULL ? path : ""};
    bool done = load_defaults(loading) && (loading->path[0] == '\0' || loading_read_file(loading)) &&
                loading_read_environment(loading) && loading_check_gateways(loading) &&
                loading_check_crisis(loading) && check_horizon(loading);
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
        if (!section_has_name(rows[i].section) && !loading_apply(loading, &rows[i], 0, rows[i].otherwise))
            return false;
    }
    const char *share_folder = getenv("PULSSI_SHARE_DIR");
    if (share_folder != NULL &&
        !text_copy(loading->settings->share_folder, sizeof(loading->settings->share_folder), share_folder))
        return loading_refuse(loading, "PULSSI_SHARE_DIR is too long");
    return true;
}

/* A reply that arrives twice must be known as long as its first copy can still count. */
static bool check_horizon(struct loading *loading)
{
    int64_t needed_hours = loading->settings->reply_window_days * 24 + loading->settings->grace_hours;
    if (loading->settings->reply_window_days * 24 > 7 * 24 + loading->settings->grace_hours)
        return loading_refuse(loading,
                              "[survey] reply_window_days = %" PRId64 ": with [rollup] grace_hours = %" PRId64
                              " a week would close before its last pulses do; at most 7 days and the grace",
                              loading->settings->reply_window_days, loading->settings->grace_hours);
    if (needed_hours <= DEDUPE_HORIZON_DAYS * 24)
        return true;
    return loading_refuse(
        loading,
        "[survey] reply_window_days and [rollup] grace_hours: together %" PRId64
        " hours, but replies are recognised as duplicates for %d hours only; shorten one of them",
        needed_hours, DEDUPE_HORIZON_DAYS * 24);
}
