/* A scenario file: who lives in the simulated town, what they truly think, and how they write. Read once,
 * validated; unknown members are refused with their path ("comment" is allowed anywhere).
 *
 * {"seed":"demo-1", "org":"varkaus", "time_zone":"Europe/Helsinki", "gateway":"simulator",
 *  "questions":[{"ref":"felt-forward@1/forward","kind":"scale","contains":["1-5"],"goal":0.70,"ceiling":0.20}],
 *  "texts":{"volunteer_name":["etunimellä","förnamn","first name"]},
 *  "languages":{"fi":0.8,"sv":0.2}, "strata":{"office":["north","south"]},
 *  "typing":{"plain":…,"natural":…,"punctuated":…,"spaced":…,"commented":…,"unreadable":…},
 *  "shares":{"stop":…,"answer_and_stop":…,"second_answer":…,"late":…,"undelivered":…,"no_receipt":…},
 *  "pilots":[{"id":"coaching-a","size":800,"truth":"success","positive":0.95,"negative":0.02,
 *             "response":0.5,"turn":{"week":"2026-W07","positive":0.3,"negative":0.5}}]}
 *
 * questions             what the town may be asked: scenario_questions.h says what may stand there
 * texts                 optional: how the service's other texts are recognised, by their names in messages/fi.json
 * languages, typing     shares, 1 in all; natural (in words, with courtesy and remarks: phrases.h) is 0 unless given
 * strata                columns of contacts.csv after phone and language; values are alike likely
 * shares                stop, answer_and_stop, second_answer, late, wrong_person, pause, business, distress: of those who
 *                       respond, at most 1 in all; undelivered, no_receipt: of texts that ask, at most 1 in all; and, 0
 *                       unless given: wrong_person, pause, business (a matter of their own; half of them answer later),
 *                       distress, help_first (INFO before the answer), afterthought (thanks after the answer),
 *                       start_after_stop (of those who stop or pause), name (of volunteers who are asked for it), leave (of
 *                       volunteers, within weeks), clarified, unclear_again (of those asked once more), reminded (of the
 *                       silent who are reminded)
 * survey                optional, of a pilot: which one its people are asked; otherwise that of the first question
 * turn                  optional, of a pilot: the mood of texts sent in that week or later */
#ifndef SIMULATOR_SCENARIO_H
#define SIMULATOR_SCENARIO_H

#include <stddef.h>

#include "domain/calendar.h"

#define SCENARIO_PILOTS_MAX    64
#define SCENARIO_QUESTIONS_MAX 8
#define SCENARIO_MARKS_MAX     8
#define SCENARIO_PHRASES_MAX   160
#define SCENARIO_LANGUAGES_MAX 8
#define SCENARIO_STRATA_MAX    4
#define SCENARIO_VALUES_MAX    16
#define SCENARIO_PEOPLE_MAX    1000000 /* as many numbers as people.h has */
#define ANSWER_VALUES          10      /* 0..9 */
#define OWN_WORDS_SIZE         321
#define NOTHING                (-1) /* no question, no text, no value */

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

/* A text is recognised by any of these. */
struct marks {
    size_t count;
    char contain[SCENARIO_MARKS_MAX][65];
};

enum asking { ASKS_SCALE, ASKS_YESNO, ASKS_CHOICE, ASKS_WORDS, ASKS_VOLUNTEER };
#define ASKINGS 5
enum feeling { FEELS_POSITIVE, FEELS_NEUTRAL, FEELS_NEGATIVE };
#define FEELINGS 3

struct scenario_question {
    char ref[81]; /* "survey@version/question" */
    enum asking asking;
    bool begins; /* the first of its survey: with it a pulse begins */
    struct marks marks;
    double goal, ceiling; /* of counted ones */
    signed char
        feeling[ANSWER_VALUES]; /* by value: enum feeling, or NOTHING when it is no value of the question */
    int next[ANSWER_VALUES];    /* by value: the question that follows, or NOTHING */
    double answer;              /* share of those asked who answer; of those that begin, the pilot says */
    double yes;                 /* share of yes among answers to a volunteer question */
};

/* What somebody may write to a question that asks for own words. */
struct scenario_phrase {
    size_t question;
    char language[3];
    char text[OWN_WORDS_SIZE];
};

/* The service's texts that ask nothing, and the one that asks for a first name. */
enum service_text {
    SERVICE_STOP_CONFIRM,
    SERVICE_START_CONFIRM,
    SERVICE_HELP,
    SERVICE_LATE,
    SERVICE_WRONG_PERSON,
    SERVICE_THANKS,
    SERVICE_VOLUNTEER_CONFIRM,
    SERVICE_VOLUNTEER_NAME,
    SERVICE_VOLUNTEER_LEFT,
    SERVICE_REMINDER,
    SERVICE_CLARIFY, /* asks once more for an answer to what is counted */
    SERVICE_CLARIFY_VOLUNTEER,
    SERVICE_BUSINESS,
    SERVICE_HELPLINE,
    SERVICE_PAUSE_CONFIRM
};
#define SERVICE_TEXTS 15
const char *service_text_name(enum service_text text); /* "volunteer_name" */
/* Whether people may answer it: it is part of a pulse. */
bool service_text_asks(int text);

struct scenario_pilot {
    char id[33];
    int64_t size;
    int64_t first_person; /* its people are first_person .. first_person + size - 1 */
    size_t question;      /* that begins its survey */
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
    double plain, natural, punctuated, spaced, commented, unreadable;
};

struct shares {
    double stop, answer_and_stop, second_answer, late, wrong_person, pause, business,
        distress; /* of those who respond */
    double help_first, afterthought, start_after_stop, name, leave;
    double clarified, unclear_again, reminded; /* of those asked once more; of the silent */
    double undelivered, no_receipt;            /* of texts that ask */
};

struct scenario {
    char seed[65];
    char org[33];
    char time_zone[65];
    const struct zone *zone;
    char gateway[33];
    size_t questions_count;
    struct scenario_question questions[SCENARIO_QUESTIONS_MAX];
    size_t phrases_count;
    struct scenario_phrase phrases[SCENARIO_PHRASES_MAX];
    struct marks texts[SERVICE_TEXTS];
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

/* What a text is: a service text, a question's index, or neither (both NOTHING). */
void scenario_recognise(const struct scenario *scenario, const char *text, int *question_out, int *text_out);

#endif
