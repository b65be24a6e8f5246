/* The judge on texts that ask again, and on those that answer a matter of the person's own: it must agree with an honest
 * service, and name every defect. */
#include "defects.h"
#include "judge_fixture.h"

#define LATER_MS(hours) (MONDAY_MS + (hours)*HOUR_MS)

/* The network says that the invitation arrived. */
static void deliver(struct story *story, int64_t person)
{
    text_addf(&story->ledger,
              "{\"t\":\"receipt\",\"id\":\"d%" PRId64 "\",\"ref\":\"m%" PRId64
              "\",\"state\":\"delivered\",\"copy\":false,\"started_at\":1,\"answered_at\":1,\"status\":200,"
              "\"tries\":1}\n",
              person, person);
}

/* Somebody writes what nobody can read, an hour after being asked. */
static int64_t mumble(struct story *story, enum verdict_kind verdict)
{
    int64_t person = ask_one(story, TALK_A);
    story_say(story, person, "nothing", "meeting@1/forward", -1, LATER_MS(1), verdict);
    return person;
}

/* An answer that is counted, hidden among too few. */
static void speak(struct story *story, int64_t person, int value, int64_t at_ms)
{
    story_reply(story, person, value, false, at_ms);
    story->completed++;
}

/* --- asked once more --- */

static void plant_clarified(struct story *story)
{
    int64_t person = mumble(story, VERDICT_CLARIFIED);
    story_text(story, person, "clarify", LATER_MS(1));
    speak(story, person, 3, LATER_MS(2));
}

static void plant_unclear_twice(struct story *story)
{
    int64_t person = mumble(story, VERDICT_CLARIFIED);
    story_text(story, person, "clarify", LATER_MS(1));
    story_say(story, person, "nothing", "meeting@1/forward", -1, LATER_MS(2), VERDICT_UNPARSEABLE);
}

static void plant_remark(struct story *story)
{
    int64_t person = ask_one(story, TALK_A);
    speak(story, person, 3, LATER_MS(1));
    story_say(story, person, "nothing", NULL, -1, LATER_MS(2), VERDICT_COMMENT);
}

static void plant_unclear_to_volunteer(struct story *story)
{
    int64_t person = talk_one(story, 5);
    story_text(story, person, "meeting@1/join", LATER_MS(1));
    story_say(story, person, "nothing", "meeting@1/join", -1, LATER_MS(2), VERDICT_CLARIFIED);
    story_text(story, person, "clarify_volunteer", LATER_MS(2));
}

static void plant_answered_before_clarified(struct story *story)
{
    int64_t person = mumble(story, VERDICT_CLARIFIED);
    speak(story, person, 3, LATER_MS(2)); /* within the hour: what would have asked is withdrawn */
}

static void plant_not_clarified(struct story *story)
{
    (void)mumble(story, VERDICT_CLARIFIED);
}

static void plant_clarified_twice(struct story *story)
{
    int64_t person = mumble(story, VERDICT_CLARIFIED);
    story_text(story, person, "clarify", LATER_MS(1));
    story_text(story, person, "clarify", LATER_MS(2));
}

static void plant_clarified_for_nothing(struct story *story)
{
    int64_t person = ask_one(story, TALK_A);
    speak(story, person, 3, LATER_MS(1));
    story_text(story, person, "clarify", LATER_MS(1));
}

static void plant_clarified_wrongly(struct story *story)
{
    int64_t person = mumble(story, VERDICT_CLARIFIED);
    story_text(story, person, "clarify_volunteer", LATER_MS(1));
}

static void plant_clarified_at_night(struct story *story)
{
    int64_t person = ask_one(story, TALK_A);
    story_say(story, person, "nothing", "meeting@1/forward", -1, LATER_MS(16), VERDICT_CLARIFIED);
    story_text(story, person, "clarify", LATER_MS(16)); /* 02:00 */
}

static void plant_unclear_counted_as_unparseable(struct story *story)
{
    int64_t person = mumble(story, VERDICT_UNPARSEABLE);
    story_text(story, person, "clarify", LATER_MS(1));
}

static void plant_remark_clarified(struct story *story)
{
    plant_remark(story);
    story->verdicts[VERDICT_COMMENT]--;
    story->verdicts[VERDICT_CLARIFIED]++;
}

/* --- reminded --- */

static int64_t stay_silent(struct story *story)
{
    int64_t person = ask_one(story, TALK_A);
    deliver(story, person);
    return person;
}

static void plant_reminded(struct story *story)
{
    int64_t person = stay_silent(story);
    story_text(story, person, "reminder", LATER_MS(71));
    speak(story, person, 3, LATER_MS(80));
}

static void plant_reminded_after_help(struct story *story)
{
    int64_t person = stay_silent(story);
    story_say(story, person, "help", NULL, -1, LATER_MS(1), VERDICT_HELP);
    story_text(story, person, "help", LATER_MS(1));
    story_text(story, person, "reminder", LATER_MS(71));
}

static void plant_spoke_before_reminder(struct story *story)
{
    int64_t person = stay_silent(story);
    speak(story, person, 3, LATER_MS(70)); /* on the third day itself: either is right */
}

static void plant_not_reminded(struct story *story)
{
    (void)stay_silent(story);
}

static void plant_reminded_twice(struct story *story)
{
    int64_t person = stay_silent(story);
    story_text(story, person, "reminder", LATER_MS(71));
    story_text(story, person, "reminder", LATER_MS(95));
}

static void plant_reminded_early(struct story *story)
{
    int64_t person = stay_silent(story);
    story_text(story, person, "reminder", LATER_MS(48));
}

static void plant_reminded_undelivered(struct story *story)
{
    int64_t person = ask_one(story, TALK_A);
    story_text(story, person, "reminder", LATER_MS(71));
}

static void plant_reminded_who_answered(struct story *story)
{
    int64_t person = stay_silent(story);
    speak(story, person, 3, LATER_MS(1));
    story_text(story, person, "reminder", LATER_MS(71));
}

static void plant_reminded_after_stop(struct story *story)
{
    int64_t person = stay_silent(story);
    stop(story, person, LATER_MS(1));
    story_text(story, person, "reminder", LATER_MS(71));
}

/* --- a pause, a matter of their own, need --- */

static int64_t pause_surveys(struct story *story)
{
    int64_t person = ask_one(story, TALK_A);
    deliver(story, person);
    story_say(story, person, "pause", NULL, -1, LATER_MS(1), VERDICT_PAUSE);
    return person;
}

static void plant_pause(struct story *story)
{
    int64_t person = pause_surveys(story);
    story_text(story, person, "pause_confirm", LATER_MS(1));
}

static void plant_pause_unconfirmed(struct story *story)
{
    (void)pause_surveys(story);
}

static void plant_asked_in_a_pause(struct story *story)
{
    int64_t person = pause_surveys(story);
    story_text(story, person, "pause_confirm", LATER_MS(1));
    story_send(story, "again", person, "meeting@1/forward", true, MONDAY_MS + 4 * WEEK_MS);
}

static void plant_business(struct story *story)
{
    int64_t person = ask_one(story, TALK_A);
    story_say(story, person, "business", NULL, -1, LATER_MS(1), VERDICT_BUSINESS);
    story_text(story, person, "business", LATER_MS(1));
    speak(story, person, 3, LATER_MS(2));
}

static void plant_business_unanswered(struct story *story)
{
    int64_t person = ask_one(story, TALK_A);
    story_say(story, person, "business", NULL, -1, LATER_MS(1), VERDICT_BUSINESS);
}

static void plant_distress(struct story *story)
{
    int64_t person = ask_one(story, TALK_A);
    story_say(story, person, "distress", NULL, -1, LATER_MS(15), VERDICT_DISTRESS);
    story_text(story, person, "helpline", LATER_MS(15)); /* also at night */
}

static void plant_distress_overheard(struct story *story)
{
    int64_t person = ask_one(story, TALK_A);
    story_say(story, person, "distress", NULL, -1, LATER_MS(1), VERDICT_DISTRESS);
}

static void plant_distress_helped_late(struct story *story)
{
    int64_t person = ask_one(story, TALK_A);
    story_say(story, person, "distress", NULL, -1, LATER_MS(1), VERDICT_DISTRESS);
    story_text(story, person, "helpline", LATER_MS(9));
}

static const struct trial trials[] = {
    {"asked once more", plant_clarified, NULL},
    {"unclear twice", plant_unclear_twice, NULL},
    {"a remark after the answer", plant_remark, NULL},
    {"unclear to the volunteers' question", plant_unclear_to_volunteer, NULL},
    {"answered before it was asked for once more", plant_answered_before_clarified, NULL},
    {"reminded", plant_reminded, NULL},
    {"reminded after asking who asks", plant_reminded_after_help, NULL},
    {"spoke on the day of the reminder", plant_spoke_before_reminder, NULL},
    {"pause", plant_pause, NULL},
    {"business", plant_business, NULL},
    {"distress", plant_distress, NULL},
    {"not asked once more", plant_not_clarified, "is unclear, and was not asked for once more"},
    {"asked once more twice", plant_clarified_twice, "asked once more a second time"},
    {"asked once more for nothing", plant_clarified_for_nothing,
     "but nothing unclear was written to that question"},
    {"asked once more about another question", plant_clarified_wrongly,
     "but nothing unclear was written to that question"},
    {"asked once more at night", plant_clarified_at_night, "asked once more at night"},
    {"given up at once", plant_unclear_counted_as_unparseable,
     "0 replies counted as clarified, the ledger says 1..1"},
    {"a remark taken for an answer", plant_remark_clarified,
     "0 replies counted as comment, the ledger says 1..1"},
    {"not reminded", plant_not_reminded, "delivered, and nobody wrote: there was no reminder"},
    {"reminded twice", plant_reminded_twice, "reminded a second time"},
    {"reminded early", plant_reminded_early, "reminded too early, or too late"},
    {"reminded of nothing", plant_reminded_undelivered, "reminded of what was never delivered"},
    {"reminded after an answer", plant_reminded_who_answered, "somebody who had written was reminded"},
    {"reminded after STOP", plant_reminded_after_stop, "the conversation went on after STOP"},
    {"pause not confirmed", plant_pause_unconfirmed, "replies lead to pause_confirm 1 to 1 times"},
    {"asked in a pause", plant_asked_in_a_pause, "message again: the person was asked in a pause"},
    {"business not answered", plant_business_unanswered, "replies lead to business 1 to 1 times"},
    {"distress not answered", plant_distress_overheard, "somebody in need was not pointed to help at once"},
    {"distress answered late", plant_distress_helped_late,
     "somebody in need was not pointed to help at once"},
};

static void what_asks_again_is_judged(void **state)
{
    (void)state;
    judge_fixture_try(trials, sizeof trials / sizeof trials[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_asks_again_is_judged)};
    return JUDGE_MAIN(tests);
}
