/* survey.json: the versioned definition. Here one `scale` question (more kinds widen `question`). */
#ifndef DOMAIN_SURVEY_H
#define DOMAIN_SURVEY_H

#include "domain/message_template.h"
#include "domain/sms_text.h"

#define QUESTIONS_MAX     3
#define SURVEY_REF_SIZE   44 /* "felt-forward@1" */
#define QUESTION_REF_SIZE 80 /* "felt-forward@1/forward" */

enum coding { CODE_POSITIVE, CODE_NEUTRAL, CODE_NEGATIVE };

struct question {
    char id[33];
    int min, max;           /* scale, 0..9, min < max; here 1..5 for the reader */
    enum coding coding[10]; /* by value - min */
    double goal;            /* share of positive, 0..1 exclusive */
    double ceiling;         /* share of negative, 0..1 exclusive */
    char why[257];          /* the reason for goal and ceiling; required */
    char tag[17];           /* experience | outcome | participation | expectation */
    char text[LANGUAGES_MAX]
             [SMS_BYTES_MAX]; /* by the org's language index, placeholders {org} {phone} {url} */
};

struct survey {
    char id[33];
    int version; /* 1..9999 */
    size_t questions_count;
    struct question questions[QUESTIONS_MAX];
};

/* Reads and validates against the org: every language of the org has a text ("questions[0].text.sv:
 * missing"), coding covers each value once, goal and ceiling have a why, no unknown placeholder, no unknown
 * member. */
bool survey_read(struct survey *survey_out, const struct org *org, const cJSON *json,
                 struct error *error) MUST_CHECK;

void survey_ref(const struct survey *survey, char out[SURVEY_REF_SIZE]);
void question_ref(const struct survey *survey, size_t question, char out[QUESTION_REF_SIZE]);

/* Renders question k in each language and measures it; the error names path, count and the forcing character
 * when a text needs more than one segment. measures_out is indexed by language. */
bool survey_measure(const struct survey *survey, const struct org *org,
                    struct sms_measure measures_out[QUESTIONS_MAX][LANGUAGES_MAX],
                    struct error *error) MUST_CHECK;

enum coding question_code(const struct question *question, int value);

#endif
