/* Decisions of people, each from a draw of its own, so that changing one share of a scenario leaves the other
 * decisions as they were. Who means something types it so that it can be read by the rules. */
#include "simulator/moment.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "simulator/scenario_questions.h"
#include "simulator/typing.h"

#define MINUTE_MS         INT64_C(60000)
#define RECEIPT_FIRST_MS  5000.0
#define RECEIPT_SPREAD_MS 295000.0
#define REPLY_LAST_MS     (6.5 * (double)DAY_MS)
#define TALK_LAST_MS      (12.0 * (double)HOUR_MS)
#define SECOND_SOON_MS    (10.0 * (double)MINUTE_MS)
#define SECOND_SPREAD_MS  (40.0 * (double)MINUTE_MS)
#define SECOND_AFTER_MS   DAY_MS
#define START_AFTER_MS    (2 * DAY_MS)
#define LATE_FIRST_MS     (8.0 * (double)DAY_MS)
#define LATE_SPREAD_MS    (2.0 * (double)DAY_MS)
#define LEAVE_FIRST_MS    (2.0 * (double)DAY_MS)
#define LEAVE_SPREAD_MS   (18.0 * (double)DAY_MS)

enum intention {
    INTEND_ANSWER,
    INTEND_STOP,
    INTEND_ANSWER_AND_STOP,
    INTEND_SECOND_ANSWER,
    INTEND_LATE,
    INTEND_WRONG_PERSON,
    INTEND_PAUSE,
    INTEND_BUSINESS,
    INTEND_DISTRESS
};

static void decide_receipt(const struct moment *moment, struct behaviour *behaviour);
static void decide_beginning(const struct moment *moment, struct behaviour *behaviour);
static void decide_follow_up(const struct moment *moment, struct behaviour *behaviour);
static void decide_name(const struct moment *moment, struct behaviour *behaviour);
static void decide_reminded(const struct moment *moment, struct behaviour *behaviour);
static void decide_clarified(const struct moment *moment, struct behaviour *behaviour);
static int volunteer_question(const struct moment *moment);
static enum intention decide_intention(const struct moment *moment);
static void second_thought(const struct moment *moment, struct behaviour *behaviour);
static void start_again(const struct moment *moment, struct behaviour *behaviour);
static void ask_first(const struct moment *moment, struct behaviour *behaviour);
static void answer_later(const struct moment *moment, struct behaviour *behaviour);
static void add_thanks(const struct moment *moment, struct behaviour *behaviour);

const char *meaning_name(enum meaning meaning)
{
    static const char *const names[MEANINGS] = {"nothing",      "value", "words",    "name",
                                                "stop",         "start", "help",     "leave",
                                                "wrong_person", "pause", "business", "distress"};
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
    bool asks_again = !asks && !asks_name && service_text_asks(received->text);
    if (asks_name)
        (void)text_copy(moment.kind, sizeof moment.kind, "name");
    if (asks_again)
        (void)text_copy(moment.kind, sizeof moment.kind,
                        service_text_name((enum service_text)received->text));
    *behaviour = (struct behaviour){.receipt = "delivered"};
    behaviour->receipt_after_ms =
        (int64_t)(RECEIPT_FIRST_MS + RECEIPT_SPREAD_MS * moment_draw(&moment, "receipt time"));
    if (asks || asks_name || asks_again)
        decide_receipt(&moment, behaviour);
    bool reached = behaviour->receipt == NULL || strcmp(behaviour->receipt, "delivered") == 0;
    if (reached && begins)
        decide_beginning(&moment, behaviour);
    else if (reached && asks)
        decide_follow_up(&moment, behaviour);
    else if (reached && asks_name)
        decide_name(&moment, behaviour);
    else if (reached && received->text == SERVICE_REMINDER)
        decide_reminded(&moment, behaviour);
    else if (reached && asks_again)
        decide_clarified(&moment, behaviour);
}

void behaviour_contradict(const struct scenario *scenario, int64_t person, const struct planned_reply *reply,
                          struct planned_reply *other)
{
    const struct scenario_question *question = &scenario->questions[reply->question];
    enum feeling feeling =
        question->feeling[reply->value] == FEELS_NEGATIVE ? FEELS_POSITIVE : FEELS_NEGATIVE;
    *other = *reply;
    other->stop = false;
    other->value =
        value_of_feeling(question, feeling, question->feeling[reply->value] == FEELS_NEGATIVE ? 0.99 : 0);
    type_value(scenario, person_language(scenario, person), other);
}

/* --- a text that begins a pulse --- */

static void decide_beginning(const struct moment *moment, struct behaviour *behaviour)
{
    const struct scenario_pilot *pilot = person_pilot(moment->scenario, moment->received->person);
    if (moment_draw(moment, "responds") >= pilot->response)
        return;
    enum intention intention = decide_intention(moment);
    double last_ms =
        intention == INTEND_SECOND_ANSWER ? REPLY_LAST_MS - (double)SECOND_AFTER_MS : REPLY_LAST_MS;
    double when = moment_draw(moment, "when");
    struct planned_reply *first =
        moment_reply(behaviour, moment->received->question, moment_after_ms(when, last_ms));
    switch (intention) {
    case INTEND_STOP:
        moment_command(moment, MEANS_STOP, "stop word", first);
        start_again(moment, behaviour);
        return;
    case INTEND_WRONG_PERSON:
        moment_command(moment, MEANS_WRONG_PERSON, "wrong person", first);
        return;
    case INTEND_ANSWER_AND_STOP:
        first->value = moment_value(moment, "value");
        type_value(moment->scenario, moment_language(moment), first);
        (void)strncat(first->text, " stop", sizeof first->text - strlen(first->text) - 1);
        first->stop = true;
        start_again(moment, behaviour);
        return;
    case INTEND_PAUSE:
        moment_command(moment, MEANS_PAUSE, "pause word", first);
        start_again(moment, behaviour);
        return;
    case INTEND_BUSINESS:
        moment_command(moment, MEANS_BUSINESS, "business", first);
        answer_later(moment, behaviour);
        return;
    case INTEND_DISTRESS:
        moment_command(moment, MEANS_DISTRESS, "distress", first);
        return;
    case INTEND_LATE:
        first->after_ms = (int64_t)(LATE_FIRST_MS + LATE_SPREAD_MS * when);
        first->late = true;
        moment_answer(moment, "typing", first);
        return;
    case INTEND_SECOND_ANSWER:
        moment_answer(moment, "typing", first);
        second_thought(moment, behaviour);
        return;
    case INTEND_ANSWER:
        moment_answer(moment, "typing", first);
        ask_first(moment, behaviour);
        add_thanks(moment, behaviour);
        return;
    }
}

static enum intention decide_intention(const struct moment *moment)
{
    const struct shares *shares = &moment->scenario->shares;
    double left = moment_draw(moment, "intention");
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
    left -= shares->late;
    if (left < shares->wrong_person)
        return INTEND_WRONG_PERSON;
    left -= shares->wrong_person;
    if (left < shares->pause)
        return INTEND_PAUSE;
    left -= shares->pause;
    if (left < shares->business)
        return INTEND_BUSINESS;
    return left - shares->business < shares->distress ? INTEND_DISTRESS : INTEND_ANSWER;
}

/* Another answer, within the hour or a day later; but who is asked for own words then writes those. */
static void second_thought(const struct moment *moment, struct behaviour *behaviour)
{
    const struct planned_reply *first = &behaviour->replies[0];
    const struct scenario_question *question = &moment->scenario->questions[first->question];
    int next = first->value != NOTHING ? question->next[first->value] : NOTHING;
    if (next != NOTHING && moment->scenario->questions[next].asking == ASKS_WORDS)
        return;
    double when = moment_draw(moment, "second when");
    int64_t after_ms =
        when < 0.5 ? (int64_t)(SECOND_SOON_MS + SECOND_SPREAD_MS * 2 * when) : (int64_t)SECOND_AFTER_MS;
    moment_answer(moment, "typing again",
                  moment_reply(behaviour, first->question, first->after_ms + after_ms));
}

static void start_again(const struct moment *moment, struct behaviour *behaviour)
{
    if (moment_draw(moment, "starts again") >= moment->scenario->shares.start_after_stop)
        return;
    moment_command(moment, MEANS_START, "start word",
                   moment_reply(behaviour, NOTHING, behaviour->replies[0].after_ms + START_AFTER_MS));
}

/* INFO, half-way to the answer. */
static void ask_first(const struct moment *moment, struct behaviour *behaviour)
{
    if (moment_draw(moment, "asks first") >= moment->scenario->shares.help_first)
        return;
    struct planned_reply its_answer = behaviour->replies[0];
    behaviour->replies_count = 0;
    moment_command(moment, MEANS_HELP, "help word",
                   moment_reply(behaviour, NOTHING, its_answer.after_ms / 2));
    behaviour->replies[behaviour->replies_count++] = its_answer;
}

/* Half of those who wrote about a matter of their own come to the question, too, within the hour. */
static void answer_later(const struct moment *moment, struct behaviour *behaviour)
{
    double when = moment_draw(moment, "answers later");
    int64_t after_ms =
        behaviour->replies[0].after_ms + (int64_t)(SECOND_SOON_MS + SECOND_SPREAD_MS * 2 * when);
    if (when < 0.5 && moment_is_in_time(moment, after_ms))
        moment_answer(moment, "typing", moment_reply(behaviour, moment->received->question, after_ms));
}

/* "Thanks!", some minutes after an answer that leads to no question for own words: there it would be some. */
static void add_thanks(const struct moment *moment, struct behaviour *behaviour)
{
    const struct planned_reply *last = &behaviour->replies[behaviour->replies_count - 1];
    const struct scenario_question *question = &moment->scenario->questions[last->question];
    int next = last->value != NOTHING ? question->next[last->value] : NOTHING;
    int64_t after_ms =
        last->after_ms + (int64_t)(SECOND_SOON_MS + SECOND_SPREAD_MS * moment_draw(moment, "thanks when"));
    if (last->value == NOTHING ||
        (next != NOTHING && moment->scenario->questions[next].asking == ASKS_WORDS) ||
        moment_draw(moment, "thanks") >= moment->scenario->shares.afterthought ||
        !moment_is_in_time(moment, after_ms))
        return;
    moment_command(moment, MEANS_NOTHING, "thanks words", moment_reply(behaviour, NOTHING, after_ms));
}

/* --- what follows in the conversation --- */

static void decide_follow_up(const struct moment *moment, struct behaviour *behaviour)
{
    const struct scenario_question *question = &moment->scenario->questions[moment->received->question];
    int64_t after_ms = moment_after_ms(moment_draw(moment, "when"), TALK_LAST_MS);
    if (moment_draw(moment, "responds") >= question->answer || !moment_is_in_time(moment, after_ms))
        return;
    struct planned_reply *reply = moment_reply(behaviour, moment->received->question, after_ms);
    if (question->asking == ASKS_WORDS)
        type_words(moment->scenario, moment_language(moment), moment_draw(moment, "words"), reply);
    else
        moment_answer(moment, "typing", reply);
    bool joins = question->asking == ASKS_VOLUNTEER && reply->value == 1;
    if (joins && moment_draw(moment, "leaves") < moment->scenario->shares.leave) {
        double when = moment_draw(moment, "leaves when");
        moment_command(
            moment, MEANS_LEAVE, "leave word",
            moment_reply(behaviour, NOTHING, after_ms + (int64_t)(LEAVE_FIRST_MS + LEAVE_SPREAD_MS * when)));
    }
}

static void decide_name(const struct moment *moment, struct behaviour *behaviour)
{
    int64_t after_ms = moment_after_ms(moment_draw(moment, "when"), TALK_LAST_MS);
    if (moment_draw(moment, "responds") < moment->scenario->shares.name &&
        moment_is_in_time(moment, after_ms))
        moment_command(moment, MEANS_NAME, "name", moment_reply(behaviour, NOTHING, after_ms));
}

/* --- what asks again --- */

/* Only who had not meant to write at all: the others keep to what they decided. */
static void decide_reminded(const struct moment *moment, struct behaviour *behaviour)
{
    const struct scenario_pilot *pilot = person_pilot(moment->scenario, moment->received->person);
    struct received received = *moment->received;
    struct moment asked = *moment;
    int64_t after_ms = moment_after_ms(moment_draw(moment, "when"), TALK_LAST_MS);
    received.question = (int)pilot->question;
    asked.received = &received;
    if (moment_draw_as(moment, "survey", "responds") < pilot->response ||
        !moment_is_in_time(moment, after_ms) ||
        moment_draw(moment, "responds") >= moment->scenario->shares.reminded)
        return;
    moment_answer(&asked, "typing", moment_reply(behaviour, received.question, after_ms));
}

/* Plainly this time, or once more so that nobody can tell. */
static void decide_clarified(const struct moment *moment, struct behaviour *behaviour)
{
    const struct shares *shares = &moment->scenario->shares;
    struct received received = *moment->received;
    struct moment asked = *moment;
    int64_t after_ms = moment_after_ms(moment_draw(moment, "when"), TALK_LAST_MS);
    double share = moment_draw(moment, "responds");
    received.question = received.text == SERVICE_CLARIFY
                            ? (int)person_pilot(moment->scenario, received.person)->question
                            : volunteer_question(moment);
    asked.received = &received;
    if (received.question == NOTHING || share >= shares->clarified + shares->unclear_again ||
        !moment_is_in_time(moment, after_ms))
        return;
    struct planned_reply *reply = moment_reply(behaviour, received.question, after_ms);
    if (share < shares->clarified) {
        reply->value = moment_value(&asked, "value");
        type_value(moment->scenario, moment_language(moment), reply);
    } else {
        type_unclear(moment->scenario, moment_language(moment), moment_draw(moment, "unclear"), reply);
    }
}

/* Of the survey that the person is asked. */
static int volunteer_question(const struct moment *moment)
{
    const struct scenario *scenario = moment->scenario;
    size_t first = person_pilot(scenario, moment->received->person)->question;
    for (size_t i = first; i < scenario->questions_count; i++)
        if (scenario->questions[i].asking == ASKS_VOLUNTEER &&
            refs_share_survey(scenario->questions[i].ref, scenario->questions[first].ref))
            return (int)i;
    return NOTHING;
}

/* --- helpers --- */

static void decide_receipt(const struct moment *moment, struct behaviour *behaviour)
{
    const struct shares *shares = &moment->scenario->shares;
    double fate = moment_draw(moment, "receipt");
    behaviour->receipt = NULL;
    if (fate < shares->undelivered)
        behaviour->receipt = "undelivered";
    else if (fate >= shares->undelivered + shares->no_receipt)
        behaviour->receipt = "delivered";
}
