/* The volunteers' list as its readers see it: records loaded, audited, and opened where the key is there. */
#ifndef CTL_VOLUNTEERS_OPEN_H
#define CTL_VOLUNTEERS_OPEN_H

#include "ctl/reader.h"
#include "domain/phone.h"
#include "store/volunteers.h"

#define FIRST_NAME_SIZE 161 /* 40 characters */

/* Loads those of --pilot, or all, and says so in the audit as `what`. An unknown pilot is an error.
 * The org must be loaded. */
bool volunteers_asked(struct ctl *ctl, const char *what, struct volunteers *volunteers_out,
                      struct error *error) MUST_CHECK;

struct volunteer_opened {
    char e164[PHONE_SIZE];
    char name[FIRST_NAME_SIZE]; /* "" = not given */
};
/* False when number or name do not open: the record is damaged, or sealed to another key. */
bool volunteer_open(const struct reader *reader, const struct volunteer *volunteer,
                    struct volunteer_opened *opened_out) MUST_CHECK;

/* Says on standard error how many records could not be read, if any. */
void volunteers_say_unreadable(size_t unreadable);

/* "No volunteers yet: …", on standard error. */
void volunteers_say_none(const struct ctl *ctl);

#endif
