/* An encounter: something happened between a service and a contact, such as a meeting held, and is to be asked
 * about. What a program says of it as JSON, and when its invitation goes. Pure; errors never hold what was said. */
#ifndef DOMAIN_ENCOUNTER_H
#define DOMAIN_ENCOUNTER_H

#include "base/id.h"
#include "domain/phone.h"
#include "domain/survey.h"

#define ENCOUNTER_FIELD_SIZE 64
#define ENCOUNTER_AHEAD_MS   INT64_C(300000) /* a clock elsewhere may be fast by five minutes */
#define ENCOUNTER_DAYS_MAX   7               /* who is asked later has forgotten */

struct encounter {
    char pilot[33];
    char survey[SURVEY_REF_SIZE]; /* "felt-forward" for its highest active version, or "felt-forward@1" */
    char phone[PHONE_SIZE];       /* strict E.164; "" = the contact is named by id */
    char contact[ID_SIZE];        /* "" = by phone */
    bool at_given;
    int64_t at_ms; /* when it was; now_ms when not given */
    bool too_old;  /* to be asked about, unless its request was answered before */
};

/* Reads {"pilot", "survey", "contact": {"phone"} or {"id"}, "at" (RFC 3339, optional)}. False with the member that is
 * wrong ("contact.phone"; "body" when it is no JSON object) and a sentence. */
bool encounter_read(struct encounter *encounter_out, const char *body, size_t body_bytes, int64_t now_ms,
                    char field_out[ENCOUNTER_FIELD_SIZE], struct error *error) MUST_CHECK;

/* The invitation goes the delay after the encounter, but not before now and not outside the sending window; it dies
 * when that window closes. */
void encounter_when(const struct encounter *encounter, const struct org *org, int64_t now_ms,
                    int64_t delay_ms, int64_t *due_ms_out, int64_t *not_after_ms_out);

#endif
