/* The outbox: claim, intend, settle, with a fence on the lane and a lease on each message; and receipts. */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "domain/budget.h"
#include "domain/delivery.h"
#include "domain/keys.h"
#include "domain/message_kind.h"
#include "domain/schedule.h"
#include "domain/survey.h"
#include "store/call.h"

void outbox_recover_command(struct redis_command *command, const char *org, int64_t fence,
                            int64_t redis_now_ms, int64_t now_ms);
bool outbox_recover_result(const struct redis_value *value, int64_t *requeued_out,
                           int64_t *unknown_out) MUST_CHECK;

struct claimed {
    char message[ID_SIZE];
    char kind[MESSAGE_KIND_SIZE];
    int64_t attempts;
    char pulse[ID_SIZE]; /* "" = none */
    char contact[ID_SIZE];
    unsigned char sealed[SEALED_BYTES];
    bool has_number;
    char batch[ID_SIZE];
    char language[LANGUAGE_SIZE];
    char survey[SURVEY_REF_SIZE]; /* "" = none */
    int step;                     /* of a conversation: a question's index or STEP_NAME; else 0 */
};
void outbox_claim_command(struct redis_command *command, const char *org, int64_t fence, int64_t redis_now_ms,
                          int64_t lease_until_ms, int64_t now_ms, int64_t count_max);
/* False when the fence is not ours any more (or the answer is an error). At most 128. */
bool outbox_claim_result(const struct redis_value *value, struct claimed claimed_out[STORE_ITEMS_MAX],
                         size_t *count_out) MUST_CHECK;

struct intend {
    const char *message;
    const struct message_class *rules;
    int64_t fence;
    const char *operation; /* unique an attempt */
    struct asking asking;
    int64_t window_opens_ms, window_closes_ms;
    struct spending spending; /* of this message, now */
};
void outbox_intend_command(struct redis_command *command, const char *org, const struct intend *intend);
enum intended {
    INTEND_OK,       /* hand it over now */
    INTEND_WINDOW,   /* queued again for the next opening */
    INTEND_PAUSED,   /* held until its round is resumed */
    INTEND_BUDGET,   /* held until the next month, or until the budget is raised */
    INTEND_ENDED,    /* stale, suppressed, capped, excluded, ineligible, cancelled: final */
    INTEND_NOT_OURS, /* fenced or gone */
    INTEND_FAILED,   /* an error answer */
};
enum intended outbox_intend_result(const struct redis_value *value);
/* How much of the month's budget is spent, in per cent, when that is to be told now (80, 100; once a month and budget
 * each); else 0. */
int outbox_intend_spent(const struct redis_value *value);

struct settle {
    const char *message;
    int64_t fence;
    const char *operation;
    enum submit_outcome outcome;
    const char *gateway_id; /* "" = none */
    int64_t now_ms;
    int64_t wait_until_ms; /* Redis time; for SUBMIT_RETRY */
    int64_t attempts_max;
    const struct spending *spending; /* as at its intend; NULL = there was none */
};
void outbox_settle_command(struct redis_command *command, const char *org, const struct settle *settle);
/* False on an error answer: settle again. state_out (16 bytes) is the message's state, "" when it is gone. */
bool outbox_settle_result(const struct redis_value *value, char state_out[16]) MUST_CHECK;

struct receipt {
    const char *message; /* our reference */
    const char *gateway_id;
    enum receipt_state state;
    bool of_part;           /* the gateway tells of each part of a text apart, by the gateway's id */
    struct asking asking;   /* as if asked now, for a receipt that is our first word of it */
    char reminder[ID_SIZE]; /* a new id, for the message that reminds */
};
void receipt_apply_command(struct redis_command *command, const char *org, const struct receipt *receipt);

/* What an org waits for; -1 where there is none. */
struct org_next {
    char round[65]; /* "" = none */
    int64_t round_at_ms;
    int64_t reply_due_ms; /* domain; 0 = at once, of what goes before all others */
    int64_t wait_due_ms;  /* Redis time */
    int64_t bulk_due_ms;  /* domain */
    int64_t leased;
    int64_t lease_until_ms;          /* Redis time */
    int64_t rollup_due_ms;           /* domain */
    char schedule[SCHEDULE_ID_SIZE]; /* "" = none */
    int64_t schedule_due_ms;         /* domain */
};
void org_next_command(struct redis_command *command, const char *org);
bool org_next_result(const struct redis_value *value, struct org_next *next_out) MUST_CHECK;

#endif
