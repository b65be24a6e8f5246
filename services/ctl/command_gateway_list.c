/* pulssi gateway list: the gateway profiles there are. */
#include "ctl/ctl.h"
#include "ctl/gateway_print.h"
#include "ctl/table.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROFILES_MAX 64
#define NAME_SIZE    256

struct found {
    char names[PROFILES_MAX][NAME_SIZE];
    struct profile *profiles[PROFILES_MAX]; /* owned */
    size_t count;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Names of the files *.json in the folder, sorted. */
static bool names_find(const char *folder, struct found *found, struct error *error)
{
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return error_set(error, "%s: %s", folder, strerror(errno));
    for (struct dirent *entry; (entry = readdir(directory)) != NULL && found->count < PROFILES_MAX;) {
        size_t chars = strlen(entry->d_name);
        if (chars > 5 && strcmp(entry->d_name + chars - 5, ".json") == 0)
            snprintf(found->names[found->count++], NAME_SIZE, "%.*s", (int)chars - 5, entry->d_name);
    }
    closedir(directory);
    qsort(found->names, found->count, sizeof found->names[0], by_name);
    return true;
}

static void row_add(struct table *table, const char *name, const struct profile *profile)
{
    struct text region = {0}, keys = {0};
    const struct signature_scheme *scheme = profile_signature(profile, WEBHOOK_REPLY);
    gateway_region(profile, &region);
    profile_needs(profile, &keys);
    table_cell(table, "%s", name);
    table_cell(table, "%s", region.chars);
    table_cell(table, "%zu", profile_batch_max(profile));
    table_cell(table, "%s", scheme == NULL ? "none" : signature_scheme_name(scheme));
    table_cell(table, "%s", keys.chars == NULL ? "" : keys.chars);
    text_free(&region);
    text_free(&keys);
}

static bool profiles_read(const struct ctl *ctl, struct found *found, struct error *error)
{
    for (size_t i = 0; i < found->count; i++) {
        char path[sizeof ctl->settings.share_folder + NAME_SIZE + 32];
        snprintf(path, sizeof path, "%s/gateways/%s.json", ctl->settings.share_folder, found->names[i]);
        found->profiles[i] = profile_read_file(path, error);
        if (found->profiles[i] == NULL)
            return false;
    }
    return true;
}

static void profiles_print(const struct found *found)
{
    static const char *const heads[] = {"profile", "data is kept in", "batch", "signed", "settings it needs"};
    struct table table;
    table_start(&table, "llrll");
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        table_cell(&table, "%s", heads[i]);
    for (size_t i = 0; i < found->count; i++)
        row_add(&table, found->names[i], found->profiles[i]);
    table_print(&table, "");
}

static void profiles_print_json(const struct found *found)
{
    struct text json = {0};
    text_add(&json, "{\"profiles\":[");
    for (size_t i = 0; i < found->count; i++) {
        text_add(&json, i == 0 ? "" : ",");
        gateway_json(found->names[i], found->profiles[i], &json);
    }
    printf("%s]}\n", json.chars);
    text_free(&json);
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    char folder[sizeof ctl->settings.share_folder + 16];
    struct found *found = memory_zeroed(1, sizeof *found);
    bool read = settings_load(&ctl->settings, ctl_config_path(ctl), &error);
    snprintf(folder, sizeof folder, "%s/gateways", ctl->settings.share_folder);
    read = read && names_find(folder, found, &error) && profiles_read(ctl, found, &error);
    if (read && ctl->json)
        profiles_print_json(found);
    else if (read)
        profiles_print(found);
    for (size_t i = 0; i < found->count; i++)
        profile_free(&found->profiles[i]);
    free(found);
    return read ? EXIT_SUCCESS : ctl_fail(&error);
}

const struct command command_gateway_list = {
    .name = "gateway",
    .subcommand = "list",
    .summary = "show the gateway profiles: where data is kept, batches, signature, what they need",
    .details =
        "Each is a file in the share folder's gateways; its comment says which of its facts are from the\n"
        "provider's documents and which are still to be checked against an account.",
    .example = "pulssi gateway list",
    .run = run,
};
