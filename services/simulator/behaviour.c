/* Decisions of people, each from a draw of its own, so that changing one share of a scenario leaves the other
 * decisions as they were. People type only what the first reader understands when they mean an answer or
 * STOP. */
#include "simulator/behaviour.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define MINUTE_MS         INT64_C(60000)
#define RECEIPT_FIRST_MS  5000.0
#define RECEIPT_SPREAD_MS 295000.0
#define REPLY_FIRST_MS    ((double)MINUTE_MS)
#define REPLY_LAST_MS     (6.5 * (double)DAY_MS)
#define SECOND_AFTER_MS   DAY_MS
#define LATE_FIRST_MS     (8.0 * (double)DAY_MS)
#define LATE_SPREAD_MS    (2.0 * (double)DAY_MS)

/* One person with one text in hand. */
struct moment {
    const struct scenario *scenario;
    int64_t person;
    const char *kind; /* "survey", "other" */
    int64_t ordinal;
};

enum intention { INTEND_ANSWER, INTEND_STOP, INTEND_ANSWER_AND_STOP, INTEND_SECOND_ANSWER, INTEND_LATE };

static double draw(const struct moment *moment, const char *what);
static void decide_receipt(const struct moment *moment, struct behaviour *behaviour);
static enum intention decide_intention(const struct moment *moment);
static int decide_value(const struct moment *moment, const struct mood *mood, const char *what);
static void type_answer(const struct moment *moment, const char *what, int value,
                        struct planned_reply *reply);
static void type_stop(const struct moment *moment, struct planned_reply *reply);
static const char *pick(double draw, const char *const *words, size_t words_count);

void behaviour_decide(const struct scenario *scenario, int64_t person, int64_t ordinal, int64_t week_index,
                      struct behaviour *behaviour)
{
    struct moment moment = {scenario, person, "survey", ordinal};
    const struct scenario_pilot *pilot = person_pilot(scenario, person);
    const struct mood *mood = pilot->turns && week_index >= pilot->turn_week ? &pilot->turned : &pilot->mood;
    *behaviour = (struct behaviour){0};
    decide_receipt(&moment, behaviour);
    bool undelivered = behaviour->receipt != NULL && strcmp(behaviour->receipt, "delivered") != 0;
    if (undelivered || draw(&moment, "responds") >= pilot->response)
        return;

    enum intention intention = decide_intention(&moment);
    struct planned_reply *first = &behaviour->replies[0];
    double last_ms =
        intention == INTEND_SECOND_ANSWER ? REPLY_LAST_MS - (double)SECOND_AFTER_MS : REPLY_LAST_MS;
    double when = draw(&moment, "when");
    first->after_ms = (int64_t)(REPLY_FIRST_MS * pow(last_ms / REPLY_FIRST_MS, when)); /* log-uniform */
    behaviour->replies_count = 1;
    switch (intention) {
    case INTEND_STOP:
        type_stop(&moment, first);
        return;
    case INTEND_ANSWER_AND_STOP:
        first->value = decide_value(&moment, mood, "value");
        first->stop = true;
        (void)snprintf(first->text, sizeof first->text, "%d stop", first->value);
        return;
    case INTEND_LATE:
        first->after_ms = (int64_t)(LATE_FIRST_MS + LATE_SPREAD_MS * when);
        first->late = true;
        type_answer(&moment, "typing", decide_value(&moment, mood, "value"), first);
        return;
    case INTEND_SECOND_ANSWER:
        behaviour->replies_count = 2;
        behaviour->replies[1].after_ms = first->after_ms + SECOND_AFTER_MS;
        type_answer(&moment, "typing again", decide_value(&moment, mood, "value again"),
                    &behaviour->replies[1]);
        type_answer(&moment, "typing", decide_value(&moment, mood, "value"), first);
        return;
    case INTEND_ANSWER:
        type_answer(&moment, "typing", decide_value(&moment, mood, "value"), first);
        return;
    }
}

void behaviour_receive(const struct scenario *scenario, int64_t person, int64_t ordinal,
                       struct behaviour *behaviour)
{
    struct moment moment = {scenario, person, "other", ordinal};
    *behaviour = (struct behaviour){.receipt = "delivered"};
    behaviour->receipt_after_ms =
        (int64_t)(RECEIPT_FIRST_MS + RECEIPT_SPREAD_MS * draw(&moment, "receipt time"));
}

void behaviour_contradict(const struct planned_reply *reply, struct planned_reply *other)
{
    *other = (struct planned_reply){.after_ms = reply->after_ms, .late = reply->late};
    other->value = reply->value >= 3 ? 1 : 5; /* of another coding, so that it matters which one counts */
    (void)snprintf(other->text, sizeof other->text, "%d", other->value);
}

static double draw(const struct moment *moment, const char *what)
{
    char whole[96];
    (void)snprintf(whole, sizeof whole, "%s/%" PRId64 "/%s", moment->kind, moment->ordinal, what);
    return person_chance(moment->scenario, moment->person, whole);
}

static void decide_receipt(const struct moment *moment, struct behaviour *behaviour)
{
    const struct shares *shares = &moment->scenario->shares;
    double fate = draw(moment, "receipt");
    behaviour->receipt_after_ms =
        (int64_t)(RECEIPT_FIRST_MS + RECEIPT_SPREAD_MS * draw(moment, "receipt time"));
    if (fate < shares->undelivered)
        behaviour->receipt = "undelivered";
    else if (fate >= shares->undelivered + shares->no_receipt)
        behaviour->receipt = "delivered";
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
    return left < shares->late ? INTEND_LATE : INTEND_ANSWER;
}

static int decide_value(const struct moment *moment, const struct mood *mood, const char *what)
{
    double value = draw(moment, what);
    if (value < mood->negative)
        return value < mood->negative / 2 ? 1 : 2;
    if (value < mood->negative + mood->positive)
        return value < mood->negative + mood->positive / 2 ? 4 : 5;
    return 3;
}

/* Writes an answer the way this person writes, or words nobody can count. */
static void type_answer(const struct moment *moment, const char *what, int value, struct planned_reply *reply)
{
    static const char *const ends[] = {".", "!", "!!"};
    static const char *const comments[] = {"kiitos", "tack", "ok thanks", "kiitos avusta", "meni hyvin"};
    static const char *const unreadables[] = {"hyvä", "bra", "four", "viitonen", "ihan ok", "en tiedä"};
    const struct typing *typing = &moment->scenario->typing;
    char detail[32];
    double left = draw(moment, what);
    (void)snprintf(detail, sizeof detail, "%s/word", what);
    double word = draw(moment, detail);
    reply->value = value;
    if (left < typing->unreadable) {
        reply->value = 0;
        (void)text_copy(reply->text, sizeof reply->text,
                        pick(word, unreadables, sizeof unreadables / sizeof unreadables[0]));
        return;
    }
    left -= typing->unreadable;
    if (left < typing->commented) {
        (void)snprintf(reply->text, sizeof reply->text, "%d %s", value,
                       pick(word, comments, sizeof comments / sizeof comments[0]));
        return;
    }
    left -= typing->commented;
    if (left < typing->spaced) {
        (void)snprintf(reply->text, sizeof reply->text, " %d ", value);
        return;
    }
    left -= typing->spaced;
    bool punctuated = left < typing->punctuated;
    (void)snprintf(reply->text, sizeof reply->text, "%d%s", value,
                   punctuated ? pick(word, ends, sizeof ends / sizeof ends[0]) : "");
}

static void type_stop(const struct moment *moment, struct planned_reply *reply)
{
    static const char *const stops[] = {"STOP", "stop.", "Lopeta", "STOPP", "Stop!"};
    reply->stop = true;
    (void)text_copy(reply->text, sizeof reply->text,
                    pick(draw(moment, "stop word"), stops, sizeof stops / sizeof stops[0]));
}

static const char *pick(double draw_of_word, const char *const *words, size_t words_count)
{
    return words[(size_t)(draw_of_word * (double)words_count)];
}
