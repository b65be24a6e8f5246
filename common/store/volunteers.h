/* The volunteers' list in the store: who asked to help develop a service. Number and first name are sealed
 * to the readers; a record holds no answer and no pulse id. */
#ifndef STORE_VOLUNTEERS_H
#define STORE_VOLUNTEERS_H

#include "domain/keys.h"
#include "domain/org.h"
#include "domain/survey.h"
#include "io/redis.h"

struct volunteer {
    char hash[PHONE_HASH_SIZE];
    char date[DAY_SIZE];
    char language[LANGUAGE_SIZE];
    char pilot[33];
    char question[QUESTION_REF_SIZE]; /* whose text they said yes to */
    char channel[9];                  /* "sms" */
    struct text number;               /* sealed */
    struct text name;                 /* sealed; no bytes = not given */
};

/* Reads a record "date|language|pilot|question|channel|sealed number"; false when it is none. */
bool volunteer_read(const void *record, size_t record_bytes, struct volunteer *volunteer_out) MUST_CHECK;
void volunteer_clear(struct volunteer *volunteer);

struct volunteers {
    struct volunteer *items; /* by date, then in no order that means anything */
    size_t count, capacity;
    size_t unreadable; /* records that are none */
};
/* Everyone on the list; of one pilot unless it is NULL. */
bool volunteers_read(struct redis_link *link, const char *org, const char *pilot,
                     struct volunteers *volunteers_out, struct error *error) MUST_CHECK;
void volunteers_free(struct volunteers *volunteers);

/* *was_out: whether the number was on the list. */
bool volunteer_remove(struct redis_link *link, const char *org, const char phone_hash[PHONE_HASH_SIZE],
                      bool *was_out, struct error *error) MUST_CHECK;

#endif
