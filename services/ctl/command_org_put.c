/* pulssi org put: adds or replaces an organisation. */
#include "ctl/put.h"

#include <stdlib.h>
#include <string.h>

#include "store/holiday_files.h"
#include "store/message_files.h"

static bool check_against_settings(const struct org *org, const struct settings *settings,
                                   struct error *error);

static bool check_against_stored(struct ctl *ctl, const struct org *org, struct error *error);

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct text json = {0};
    struct org *org = memory_zeroed(1, sizeof *org);
    enum put_result result = PUT_FAILED;
    cJSON *tree = put_read(ctl, &json, &error);
    if (tree == NULL)
        goto cleanup;
    if (!ctl_settings(ctl, &error))
        goto cleanup;
    if (!org_read(org, tree, &error) || !holidays_complete(ctl->settings.share_folder, org, tree, &error)) {
        (void)error_prefix(&error, "%s", ctl->argument);
        goto cleanup;
    }
    text_clear(&json);
    json_print(tree, &json);
    if (ctl->org_wanted != NULL && strcmp(ctl->org_wanted, org->id) != 0) {
        (void)error_set(&error, "%s: id: is \"%s\", but --org says %.40s", ctl->argument, org->id,
                        ctl->org_wanted);
        goto cleanup;
    }
    if (ctl_store(ctl, &error) && check_against_settings(org, &ctl->settings, &error) &&
        message_texts_load(&ctl->settings, org, NULL, NULL, &error) && /* they fit with its name */
        check_against_stored(ctl, org, &error))
        result = org_store(ctl->link, org->id, json.chars, "", "", "", &error);
cleanup:;
    int status = put_finish(ctl, result, "org", org->id, "other keys are in force", &error);
    cJSON_Delete(tree);
    text_free(&json);
    free(org);
    return status;
}

/* A person may not be asked again while the last pulse is still open. */
static bool check_against_settings(const struct org *org, const struct settings *settings,
                                   struct error *error)
{
    if (org->gap_days >= settings->reply_window_days)
        return true;
    return error_set(
        error, "caps.gap_days: %d is less than the reply window of %lld days ([survey] reply_window_days)",
        org->gap_days, (long long)settings->reply_window_days);
}

/* Texts of active surveys were checked against the org's languages, and weeks are counted in its time zone: both stay as they
 * are from then on. */
static bool check_against_stored(struct ctl *ctl, const struct org *org, struct error *error)
{
    struct error absent;
    bool active = false;
    if (!org_load(ctl->link, org->id, &ctl->record, &absent))
        return true; /* a new org, or one whose record has to be replaced */
    const struct org *old = &ctl->record.org;
    bool same = strcmp(old->time_zone, org->time_zone) == 0 && old->languages_count == org->languages_count;
    for (size_t i = 0; same && i < org->languages_count; i++)
        same = strcmp(old->languages[i], org->languages[i]) == 0;
    if (same || !surveys_any_active(ctl->link, org->id, &active, error))
        return same;
    return !active ||
           error_set(error,
                     "languages, time_zone: cannot change (also not their order) once a survey is active; "
                     "the org has other ones, and active texts were checked against them");
}

const struct command command_org_put = {
    .name = "org",
    .subcommand = "put",
    .argument = "FILE",
    .summary = "add or replace an organisation from a JSON file",
    .details =
        "Keys, contacts and surveys of the organisation stay as they are. Public holidays are those of its "
        "holidays.country, or of its phone_region: put the file again when they change.",
    .example = "pulssi org put org.json",
    .run = run,
};
