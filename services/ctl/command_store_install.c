/* pulssi store install: puts the function library into Redis and gives the data set its id. */
#include "ctl/ctl.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/functions.h"
#include "store/server_check.h"

/* Without the checks of ctl_store: this is what makes them pass. */
static bool install(struct ctl *ctl, bool *changed_out, struct error *error)
{
    char address[320];
    if (!ctl_settings(ctl, error))
        return false;
    settings_redis_address(&ctl->settings, address);
    ctl->link =
        redis_link_open(address, ctl->settings.redis_password, ctl->settings.redis_deadline_ms, error);
    if (ctl->link == NULL)
        return ctl_no_store(ctl, error);
    if (!server_check_safety(ctl->link, error) || !functions_install(ctl->link, changed_out, error))
        return false;
    enum seen_verdict verdict = dataset_install(ctl->link, &ctl->settings, "pulssi", error);
    return verdict == SEEN_GOOD || verdict == SEEN_BEHIND; /* a library is no harm to one that lost writes */
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    bool changed = false;
    if (!install(ctl, &changed, &error))
        return ctl_fail(&error);
    if (ctl->json)
        printf("{\"functions\":\"%s\",\"result\":\"%s\"}\n", store_functions_version,
               changed ? "installed" : "unchanged");
    else
        printf("function library %s: %s\n", store_functions_version, changed ? "installed" : "already there");
    return EXIT_SUCCESS;
}

const struct command command_store_install = {
    .name = "store",
    .subcommand = "install",
    .summary = "put the function library into Redis",
    .details = "Refuses a Redis that could lose what it acknowledged, and says which setting\n"
               "makes it so. `pulssi up` does this by itself for the private Redis.\n\n"
               "Upgrade: replacing the library is one step; data stays as it is, and nothing\n"
               "under way is cut off. Programs that need another version are told: they keep\n"
               "their lanes closed and replies in their spool until they are replaced too.",
    .example = "pulssi store install",
    .run = run,
};
