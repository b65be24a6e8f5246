/* pilot.json: a service or service experiment that signals are computed for. */
#ifndef DOMAIN_PILOT_H
#define DOMAIN_PILOT_H

#include "domain/org.h"

struct pilot {
    char id[33];
    char owner[65];
    char kind[33];
    char names[LANGUAGES_MAX]
              [65]; /* by the org's language index; "" where absent; the required ones are there */
};

bool pilot_read(struct pilot *pilot_out, const struct org *org, const cJSON *json,
                struct error *error) MUST_CHECK;

#endif
