/* What one org has published and counted, week by week, in memory: for each unit (a pilot's question) its
 * closed weeks in order and the figure published last. Built from the store at start, then week by week;
 * closed weeks never change. */
#ifndef ROLLUP_UNITS_H
#define ROLLUP_UNITS_H

#include "domain/signals.h"
#include "domain/survey.h"
#include "io/redis.h"

#define UNIT_SIZE (33 + QUESTION_REF_SIZE) /* "pilot|survey@1/question" */

struct unit {
    char name[UNIT_SIZE];
    char pilot[33];
    char survey[SURVEY_REF_SIZE];
    char question[QUESTION_REF_SIZE]; /* "survey@1/question" */
    struct question definition;
    struct period *weeks; /* ascending, from the unit's first week on, without gaps */
    size_t weeks_count;
    bool published;
    int64_t published_last_week; /* last week of the window of the figure published last */
    char *figure;                /* its JSON */
};

struct units {
    struct unit *items;
    size_t count, capacity;
};

void units_clear(struct units *units);

/* Adds a closed week to every unit: its counters and frames, or an empty week. Surveys not seen yet are
 * loaded. */
bool units_add_week(struct units *units, struct redis_link *link, const struct org *org, int64_t week_index,
                    struct error *error) MUST_CHECK;

/* Takes over the figures that were published for a week. */
bool units_take_published(struct units *units, struct redis_link *link, const struct org *org,
                          int64_t week_index, struct error *error) MUST_CHECK;

/* Decides each unit's figure for the last week added; a window that does not move on keeps its figure. */
void units_compute(struct units *units);

#endif
