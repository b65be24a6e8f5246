/* The end of a demo in one object, and whether it shows what a demo must show: that truth comes out. */
#ifndef SIMULATOR_SUMMARY_H
#define SIMULATOR_SUMMARY_H

#include "simulator/published.h"
#include "simulator/tally.h"

/* All borrowed. */
struct summary {
    const struct scenario *scenario;
    const struct evidence *evidence;
    const struct tallies *tallies;
    const struct published *published;
    struct books books;
    bool agrees; /* the judge found nothing */
};

/* Appends one line of JSON:
 *
 * {"sent","delivered","replies","answers","optouts","unknown","books","judge","pilots":[
 *  {"pilot","truth","state","n","positive","neutral","negative","response_rate","wilson":[low, high]}]}
 *
 * sent       survey messages accepted
 * delivered  of these with a delivered receipt answered 200
 * replies    distinct reply ids answered 200
 * answers    pulses with a counted value
 * optouts    people whose STOP was answered 200
 * unknown    the books'
 * pilots     figures of the last published window, null when too few */
void summary_print(const struct summary *summary, struct text *out);

/* Adds a line for each thing a demo must show and this one does not: balanced books and an agreeing judge;
 * clear pilots (truth success or failure, n ≥ 60) in their state, two of each; no clear or mild one in the
 * opposite state; a middle one (n ≥ 60) without a signal. */
void summary_check(const struct summary *summary, struct findings *shortcomings);

#endif
