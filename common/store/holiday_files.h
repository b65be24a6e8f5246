/* The files holidays/<COUNTRY>.json of the share folder: a country's public holidays, on their way into an org's record. */
#ifndef STORE_HOLIDAY_FILES_H
#define STORE_HOLIDAY_FILES_H

#include "domain/org.h"

/* Completes "holidays" of an org's file, which was read into `org`: the country (its phone_region when the file names
 * none) and the country's rules, as "days". False when there is no such file, it cannot be read, or the org's file has
 * "days" itself; the error says what to do. */
bool holidays_complete(const char *share_folder, const struct org *org, cJSON *org_json,
                       struct error *error) MUST_CHECK;

#endif
