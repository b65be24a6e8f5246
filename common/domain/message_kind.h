/* Kinds of outbound messages and their classes: the rules of the outbox as one table. Whoever sends looks them up here
 * and tells the store what holds. Pure. */
#ifndef DOMAIN_MESSAGE_KIND_H
#define DOMAIN_MESSAGE_KIND_H

#include <stddef.h>

#include "domain/org.h"

#define MESSAGE_KIND_SIZE 24
#define REMINDER_SPARE_MS DAY_MS

/* The hours in which a message may go, local time of the org. */
enum message_hours {
    HOURS_OFFICE, /* the org's sending window, never on public holidays */
    HOURS_WAKING, /* not between 21 and 7 */
    HOURS_ANY,
};

/* What a message counts to, and whose limit may keep it back. */
enum message_account {
    ACCOUNT_NONE,
    ACCOUNT_OCCASION, /* contact occasions: an invitation and its reminder are one together */
    ACCOUNT_PANEL,    /* the panel's own budget */
    ACCOUNT_TOLD,     /* the own counter of you-said-we-did */
};

/* Where in the outbox it waits: these in this order. */
enum message_place { PLACE_FIRST, PLACE_REPLY, PLACE_BULK };

/* What it hangs on, and so what else ends it before it is sent. */
enum message_bond {
    BOND_INVITES, /* it opens a pulse, whose fate is its own: all limits of asking hold */
    BOND_PULSE,   /* it goes while its pulse is open and still has it */
    BOND_SILENCE, /* so, and while nobody has said anything */
    BOND_CONTACT, /* it goes to a contact */
};

struct message_class {
    const char *kind;
    bool stopped_by_optout;
    enum message_hours hours;
    enum message_account account;
    int own_per_year; /* of an account of its own: messages in 52 weeks; else 0 */
    enum message_place place;
    enum message_bond bond;
};

/* The class of a kind. A kind that is not in the table has the strictest one: it is stopped by STOP and goes, last of
 * all, in office hours only. Never NULL. */
const struct message_class *message_class(const char *kind);

/* Row `index` of the table; NULL past its end. */
const struct message_class *message_class_at(size_t index);

/* The hours of a class that contain at_ms, or else the next ones: [opens, closes). */
void message_window(const struct message_class *rules, const struct org *org, int64_t at_ms,
                    int64_t *opens_ms_out, int64_t *closes_ms_out);

/* When a pulse that stays silent is reminded: the opening of the org's sending window on the reminder_days-th local day
 * after it was asked, or the next one after that. False when the org reminds nobody, or there would not be
 * REMINDER_SPARE_MS left to answer in. */
bool reminder_time(const struct org *org, int64_t asked_ms, int64_t closes_ms,
                   int64_t *due_ms_out) MUST_CHECK;

#endif
