/* Texts: what the decision says, in the order of sending. Records: a head that readers may sort by, then the
 * sealed part. */
#include "store/reply_compose.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "domain/clarify.h"
#include "domain/mask.h"

#define TEXT_VALID_MS DAY_MS /* what is not sent by then is not worth sending */

static void compose_weeks(const struct org *org, struct reply_commit *commit);
static int64_t pause_end_ms(const struct zone *zone, int64_t received_ms);
static void compose_texts(const struct reply_ids *ids, struct reply_commit *commit);
static bool compose_words(const struct reply_source *source, struct reply_commit *commit,
                          struct text *record);
static bool compose_join(const struct reply_source *source, struct reply_commit *commit, struct text *record);
static bool compose_name(const struct reply_source *source, struct reply_commit *commit, struct text *record);

static int compare_ids(const void *a, const void *b)
{
    return strcmp(a, b);
}

void reply_ids_draw(struct reply_ids *ids_out)
{
    for (size_t i = 0; i < REPLY_TEXTS_MAX; i++)
        id_random(ids_out->texts[i]);
    qsort(ids_out->texts, REPLY_TEXTS_MAX, ID_SIZE, compare_ids);
    id_random(ids_out->words);
}

void reply_records_free(struct reply_records *records)
{
    text_free(&records->words);
    text_free(&records->join);
    text_free(&records->name);
}

bool reply_compose(const struct reply_source *source, struct reply_commit *commit,
                   struct reply_records *records)
{
    const struct reply_decision *decision = commit->decision;
    compose_weeks(source->org, commit);
    if (decision->pauses)
        commit->paused_until_ms = pause_end_ms(source->org->zone, commit->received_ms);
    compose_texts(source->ids, commit);
    if (decision->verdict == REPLY_ANSWER)
        question_ref(source->survey, (size_t)decision->step, commit->question);
    memcpy(commit->words_id, source->ids->words, sizeof commit->words_id);
    return (decision->verdict != REPLY_WORDS || compose_words(source, commit, &records->words)) &&
           (decision->volunteer != RECORD_WRITTEN || compose_join(source, commit, &records->join)) &&
           (!decision->keeps_name || compose_name(source, commit, &records->name));
}

static void compose_weeks(const struct org *org, struct reply_commit *commit)
{
    int64_t week = week_index_at(org->zone, commit->received_ms);
    week_text(week, commit->this_week);
    week_text(week - 1, commit->last_week);
    week_text(week - 2, commit->week_before_last);
}

/* The beginning of the same day, PAUSE_MONTHS later. */
static int64_t pause_end_ms(const struct zone *zone, int64_t received_ms)
{
    int64_t day = day_months_before(day_index_at(zone, received_ms), -PAUSE_MONTHS);
    return instant_of_local(zone, day * DAY_MS);
}

/* --- texts --- */

static void text_append(const struct reply_ids *ids, struct reply_commit *commit, const char *kind, int step)
{
    assert(commit->texts_count < REPLY_TEXTS_MAX);
    struct reply_text *text = &commit->texts[commit->texts_count];
    int64_t last_ms = commit->received_ms + TEXT_VALID_MS;
    bool conversation = message_class(kind)->bond == BOND_PULSE;
    *text = (struct reply_text){.kind = kind, .step = step, .not_after_ms = last_ms};
    if (conversation && commit->session->closes_ms < last_ms)
        text->not_after_ms = commit->session->closes_ms;
    memcpy(text->message, ids->texts[commit->texts_count], sizeof text->message);
    commit->texts_count++;
}

static void compose_texts(const struct reply_ids *ids, struct reply_commit *commit)
{
    const struct reply_decision *decision = commit->decision;
    if (decision->helpline)
        text_append(ids, commit, standing_text_name(TEXT_HELPLINE), STEP_NONE);
    if (decision->verdict == REPLY_CLARIFIED)
        text_append(ids, commit, CLARIFY_KIND, decision->step);
    if (decision->confirm_join)
        text_append(ids, commit, standing_text_name(TEXT_VOLUNTEER_CONFIRM), STEP_NONE);
    if (decision->next_step != STEP_NONE)
        text_append(ids, commit, decision->next_step == STEP_NAME ? "name" : "question", decision->next_step);
    if (decision->thanks)
        text_append(ids, commit, standing_text_name(TEXT_THANKS), STEP_NONE);
    if (decision->says)
        text_append(ids, commit, standing_text_name(decision->standing), STEP_NONE);
}

/* --- records --- */

/* Own words, masked before anything else is done with them. Nothing is kept when nothing is left. */
static bool compose_words(const struct reply_source *source, struct reply_commit *commit, struct text *record)
{
    char question[QUESTION_REF_SIZE];
    struct text masked = {0};
    bool sealed = true;
    mask_words(source->words, source->org, &masked);
    if (masked.bytes > 0) {
        bool first = commit->session->value[commit->decision->step] < 0; /* lots count people, not texts */
        question_ref(source->survey, (size_t)commit->decision->step, question);
        text_addf(record, "%s|%s|%d|", commit->session->pilot, question, first ? 1 : 0);
        sealed = reader_seal(source->reader_public, masked.chars, masked.bytes, record);
        commit->words = (struct reply_record){record->chars, record->bytes};
    }
    text_free(&masked);
    return sealed;
}

static bool compose_join(const struct reply_source *source, struct reply_commit *commit, struct text *record)
{
    char date[DAY_SIZE], question[QUESTION_REF_SIZE];
    day_text(day_index_at(source->org->zone, commit->received_ms), date);
    question_ref(source->survey, (size_t)commit->decision->step, question);
    text_addf(record, "%s|%s|%s|%s|sms|", date, commit->session->language, commit->session->pilot, question);
    bool sealed = reader_seal(source->reader_public, source->phone, strlen(source->phone), record);
    commit->join = (struct reply_record){record->chars, record->bytes};
    return sealed;
}

static bool compose_name(const struct reply_source *source, struct reply_commit *commit, struct text *record)
{
    struct text masked = {0};
    bool sealed = true;
    mask_name(source->words, &masked);
    if (masked.bytes > 0) {
        sealed = reader_seal(source->reader_public, masked.chars, masked.bytes, record);
        commit->name = (struct reply_record){record->chars, record->bytes};
    }
    text_free(&masked);
    return sealed;
}
