/* The end of a demo in one object, and whether it shows what a demo must show: that truth comes out. */
#ifndef SIMULATOR_SUMMARY_H
#define SIMULATOR_SUMMARY_H

#include "simulator/conversation.h"
#include "simulator/published.h"

/* All borrowed. */
struct summary {
    const struct scenario *scenario;
    const struct evidence *evidence;
    const struct tallies *tallies;
    const struct published *published;
    const struct conversation *conversation;
    struct books books;
    bool has_records;
    struct records records;
    bool agrees; /* the judge found nothing */
};

/* Appends one line of JSON:
 *
 * {"sent","delivered","replies","answers","follow_ups","words","volunteers","names","schedule_runs","optouts",
 *  "unknown","books","judge","pilots":[
 *  {"pilot","question","truth","state","n","positive","neutral","negative","response_rate","wilson":[low, high]}]}
 *
 * sent       survey messages accepted
 * delivered  of these with a delivered receipt answered 200
 * replies    distinct reply ids answered 200
 * answers    pulses with a counted value
 * follow_ups questions that followed an answer
 * words      replies in own words; volunteers, names: on the list at the end; schedule_runs: rounds that schedules
 *            made (all but words null without a count of records)
 * optouts    how often STOP took force
 * unknown    the books'
 * pilots     figures of the last published window, null when too few */
void summary_print(const struct summary *summary, struct text *out);

/* Adds a line for each thing a demo must show and this one does not: balanced books and an agreeing judge;
 * clear pilots (truth success or failure, n ≥ 60) in their state, two of each; no clear or mild one in the
 * opposite state; a middle one (n ≥ 60) without a signal; and, where records were counted, conversations that
 * went on, own words, volunteers with names, and schedules that ran. */
void summary_check(const struct summary *summary, struct findings *shortcomings);

#endif
