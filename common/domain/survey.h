/* survey.json: the versioned definition: one to three questions that follow each other by answer. A survey
 * that was read is complete and ends: every value has a coding and a way on, every way comes to an end,
 * every question can be reached, every language has its texts. */
#ifndef DOMAIN_SURVEY_H
#define DOMAIN_SURVEY_H

#include "domain/message_template.h"
#include "domain/sms_text.h"

#define QUESTIONS_MAX     3
#define VALUES_MAX        10 /* of one question: digits 0..9 */
#define OPTIONS_MAX       9  /* A..I, values 1..9 */
#define LABEL_CHARS_MAX   40
#define LABEL_SIZE        161 /* 40 characters of UTF-8 */
#define SURVEY_REF_SIZE   44  /* "felt-forward@1" */
#define QUESTION_REF_SIZE 80  /* "felt-forward@1/forward" */
#define SURVEY_END        (-1)

enum coding { CODE_POSITIVE, CODE_NEUTRAL, CODE_NEGATIVE };

enum question_kind {
    QUESTION_SCALE,
    QUESTION_YESNO,     /* 0 = no, 1 = yes */
    QUESTION_CHOICE,    /* 1 = A, 2 = B, … */
    QUESTION_TEXT,      /* own words: the one value 0 */
    QUESTION_VOLUNTEER, /* 0 = no, 1 = yes: asks to be a developer-customer */
};

struct question {
    char id[33];
    enum question_kind kind;
    int min, max;                   /* values, in 0..9; a scale has min < max */
    enum coding coding[VALUES_MAX]; /* by value - min; of counted questions only */
    double goal;                    /* share of positive, 0..1 exclusive; 0 when not counted */
    double ceiling;                 /* share of negative, 0..1 exclusive; 0 when not counted */
    char why[257];                  /* the reason for goal and ceiling; "" when not counted */
    char tag[17];                   /* experience | outcome | participation | expectation */
    signed char next[VALUES_MAX];   /* by value - min: index of the next question, or SURVEY_END */
    bool ask_name;                  /* volunteer: ask for a first name after yes */
    size_t options_count;           /* choice: 2..9, otherwise 0 */
    char labels[OPTIONS_MAX][LANGUAGES_MAX]
               [LABEL_SIZE]; /* by option (A first) and the org's language index */
    char text[LANGUAGES_MAX]
             [SMS_BYTES_MAX]; /* by the org's language index, placeholders {org} {phone} {url} */
};

struct survey {
    char id[33];
    int version; /* 1..9999 */
    bool thanks; /* the thanks text is sent when the conversation ends */
    size_t questions_count;
    struct question questions[QUESTIONS_MAX];
};

/* Reads and validates against the org. The error names the path inside the file and the reason, such as
 * "questions[0].text.sv: missing; …" or "questions[1].next: goes in a circle: forward → why → forward". */
bool survey_read(struct survey *survey_out, const struct org *org, const cJSON *json,
                 struct error *error) MUST_CHECK;

void survey_ref(const struct survey *survey, char out[SURVEY_REF_SIZE]);
void question_ref(const struct survey *survey, size_t question, char out[QUESTION_REF_SIZE]);

/* Renders every question in each language and measures it; the error names path, count and the forcing
 * character when a text needs more than one segment, also with an org name of 22 characters. measures_out is
 * indexed by question and language. */
bool survey_measure(const struct survey *survey, const struct org *org,
                    struct sms_measure measures_out[QUESTIONS_MAX][LANGUAGES_MAX],
                    struct error *error) MUST_CHECK;

/* Scale, yesno and choice are counted and coded; own words and volunteering are not. */
bool question_is_counted(const struct question *question);

/* Coding of a value in min..max of a counted question. */
enum coding question_code(const struct question *question, int value);

/* Index of the question that follows a value in min..max, or SURVEY_END. */
int question_next(const struct question *question, int value);

/* Whether a counted question can still come at or after `question`, an index or SURVEY_END (then false). */
bool survey_counts_from(const struct survey *survey, int question);

const char *question_kind_name(enum question_kind kind); /* "scale", "yesno", "choice", "text", "volunteer" */

/* A value as files and tables write it: "4", "yes", "B". `out` holds 4 bytes. */
void question_value_name(const struct question *question, int value, char out[4]);

#endif
