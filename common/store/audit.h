/* The audit: who looked at people's data or changed it, what, how much of it, when. Append-only; ids are a
 * sequence; rows go only when they are too old to be kept. Never holds a number, a name of a job-seeker, a text or
 * an answer. */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "io/redis.h"

#define AUDIT_WHO_SIZE  80
#define AUDIT_WHAT_SIZE 160

struct audit_row {
    int64_t id;                 /* 1, 2, …; given by the store */
    int64_t at_ms;              /* domain */
    char who[AUDIT_WHO_SIZE];   /* login name and uid: "maija (1000)" */
    char what[AUDIT_WHAT_SIZE]; /* the command and what it was limited to: "words list --pilot coaching-a" */
    int64_t count;              /* records shown or changed */
};

/* Appends a row; its id is not looked at. A row that comes twice (a lost answer) says that it was tried
 * twice. */
bool audit_append(struct redis_link *link, const char *org, const struct audit_row *row,
                  struct error *error) MUST_CHECK;

/* The newest rows first, at most rows_max; total_out is how many there are. Returns an owned array (free),
 * NULL with the error set. */
struct audit_row *audit_read(struct redis_link *link, const char *org, size_t rows_max, size_t *count_out,
                             int64_t *total_out, struct error *error) MUST_CHECK;

/* Deletes rows from before an instant (domain), the oldest first, a bounded number a call; 0 = there are none. */
bool audit_expire(struct redis_link *link, const char *org, int64_t before_ms, int64_t *deleted_out,
                  struct error *error) MUST_CHECK;

#endif
