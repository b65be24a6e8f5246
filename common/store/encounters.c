#include "store/encounters.h"

#include <string.h>

static void add_week(struct redis_command *command, int64_t week_index)
{
    char week[WEEK_SIZE];
    week_text(week_index, week);
    redis_command_add(command, week);
}

void encounter_commit_command(struct redis_command *command, const struct org *org,
                              const struct encounter_commit *commit)
{
    struct asking asking;
    int64_t week = week_index_at(org->zone, commit->received_ms);
    asking_fill(&asking, org, commit->survey_id, commit->question, commit->due_ms, 0);
    asking.now_ms = commit->received_ms;
    call_begin(command, "encounter_commit", org->id);
    redis_command_add(command, commit->key_digest);
    redis_command_add(command, commit->body_digest);
    for (int64_t before = 0; before < 3; before++)
        add_week(command, week - before);
    redis_command_add(command, commit->phone_hash);
    redis_command_add(command, commit->contact);
    redis_command_add(command, commit->pilot);
    redis_command_add(command, commit->survey);
    redis_command_add(command, commit->encounter);
    redis_command_add(command, commit->pulse);
    redis_command_add(command, commit->message);
    redis_command_add_int(command, commit->due_ms);
    redis_command_add_int(command, commit->not_after_ms);
    redis_command_add(command, asking.week);
    call_add_limits(command, &asking);
    redis_command_add(command, commit->too_old ? "1" : "");
}

enum encounter_result encounter_commit_result(const struct redis_value *value,
                                              struct encounter_taken *taken_out)
{
    static const struct {
        const char *word;
        enum encounter_result result;
    } words[] = {{"OK", ENCOUNTER_TAKEN},          {"REPLAY", ENCOUNTER_TAKEN},
                 {"CONFLICT", ENCOUNTER_CONFLICT}, {"UNKNOWN", ENCOUNTER_UNKNOWN},
                 {"NO_PILOT", ENCOUNTER_NO_PILOT}, {"NOT_MEMBER", ENCOUNTER_NOT_MEMBER},
                 {"TOO_OLD", ENCOUNTER_TOO_OLD}};
    enum encounter_result result = ENCOUNTER_FAILED;
    *taken_out = (struct encounter_taken){.due_ms = 0};
    if (value == NULL)
        return ENCOUNTER_FAILED;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(redis_word(value), words[i].word) == 0)
            result = words[i].result;
    }
    if (result != ENCOUNTER_TAKEN)
        return result;
    taken_out->due_ms = redis_int(redis_item(value, 4));
    return text_copy(taken_out->encounter, ID_SIZE, redis_text(redis_item(value, 1))) &&
                   text_copy(taken_out->outcome, ENCOUNTER_WORD_SIZE, redis_text(redis_item(value, 2))) &&
                   text_copy(taken_out->reason, ENCOUNTER_WORD_SIZE, redis_text(redis_item(value, 3)))
               ? ENCOUNTER_TAKEN
               : ENCOUNTER_FAILED;
}
