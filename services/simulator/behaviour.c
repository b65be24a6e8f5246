/* Decisions of people, each from a draw of its own, so that changing one share of a scenario leaves the other
 * decisions as they were. People type only what the reader understands when they mean something. */
#include "simulator/behaviour.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "simulator/typing.h"

#define MINUTE_MS         INT64_C(60000)
#define RECEIPT_FIRST_MS  5000.0
#define RECEIPT_SPREAD_MS 295000.0
#define REPLY_FIRST_MS    ((double)MINUTE_MS)
#define REPLY_LAST_MS     (6.5 * (double)DAY_MS)
#define TALK_LAST_MS      (12.0 * (double)HOUR_MS)
#define WINDOW_LAST_MS    (7 * DAY_MS - 3 * HOUR_MS) /* nobody goes on talking near the end of the seven days */
#define SECOND_SOON_MS    (10.0 * (double)MINUTE_MS)
#define SECOND_SPREAD_MS  (40.0 * (double)MINUTE_MS)
#define SECOND_AFTER_MS   DAY_MS
#define START_AFTER_MS    (2 * DAY_MS)
#define LATE_FIRST_MS     (8.0 * (double)DAY_MS)
#define LATE_SPREAD_MS    (2.0 * (double)DAY_MS)
#define LEAVE_FIRST_MS    (2.0 * (double)DAY_MS)
#define LEAVE_SPREAD_MS   (18.0 * (double)DAY_MS)

/* One person with one text in hand. */
struct moment {
    const struct scenario *scenario;
    const struct received *received;
    char kind[96]; /* begins the names of the draws */
};

enum intention {
    INTEND_ANSWER,
    INTEND_STOP,
    INTEND_ANSWER_AND_STOP,
    INTEND_SECOND_ANSWER,
    INTEND_LATE,
    INTEND_WRONG_PERSON
};

static double draw(const struct moment *moment, const char *what);
static void decide_receipt(const struct moment *moment, struct behaviour *behaviour);
static void decide_beginning(const struct moment *moment, struct behaviour *behaviour);
static void decide_follow_up(const struct moment *moment, struct behaviour *behaviour);
static void decide_name(const struct moment *moment, struct behaviour *behaviour);
static enum intention decide_intention(const struct moment *moment);
static void answer(const struct moment *moment, const char *what, struct planned_reply *reply);
static int decide_value(const struct moment *moment, const char *what);
static int value_of(const struct scenario_question *question, enum feeling feeling, double share);
static void second_thought(const struct moment *moment, struct behaviour *behaviour);
static void start_again(const struct moment *moment, struct behaviour *behaviour);
static void ask_first(const struct moment *moment, struct behaviour *behaviour);
static struct planned_reply *reply_add(struct behaviour *behaviour, int question, int64_t after_ms);
static void command(const struct moment *moment, enum meaning meaning, const char *what,
                    struct planned_reply *reply);
static bool is_in_time(const struct moment *moment, int64_t after_ms);
static int64_t log_uniform(double share, double last_ms);
static const char *language_of(const struct moment *moment);

const char *meaning_name(enum meaning meaning)
{
    static const char *const names[MEANINGS] = {"nothing", "value", "words", "name",        "stop",
                                                "start",   "help",  "leave", "wrong_person"};
    return names[meaning];
}

void behaviour_decide(const struct scenario *scenario, const struct received *received,
                      struct behaviour *behaviour)
{
    struct moment moment = {.scenario = scenario, .received = received};
    bool asks = received->question != NOTHING,
         begins = asks && scenario->questions[received->question].begins;
    bool asks_name = received->text == SERVICE_VOLUNTEER_NAME;
    (void)text_copy(moment.kind, sizeof moment.kind, begins ? "survey" : "other");
    if (asks && !begins)
        (void)text_copy(moment.kind, sizeof moment.kind, scenario->questions[received->question].ref);
    if (asks_name)
        (void)text_copy(moment.kind, sizeof moment.kind, "name");
    *behaviour = (struct behaviour){.receipt = "delivered"};
    behaviour->receipt_after_ms =
        (int64_t)(RECEIPT_FIRST_MS + RECEIPT_SPREAD_MS * draw(&moment, "receipt time"));
    if (asks || asks_name)
        decide_receipt(&moment, behaviour);
    bool reached = behaviour->receipt == NULL || strcmp(behaviour->receipt, "delivered") == 0;
    if (reached && begins)
        decide_beginning(&moment, behaviour);
    else if (reached && asks)
        decide_follow_up(&moment, behaviour);
    else if (reached && asks_name)
        decide_name(&moment, behaviour);
}

void behaviour_contradict(const struct scenario *scenario, int64_t person, const struct planned_reply *reply,
                          struct planned_reply *other)
{
    const struct scenario_question *question = &scenario->questions[reply->question];
    enum feeling feeling =
        question->feeling[reply->value] == FEELS_NEGATIVE ? FEELS_POSITIVE : FEELS_NEGATIVE;
    *other = *reply;
    other->stop = false;
    other->value = value_of(question, feeling, question->feeling[reply->value] == FEELS_NEGATIVE ? 0.99 : 0);
    type_value(scenario, person_language(scenario, person), other);
}

/* --- a text that begins a pulse --- */

static void decide_beginning(const struct moment *moment, struct behaviour *behaviour)
{
    const struct scenario_pilot *pilot = person_pilot(moment->scenario, moment->received->person);
    if (draw(moment, "responds") >= pilot->response)
        return;
    enum intention intention = decide_intention(moment);
    double last_ms =
        intention == INTEND_SECOND_ANSWER ? REPLY_LAST_MS - (double)SECOND_AFTER_MS : REPLY_LAST_MS;
    double when = draw(moment, "when");
    struct planned_reply *first =
        reply_add(behaviour, moment->received->question, log_uniform(when, last_ms));
    switch (intention) {
    case INTEND_STOP:
        command(moment, MEANS_STOP, "stop word", first);
        start_again(moment, behaviour);
        return;
    case INTEND_WRONG_PERSON:
        command(moment, MEANS_WRONG_PERSON, "wrong person", first);
        return;
    case INTEND_ANSWER_AND_STOP:
        first->value = decide_value(moment, "value");
        type_value(moment->scenario, language_of(moment), first);
        (void)strncat(first->text, " stop", sizeof first->text - strlen(first->text) - 1);
        first->stop = true;
        start_again(moment, behaviour);
        return;
    case INTEND_LATE:
        first->after_ms = (int64_t)(LATE_FIRST_MS + LATE_SPREAD_MS * when);
        first->late = true;
        answer(moment, "typing", first);
        return;
    case INTEND_SECOND_ANSWER:
        answer(moment, "typing", first);
        second_thought(moment, behaviour);
        return;
    case INTEND_ANSWER:
        answer(moment, "typing", first);
        ask_first(moment, behaviour);
        return;
    }
}

static enum intention decide_intention(const struct moment *moment)
{
    const struct shares *shares = &moment->scenario->shares;
    double left = draw(moment, "intention");
    if (left < shares->stop)
        return INTEND_STOP;
    left -= shares->stop;
    if (left < shares->answer_and_stop)
        return INTEND_ANSWER_AND_STOP;
    left -= shares->answer_and_stop;
    if (left < shares->second_answer)
        return INTEND_SECOND_ANSWER;
    left -= shares->second_answer;
    if (left < shares->late)
        return INTEND_LATE;
    return left - shares->late < shares->wrong_person ? INTEND_WRONG_PERSON : INTEND_ANSWER;
}

/* Another answer, within the hour or a day later; but who is asked for own words then writes those. */
static void second_thought(const struct moment *moment, struct behaviour *behaviour)
{
    const struct planned_reply *first = &behaviour->replies[0];
    const struct scenario_question *question = &moment->scenario->questions[first->question];
    int next = first->value != NOTHING ? question->next[first->value] : NOTHING;
    if (next != NOTHING && moment->scenario->questions[next].asking == ASKS_WORDS)
        return;
    double when = draw(moment, "second when");
    int64_t after_ms =
        when < 0.5 ? (int64_t)(SECOND_SOON_MS + SECOND_SPREAD_MS * 2 * when) : (int64_t)SECOND_AFTER_MS;
    answer(moment, "typing again", reply_add(behaviour, first->question, first->after_ms + after_ms));
}

static void start_again(const struct moment *moment, struct behaviour *behaviour)
{
    if (draw(moment, "starts again") >= moment->scenario->shares.start_after_stop)
        return;
    command(moment, MEANS_START, "start word",
            reply_add(behaviour, NOTHING, behaviour->replies[0].after_ms + START_AFTER_MS));
}

/* INFO, half-way to the answer. */
static void ask_first(const struct moment *moment, struct behaviour *behaviour)
{
    if (draw(moment, "asks first") >= moment->scenario->shares.help_first)
        return;
    struct planned_reply its_answer = behaviour->replies[0];
    behaviour->replies_count = 0;
    command(moment, MEANS_HELP, "help word", reply_add(behaviour, NOTHING, its_answer.after_ms / 2));
    behaviour->replies[behaviour->replies_count++] = its_answer;
}

/* --- what follows in the conversation --- */

static void decide_follow_up(const struct moment *moment, struct behaviour *behaviour)
{
    const struct scenario_question *question = &moment->scenario->questions[moment->received->question];
    int64_t after_ms = log_uniform(draw(moment, "when"), TALK_LAST_MS);
    if (draw(moment, "responds") >= question->answer || !is_in_time(moment, after_ms))
        return;
    struct planned_reply *reply = reply_add(behaviour, moment->received->question, after_ms);
    if (question->asking == ASKS_WORDS)
        type_words(moment->scenario, language_of(moment), draw(moment, "words"), reply);
    else
        answer(moment, "typing", reply);
    bool joins = question->asking == ASKS_VOLUNTEER && reply->value == 1;
    if (joins && draw(moment, "leaves") < moment->scenario->shares.leave) {
        double when = draw(moment, "leaves when");
        command(moment, MEANS_LEAVE, "leave word",
                reply_add(behaviour, NOTHING, after_ms + (int64_t)(LEAVE_FIRST_MS + LEAVE_SPREAD_MS * when)));
    }
}

static void decide_name(const struct moment *moment, struct behaviour *behaviour)
{
    int64_t after_ms = log_uniform(draw(moment, "when"), TALK_LAST_MS);
    if (draw(moment, "responds") < moment->scenario->shares.name && is_in_time(moment, after_ms))
        command(moment, MEANS_NAME, "name", reply_add(behaviour, NOTHING, after_ms));
}

/* --- answers --- */

static void answer(const struct moment *moment, const char *what, struct planned_reply *reply)
{
    char detail[32];
    bool again = strcmp(what, "typing again") == 0;
    reply->value = decide_value(moment, again ? "value again" : "value");
    (void)snprintf(detail, sizeof detail, "%s/word", what);
    type_answer(moment->scenario, language_of(moment), draw(moment, what), draw(moment, detail), reply);
}

static int decide_value(const struct moment *moment, const char *what)
{
    const struct scenario *scenario = moment->scenario;
    const struct scenario_question *question = &scenario->questions[moment->received->question];
    const struct scenario_pilot *pilot = person_pilot(scenario, moment->received->person);
    int64_t week = week_index_at(scenario->zone, moment->received->began_at_ms);
    struct mood mood = pilot->turns && week >= pilot->turn_week ? pilot->turned : pilot->mood;
    if (question->asking == ASKS_VOLUNTEER)
        mood = (struct mood){.positive = question->yes, .negative = 1 - question->yes};
    double share = draw(moment, what);
    if (value_of(question, FEELS_NEUTRAL, 0) == NOTHING) /* nothing in between */
        share *= mood.positive + mood.negative;
    if (share < mood.negative)
        return value_of(question, FEELS_NEGATIVE, share / mood.negative);
    if (share < mood.negative + mood.positive)
        return value_of(question, FEELS_POSITIVE, (share - mood.negative) / mood.positive);
    return value_of(question, FEELS_NEUTRAL, draw(moment, "between"));
}

/* One of the values of that feeling, by a share in [0, 1]; NOTHING if there is none. */
static int value_of(const struct scenario_question *question, enum feeling feeling, double share)
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

/* --- helpers --- */

static double draw(const struct moment *moment, const char *what)
{
    char whole[160];
    (void)snprintf(whole, sizeof whole, "%s/%" PRId64 "/%s", moment->kind, moment->received->ordinal, what);
    return person_chance(moment->scenario, moment->received->person, whole);
}

static void decide_receipt(const struct moment *moment, struct behaviour *behaviour)
{
    const struct shares *shares = &moment->scenario->shares;
    double fate = draw(moment, "receipt");
    behaviour->receipt = NULL;
    if (fate < shares->undelivered)
        behaviour->receipt = "undelivered";
    else if (fate >= shares->undelivered + shares->no_receipt)
        behaviour->receipt = "delivered";
}

static struct planned_reply *reply_add(struct behaviour *behaviour, int question, int64_t after_ms)
{
    struct planned_reply *reply = &behaviour->replies[behaviour->replies_count++];
    *reply = (struct planned_reply){.after_ms = after_ms, .question = question, .value = NOTHING};
    return reply;
}

static void command(const struct moment *moment, enum meaning meaning, const char *what,
                    struct planned_reply *reply)
{
    reply->meaning = meaning;
    reply->stop = meaning == MEANS_STOP;
    reply->question = NOTHING;
    type_command(language_of(moment), draw(moment, what), reply);
}

static bool is_in_time(const struct moment *moment, int64_t after_ms)
{
    return moment->received->at_ms + after_ms < moment->received->began_at_ms + WINDOW_LAST_MS;
}

/* From a minute to last_ms, the short ones as likely as the long. */
static int64_t log_uniform(double share, double last_ms)
{
    return (int64_t)(REPLY_FIRST_MS * pow(last_ms / REPLY_FIRST_MS, share));
}

static const char *language_of(const struct moment *moment)
{
    return person_language(moment->scenario, moment->received->person);
}
