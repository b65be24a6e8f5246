/* The answer log of an org, row by row in the order of ids: the answers and dispositions there were, with no
 * person and no clock time in them. Blocking. */
#ifndef STORE_ANSWER_LOG_H
#define STORE_ANSWER_LOG_H

#include "io/redis.h"

#define LOG_ROW_PARTS 6

struct log_row {
    int64_t id;       /* 1, 2, … without gaps while nothing was trimmed */
    bool answer;      /* pulse, question, value, week, stratum, pilot;
                            else a disposition: pulse, disposition, week, stratum, pilot, survey */
    bool readable;    /* it has its six parts */
    const char *text; /* the row as it is stored */
    const char *part[LOG_ROW_PARTS];
};

/* "" of a row that is not readable. */
const char *log_row_week(const struct log_row *row);

/* Calls back for every row from first_id to last_id, both included; the row lives during the call. */
typedef void (*log_row_callback)(void *context, const struct log_row *row);
bool answer_log_read(struct redis_link *link, const char *org, int64_t first_id, int64_t last_id,
                     log_row_callback on_row, void *context, struct error *error) MUST_CHECK;

#endif
