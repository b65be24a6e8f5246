/* Encounters in the store: an event at a service draws one pulse for one contact, once for each idempotency key. */
#ifndef STORE_ENCOUNTERS_H
#define STORE_ENCOUNTERS_H

#include "base/id.h"
#include "domain/keys.h"
#include "domain/survey.h"
#include "store/call.h"

#define ENCOUNTER_WORD_SIZE 16

struct encounter_commit {
    char key_digest[ID_SIZE];         /* of the token's id and the idempotency key */
    char body_digest[ID_SIZE];        /* of what was asked for */
    int64_t received_ms;              /* domain */
    const char *phone_hash, *contact; /* one of them, the other "" */
    const char *pilot, *survey;       /* survey as "id@version"; both known to exist when it was looked */
    const char *survey_id, *question; /* what the caps know the pulse by */
    char encounter[ID_SIZE];          /* random ids of its own; the encounter's leads to nothing */
    char pulse[ID_SIZE], message[ID_SIZE];
    int64_t due_ms, not_after_ms; /* the invitation goes in between */
    bool too_old;                 /* refused, unless the key was answered before */
};
/* Judges caps as of the due instant, an open pulse as of the receiving. */
void encounter_commit_command(struct redis_command *command, const struct org *org,
                              const struct encounter_commit *commit);

enum encounter_result {
    ENCOUNTER_TAKEN, /* now, or before under this key: the same answer */
    ENCOUNTER_CONFLICT,
    ENCOUNTER_UNKNOWN, /* the contact */
    ENCOUNTER_NO_PILOT,
    ENCOUNTER_NOT_MEMBER,
    ENCOUNTER_TOO_OLD,
    ENCOUNTER_FAILED, /* an error answer, or lost (value NULL): ask again with the same key */
};
struct encounter_taken {
    char encounter[ID_SIZE];
    char outcome[ENCOUNTER_WORD_SIZE]; /* "scheduled", or how the pulse ended: capped, suppressed, excluded */
    char reason[ENCOUNTER_WORD_SIZE];  /* asked, stopped, number, open_pulse, gap, same_question, per_year */
    int64_t due_ms;
};
enum encounter_result encounter_commit_result(const struct redis_value *value,
                                              struct encounter_taken *taken_out);

#endif
