/* org.json: the organisation. Validated reading; refusals name the path inside the file. */
#ifndef DOMAIN_ORG_H
#define DOMAIN_ORG_H

#include <cjson/cJSON.h>

#include "domain/calendar.h"

#define LANGUAGES_MAX      8
#define LANGUAGE_SIZE      3 /* "fi" */
#define STRATA_MAX         4
#define STAFF_MAX          200
#define STAFF_NAME_SIZE    65
#define STRATUM_VALUES_MAX 16
#define STRATUM_SIZE       133 /* values of one contact joined by ',' */

struct stratum_variable {
    char name[33];
    size_t values_count;
    char values[STRATUM_VALUES_MAX][33];
};

struct org {
    char id[33];
    char name[65];
    char time_zone[65];
    const struct zone *zone;
    size_t languages_count;
    char languages[LANGUAGES_MAX][LANGUAGE_SIZE];
    bool language_required[LANGUAGES_MAX];
    size_t strata_count;
    struct stratum_variable strata[STRATA_MAX];
    char region[3]; /* "phone_region", default "FI": how imported numbers without a country code are read */
    char phone[33]; /* shown in texts */
    char info_url[129];
    char legal_basis[257];
    char impact_assessment[129];
    char reply_cost[129];
    int gap_days;           /* caps: any two contact occasions, ≥ the reply window */
    int same_question_days; /* ≥ 56 and a multiple of 7 */
    int per_year;           /* contact occasions in 52 weeks, 1..52 */
    struct window window;
    int reminder_days; /* local days from asking to the one reminder, 0..6, default 3; 0 = nobody is reminded */
    int64_t
        monthly_segments; /* "monthly_budget": bulk messages pause when a month's segments would pass it; 0 = none */
    char gateway[33]; /* lane: which gateway */
    char sender[17];  /* digits of a number or short code that can be replied to */
    char reply_number[17];
    struct {
        char gateway[33]; /* another one, for messages while the first is held; "" = there is none */
        char sender[17];
        char reply_number[17]; /* the sender's, where the file names none */
    } second;
    size_t staff_count; /* names masked in own words, the family name last */
    char staff[STAFF_MAX][STAFF_NAME_SIZE];
};

/* Reads and validates; unknown members are refused ("comment" is allowed anywhere). */
bool org_read(struct org *org_out, const cJSON *json, struct error *error) MUST_CHECK;

/* Whether a gateway is one of the org's, and whether replies to that number of it are the org's. */
bool org_sends_through(const struct org *org, const char *gateway);
bool org_is_reached_at(const struct org *org, const char *gateway, const char *number);

/* Index of a language in the org, or -1. */
int org_language(const struct org *org, const char *language);

#endif
