/* From closed weeks to the state of a pilot's question. Pure; every comparison is on unrounded figures. What
 * a viewer may see of them is decided elsewhere: here a state is computed even where it will be hidden. */
#include "domain/signals.h"

#include <assert.h>
#include <math.h>

#include "domain/figures.h"

#define SIGNAL_LEVEL 0.025

const char *signal_state_name(enum signal_state state)
{
    switch (state) {
    case SIGNAL_TOO_FEW:
        return "too_few";
    case SIGNAL_NONE:
        return "no_signal";
    case SIGNAL_SUCCESS:
        return "success";
    case SIGNAL_FAILURE:
        return "failure";
    }
    return "too_few";
}

static int64_t answers_of(const struct period *period)
{
    return period->positive + period->neutral + period->negative;
}

static void response_add(struct response *sum, const struct response *more)
{
    sum->completed += more->completed;
    sum->partial += more->partial;
    sum->refused += more->refused;
    sum->no_reply += more->no_reply;
    sum->unparseable += more->unparseable;
    sum->no_receipt += more->no_receipt;
    sum->wrong_person += more->wrong_person;
}

static void period_add(struct period *sum, const struct period *more)
{
    if (more->frame > sum->frame)
        sum->frame = more->frame; /* the same target group, asked again: never added up */
    sum->drawn += more->drawn;
    sum->sent += more->sent;
    sum->delivered += more->delivered;
    sum->positive += more->positive;
    sum->neutral += more->neutral;
    sum->negative += more->negative;
    response_add(&sum->response, &more->response);
}

/* Sums the closing week and whole earlier ones until there are answers enough or eight weeks are used. */
static void window_sum(const struct period *weeks, size_t weeks_count, struct signal *signal)
{
    const struct period *closing = &weeks[weeks_count - 1];
    signal->last_week = closing->week_index;
    signal->sums.week_index = closing->week_index;
    for (size_t i = weeks_count; i > 0; i--) {
        const struct period *week = &weeks[i - 1];
        bool out_of_window = closing->week_index - week->week_index >= SIGNAL_WINDOW_WEEKS;
        if (out_of_window || answers_of(&signal->sums) >= SIGNAL_WINDOW_ANSWERS)
            break;
        signal->first_week = week->week_index;
        period_add(&signal->sums, week);
    }
    signal->answered = answers_of(&signal->sums);
}

static void state_decide(struct signal *signal)
{
    bool succeeds = signal->p_success <= SIGNAL_LEVEL;
    bool fails = signal->p_failure <= SIGNAL_LEVEL;
    if (signal->answered < SIGNAL_ANSWERS_MIN || signal->sums.frame < SIGNAL_ANSWERS_MIN) {
        signal->state = SIGNAL_TOO_FEW;
        return;
    }
    if (fails)
        signal->state = SIGNAL_FAILURE;
    else if (succeeds)
        signal->state = SIGNAL_SUCCESS;
    else
        signal->state = SIGNAL_NONE;
    signal->polarised = fails && succeeds;
}

void signal_compute(const struct period *weeks, size_t weeks_count, double goal, double ceiling,
                    struct signal *signal_out)
{
    assert(weeks_count >= 1);
    *signal_out = (struct signal){.wilson_lo = (double)NAN, .wilson_hi = (double)NAN};
    window_sum(weeks, weeks_count, signal_out);

    int64_t n = signal_out->answered;
    signal_out->p_success = binomial_upper_tail(signal_out->sums.positive, n, goal);
    signal_out->p_failure = binomial_upper_tail(signal_out->sums.negative, n, ceiling);
    if (n > 0)
        wilson_interval(signal_out->sums.positive, n, &signal_out->wilson_lo, &signal_out->wilson_hi);
    signal_out->rr1 = response_rr1(&signal_out->sums.response);
    signal_out->rr2 = response_rr2(&signal_out->sums.response);
    state_decide(signal_out);
}

bool signal_advances(const struct period *weeks, size_t weeks_count, bool published,
                     int64_t published_last_week)
{
    if (!published)
        return true;
    int64_t fresh = 0;
    for (size_t i = 0; i < weeks_count; i++)
        if (weeks[i].week_index > published_last_week)
            fresh += answers_of(&weeks[i]);
    return fresh >= SIGNAL_ADVANCE_MIN;
}
