#include "store/replies.h"

#include <stdio.h>
#include <string.h>

void reply_load_command(struct redis_command *command, const char *org,
                        const char phone_hash[PHONE_HASH_SIZE])
{
    call_begin_read(command, "reply_load", org);
    redis_command_add(command, phone_hash);
}

/* In the order of reply_load's answer. */
static const enum standing_text said_texts[] = {TEXT_STOP_CONFIRM, TEXT_START_CONFIRM, TEXT_PAUSE_CONFIRM,
                                                TEXT_HELP,         TEXT_BUSINESS,      TEXT_LATE};
#define SAID_TEXTS (sizeof said_texts / sizeof said_texts[0])
#define SAID_FIRST 7 /* item of the first of them */

static const char *item_text(const struct redis_value *value, size_t index)
{
    return redis_text(redis_item(value, index));
}

static void path_read(const char *digits, struct session *session)
{
    session->path_count = 1; /* every pulse begins with its first question */
    for (size_t i = 1; digits[0] != '\0' && digits[i] != '\0' && i < STEPS_MAX; i++) {
        session->path[session->path_count++] = digits[i] - '0';
    }
}

static bool pulse_read(const struct redis_value *value, size_t first, struct session *session)
{
    session->pulse_version = redis_int(redis_item(value, first));
    session->closes_ms = redis_int(redis_item(value, first + 1));
    path_read(item_text(value, first + 6), session);
    session->thanked = item_text(value, first + 7)[0] != '\0';
    for (size_t step = 0; step < STEPS_MAX; step++) {
        session->asked_ms[step] = redis_int(redis_item(value, first + 8 + step));
    }
    for (size_t k = 0; k < QUESTIONS_MAX; k++) {
        const char *text = item_text(value, first + 8 + STEPS_MAX + k);
        session->value[k] =
            text[0] == '\0' ? -1 : (int)redis_int(redis_item(value, first + 8 + STEPS_MAX + k));
    }
    session->clarified = item_text(value, first + 8 + STEPS_MAX + QUESTIONS_MAX)[0] != '\0';
    return text_copy(session->survey, SURVEY_REF_SIZE, item_text(value, first + 2)) &&
           text_copy(session->pilot, sizeof session->pilot, item_text(value, first + 3)) &&
           text_copy(session->stratum, STRATUM_SIZE, item_text(value, first + 4)) &&
           text_copy(session->week, WEEK_SIZE, item_text(value, first + 5));
}

bool reply_load_result(const struct redis_value *value, struct session *session_out)
{
    *session_out = (struct session){0};
    if (strcmp(redis_word(value), "UNKNOWN") == 0) {
        session_out->blocked = item_text(value, 1)[0] != '\0';
        session_out->volunteer = redis_int(redis_item(value, 2)) != 0;
        return true;
    }
    if (strcmp(redis_word(value), "OK") != 0 || redis_count(value) < SAID_FIRST + SAID_TEXTS) {
        return false;
    }
    session_out->known = true;
    session_out->stopped = strchr(item_text(value, 2), 's') != NULL;
    session_out->volunteer = redis_int(redis_item(value, 4)) != 0;
    if (!text_copy(session_out->contact, ID_SIZE, item_text(value, 1)) ||
        !text_copy(session_out->language, LANGUAGE_SIZE, item_text(value, 3)) ||
        !text_copy(session_out->pulse, ID_SIZE, item_text(value, 5))) {
        return false;
    }
    for (size_t i = 0; i < SAID_TEXTS; i++) {
        session_out->said_ms[said_texts[i]] = redis_int(redis_item(value, SAID_FIRST + i));
    }
    session_out->has_pulse = session_out->pulse[0] != '\0';
    session_out->paused_until_ms = redis_int(redis_item(value, 6));
    return !session_out->has_pulse || pulse_read(value, SAID_FIRST + SAID_TEXTS, session_out);
}

/* --- commit: arguments by name, only those that apply --- */

static void add(struct redis_command *command, const char *name, const char *value)
{
    redis_command_add(command, name);
    redis_command_add(command, value);
}

static void add_int(struct redis_command *command, const char *name, int64_t value)
{
    redis_command_add(command, name);
    redis_command_add_int(command, value);
}

static void add_if(struct redis_command *command, const char *name, bool applies)
{
    if (applies) {
        add(command, name, "1");
    }
}

static void add_record(struct redis_command *command, const char *name, const struct reply_record *record)
{
    if (record->bytes != NULL) {
        redis_command_add(command, name);
        redis_command_add_bytes(command, record->bytes, record->bytes_count);
    }
}

/* The counter of one value: "pilot|survey@1/question|stratum|4". */
static void add_field(struct redis_command *command, const char *name, const struct reply_commit *commit,
                      int value)
{
    char field[320];
    const struct session *session = commit->session;
    snprintf(field, sizeof field, "%s|%s|%s|%d", session->pilot, commit->question, session->stratum, value);
    add(command, name, field);
}

static void add_counted(struct redis_command *command, const struct reply_commit *commit)
{
    char row[400];
    const struct session *session = commit->session;
    const struct reply_decision *decision = commit->decision;
    snprintf(row, sizeof row, "%s|%s|%d|%s|%s|%s", session->pulse, commit->question, decision->value,
             session->week, session->stratum, session->pilot);
    add_field(command, "field", commit, decision->value);
    if (decision->value_before >= 0) {
        add_field(command, "before", commit, decision->value_before);
    }
    add(command, "row", row);
}

/* The path after the reply: without the step withdrawn, with the step asked next. */
static void add_path(struct redis_command *command, const struct reply_commit *commit)
{
    const struct session *session = commit->session;
    const struct reply_decision *decision = commit->decision;
    char path[STEPS_MAX + 2];
    size_t count = session->path_count - (decision->cancel_pending ? 1 : 0), length = 0;
    if (!decision->cancel_pending && decision->next_step == STEP_NONE) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        path[length++] = (char)('0' + session->path[i]);
    }
    if (decision->next_step != STEP_NONE) {
        path[length++] = (char)('0' + decision->next_step);
    }
    path[length] = '\0';
    add(command, "path", path);
    if (decision->cancel_pending) {
        add_int(command, "cancel", session->path[session->path_count - 1]);
    }
}

static void add_step(struct redis_command *command, const struct reply_commit *commit)
{
    const struct reply_decision *decision = commit->decision;
    add_int(command, "step", decision->step);
    if (decision->value >= 0) {
        add_int(command, "value", decision->value);
    }
    if (decision->verdict == REPLY_ANSWER) {
        add_counted(command, commit);
    }
    add_if(command, "complete", decision->complete);
    add_if(command, "incomplete", decision->value_before >= 0 && !decision->complete);
    add_if(command, "unclear",
           decision->verdict == REPLY_UNPARSEABLE || decision->verdict == REPLY_CLARIFIED);
    add_if(command, "unthank", decision->withdraws_thanks);
    add_if(command, "unclarify", decision->withdraws_clarify);
    add_path(command, commit);
}

/* Texts that are said once in a while only: the commit makes sure that none was said meanwhile. */
static void add_said(struct redis_command *command, const struct reply_commit *commit)
{
    const struct reply_decision *decision = commit->decision;
    if (decision->says && is_said_once_a_day(decision->standing)) {
        char field[48];
        snprintf(field, sizeof field, "said:%s", standing_text_name(decision->standing));
        add(command, "said", field);
        add_int(command, "said_before", commit->session->said_ms[decision->standing]);
    }
}

void reply_commit_command(struct redis_command *command, const char *org, const struct reply_commit *commit)
{
    const struct session *session = commit->session;
    const struct reply_decision *decision = commit->decision;
    call_begin(command, "reply_commit", org);
    add(command, "week", commit->this_week);
    add(command, "week1", commit->last_week);
    add(command, "week2", commit->week_before_last);
    add(command, "digest", commit->digest);
    add(command, "verdict", reply_verdict_name(decision->verdict));
    add_int(command, "now", commit->received_ms);
    add(command, "hash", commit->phone_hash);
    if (session->known) {
        add(command, "contact", session->contact);
    }
    if (session->has_pulse) {
        add(command, "pulse", session->pulse);
        add_int(command, "version", session->pulse_version);
        add(command, "pulse_week", session->week);
    }
    if (decision->step != STEP_NONE) {
        add_step(command, commit);
    }
    add_if(command, "stop", decision->optout);
    add_if(command, "start", decision->optin);
    if (decision->pauses) {
        add_int(command, "pause", commit->paused_until_ms);
    }
    add_if(command, "resume", decision->resumes);
    add_if(command, "commented", decision->commented);
    add_if(command, "flood", decision->muted);
    if (decision->block) {
        add(command, "block", "s");
    }
    add_if(command, "unblock", decision->unblock);
    add_said(command, commit);
    if (commit->words.bytes != NULL) {
        add(command, "words_id", commit->words_id);
        add_record(command, "words", &commit->words);
    }
    add_record(command, "join", &commit->join);
    add_record(command, "name", &commit->name);
    add_if(command, "left", decision->volunteer == RECORD_REMOVED);
    add_if(command, "forget", decision->verdict == REPLY_WRONG_PERSON);
    if (commit->texts_count > 0) {
        redis_command_add(command, "send");
    }
    for (size_t i = 0; i < commit->texts_count; i++) {
        const struct reply_text *text = &commit->texts[i];
        redis_command_add(command, text->message);
        redis_command_add(command, text->kind);
        if (text->step == STEP_NONE) {
            redis_command_add(command, "");
        } else {
            redis_command_add_int(command, text->step);
        }
        redis_command_add_int(command, text->not_after_ms);
        const struct message_class *class = message_class(text->kind);
        redis_command_add(command, class->bond == BOND_PULSE ? "pulse" : "contact");
        redis_command_add_int(command, class->place == PLACE_FIRST ? 0 : commit->received_ms);
    }
}

enum committed reply_commit_result(const struct redis_value *value)
{
    const char *word = redis_word(value);
    return strcmp(word, "OK") == 0          ? COMMIT_DONE
           : strcmp(word, "DUPLICATE") == 0 ? COMMIT_DUPLICATE
           : strcmp(word, "STALE") == 0     ? COMMIT_STALE
                                            : COMMIT_FAILED;
}

void event_count_command(struct redis_command *command, const char *org, const char *event)
{
    call_begin(command, "event_count", org);
    redis_command_add(command, event);
}
