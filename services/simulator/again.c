/* Pulse by pulse. What must have been sent is judged only where nothing may have come between: another reply, the end of the
 * pulse, the end of the ledger. */
#include "simulator/again.h"

#define NIGHT_MS       (15 * HOUR_MS) /* within it a text must have been sent: a night, and slack */
#define REMINDED_DAYS  3              /* after the day of asking */
#define HELPED_SOON_MS (2 * HOUR_MS)

static void clarify_check(const struct person_evidence *person, const struct pulse *pulse,
                          struct findings *findings);
static bool must_be_clarified(const struct person_evidence *person, const struct pulse *pulse,
                              const struct reply_given *reply);
static bool is_about_its_question(const struct person_evidence *person, const struct text_given *text);
static void reminder_check(const struct person_evidence *person, const struct pulse *pulse,
                           struct findings *findings);
static void helpline_check(const struct person_evidence *person, const struct reply_given *reply,
                           struct findings *findings);
static bool is_recognised(const struct person_evidence *person, enum service_text text);
static const char *name_of(const struct person_evidence *person, size_t message);

void again_check(const struct person_evidence *person, struct findings *findings)
{
    for (size_t i = 0; i < person->pulses_count; i++) {
        if (is_recognised(person, SERVICE_CLARIFY))
            clarify_check(person, &person->pulses[i], findings);
        if (is_recognised(person, SERVICE_REMINDER))
            reminder_check(person, &person->pulses[i], findings);
    }
    for (size_t i = 0; i < person->replies_count && is_recognised(person, SERVICE_HELPLINE); i++)
        helpline_check(person, &person->replies[i], findings);
}

/* --- asked once more --- */

static bool clarifies(const struct text_given *text)
{
    return text->text == SERVICE_CLARIFY || text->text == SERVICE_CLARIFY_VOLUNTEER;
}

static void clarify_check(const struct person_evidence *person, const struct pulse *pulse,
                          struct findings *findings)
{
    int given = 0;
    bool must = false;
    for (size_t i = 0; i < person->texts_count; i++) {
        const struct text_given *text = &person->texts[i];
        if (!clarifies(text) || text_pulse(person, text) != pulse)
            continue;
        const char *name = name_of(person, text->message);
        if (++given > 1)
            findings_add(findings, "message %s: asked once more a second time", name);
        if (!is_about_its_question(person, text))
            findings_add(findings,
                         "message %s: asked once more, but nothing unclear was written to that question",
                         name);
        if (people_sleep(person->scenario->zone, text->at_ms))
            findings_add(findings, "message %s: asked once more at night", name);
    }
    for (size_t i = 0; i < person->replies_count; i++)
        must |= must_be_clarified(person, pulse, &person->replies[i]);
    if (must && given == 0)
        findings_add(findings,
                     "message %s: what was written to it is unclear, and was not asked for once more",
                     name_of(person, pulse->message));
}

/* Nothing came after it that may have made it needless. */
static bool must_be_clarified(const struct person_evidence *person, const struct pulse *pulse,
                              const struct reply_given *reply)
{
    struct place place;
    place_of(person, reply, &place);
    if (!reply->answered || place.pulse != pulse ||
        verdicts_of(person, reply, &place) != 1U << VERDICT_CLARIFIED ||
        reply->answered_ms + NIGHT_MS > pulse->asked_ms + WINDOW_MS ||
        reply->answered_ms + NIGHT_MS > person->evidence->end_ms)
        return false;
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *other = &person->replies[i];
        if (other != reply && other->ended > reply->began &&
            other->started_ms < reply->answered_ms + NIGHT_MS)
            return false;
    }
    return true;
}

/* Some reply before it may be unclear at a step of that kind. */
static bool is_about_its_question(const struct person_evidence *person, const struct text_given *text)
{
    const struct scenario *scenario = person->scenario;
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *reply = &person->replies[i];
        struct place place;
        place_of(person, reply, &place);
        if (reply->began > text->moment || place.pulse != text_pulse(person, text) ||
            (verdicts_of(person, reply, &place) & 1U << VERDICT_CLARIFIED) == 0)
            continue;
        for (size_t k = 0; k < scenario->questions_count; k++) {
            bool volunteers = scenario->questions[k].asking == ASKS_VOLUNTEER;
            if ((place.steps & STEP_OF(k)) != 0 && volunteers == (text->text == SERVICE_CLARIFY_VOLUNTEER))
                return true;
        }
    }
    return false;
}

/* --- reminded --- */

/* Whether the reply ends the silence: it answers, or was meant to, or wants no more, or tells of distress. A pause may be
 * over again by then (START): whoever is in one is asked nothing by another rule. */
static bool breaks_silence(const struct reply_given *reply)
{
    return reply->meaning < MEANS_STOP || reply->stop || reply->meaning == MEANS_WRONG_PERSON ||
           reply->meaning == MEANS_DISTRESS;
}

static void reminder_check(const struct person_evidence *person, const struct pulse *pulse,
                           struct findings *findings)
{
    const struct zone *zone = person->scenario->zone;
    const int64_t closes_ms = pulse->asked_ms + WINDOW_MS;
    const int64_t from_ms =
        instant_of_local(zone, (day_index_at(zone, pulse->asked_ms) + REMINDED_DAYS) * DAY_MS);
    bool spoke = false, wrote = false;
    int given = 0;
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *reply = &person->replies[i];
        if (reply->answered_ms < pulse->asked_ms || reply->started_ms >= closes_ms)
            continue;
        wrote = true; /* whatever it was: then a reminder is neither owed nor, by itself, wrong */
        spoke |= breaks_silence(reply) && reply->answered && reply->answered_ms < from_ms;
    }
    for (size_t i = 0; i < person->texts_count; i++) {
        const struct text_given *text = &person->texts[i];
        if (text->text != SERVICE_REMINDER || text_pulse(person, text) != pulse)
            continue;
        const char *name = name_of(person, text->message);
        if (++given > 1)
            findings_add(findings, "message %s: reminded a second time", name);
        if (text->at_ms < from_ms || text->at_ms >= closes_ms)
            findings_add(findings, "message %s: reminded too early, or too late", name);
        if (spoke)
            findings_add(findings, "message %s: somebody who had written was reminded", name);
        if (!pulse->delivered)
            findings_add(findings, "message %s: reminded of what was never delivered", name);
    }
    bool must = pulse->delivered && !wrote && closes_ms < person->evidence->end_ms;
    if (must && given == 0)
        findings_add(findings, "message %s: delivered, and nobody wrote: there was no reminder",
                     name_of(person, pulse->message));
}

/* --- in need --- */

static void helpline_check(const struct person_evidence *person, const struct reply_given *reply,
                           struct findings *findings)
{
    bool helped = false;
    if (reply->meaning != MEANS_DISTRESS || !reply->answered)
        return;
    for (size_t i = 0; i < person->texts_count; i++) {
        const struct text_given *text = &person->texts[i];
        helped |= text->text == SERVICE_HELPLINE && text->moment > reply->began &&
                  text->at_ms < reply->answered_ms + HELPED_SOON_MS;
    }
    struct place place;
    place_of(person, reply, &place);
    if (!helped && (place.steps & STEP_GONE) == 0)
        findings_add(findings, "somebody in need was not pointed to help at once (reply %s)",
                     id_table_name(&person->evidence->reply_ids, reply->id));
}

/* --- helpers --- */

static bool is_recognised(const struct person_evidence *person, enum service_text text)
{
    return person->scenario->texts[text].count > 0;
}

static const char *name_of(const struct person_evidence *person, size_t message)
{
    return id_table_name(&person->evidence->messages, message);
}
