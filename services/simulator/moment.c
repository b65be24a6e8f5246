/* Draws by name, so that changing one share of a scenario leaves the other decisions as they were; and what follows from
 * them: values by mood and feeling, texts by language. */
#include "simulator/moment.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "simulator/typing.h"

#define REPLY_FIRST_MS 60000.0
#define WINDOW_LAST_MS (7 * DAY_MS - 3 * HOUR_MS) /* nobody goes on talking near the end of the seven days */

double moment_draw(const struct moment *moment, const char *what)
{
    return moment_draw_as(moment, moment->kind, what);
}

double moment_draw_as(const struct moment *moment, const char *kind, const char *what)
{
    char whole[160];
    (void)snprintf(whole, sizeof whole, "%s/%" PRId64 "/%s", kind, moment->received->ordinal, what);
    return person_chance(moment->scenario, moment->received->person, whole);
}

struct planned_reply *moment_reply(struct behaviour *behaviour, int question, int64_t after_ms)
{
    struct planned_reply *reply = &behaviour->replies[behaviour->replies_count++];
    *reply = (struct planned_reply){.after_ms = after_ms, .question = question, .value = NOTHING};
    return reply;
}

void moment_command(const struct moment *moment, enum meaning meaning, const char *what,
                    struct planned_reply *reply)
{
    reply->meaning = meaning;
    reply->stop = meaning == MEANS_STOP;
    reply->question = NOTHING;
    type_command(moment_language(moment), moment_draw(moment, what), reply);
}

void moment_answer(const struct moment *moment, const char *what, struct planned_reply *reply)
{
    char detail[32];
    bool again = strcmp(what, "typing again") == 0;
    reply->value = moment_value(moment, again ? "value again" : "value");
    (void)snprintf(detail, sizeof detail, "%s/word", what);
    type_answer(moment->scenario, moment_language(moment), moment_draw(moment, what),
                moment_draw(moment, detail), reply);
}

int moment_value(const struct moment *moment, const char *what)
{
    const struct scenario *scenario = moment->scenario;
    const struct scenario_question *question = &scenario->questions[moment->received->question];
    const struct scenario_pilot *pilot = person_pilot(scenario, moment->received->person);
    int64_t week = week_index_at(scenario->zone, moment->received->began_at_ms);
    struct mood mood = pilot->turns && week >= pilot->turn_week ? pilot->turned : pilot->mood;
    if (question->asking == ASKS_VOLUNTEER)
        mood = (struct mood){.positive = question->yes, .negative = 1 - question->yes};
    double share = moment_draw(moment, what);
    if (value_of_feeling(question, FEELS_NEUTRAL, 0) == NOTHING) /* nothing in between */
        share *= mood.positive + mood.negative;
    if (share < mood.negative)
        return value_of_feeling(question, FEELS_NEGATIVE, share / mood.negative);
    if (share < mood.negative + mood.positive)
        return value_of_feeling(question, FEELS_POSITIVE, (share - mood.negative) / mood.positive);
    return value_of_feeling(question, FEELS_NEUTRAL, moment_draw(moment, "between"));
}

int value_of_feeling(const struct scenario_question *question, enum feeling feeling, double share)
{
    int values[ANSWER_VALUES], count = 0;
    for (int i = 0; i < ANSWER_VALUES; i++)
        if (question->feeling[i] == (signed char)feeling)
            values[count++] = i;
    if (count == 0)
        return NOTHING;
    int at = (int)(share * count);
    return values[at < count ? at : count - 1];
}

bool moment_is_in_time(const struct moment *moment, int64_t after_ms)
{
    return moment->received->at_ms + after_ms < moment->received->began_at_ms + WINDOW_LAST_MS;
}

int64_t moment_after_ms(double share, double last_ms)
{
    return (int64_t)(REPLY_FIRST_MS * pow(last_ms / REPLY_FIRST_MS, share));
}

const char *moment_language(const struct moment *moment)
{
    return person_language(moment->scenario, moment->received->person);
}
