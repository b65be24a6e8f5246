/* Weeks that are over. Their links are gone, so what is judged is sums: each person of the ledger may add one answer to one
 * of the counters, and what was published is what the counters say. */
#include "kill_trial.h"

#include <string.h>

static bool is_in_week(const struct trial *trial, const struct send_row *send, int64_t week_index)
{
    return send->accepted && send->step == 0 && !send->accepted_before &&
           week_index_at(trial->zone, send->at_ms) == week_index;
}

/* By value, how many of a week's people surely gave it, and how many may have. */
static int64_t week_bounds(const struct trial *trial, int64_t week_index, int64_t least[VALUES],
                           int64_t most[VALUES])
{
    int64_t people = 0;
    for (size_t i = 0; i < trial->rows->sends_count; i++) {
        const struct send_row *send = &trial->rows->sends[i];
        bool allowed[10];
        int choices = 0;
        if (!is_in_week(trial, send, week_index)) {
            continue;
        }
        people++;
        trial_values(trial, send, allowed);
        for (int value = 0; value < VALUES; value++) {
            choices += allowed[value];
            most[value] += allowed[value];
        }
        for (int value = 0; choices == 1 && value < VALUES; value++) {
            least[value] += allowed[value];
        }
    }
    return people;
}

static void judge_counters(struct trial *trial, int64_t index, const char *name)
{
    int64_t least[VALUES] = {0}, most[VALUES] = {0}, counted[VALUES] = {0}, sent = 0;
    int64_t people = week_bounds(trial, index, least, most);
    for (size_t i = 0; i < trial->stored->weeks_count; i++) {
        const struct stored_week *week = &trial->stored->weeks[i];
        for (int value = 1; week->index == index && value < VALUES; value++) {
            counted[value] += week->values[value];
        }
        sent += week->index == index ? week->sent : 0;
    }
    for (int value = 1; value < VALUES; value++) {
        if (counted[value] < least[value] || counted[value] > most[value]) {
            breach(trial, "week %s: the answer %d is counted %lld times, and was given %lld to %lld times",
                   name, value, (long long)counted[value], (long long)least[value], (long long)most[value]);
        }
    }
    if (sent > people || sent < people - sums_of(&trial->books->counts, "x:unknown_ever")) {
        breach(trial, "week %s: %lld people count as asked, the gateway took texts for %lld", name,
               (long long)sent, (long long)people);
    }
}

/* What was published of a unit is the sum of its counters in the figure's window. */
static void judge_figure(struct trial *trial, const struct stored_week *figure, const char *name)
{
    int64_t positive = 0, neutral = 0, negative = 0, sent = 0;
    for (size_t i = 0; i < trial->stored->weeks_count; i++) {
        const struct stored_week *week = &trial->stored->weeks[i];
        if (strcmp(week->pilot, figure->pilot) == 0 && week->index >= figure->first_week &&
            week->index <= figure->last_week) {
            negative += week->values[1] + week->values[2];
            neutral += week->values[3];
            positive += week->values[4] + week->values[5];
            sent += week->sent;
        }
    }
    bool shown = figure->answered >= 0;
    if (figure->figure_sent != sent ||
        (shown && (figure->answered != positive + neutral + negative || figure->positive != positive ||
                   figure->neutral != neutral || figure->negative != negative))) {
        breach(trial, "week %s: the published figure of %s is not what was counted", name, figure->pilot);
    }
}

static void judge_links(struct trial *trial, int64_t index, const char *name)
{
    for (size_t i = 0; i < trial->rows->sends_count; i++) {
        const struct send_row *send = &trial->rows->sends[i];
        if (is_in_week(trial, send, index) && stored_message(trial->stored, send->id) != NULL) {
            breach(trial, "week %s is published, but message %s still leads to a person", name, send->id);
        }
    }
}

void judge_weeks(struct trial *trial)
{
    for (size_t i = 0; i < trial->stored->published_count; i++) {
        int64_t index = trial->stored->published[i];
        char name[WEEK_SIZE];
        week_text(index, name);
        judge_counters(trial, index, name);
        judge_links(trial, index, name);
        for (size_t j = 0; j < trial->stored->weeks_count; j++) {
            const struct stored_week *week = &trial->stored->weeks[j];
            if (week->index == index && week->has_figure) {
                judge_figure(trial, week, name);
            } else if (week->index == index && week->pulses > 0) {
                breach(trial, "week %s: nothing was published of %s", name, week->pilot);
            }
        }
    }
}
