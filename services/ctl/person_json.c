/* A person as JSON: the summary, and everything. */
#include "ctl/person_show.h"

#include <stdio.h>

#include "ctl/person_parts.h"

void person_print_json(cJSON *tree)
{
    struct text text = {0};
    json_print(tree, &text);
    printf("%s\n", text.chars);
    text_free(&text);
    cJSON_Delete(tree);
}

static void add_instant(cJSON *object, const char *name, const struct org *org, int64_t at_ms)
{
    char text[24];
    instant_text(org->zone, at_ms, text);
    if (at_ms == 0)
        cJSON_AddNullToObject(object, name);
    else
        cJSON_AddStringToObject(object, name, text);
}

static void add_mark(cJSON *object, enum do_not_contact mark)
{
    if (mark == CONTACT_ALLOWED)
        cJSON_AddNullToObject(object, "do_not_contact");
    else
        cJSON_AddStringToObject(object, "do_not_contact", do_not_contact_name(mark));
}

/* What both kinds of JSON say of the contact. */
static cJSON *contact_json(const struct org *org, const struct person *person)
{
    char day[DAY_SIZE], item[PERSON_LIST_ITEM_SIZE];
    cJSON *contact = cJSON_CreateObject();
    cJSON_AddStringToObject(contact, "language", person->language);
    cJSON *pilots = cJSON_AddArrayToObject(contact, "pilots");
    for (const char *at = person->pilots.chars; person_list_next(&at, item);)
        cJSON_AddItemToArray(pilots, cJSON_CreateString(item));
    cJSON *background = cJSON_AddObjectToObject(contact, "background");
    const char *at = person->stratum;
    for (size_t i = 0; i < org->strata_count && person_list_next(&at, item); i++)
        cJSON_AddStringToObject(background, org->strata[i].name, item);
    day_text(person->imported_day, day);
    cJSON_AddStringToObject(contact, "imported", day);
    cJSON_AddBoolToObject(contact, "stop", person->stopped);
    add_instant(contact, "paused_until", org, person->paused_until_ms);
    cJSON_AddBoolToObject(contact, "number_unusable", person->unusable);
    day_text(person->contacted_day < 0 ? 0 : person->contacted_day, day);
    if (person->contacted_day < 0)
        cJSON_AddNullToObject(contact, "last_contacted");
    else
        cJSON_AddStringToObject(contact, "last_contacted", day);
    return contact;
}

static cJSON *pulse_json(const struct org *org, const struct person_pulse *pulse)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "pilot", pulse->pilot);
    cJSON_AddStringToObject(object, "survey", pulse->survey);
    cJSON_AddStringToObject(object, "state", pulse->state);
    add_instant(object, "asked", org, pulse->asked_ms);
    add_instant(object, "closes", org, pulse->closes_ms);
    cJSON_AddNumberToObject(object, "questions_answered", (double)person_answers_given(pulse));
    return object;
}

static cJSON *volunteer_json(const struct volunteer *volunteer)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "date", volunteer->date);
    cJSON_AddStringToObject(object, "language", volunteer->language);
    cJSON_AddStringToObject(object, "pilot", volunteer->pilot);
    cJSON_AddStringToObject(object, "consent_text", volunteer->question);
    cJSON_AddStringToObject(object, "channel", volunteer->channel);
    return object;
}

/* The tree and its parts, each there or null. */
static cJSON *person_json(const struct org *org, const char *phone, const struct person *person)
{
    cJSON *tree = cJSON_CreateObject();
    cJSON_AddStringToObject(tree, "org", org->id);
    cJSON_AddStringToObject(tree, "phone", phone);
    add_mark(tree, person->mark);
    cJSON_AddItemToObject(tree, "contact",
                          person->is_contact ? contact_json(org, person) : cJSON_CreateNull());
    cJSON_AddItemToObject(tree, "open_pulse",
                          person->has_pulse ? pulse_json(org, &person->pulse) : cJSON_CreateNull());
    cJSON_AddItemToObject(tree, "volunteer",
                          person->is_volunteer ? volunteer_json(&person->volunteer) : cJSON_CreateNull());
    return tree;
}

cJSON *person_summary_json(const struct org *org, const struct asked_number *number,
                           const struct person *person)
{
    return person_json(org, number->masked, person);
}

/* --- everything --- */

static void add_caps(cJSON *contact, const struct org *org, const struct person *person)
{
    cJSON *weeks = cJSON_AddArrayToObject(contact, "contact_weeks");
    char week[WEEK_SIZE], digits[PERSON_LIST_ITEM_SIZE];
    for (const char *at = person->occasions.chars; person_list_next(&at, digits);) {
        int64_t index = 0;
        if (text_to_int(digits, 0, INT32_MAX, &index)) {
            week_text(index, week);
            cJSON_AddItemToArray(weeks, cJSON_CreateString(week));
        }
    }
    cJSON *caps = cJSON_AddArrayToObject(contact, "questions_asked");
    for (size_t i = 0; i < person->caps_count; i++) {
        cJSON *cap = cJSON_CreateObject();
        week_text(person->caps[i].week_index, week);
        cJSON_AddStringToObject(cap, "question", person->caps[i].question);
        cJSON_AddStringToObject(cap, "week", week);
        cJSON_AddItemToArray(caps, cap);
    }
    add_instant(contact, "stop_confirmed", org, person->said_ms[TEXT_STOP_CONFIRM]);
    add_instant(contact, "start_confirmed", org, person->said_ms[TEXT_START_CONFIRM]);
    add_instant(contact, "pause_confirmed", org, person->said_ms[TEXT_PAUSE_CONFIRM]);
    add_instant(contact, "business_told", org, person->said_ms[TEXT_BUSINESS]);
    add_instant(contact, "help_told", org, person->said_ms[TEXT_HELP]);
    add_instant(contact, "late_told", org, person->said_ms[TEXT_LATE]);
}

static void add_answers(cJSON *object, const struct person_pulse *pulse, const struct survey *survey)
{
    cJSON *answers = cJSON_AddArrayToObject(object, "answers");
    for (size_t k = 0; k < QUESTIONS_MAX; k++) {
        char number[24], value[4];
        if (pulse->value[k] < 0)
            continue;
        const struct question *question =
            survey != NULL && k < survey->questions_count ? &survey->questions[k] : NULL;
        bool in_range = question != NULL && question->kind != QUESTION_TEXT &&
                        pulse->value[k] >= question->min && pulse->value[k] <= question->max;
        if (in_range)
            question_value_name(question, pulse->value[k], value);
        snprintf(number, sizeof number, "%d", pulse->value[k]);
        cJSON *answer = cJSON_CreateObject();
        cJSON_AddNumberToObject(answer, "place", (double)k + 1);
        cJSON_AddStringToObject(answer, "question", question != NULL ? question->id : "");
        cJSON_AddStringToObject(answer, "value",
                                question != NULL && question->kind == QUESTION_TEXT ? "wrote own words"
                                : in_range                                          ? value
                                                                                    : number);
        cJSON_AddItemToArray(answers, answer);
    }
}

static void add_messages(cJSON *object, const struct person_pulse *pulse)
{
    cJSON *messages = cJSON_AddArrayToObject(object, "messages");
    for (size_t i = 0; i < pulse->messages_count; i++) {
        const struct person_message *message = &pulse->messages[i];
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "kind", message->kind);
        cJSON_AddStringToObject(one, "state", message->state);
        cJSON_AddNumberToObject(one, "failed_attempts", (double)message->attempts);
        cJSON_AddStringToObject(one, "gateway_id", message->gateway_id);
        cJSON_AddItemToArray(messages, one);
    }
}

static void add_traces(cJSON *tree, const struct person_traces *traces)
{
    cJSON *pulses = cJSON_AddArrayToObject(tree, "earlier_pulses");
    for (size_t i = 0; i < traces->pulses_count; i++) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "pilot", traces->pulses[i].pilot);
        cJSON_AddStringToObject(one, "survey", traces->pulses[i].survey);
        cJSON_AddStringToObject(one, "state", traces->pulses[i].state);
        cJSON_AddStringToObject(one, "week", traces->pulses[i].week);
        cJSON_AddItemToArray(pulses, one);
    }
    cJSON *texts = cJSON_AddArrayToObject(tree, "other_texts");
    for (size_t i = 0; i < traces->texts_count; i++) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "kind", traces->texts[i].kind);
        cJSON_AddStringToObject(one, "state", traces->texts[i].state);
        cJSON_AddStringToObject(one, "week", traces->texts[i].week);
        cJSON_AddItemToArray(texts, one);
    }
}

cJSON *person_export_json(const struct person_export *export)
{
    const struct person *person = export->person;
    cJSON *tree = person_json(export->org, export->number->e164, person);
    add_instant(tree, "exported", export->org, export->now_ms);
    if (person->is_contact)
        add_caps(cJSON_GetObjectItemCaseSensitive(tree, "contact"), export->org, person);
    if (person->has_pulse) {
        cJSON *pulse = cJSON_GetObjectItemCaseSensitive(tree, "open_pulse");
        cJSON_AddStringToObject(pulse, "round", person->pulse.round);
        cJSON_AddStringToObject(pulse, "week", person->pulse.week);
        cJSON_AddBoolToObject(pulse, "complete", person->pulse.complete);
        cJSON_AddBoolToObject(pulse, "something_was_not_understood", person->pulse.unparseable);
        cJSON_AddBoolToObject(pulse, "asked_once_more", person->pulse.clarified);
        add_answers(pulse, &person->pulse, export->survey);
        add_messages(pulse, &person->pulse);
    }
    if (person->is_volunteer) {
        cJSON *volunteer = cJSON_GetObjectItemCaseSensitive(tree, "volunteer");
        cJSON_AddBoolToObject(volunteer, "first_name_given", person->volunteer.name.bytes > 0);
        cJSON_AddItemToObject(volunteer, "first_name",
                              export->first_name != NULL ? cJSON_CreateString(export->first_name)
                                                         : cJSON_CreateNull());
    }
    add_traces(tree, export->traces);
    return tree;
}
