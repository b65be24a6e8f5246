/* Where answers lead: the member "next" of a question, and whether every way through a survey comes to an
 * end and every question lies on a way. */
#ifndef DOMAIN_SURVEY_PATHS_H
#define DOMAIN_SURVEY_PATHS_H

#include "domain/survey.h"

/* Reads "next" of question k; the ids of all questions are known. Absent: the following question, for the
 * last one the end. Refused: an unknown target, a branch that no value reaches, a value that leads
 * nowhere. */
void survey_next_read(struct survey *survey, size_t k, struct json_reader *reader);

/* Refuses a circle, and a question that no answer leads to; `items` are the readers of the questions. */
void survey_paths_check(const struct survey *survey, struct json_reader *items);

/* Appends every way through the survey, one a line: "forward 1-2 → why → end". Values that lead the same way
 * stand together. The survey was read without failure. */
void survey_paths_describe(const struct survey *survey, struct text *out);

/* The most texts that one person is sent in one conversation: the questions of the longest way, what a
 * volunteer is told and asked, and the thanks. */
size_t survey_texts_max(const struct survey *survey);

#endif
