/* What must hold of each published unit of week W:
 *
 *   window  is the last one again, and then fewer than 5 answers came in weeks after it;
 *           or a new one that ends at W, 5 answers having come since: it reaches back at most 8 weeks,
 *           no further than needed for 60 answers, and no less far unless there is nothing more
 *   counts  P, U, G, their sum n, and sent are those of the window, the response rates follow from them
 *   state   follows from P, G, n, goal and ceiling; hidden when n or N is below 10
 *
 * Counts are ranges where exchanges overlapped; a rule is broken only if it is broken for every possibility.
 */
#include "simulator/verdict.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "simulator/scenario_questions.h"
#include "simulator/statistics.h"

#define WINDOW_WEEKS   8
#define WINDOW_ANSWERS 60
#define ANSWERS_MIN    10
#define ADVANCE_MIN    5
#define LEVEL          0.025
#define LEVEL_SLACK    1e-9 /* so near to the level either state is right */
#define FIGURE_SLACK   1e-5 /* figures may be printed with six digits */
#define GRACE_HOURS    24

/* One unit under judgement. */
struct trial {
    const struct verdict *verdict;
    const struct published_unit *unit;
    const struct published_unit
        *before; /* of the same pilot and question, of an earlier week; NULL if none */
    size_t pilot, question;
    char name[64]; /* "2026-W03 coaching-a" */
};

static void weeks_compare(const struct verdict *verdict);
static void units_expect(const struct verdict *verdict, int64_t week);
static int units_found(const struct verdict *verdict, int64_t week, const char *pilot, const char *question);
static void unit_compare(const struct verdict *verdict, size_t index);
static void window_compare(const struct trial *trial);
static void window_repeats(const struct trial *trial, const struct tally *fresh);
static void window_advances(const struct trial *trial, const struct tally *fresh);
static void counts_compare(const struct trial *trial);
static void rates_compare(const struct trial *trial, const struct tally *window);
static int counted_questions(const struct scenario *scenario, const char *ref);
static void range_compare(const struct trial *trial, const char *what, int64_t figure, struct range right);
static void state_compare(const struct trial *trial);
static void state_expect(const struct trial *trial, const char *state, bool polarised);
static void figure_compare(const struct trial *trial, const char *what, double figure, double right);
static void sum_of(const struct trial *trial, int64_t first_week, int64_t last_week, struct tally *sum_out);
static bool asked_between(const struct trial *trial, int64_t first_week, int64_t last_week);
static void dispute(const struct trial *trial, const char *format, ...) __attribute__((format(printf, 2, 3)));

void verdict_compare(const struct verdict *verdict)
{
    if (strcmp(verdict->published->org, verdict->scenario->org) != 0)
        findings_add(verdict->findings, "published for org %s, not %s", verdict->published->org,
                     verdict->scenario->org);
    weeks_compare(verdict);
    for (size_t i = 0; i < verdict->published->units_count; i++)
        unit_compare(verdict, i);
}

const struct published_unit *verdict_last_unit(const struct published *published, const char *pilot)
{
    for (size_t i = published->units_count; i > 0; i--)
        if (strcmp(published->units[i - 1].pilot, pilot) == 0)
            return &published->units[i - 1];
    return NULL;
}

/* --- what must be there --- */

static void weeks_compare(const struct verdict *verdict)
{
    const struct tallies *tallies = verdict->tallies;
    const struct published *published = verdict->published;
    for (size_t i = 0; i < published->weeks_count; i++)
        units_expect(verdict, published->weeks[i]);
    for (size_t i = 0; i < tallies->weeks_count; i++) {
        int64_t week = tallies->first_week + (int64_t)i;
        bool asked = false, found = false;
        char text[WEEK_SIZE];
        for (size_t row = 0; row < tallies->questions_count * tallies->pilots_count; row++)
            asked |= tallies->cells[row * tallies->weeks_count + i].asked > 0;
        for (size_t k = 0; k < published->weeks_count; k++)
            found |= published->weeks[k] == week;
        week_text(week, text);
        bool closed = week_closes_ms(verdict->scenario->zone, week, GRACE_HOURS) < verdict->end_ms;
        if (asked && closed && !found)
            findings_add(verdict->findings, "%s: closed, but not published", text);
    }
}

/* Every pilot asked by that week has its unit of each counted question in it, once. */
static void units_expect(const struct verdict *verdict, int64_t week)
{
    const struct scenario *scenario = verdict->scenario;
    char text[WEEK_SIZE];
    week_text(week, text);
    for (size_t pilot = 0; pilot < scenario->pilots_count; pilot++)
        for (size_t question = 0; question < scenario->questions_count; question++) {
            const char *id = scenario->pilots[pilot].id, *ref = scenario->questions[question].ref;
            struct tally sum;
            tallies_sum(verdict->tallies, question, pilot, 0, week, &sum);
            int count = units_found(verdict, week, id, ref);
            if (count > 1 || (count == 0 && sum.asked > 0))
                findings_add(verdict->findings, "%s %s: %d units of %s, expected one", text, id, count, ref);
        }
}

static int units_found(const struct verdict *verdict, int64_t week, const char *pilot, const char *question)
{
    int count = 0;
    for (size_t i = 0; i < verdict->published->units_count; i++) {
        const struct published_unit *unit = &verdict->published->units[i];
        count +=
            unit->week == week && strcmp(unit->pilot, pilot) == 0 && strcmp(unit->question, question) == 0;
    }
    return count;
}

static void unit_compare(const struct verdict *verdict, size_t index)
{
    const struct published_unit *units = verdict->published->units;
    struct trial trial = {.verdict = verdict, .unit = &units[index]};
    char week[WEEK_SIZE];
    week_text(trial.unit->week, week);
    (void)snprintf(trial.name, sizeof trial.name, "%s %s", week, trial.unit->pilot);
    const struct scenario_pilot *pilot = scenario_pilot(verdict->scenario, trial.unit->pilot);
    int question = scenario_question(verdict->scenario, trial.unit->question);
    struct tally asked = {0};
    if (pilot != NULL && question != NOTHING) {
        trial.pilot = (size_t)(pilot - verdict->scenario->pilots);
        trial.question = (size_t)question;
        sum_of(&trial, 0, trial.unit->week, &asked);
    }
    if (asked.asked == 0) {
        dispute(&trial, "nobody was asked %s there", trial.unit->question);
        return;
    }
    for (size_t i = 0; i < index; i++)
        if (strcmp(units[i].pilot, trial.unit->pilot) == 0 &&
            strcmp(units[i].question, trial.unit->question) == 0)
            trial.before = &units[i];
    window_compare(&trial);
    counts_compare(&trial);
    state_compare(&trial);
}

/* --- the window --- */

static void window_compare(const struct trial *trial)
{
    const struct published_unit *unit = trial->unit, *before = trial->before;
    struct tally fresh;
    bool repeats =
        before != NULL && unit->first_week == before->first_week && unit->last_week == before->last_week;
    sum_of(trial, before != NULL ? before->last_week + 1 : 0, unit->week, &fresh);
    if (repeats)
        window_repeats(trial, &fresh);
    else
        window_advances(trial, &fresh);
}

static void window_repeats(const struct trial *trial, const struct tally *fresh)
{
    const struct published_unit *unit = trial->unit, *before = trial->before;
    if (fresh->answers.low >= ADVANCE_MIN)
        dispute(trial, "the window did not advance, though %" PRId64 " answers came after it",
                fresh->answers.low);
    if (unit->shows_figures != before->shows_figures || unit->positive != before->positive ||
        unit->neutral != before->neutral || unit->negative != before->negative ||
        unit->sent != before->sent || unit->delivered != before->delivered || unit->frame != before->frame ||
        strcmp(unit->state, before->state) != 0)
        dispute(trial, "the window repeats, but its figures changed");
}

static void window_advances(const struct trial *trial, const struct tally *fresh)
{
    const struct published_unit *unit = trial->unit;
    struct tally window, later;
    if (trial->before != NULL && fresh->answers.high < ADVANCE_MIN)
        dispute(trial, "the window advanced with only %" PRId64 " new answers", fresh->answers.high);
    if (unit->last_week > unit->week || asked_between(trial, unit->last_week + 1, unit->week))
        dispute(trial, "the window must end with the closing week");
    if (unit->first_week > unit->last_week || unit->last_week - unit->first_week >= WINDOW_WEEKS)
        dispute(trial, "the window must be of 1 to %d weeks", WINDOW_WEEKS);

    sum_of(trial, unit->first_week, unit->last_week, &window);
    bool reaches_back = asked_between(trial, unit->first_week, unit->last_week - 1);
    int64_t second_week = unit->first_week + 1; /* of the weeks in which somebody was asked */
    while (second_week < unit->last_week && !asked_between(trial, unit->first_week, second_week - 1))
        second_week++;
    sum_of(trial, second_week, unit->last_week, &later);
    if (reaches_back && later.answers.low >= WINDOW_ANSWERS)
        dispute(trial, "the window reaches back further than needed for %d answers", WINDOW_ANSWERS);
    if (window.answers.high < WINDOW_ANSWERS &&
        asked_between(trial, unit->last_week - WINDOW_WEEKS + 1, unit->first_week - 1))
        dispute(trial, "the window must reach back further: it has at most %" PRId64 " answers",
                window.answers.high);
}

/* --- the counts --- */

static void counts_compare(const struct trial *trial)
{
    const struct published_unit *unit = trial->unit;
    struct tally window;
    sum_of(trial, unit->first_week, unit->last_week, &window);
    int64_t surely_sent = window.told - trial->verdict->unknown;
    struct range sent = {surely_sent > window.proven ? surely_sent : window.proven, window.accepted};
    range_compare(trial, "sent", unit->sent, sent);
    int64_t size = trial->verdict->scenario->pilots[trial->pilot].size;
    if (unit->frame > size || unit->delivered > unit->sent || unit->sent > unit->drawn)
        dispute(trial, "delivered, sent, drawn and the target group do not fit into each other");

    bool hidden = window.answers.low < ANSWERS_MIN || size < ANSWERS_MIN;
    bool shown = window.answers.high >= ANSWERS_MIN && size >= ANSWERS_MIN;
    if (unit->shows_figures ? !shown : !hidden)
        dispute(trial, "figures are %s with %" PRId64 " answers of %" PRId64 " people",
                unit->shows_figures ? "shown" : "hidden", window.answers.high, size);
    if (!unit->shows_figures)
        return;
    range_compare(trial, "n", unit->answers, window.answers);
    range_compare(trial, "positive", unit->positive, window.feelings[FEELS_POSITIVE]);
    range_compare(trial, "neutral", unit->neutral, window.feelings[FEELS_NEUTRAL]);
    range_compare(trial, "negative", unit->negative, window.feelings[FEELS_NEGATIVE]);
    if (unit->positive + unit->neutral + unit->negative != unit->answers)
        dispute(trial, "positive, neutral and negative do not add up to n");
    rates_compare(trial, &window);
}

static int counted_questions(const struct scenario *scenario, const char *ref)
{
    int count = 0;
    for (size_t i = 0; i < scenario->questions_count; i++)
        count += asking_is_counted(scenario->questions[i].asking) &&
                 refs_share_survey(scenario->questions[i].ref, ref);
    return count;
}

/* Everybody who was sent the first question is in the rate, with n answers to it; only where all of that is exact. A
 * person who answered the first of several counted questions has not completed: then rr1 is at most the other. */
static void rates_compare(const struct trial *trial, const struct tally *window)
{
    const struct published_unit *unit = trial->unit;
    const struct scenario_question *question = &trial->verdict->scenario->questions[trial->question];
    bool exact = trial->verdict->unknown == 0 && window->answers.low == window->answers.high &&
                 window->asked == window->told && question->begins;
    if (!exact)
        return;
    double rate = (double)window->answers.low / (double)window->accepted;
    figure_compare(trial, "response_rate", unit->response_rate, rate);
    if (unit->rr1 > unit->response_rate + FIGURE_SLACK)
        dispute(trial, "rr1 is above response_rate");
    if (counted_questions(trial->verdict->scenario, question->ref) == 1)
        figure_compare(trial, "rr1", unit->rr1, rate);
}

static void range_compare(const struct trial *trial, const char *what, int64_t figure, struct range right)
{
    if (figure >= right.low && figure <= right.high)
        return;
    if (right.low == right.high)
        dispute(trial, "%s is %" PRId64 ", the ledger says %" PRId64, what, figure, right.low);
    else
        dispute(trial, "%s is %" PRId64 ", the ledger says %" PRId64 "..%" PRId64, what, figure, right.low,
                right.high);
}

/* --- the state --- */

static void state_compare(const struct trial *trial)
{
    const struct published_unit *unit = trial->unit;
    const struct scenario_question *question = &trial->verdict->scenario->questions[trial->question];
    if (!unit->shows_figures) {
        state_expect(trial, "too_few", false);
        return;
    }
    double low, high;
    double p_success = statistics_tail(unit->positive, unit->answers, question->goal);
    double p_failure = statistics_tail(unit->negative, unit->answers, question->ceiling);
    statistics_wilson(unit->positive, unit->answers, &low, &high);
    figure_compare(trial, "p_success", unit->p_success, p_success);
    figure_compare(trial, "p_failure", unit->p_failure, p_failure);
    figure_compare(trial, "wilson[0]", unit->wilson_low, low);
    figure_compare(trial, "wilson[1]", unit->wilson_high, high);
    if (fabs(p_success - LEVEL) < LEVEL_SLACK || fabs(p_failure - LEVEL) < LEVEL_SLACK)
        return;
    if (p_failure <= LEVEL)
        state_expect(trial, "failure", p_success <= LEVEL);
    else
        state_expect(trial, p_success <= LEVEL ? "success" : "no_signal", false);
}

static void state_expect(const struct trial *trial, const char *state, bool polarised)
{
    if (strcmp(trial->unit->state, state) != 0)
        dispute(trial, "the state is %s, the figures say %s", trial->unit->state, state);
    if (trial->unit->polarised != polarised)
        dispute(trial, "polarised is %s, the figures say %s", trial->unit->polarised ? "true" : "false",
                polarised ? "true" : "false");
}

static void figure_compare(const struct trial *trial, const char *what, double figure, double right)
{
    if (fabs(figure - right) > FIGURE_SLACK)
        dispute(trial, "%s is %.6f, expected %.6f", what, figure, right);
}

/* --- helpers --- */

static void sum_of(const struct trial *trial, int64_t first_week, int64_t last_week, struct tally *sum)
{
    tallies_sum(trial->verdict->tallies, trial->question, trial->pilot, first_week, last_week, sum);
}

static bool asked_between(const struct trial *trial, int64_t first_week, int64_t last_week)
{
    struct tally sum;
    sum_of(trial, first_week, last_week, &sum);
    return sum.asked > 0;
}

static void dispute(const struct trial *trial, const char *format, ...)
{
    char sentence[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    findings_add(trial->verdict->findings, "%s: %s", trial->name, sentence);
}
