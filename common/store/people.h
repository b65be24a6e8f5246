/* A person's rights in the store: everything that is held of a number, and its end. What takes a link
 * blocks. */
#ifndef STORE_PEOPLE_H
#define STORE_PEOPLE_H

#include "domain/session.h"
#include "store/volunteers.h"

/* Why a number must not be contacted. */
enum do_not_contact {
    CONTACT_ALLOWED,
    CONTACT_STOPPED,      /* STOP from a number that was nobody's, or of somebody who was erased */
    CONTACT_ERASED,       /* erased for good */
    CONTACT_WRONG_PERSON, /* said that the number is somebody else's */
};
const char *
do_not_contact_name(enum do_not_contact why); /* "stopped", "erased", "wrong_person"; "" = allowed */

/* When a question was last asked: caps. */
struct person_cap {
    char question[67];
    int64_t week_index;
};

struct person_message {
    int step;       /* the pulse's; STEP_NONE = none */
    char kind[24];  /* "invite" */
    char state[16]; /* "delivered" */
    char week[WEEK_SIZE];
    int64_t attempts;
    char gateway_id[129]; /* the gateway's id for it; "" = none */
};

struct person_pulse {
    char pilot[33], survey[SURVEY_REF_SIZE], state[16], week[WEEK_SIZE];
    char round[65];                            /* "" = none */
    int64_t asked_ms;                          /* 0 = not asked yet */
    int64_t closes_ms;                         /* 0 = not asked yet */
    int value[QUESTIONS_MAX];                  /* by question; -1 = none */
    bool complete, unparseable, stopped;       /* stopped or paused */
    bool clarified;                            /* asked once more */
    struct person_message messages[STEPS_MAX]; /* the invitation first */
    size_t messages_count;
};

struct person {
    enum do_not_contact mark;
    bool is_contact;
    char contact[ID_SIZE];
    char language[LANGUAGE_SIZE];
    char stratum[STRATUM_SIZE];
    struct text pilots; /* names joined by ',' */
    int64_t imported_day;
    bool stopped;                    /* STOP is in force */
    int64_t paused_until_ms;         /* 0 = never asked for a pause; perhaps it is over */
    bool unusable;                   /* the gateway said that the number cannot be reached */
    int64_t contacted_day;           /* last contact occasion; -1 = none */
    struct text occasions;           /* week indexes of contact occasions, joined by ',' */
    int64_t said_ms[STANDING_TEXTS]; /* by text said once a day: when it was said last; 0 = never */
    struct person_cap *caps;
    size_t caps_count;
    bool has_pulse; /* an open one, waiting to be sent or sent */
    struct person_pulse pulse;
    bool is_volunteer;
    struct volunteer volunteer;
};

/* Of nobody: no contact, no volunteer, no mark. */
bool person_load(struct redis_link *link, const char *org, const char phone_hash[PHONE_HASH_SIZE],
                 struct person *person_out, struct error *error) MUST_CHECK;
bool person_is_known(const struct person *person); /* anything is held at all */
void person_free(struct person *person);

/* What weeks that are not closed hold of a contact beside its open pulse: earlier pulses, texts that
 * belong to none. */
struct person_traces {
    struct person_pulse *pulses; /* pilot, survey, state, week */
    size_t pulses_count;
    struct person_message *texts; /* kind, state, week */
    size_t texts_count;
};
bool person_traces_load(struct redis_link *link, const char *org, const char *contact,
                        struct person_traces *traces_out, struct error *error) MUST_CHECK;
void person_traces_free(struct person_traces *traces);

struct person_erased {
    bool known;                     /* false: nothing was held, nothing was done */
    bool contact, pulse, volunteer; /* what went */
    enum do_not_contact mark;       /* what is there now */
    int64_t references;             /* taken off pulses and texts of weeks that are not closed */
};
/* Erases what is found by the number, then sweeps, also when nothing is known. allow_return: no do-not-contact mark is
 * left; but a STOP stays one either way, until START.
 * After a failure the same again completes it, and so does the next sweep. */
bool person_erase(struct redis_link *link, const char *org, const char phone_hash[PHONE_HASH_SIZE],
                  bool allow_return, struct person_erased *erased_out, struct error *error) MUST_CHECK;

/* When contacts have gone since the last sweep: takes references to contacts that are gone off every week that is not
 * closed. Many short calls; after a failure the next sweep begins anew. */
bool people_sweep(struct redis_link *link, const char *org, int64_t *references_out,
                  struct error *error) MUST_CHECK;

#endif
