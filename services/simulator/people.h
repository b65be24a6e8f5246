/* The people of a scenario: their numbers, pilots, languages and strata. A person is an index, 0 ..
 * people_count - 1, in the order of the pilots; everything about a person follows from the scenario's seed
 * and the number. No state. */
#ifndef SIMULATOR_PEOPLE_H
#define SIMULATOR_PEOPLE_H

#include "domain/phone.h"
#include "simulator/scenario.h"

/* The number: "+358401" and six digits, distinct for distinct people. */
void person_phone(int64_t person, char out[PHONE_SIZE]);

/* The person who has the number, or -1. */
int64_t person_of_phone(const struct scenario *scenario, const char *phone);

const struct scenario_pilot *person_pilot(const struct scenario *scenario, int64_t person);
const char *person_language(const struct scenario *scenario, int64_t person);
const char *person_stratum(const struct scenario *scenario, int64_t person, size_t stratum);

/* Chance of a person: uniform in [0, 1), a pure function of the scenario's seed, the person's number and
 * `what`. */
double person_chance(const struct scenario *scenario, int64_t person, const char *what);

#endif
