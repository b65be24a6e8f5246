/* A schedule: which survey goes to which pilot when, again and again. Local time of the org. Pure.
 *
 * An occurrence is a day that the rule names, at the schedule's time of day. A time in a spring gap moves to the
 * gap's end, one that happens twice means its first: each day has one occurrence, never two and never none. */
#ifndef DOMAIN_SCHEDULE_H
#define DOMAIN_SCHEDULE_H

#include <cjson/cJSON.h>

#include "base/text.h"
#include "domain/calendar.h"
#include "domain/rrule.h"
#include "domain/survey.h"

#define SCHEDULE_ID_SIZE    49 /* a round's name is the schedule's, a dot and a day */
#define SCHEDULE_SEED_SIZE  54 /* and so is its seed */
#define SCHEDULE_EXCEPT_MAX 64

struct schedule {
    char id[SCHEDULE_ID_SIZE];
    char pilot[33];
    char survey[SURVEY_REF_SIZE]; /* "felt-forward@1", or "felt-forward" for the highest active version */
    struct rrule rule;
    int time_s;        /* of the day: the rule's, or the opening of the sending window when it was made */
    int64_t from_day;  /* DTSTART */
    int64_t until_day; /* the last day it may fire; -1 = none */
    size_t except_count;
    int64_t except_days[SCHEDULE_EXCEPT_MAX]; /* in order, each once */
    int64_t sample;                           /* 0 = everyone */
    char seed[SCHEDULE_SEED_SIZE];
};

/* Gives the schedule its rule, and the time of day that it leaves open. The error does not name the option. */
bool schedule_set_rule(struct schedule *schedule, const struct window *window, const char *rrule,
                       struct error *error) MUST_CHECK;
/* A day on which it does not fire; the same day twice is one. */
bool schedule_add_except(struct schedule *schedule, const char *day, struct error *error) MUST_CHECK;

/* The first occurrence after after_ms; false when there is none (within thirty years). */
bool schedule_next(const struct schedule *schedule, const struct zone *zone, int64_t after_ms,
                   int64_t *at_ms_out) MUST_CHECK;
/* Whether it fires at all after now_ms; the error says why not. */
bool schedule_check(const struct schedule *schedule, const struct zone *zone, int64_t now_ms,
                    struct error *error) MUST_CHECK;

/* What is to be done at now_ms about the occurrence at due_ms, not after now_ms: it runs if the sending window it
 * belongs to (the one around it, or else the next) is still open or still to come, until that closes. Otherwise
 * it is skipped, together with those after it that have the same fate, at most SCHEDULE_SKIPS_MAX at once. */
#define SCHEDULE_SKIPS_MAX 100
struct schedule_step {
    bool run;
    int64_t not_after_ms; /* when it runs */
    int64_t skipped;      /* how many, when it does not run */
    int64_t last_ms;      /* the last one that is dealt with */
    int64_t next_ms;      /* then due; -1 = none, the schedule has ended */
};
void schedule_decide(const struct schedule *schedule, const struct zone *zone, const struct window *window,
                     int64_t due_ms, int64_t now_ms, struct schedule_step *step_out);

/* Name and seed of the round of an occurrence: "tuesdays.2026-01-13", seed and day. */
void schedule_round_names(const struct schedule *schedule, const struct zone *zone, int64_t at_ms,
                          char name_out[65], char seed_out[65]);

/* As it is stored: all but the id. Reading refuses what schedule_json did not write. */
void schedule_json(const struct schedule *schedule, struct text *out);
bool schedule_read(struct schedule *schedule_out, const char *id, const cJSON *json,
                   struct error *error) MUST_CHECK;

#endif
