/* Shared by the two ways of showing a person. */
#ifndef CTL_PERSON_PARTS_H
#define CTL_PERSON_PARTS_H

#include "store/people.h"

#define PERSON_LIST_ITEM_SIZE 64

/* The next item of a list joined by ','; false at its end. *at may be NULL. */
bool person_list_next(const char **at, char item_out[PERSON_LIST_ITEM_SIZE]);

size_t person_answers_given(const struct person_pulse *pulse);

#endif
