/* Replies in the store: load the sender's session, decide in C, commit. */
#ifndef STORE_REPLIES_H
#define STORE_REPLIES_H

#include "domain/keys.h"
#include "domain/message_kind.h"
#include "domain/session.h"
#include "store/call.h"

void reply_load_command(struct redis_command *command, const char *org,
                        const char phone_hash[PHONE_HASH_SIZE]);
/* False on an error answer or nonsense: answer 503. */
bool reply_load_result(const struct redis_value *value, struct session *session_out) MUST_CHECK;

/* A text that a reply brings forth. */
struct reply_text {
    char message[ID_SIZE];
    const char *kind; /* borrowed; see domain/message_kind.h */
    int step;         /* it asks or asks for once more, STEP_NONE = none */
    int64_t not_after_ms;
};
#define REPLY_TEXTS_MAX 3

/* A record sealed for readers: bytes borrowed, NULL = none. */
struct reply_record {
    const void *bytes;
    size_t bytes_count;
};

struct reply_commit {
    const struct session *session;
    const struct reply_decision *decision;
    const char *phone_hash;
    int64_t received_ms;       /* domain */
    int64_t paused_until_ms;   /* of a decision that pauses */
    char this_week[WEEK_SIZE]; /* of received_ms, and the two before: dedupe buckets */
    char last_week[WEEK_SIZE];
    char week_before_last[WEEK_SIZE];
    char digest[ID_SIZE];                     /* id_digest of gateway name and reply id */
    char question[QUESTION_REF_SIZE];         /* of the step; "" when it is not a counted question */
    char words_id[ID_SIZE];                   /* random, for the record of own words */
    struct reply_record words;                /* "pilot|question|1|sealed" */
    struct reply_record join;                 /* "date|language|pilot|question|sms|sealed" */
    struct reply_record name;                 /* sealed first name */
    struct reply_text texts[REPLY_TEXTS_MAX]; /* in the order of sending */
    size_t texts_count;
};
void reply_commit_command(struct redis_command *command, const char *org, const struct reply_commit *commit);

enum committed {
    COMMIT_DONE,
    COMMIT_DUPLICATE,
    COMMIT_STALE,  /* load and decide again */
    COMMIT_FAILED, /* an error answer: 503 */
};
enum committed reply_commit_result(const struct redis_value *value);

/* Counts an event that concerns nobody's pulse: x:<event> in the books. */
void event_count_command(struct redis_command *command, const char *org, const char *event);

#endif
