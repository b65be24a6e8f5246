/* What must be true of an org in the store between any two functions, whatever happened: each message and
 * each pulse is in exactly one state and in the lists that the state says, the steps of a conversation fit
 * each other, the counts agree with what is found, references lead somewhere, records for readers lead
 * nowhere, and the books balance. Called at the end of every store and flow test. */
#ifndef TESTS_INVARIANTS_H
#define TESTS_INVARIANTS_H

#include "support/look.h"

/* Appends a line for each breach to the report (also when Redis cannot be read); true when there is none.
 * Nothing else may write meanwhile. */
bool invariants_hold(struct redis_link *link, const char *org, struct text *report) MUST_CHECK;

/* The part of it that is about contacts, members of pilots, volunteers and own words. */
void invariants_people(struct look *look);

#endif
