/* Finding the person a command is about, and showing what is held of them, for people and as JSON. */
#ifndef CTL_PERSON_SHOW_H
#define CTL_PERSON_SHOW_H

#include "base/json.h"
#include "ctl/asked_number.h"
#include "store/people.h"

/* Like person_asked, but true for a number of which nothing is held. */
bool person_looked_up(struct ctl *ctl, const char *what, struct asked_number *number_out,
                      struct person *person_out, struct error *error) MUST_CHECK;
/* What is to be said of a number of which nothing is held. */
bool person_refuse_unknown(const struct ctl *ctl, const struct asked_number *number, struct error *error);

/* Who the command is about: reads the number (asked_number), loads what is held of it, and says so in the
 * audit as `what`. False for a number of which nothing is held, too. */
bool person_asked(struct ctl *ctl, const char *what, struct asked_number *number_out,
                  struct person *person_out, struct error *error) MUST_CHECK;

void person_print_json(cJSON *tree); /* on standard output; frees the tree */

/* A table on standard output: no answers, no name, the number masked. */
void person_print(const struct org *org, const struct asked_number *number, const struct person *person);

/* The same as JSON, an owned tree. */
cJSON *person_summary_json(const struct org *org, const struct asked_number *number,
                           const struct person *person);

/* Everything, as an owned tree: the number, answers of the open pulse (named by its survey, NULL = not
 * there any more), the volunteer's first name (NULL = sealed or not given). */
struct person_export {
    const struct org *org;
    const struct asked_number *number;
    const struct person *person;
    const struct person_traces *traces;
    const struct survey *survey;
    const char *first_name;
    int64_t now_ms;
};
cJSON *person_export_json(const struct person_export *export);

#endif
