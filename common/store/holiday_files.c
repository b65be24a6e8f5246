#include "store/holiday_files.h"

#include <stdio.h>
#include <string.h>

static cJSON *days_read(const char *path, const char *country, struct error *error)
{
    struct holidays holidays;
    cJSON *json = json_read_file(path, error);
    if (json == NULL)
        return NULL; /* the error names the file */
    cJSON *days = NULL;
    if (holidays_country_read(&holidays, country, json, error))
        days = cJSON_DetachItemFromObjectCaseSensitive(json, "days");
    else
        (void)error_prefix(error, "%s", path);
    cJSON_Delete(json);
    return days;
}

bool holidays_complete(const char *share_folder, const struct org *org, cJSON *org_json, struct error *error)
{
    char path[512];
    struct error problem = {""};
    const char *named = org->window.holidays.country;
    const char *country = named[0] != '\0' ? named : org->region;
    cJSON *member = cJSON_GetObjectItemCaseSensitive(org_json, "holidays");
    if (member == NULL)
        member = cJSON_AddObjectToObject(org_json, "holidays");
    if (cJSON_HasObjectItem(member, "days"))
        return error_set(
            error, "holidays.days: comes from holidays/%s.json; list single days in \"add\" and \"not\"",
            country);
    if (named[0] == '\0')
        cJSON_AddStringToObject(member, "country", country);
    if (strcmp(country, HOLIDAYS_NONE) == 0)
        return true;
    snprintf(path, sizeof path, "%s/holidays/%s.json", share_folder, country);
    cJSON *days = days_read(path, country, &problem);
    if (days == NULL)
        return error_set(
            error,
            "holidays.country: %s: the public holidays of %s cannot be read; write that file, or name "
            "another \"country\" (\"none\" = no holidays)",
            problem.text, country);
    return cJSON_AddItemToObject(member, "days", days);
}
