/* The texts of a survey as they will travel, shown to whoever puts it. */
#ifndef CTL_SURVEY_SEGMENTS_H
#define CTL_SURVEY_SEGMENTS_H

#include "domain/survey.h"

/* Prints the answer of a command about a survey: what came of it, its segments by question and language,
 * and the ways that lead through it. */
void survey_segments_print(const struct survey *survey, const struct org *org,
                           struct sms_measure measures[QUESTIONS_MAX][LANGUAGES_MAX], const char *result,
                           bool json);

#endif
