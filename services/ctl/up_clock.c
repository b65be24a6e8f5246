/* A scaled clock begins at a time that was asked for, or goes on where it stood. */
#include "ctl/up_clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "domain/calendar.h"
#include "gateway/profile.h"

#define SCALE_MAX  1000000
#define START_HOUR 8
#define FREE_MS    (INT64_C(3650) * DAY_MS) /* ten years: no limit */

static bool check_gateways(const struct settings *settings, struct error *error);
static bool place_in_time(struct ctl *ctl, struct up_clock *clock, const char *path, struct error *error);
static const struct zone *machine_zone(void);

bool up_clock_prepare(struct ctl *ctl, struct up_clock *clock_out, struct error *error)
{
    char path[300];
    int64_t scale = 0;
    *clock_out = (struct up_clock){.until_ms = -1};
    snprintf(path, sizeof path, "%s/run/clock", ctl->settings.data_folder);
    if (!ctl_option_int(ctl, "--clock-scale", 2, SCALE_MAX, &scale, error))
        return false;
    clock_out->owned = scale > 0;
    if (!clock_out->owned) {
        static const char *const dependent[] = {"--clock-start", "--clock-until", "--clock-free",
                                                "--clock-hold"};
        for (size_t i = 0; i < sizeof dependent / sizeof dependent[0]; i++) {
            if (ctl_option(ctl, dependent[i]) != NULL)
                return error_set(error, "%s needs --clock-scale", dependent[i]);
        }
        if (access(path, F_OK) == 0)
            return error_set(error,
                             "%s was used with a scaled clock: give --clock-scale again, or use another "
                             "[pulssi] data_folder",
                             ctl->settings.data_folder);
        return true;
    }
    if (ctl->settings.clock_file[0] != '\0')
        return error_set(error, "--clock-scale: [clock] file names another clock already");
    if (!check_gateways(&ctl->settings, error))
        return false;
    clock_out->clock.scale = scale;
    clock_out->flows_freely = ctl_option(ctl, "--clock-free") != NULL;
    if (ctl_option(ctl, "--clock-hold") != NULL) {
        snprintf(clock_out->hold_path, sizeof clock_out->hold_path, "%s.hold", path);
        if (!file_replace(clock_out->hold_path, "", 0, 0644, error))
            return false;
    }
    if (!place_in_time(ctl, clock_out, path, error) || !clock_write(&clock_out->clock, error))
        return false;
    (void)setenv("PULSSI_CLOCK_FILE", path, 1);
    char now[24];
    instant_text(clock_out->zone, clock_out->clock.origin_domain_ms, now);
    log_info("clock at %s, %d times as fast as real time", now, (int)scale);
    return true;
}

static bool check_gateways(const struct settings *settings, struct error *error)
{
    if (settings->gateways_count == 0)
        return error_set(error, "--clock-scale needs a simulator: give --simulator SCENARIO");
    for (size_t i = 0; i < settings->gateways_count; i++) {
        const struct gateway_settings *gateway = &settings->gateways[i];
        struct profile *profile = profile_load(settings, gateway->profile, error);
        if (profile == NULL)
            return false;
        bool simulator = profile_is_simulator(profile);
        profile_free(&profile);
        if (!simulator)
            return error_set(
                error,
                "--clock-scale: gateway \"%s\" may reach real people; only a simulator may run on a "
                "scaled clock",
                gateway->name);
    }
    return true;
}

/* Time stands at the beginning: the limit is now, unless it flows freely. */
static bool place_in_time(struct ctl *ctl, struct up_clock *clock, const char *path, struct error *error)
{
    const char *start = ctl_option(ctl, "--clock-start"), *until = ctl_option(ctl, "--clock-until");
    int64_t wall_ms = clock_wall_ms(), now_ms = 0, scale = clock->clock.scale;
    clock->zone = machine_zone();
    if (access(path, F_OK) == 0) {
        if (!clock_open(&clock->clock, path, error))
            return false;
        now_ms = clock_domain_ms(&clock->clock);
        clock->clock.scale = scale;
    } else if (start != NULL) {
        if (!instant_parse(clock->zone, start, wall_ms, &now_ms, error))
            return error_prefix(error, "--clock-start");
    } else {
        int64_t week = week_index_at(clock->zone, wall_ms);
        now_ms = week_start_ms(clock->zone, week) + START_HOUR * HOUR_MS;
        if (now_ms > wall_ms)
            now_ms = week_start_ms(clock->zone, week - 1) + START_HOUR * HOUR_MS;
    }
    if (until != NULL && !instant_parse(clock->zone, until, wall_ms, &clock->until_ms, error))
        return error_prefix(error, "--clock-until");
    if (!text_copy(clock->clock.path, sizeof clock->clock.path, path))
        return error_set(error, "%s: the path is too long", path);
    clock->clock.origin_real_ms = wall_ms;
    clock->clock.origin_domain_ms = now_ms;
    clock->clock.limit_ms = clock->flows_freely ? now_ms + FREE_MS : now_ms;
    return true;
}

/* The machine's own zone: there may be no org yet to ask. */
static const struct zone *machine_zone(void)
{
    char target[256] = "";
    const char *name = getenv("TZ");
    const struct zone *zone =
        name != NULL && name[0] != '\0' ? zone_find(name[0] == ':' ? name + 1 : name) : NULL;
    ssize_t chars = zone == NULL ? readlink("/etc/localtime", target, sizeof target - 1) : -1;
    const char *mark = chars > 0 ? strstr(target, "zoneinfo/") : NULL;
    if (mark != NULL)
        zone = zone_find(mark + strlen("zoneinfo/"));
    return zone != NULL ? zone : zone_find("UTC");
}
