/* One question of survey.json: its kind, values, coding and texts; everything but where its answers lead. */
#ifndef DOMAIN_SURVEY_QUESTION_H
#define DOMAIN_SURVEY_QUESTION_H

#include "domain/survey.h"

/* Reads all members but "next" and keeps the first problem with its path. Does not finish the reader. */
void survey_question_read(struct question *question, const struct org *org, struct json_reader *reader);

/* An item of a list of values, written as the question's kind writes them (4, "yes", "B"). False when the
 * problem was kept. */
bool survey_value_read(const struct question *question, struct json_reader *list, size_t index,
                       int *value_out) MUST_CHECK;

#endif
