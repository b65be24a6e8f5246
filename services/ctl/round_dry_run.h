/* What a round would do if it started now with these options: counts only, nothing is written. */
#ifndef CTL_ROUND_DRY_RUN_H
#define CTL_ROUND_DRY_RUN_H

#include "ctl/round_cost.h"
#include "domain/survey.h"
#include "store/rounds.h"

struct dry_run {
    int64_t members, drawn;
    int64_t asked;
    int64_t open_pulse, gap, same_question, per_year; /* capped */
    int64_t stopped, paused, number, erased;          /* excluded */
    int64_t people[LANGUAGES_MAX];                    /* of the asked, by the org's languages */
    size_t segments_each[LANGUAGES_MAX];              /* of the first text, by language */
    int64_t segments;                                 /* of the first texts of everyone asked */
    int64_t segments_max;                             /* if everyone asked also went the longest way */
};

/* The round's pilot, survey, at, seed and sample must be set. */
bool round_dry_run(struct redis_link *link, const struct org *org, const struct survey *survey,
                   const struct round *round, struct dry_run *result_out, struct error *error) MUST_CHECK;

/* How many contacts a pilot has now; -1 with the error set on failure. */
int64_t round_members(struct redis_link *link, const char *org, const char *pilot, struct error *error);

void round_dry_run_print(const struct dry_run *result, const struct org *org, const struct round *round,
                         const struct round_price *price, bool json);

#endif
