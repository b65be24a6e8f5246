/* A scenario file: who lives in the simulated town, what they truly think, and how they write. Read once,
 * validated; unknown members are refused with their path ("comment" is allowed anywhere).
 *
 * {"seed":"demo-1", "org":"varkaus", "time_zone":"Europe/Helsinki", "gateway":"simulator",
 *  "question":"felt-forward@1/forward", "goal":0.70, "ceiling":0.20,
 *  "survey_text_contains":["1-5"],
 *  "languages":{"fi":0.8,"sv":0.2}, "strata":{"office":["north","south"]},
 *  "typing":{"plain":…,"punctuated":…,"spaced":…,"commented":…,"unreadable":…},
 *  "shares":{"stop":…,"answer_and_stop":…,"second_answer":…,"late":…,"undelivered":…,"no_receipt":…},
 *  "pilots":[{"id":"coaching-a","size":800,"truth":"success","positive":0.95,"negative":0.02,
 *             "response":0.5,"turn":{"week":"2026-W07","positive":0.3,"negative":0.5}}]}
 *
 * survey_text_contains  a text that holds any of these asks; others are only received
 * languages, typing     shares, 1 in all
 * strata                columns of contacts.csv after phone and language; values are alike likely
 * shares                stop, answer_and_stop, second_answer, late: of those who respond, at most 1 in all;
 *                       undelivered, no_receipt: of survey texts, at most 1 in all
 * turn                  optional: the mood of texts sent in that week or later */
#ifndef SIMULATOR_SCENARIO_H
#define SIMULATOR_SCENARIO_H

#include <stddef.h>

#include "domain/calendar.h"

#define SCENARIO_PILOTS_MAX    64
#define SCENARIO_MARKS_MAX     8
#define SCENARIO_LANGUAGES_MAX 8
#define SCENARIO_STRATA_MAX    4
#define SCENARIO_VALUES_MAX    16
#define SCENARIO_PEOPLE_MAX    1000000 /* as many numbers as people.h has */

enum truth {
    TRUTH_SUCCESS,
    TRUTH_FAILURE,
    TRUTH_MILD_SUCCESS,
    TRUTH_MILD_FAILURE,
    TRUTH_MIDDLE,
    TRUTH_TURNING
};
#define TRUTHS 6
const char *truth_name(enum truth truth); /* "mild_success" */

/* What people truly think: shares of positive and negative; the rest is neutral. */
struct mood {
    double positive, negative;
};

struct scenario_pilot {
    char id[33];
    int64_t size;
    int64_t first_person; /* its people are first_person .. first_person + size - 1 */
    enum truth truth;
    struct mood mood;
    double response; /* share of those reached who write back */
    bool turns;
    int64_t turn_week; /* texts sent in this ISO week or later meet the other mood */
    struct mood turned;
};

struct scenario_language {
    char code[3];
    double share;
};

struct scenario_stratum {
    char name[33];
    size_t values_count;
    char values[SCENARIO_VALUES_MAX][33];
};

struct typing {
    double plain, punctuated, spaced, commented, unreadable;
};

struct shares {
    double stop, answer_and_stop, second_answer, late; /* of those who respond */
    double undelivered, no_receipt;                    /* of survey texts */
};

struct scenario {
    char seed[65];
    char org[33];
    char time_zone[65];
    const struct zone *zone;
    char gateway[33];
    char question[81]; /* "survey@version/question" */
    double goal, ceiling;
    size_t marks_count;
    char marks[SCENARIO_MARKS_MAX][65];
    size_t languages_count;
    struct scenario_language languages[SCENARIO_LANGUAGES_MAX];
    size_t strata_count;
    struct scenario_stratum strata[SCENARIO_STRATA_MAX];
    struct typing typing;
    struct shares shares;
    size_t pilots_count;
    struct scenario_pilot pilots[SCENARIO_PILOTS_MAX];
    int64_t people_count;
};

bool scenario_read(struct scenario *scenario_out, const char *path, struct error *error) MUST_CHECK;

/* The pilot of that id, or NULL. */
const struct scenario_pilot *scenario_pilot(const struct scenario *scenario, const char *id);

/* True when a text asks: it holds one of the marks. */
bool scenario_is_survey_text(const struct scenario *scenario, const char *text);

#endif
