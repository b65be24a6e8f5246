/* What the parts of kill_judge share: both sides of the story, and the breaches found. Each part prints a line for each
 * breach it finds and judges nothing else. */
#ifndef TESTS_KILL_TRIAL_H
#define TESTS_KILL_TRIAL_H

#include "domain/calendar.h"
#include "store/books.h"

#include "kill_ledger.h"
#include "kill_store.h"

struct trial {
    const struct rows *rows;
    const struct stored *stored;
    const struct books *books;
    const struct zone *zone; /* of the org */
    bool may_go_stale;       /* time jumped: a message's time may be over before it could be sent */
    int breaches;
};

void breach(struct trial *trial, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What may be counted for a person who was asked: by value, 0 = nothing. */
void trial_values(const struct trial *trial, const struct send_row *asked, bool allowed_out[10]);

/* The text with which a person was asked, or NULL. */
const struct send_row *trial_asked(const struct trial *trial, const char *phone);

/* Its week is published, and with it every link is gone. */
bool trial_is_closed(const struct trial *trial, const struct send_row *asked);

/* Person by person: the counted value, what follows it and what does not, own words, volunteers, STOP. */
void judge_people(struct trial *trial);

/* The collectors and their spool's folder: everything that was kept there is in the store, and nothing was damaged. */
void judge_spool(struct trial *trial, struct redis_link *link, const char *folder);

/* Published weeks: counters and figures against the ledger, and no link left. */
void judge_weeks(struct trial *trial);

#endif
