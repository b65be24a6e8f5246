/* Numbers and traits. The six digits of a number are a permutation of 0..999999 applied to the index, so that
 * neighbours in the list are strangers in the numbers, and the way back needs no table. */
#include "simulator/people.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "domain/chance.h"

#define PHONE_PREFIX "+358401"
#define PHONE_DIGITS 6
#define NUMBERS      1000000
#define FACTOR       611953 /* has no factor with NUMBERS in common */
#define FACTOR_BACK  225617 /* FACTOR × FACTOR_BACK = 1 modulo NUMBERS */
#define OFFSET       350377

_Static_assert(INT64_C(1) * FACTOR * FACTOR_BACK % NUMBERS == 1, "the inverse of the permutation");
_Static_assert(SCENARIO_PEOPLE_MAX <= NUMBERS, "a number for everybody");

void person_phone(int64_t person, char out[PHONE_SIZE])
{
    assert(person >= 0 && person < NUMBERS);
    (void)snprintf(out, PHONE_SIZE, PHONE_PREFIX "%06d", (int)((person * FACTOR + OFFSET) % NUMBERS));
}

int64_t person_of_phone(const struct scenario *scenario, const char *phone)
{
    const char *digits = phone + strlen(PHONE_PREFIX);
    int64_t number;
    if (strncmp(phone, PHONE_PREFIX, strlen(PHONE_PREFIX)) != 0 || strlen(digits) != PHONE_DIGITS ||
        !text_to_int(digits, 0, NUMBERS - 1, &number))
        return -1;
    int64_t person = (number + NUMBERS - OFFSET) * FACTOR_BACK % NUMBERS;
    return person < scenario->people_count ? person : -1;
}

const struct scenario_pilot *person_pilot(const struct scenario *scenario, int64_t person)
{
    assert(person >= 0 && person < scenario->people_count);
    size_t i = 0;
    while (person >= scenario->pilots[i].first_person + scenario->pilots[i].size)
        i++;
    return &scenario->pilots[i];
}

const char *person_language(const struct scenario *scenario, int64_t person)
{
    double draw = person_chance(scenario, person, "language");
    size_t i = 0;
    while (i + 1 < scenario->languages_count && draw >= scenario->languages[i].share)
        draw -= scenario->languages[i++].share;
    return scenario->languages[i].code;
}

const char *person_stratum(const struct scenario *scenario, int64_t person, size_t stratum)
{
    const struct scenario_stratum *variable = &scenario->strata[stratum];
    double draw = person_chance(scenario, person, variable->name);
    return variable->values[(size_t)(draw * (double)variable->values_count)];
}

double person_chance(const struct scenario *scenario, int64_t person, const char *what)
{
    char phone[PHONE_SIZE], whole[192];
    person_phone(person, phone);
    (void)snprintf(whole, sizeof whole, "%s/%s", phone, what);
    return chance_uniform(scenario->seed, whole);
}
