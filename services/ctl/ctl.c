/* What the commands share. Never writes to the store. */
#include "ctl/ctl.h"

#include <assert.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/server_check.h"

static bool check_owner(const struct settings *settings, struct error *error);

const char *ctl_option(const struct ctl *ctl, const char *name)
{
    for (size_t i = 0; ctl->command->options != NULL && ctl->command->options[i].name != NULL; i++) {
        if (strcmp(ctl->command->options[i].name, name) == 0)
            return ctl->values[i];
    }
    assert(false && "an option of the command's table");
    return NULL;
}

bool ctl_option_int(const struct ctl *ctl, const char *name, int64_t low, int64_t high, int64_t *value_out,
                    struct error *error)
{
    const char *value = ctl_option(ctl, name);
    if (value == NULL || text_to_int(value, low, high, value_out))
        return true;
    return error_set(error, "%s %.40s: expected a whole number from %" PRId64 " to %" PRId64, name, value,
                     low, high);
}

const char *ctl_config_path(const struct ctl *ctl)
{
    if (ctl->config != NULL)
        return ctl->config;
    const char *path = getenv("PULSSI_CONFIG");
    if (path != NULL && path[0] != '\0')
        return path;
    if (access("pulssi.conf", F_OK) == 0)
        return "pulssi.conf";
    return PULSSI_CONFIG_FILE[0] != '\0' && access(PULSSI_CONFIG_FILE, F_OK) == 0 ? PULSSI_CONFIG_FILE : NULL;
}

bool ctl_settings(struct ctl *ctl, struct error *error)
{
    return settings_load(&ctl->settings, ctl_config_path(ctl), error) && check_owner(&ctl->settings, error);
}

/* What root wrote into a folder of the services' user, the services could not read. */
static bool check_owner(const struct settings *settings, struct error *error)
{
    struct stat folder;
    if (geteuid() != 0 || stat(settings->data_folder, &folder) != 0 || folder.st_uid == 0)
        return true;
    const struct passwd *owner = getpwuid(folder.st_uid);
    return error_set(error, "%s belongs to user %s: say sudo -u %s pulssi …", settings->data_folder,
                     owner != NULL ? owner->pw_name : "?", owner != NULL ? owner->pw_name : "?");
}

bool ctl_store(struct ctl *ctl, struct error *error)
{
    if (!ctl_settings(ctl, error))
        return false;
    ctl->link = store_open_unjudged(&ctl->settings, error);
    if (ctl->link == NULL)
        return ctl_no_store(ctl, error);
    enum seen_verdict verdict = dataset_check(ctl->link, &ctl->settings, "pulssi", error);
    if (verdict == SEEN_BEHIND && ctl->command->works_behind) {
        fprintf(stderr, "pulssi: %s\n", error->text);
        return true;
    }
    ctl->judged = verdict == SEEN_GOOD;
    return ctl->judged;
}

bool ctl_no_store(const struct ctl *ctl, struct error *error)
{
    if (ctl->settings.redis_address[0] != '\0' || strncmp(error->text, "Redis: ", 7) != 0)
        return false;
    return error_set(error,
                     "the private Redis of %s does not answer: is `pulssi up` running with these settings?",
                     ctl->settings.data_folder);
}

bool ctl_remember(const struct ctl *ctl, struct error *error)
{
    enum seen_verdict verdict = dataset_check(ctl->link, &ctl->settings, "pulssi", error);
    return verdict == SEEN_GOOD || verdict == SEEN_FAILED || /* away now: the command was answered before */
           error_prefix(error, "what this command did may be lost");
}

bool ctl_org(struct ctl *ctl, struct error *error)
{
    char names[ORGS_MAX][33];
    size_t count = 0;
    if (!ctl_store(ctl, error))
        return false;
    if (ctl->org_wanted != NULL)
        return org_load(ctl->link, ctl->org_wanted, &ctl->record, error);
    if (!orgs_list(ctl->link, names, ORGS_MAX, &count, error))
        return false;
    if (count == 0)
        return error_set(error, "there is no org yet: add one with `pulssi org put FILE`");
    if (count > 1)
        return error_set(error, "there are %zu orgs: say which one with --org", count);
    return org_load(ctl->link, names[0], &ctl->record, error);
}

bool ctl_clock(const struct ctl *ctl, struct clock *clock_out, struct error *error)
{
    char path[300];
    snprintf(path, sizeof path, "%s/run/clock", ctl->settings.data_folder);
    bool scaled = ctl->settings.clock_file[0] == '\0' && access(path, F_OK) == 0;
    return clock_open(clock_out, scaled ? path : ctl->settings.clock_file, error);
}

int ctl_fail(const struct error *error)
{
    fprintf(stderr, "pulssi: %s\n", error->text);
    return EXIT_FAILURE;
}

int ctl_misused(const struct ctl *ctl, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("pulssi: ", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "; see pulssi %s%s%s --help\n", ctl->command->name,
            ctl->command->subcommand != NULL ? " " : "",
            ctl->command->subcommand != NULL ? ctl->command->subcommand : "");
    return EXIT_USAGE;
}
