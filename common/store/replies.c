#include "store/replies.h"

#include <stdio.h>
#include <string.h>

void reply_load_command(struct redis_command *command, const char *org,
                        const char phone_hash[PHONE_HASH_SIZE])
{
    call_begin_read(command, "reply_load", org);
    redis_command_add(command, phone_hash);
}

static const char *item_text(const struct redis_value *value, size_t index)
{
    return redis_text(redis_item(value, index));
}

bool reply_load_result(const struct redis_value *value, struct session *session_out)
{
    *session_out = (struct session){.value = -1};
    if (strcmp(redis_word(value), "UNKNOWN") == 0) {
        return true;
    }
    if (strcmp(redis_word(value), "OK") != 0 || redis_count(value) < 6) {
        return false;
    }
    session_out->known = true;
    session_out->stopped = strchr(item_text(value, 2), 's') != NULL;
    session_out->stop_confirmed_ms = redis_int(redis_item(value, 4));
    if (!text_copy(session_out->contact, ID_SIZE, item_text(value, 1)) ||
        !text_copy(session_out->language, LANGUAGE_SIZE, item_text(value, 3)) ||
        !text_copy(session_out->pulse, ID_SIZE, item_text(value, 5))) {
        return false;
    }
    session_out->has_pulse = session_out->pulse[0] != '\0';
    if (!session_out->has_pulse) {
        return true;
    }
    session_out->pulse_version = redis_int(redis_item(value, 6));
    session_out->asked = item_text(value, 7)[0] != '\0';
    session_out->asked_ms = redis_int(redis_item(value, 7));
    session_out->closes_ms = redis_int(redis_item(value, 8));
    session_out->value = item_text(value, 9)[0] == '\0' ? -1 : (int)redis_int(redis_item(value, 9));
    return text_copy(session_out->survey, SURVEY_REF_SIZE, item_text(value, 10)) &&
           text_copy(session_out->pilot, sizeof session_out->pilot, item_text(value, 11)) &&
           text_copy(session_out->stratum, STRATUM_SIZE, item_text(value, 12)) &&
           text_copy(session_out->week, WEEK_SIZE, item_text(value, 13));
}

/* The counter of one value: "pilot|survey@1/question|stratum|4". */
static void add_value_field(struct redis_command *command, const struct session *session,
                            const char *question, int value)
{
    char field[320] = "";
    if (value >= 0) {
        snprintf(field, sizeof field, "%s|%s|%s|%d", session->pilot, question, session->stratum, value);
    }
    redis_command_add(command, field);
}

void reply_commit_command(struct redis_command *command, const char *org, const struct reply_commit *commit)
{
    const struct session *session = commit->session;
    const struct reply_decision *decision = commit->decision;
    bool answers = decision->verdict == REPLY_ANSWER;
    char value[8] = "", row[400] = "";
    if (answers) {
        snprintf(value, sizeof value, "%d", decision->value);
        snprintf(row, sizeof row, "%s|%s|%d|%s|%s|%s", session->pulse, commit->question, decision->value,
                 session->week, session->stratum, session->pilot);
    }
    call_begin(command, "reply_commit", org);
    redis_command_add(command, commit->this_week);
    redis_command_add(command, commit->last_week);
    redis_command_add(command, commit->digest);
    redis_command_add(command, reply_verdict_name(decision->verdict));
    redis_command_add_int(command, commit->received_ms);
    redis_command_add(command, session->contact);
    redis_command_add(command, session->pulse);
    redis_command_add_int(command, session->pulse_version);
    redis_command_add(command, value);
    add_value_field(command, session, commit->question, answers ? session->value : -1);
    add_value_field(command, session, commit->question, answers ? decision->value : -1);
    redis_command_add(command, session->week);
    redis_command_add(command, row);
    redis_command_add_int(command, decision->optout ? 1 : 0);
    redis_command_add(command, decision->confirm_stop ? commit->confirm_message : "");
    redis_command_add_int(command, commit->confirm_not_after_ms);
    redis_command_add_int(command, commit->open ? 1 : 0);
    redis_command_add(command, commit->week_before_last);
    redis_command_add_int(command, session->stop_confirmed_ms);
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
