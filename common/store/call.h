/* How a function of the library is called: the command's head, and the limits that eligibility is judged by.
 */
#ifndef STORE_CALL_H
#define STORE_CALL_H

#include "domain/org.h"
#include "io/redis.h"

#define STORE_ITEMS_MAX 128 /* items a function touches at most */
#define STORE_BASE_SIZE 40  /* "p:{<org>}:" */

/* Starts `FCALL name 1 p:{org}:`; further arguments follow. Clears the command first. */
void call_begin(struct redis_command *command, const char *function, const char *org);

/* Starts FCALL_RO. */
void call_begin_read(struct redis_command *command, const char *function, const char *org);

/* The org's base key. */
void call_base(const char *org, char out[STORE_BASE_SIZE]);

/* The commit number that ends the reply of a function that wrote something (outbox_intend, outbox_settle, receipt_apply,
 * reply_commit); 0 when the reply brings none. For store/seen.h. */
int64_t call_commit_number(const struct redis_value *value);
/* Asks for the number of an org; the answer is nil before its first write. */
void commit_number_command(struct redis_command *command, const char *org);

/* A domain instant and the caps that hold at it; the function only compares. */
struct asking {
    int64_t now_ms;
    int64_t day;        /* local day index */
    int64_t week_index; /* local week index */
    int64_t gap_days, same_question_weeks, per_year;
    char question[67];    /* question as the caps know it, over versions and pilots: "survey/question" */
    char week[WEEK_SIZE]; /* text of the week */
    int64_t closes_ms;    /* now + reply window */
    char remind[48];      /* "due ms|last ms": when a pulse asked now is reminded; "" = never */
};
/* Fills all of it for an org at an instant. `survey` and `question` are ids; "" for a message that asks
 * nothing. */
void asking_fill(struct asking *asking, const struct org *org, const char *survey, const char *question,
                 int64_t now_ms, int64_t reply_window_days);
void call_add_limits(struct redis_command *command, const struct asking *asking);

#endif
