/* Weeks for the roll-up: contacts that are asked and answer in them, and what was published. Works on a
 * station whose lane the world holds. */
#ifndef TESTS_WEEKS_H
#define TESTS_WEEKS_H

#include "support/station.h"

/* Imports contacts first … first + count - 1 and releases a round of them; also hands over every message. */
void weeks_release(struct world *world, const char *round, int first, int count);
void weeks_ask(struct world *world, const char *round, int first, int count);
void weeks_answer(struct world *world, int contact, const char *words);
void weeks_answer_all(struct world *world, int first, int count, const char *words);

/* A week in which a pulse ends in every way there is; its figures are in test_rollup.c. */
#define WEEKS_PEOPLE 24
void weeks_ask_for_every_end(struct world *world);

/* "open", "published", "" = not begun; the one figure of a week, "" = none. */
const char *weeks_state(struct world *world, const char *week);
const char *weeks_figure(struct world *world, const char *week);
/* Also its checkpoint is written, and the roll-up has nothing to do until the next week is due. */
void weeks_await_published(struct station *station, const char *week);

#endif
