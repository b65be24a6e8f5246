/* The dispatcher as a program between a world and a scripted gateway. Contacts are numbered from 0; the
 * dispatcher itself names pulses and messages, so they are found by contact. */
#ifndef TESTS_SENDING_H
#define TESTS_SENDING_H

#include "support/script_gateway.h"
#include "support/station.h"

#define SENDING_TOKEN "a-token-of-the-simulator"

struct sending {
    struct station station;
    struct script_gateway *gateway;
    /* Settings of the next start: sending_renew sets what suits most tests. */
    int in_flight_max, claim_max, attempts_max, lease_ms, http_deadline_ms;
    const char *profile;      /* of the gateway, in the share folder; borrowed */
    const char *share_folder; /* borrowed */
    struct text more;         /* sections beside these */
};

void sending_start(struct sending *sending, const char *bin_folder);
void sending_stop(struct sending *sending);

/* A new world with so many contacts, a gateway that accepts everything. */
void sending_renew(struct sending *sending, int people);
void sending_import(struct sending *sending, int first, int count); /* any number */

/* A round of everyone (sample 0) that starts at the world's now and ends three days later. */
void sending_plan(struct sending *sending, const char *round, const char *survey, int64_t sample);

void sending_settings(struct sending *sending); /* writes them, for whichever program */
void sending_open(struct sending *sending);     /* writes the settings, starts the dispatcher */
void sending_close(
    struct sending *sending); /* ends it orderly; the world and the gateway are as they should be */

/* Every round is released and no message is queued or in the dispatcher's hands. */
void sending_await_quiet(struct sending *sending);
void sending_await_released(struct sending *sending);

/* Messages in a state; of contact n its present message's field, "" when it has no open pulse. */
int64_t sending_messages(struct sending *sending, const char *state);
const char *sending_message_of(struct sending *sending, int n);
const char *sending_field_of(struct sending *sending, int n, const char *field);

/* Contacts first … first + count - 1 were each asked once, and the gateway accepted that. */
void sending_expect_once(struct sending *sending, int first, int count);
/* Of all contacts none was asked twice, and those that the gateway never accepted are unknown. */
void sending_expect_never_twice(struct sending *sending, int count);

#endif
