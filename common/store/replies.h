/* Replies in the store: load the sender's session, decide in C, commit. */
#ifndef STORE_REPLIES_H
#define STORE_REPLIES_H

#include "domain/keys.h"
#include "domain/session.h"
#include "store/call.h"

void reply_load_command(struct redis_command *command, const char *org,
                        const char phone_hash[PHONE_HASH_SIZE]);
/* False on an error answer or nonsense: answer 503. */
bool reply_load_result(const struct redis_value *value, struct session *session_out) MUST_CHECK;

struct reply_commit {
    const struct session *session;
    const struct reply_decision *decision;
    bool open;                 /* session_open at received_ms */
    int64_t received_ms;       /* domain */
    char this_week[WEEK_SIZE]; /* of received_ms, and the two before: dedupe buckets */
    char last_week[WEEK_SIZE];
    char week_before_last[WEEK_SIZE];
    char digest[ID_SIZE];             /* id_digest of gateway name and reply id */
    char question[QUESTION_REF_SIZE]; /* of the open question */
    char confirm_message[ID_SIZE];    /* for the STOP confirmation */
    int64_t confirm_not_after_ms;
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
