/* The simulator's ledger as kill_judge reads it: texts and replies, with the truth. */
#ifndef TESTS_KILL_LEDGER_H
#define TESTS_KILL_LEDGER_H

#include "base/id.h"
#include "base/text.h"
#include "domain/phone.h"

#define STEPS     4
#define STEP_WHY  1
#define STEP_JOIN 2
#define STEP_NAME 3
extern const char *const steps[STEPS]; /* what each step of config/surveys/meeting.json asks; 0 begins */

struct send_row {
    char id[ID_SIZE];
    char to[PHONE_SIZE];
    int64_t at_ms, real_ms;
    double moment;
    int step; /* of the conversation; -1 = asks nothing */
    bool accepted, is_lost, accepted_before, ambiguous_before, is_repeat;
};
struct reply_row {
    char id[64];
    char from[PHONE_SIZE];
    char message[ID_SIZE];
    char means[16];
    int value; /* of the first question; 0 = none */
    int joins; /* answer to the third: 0 or 1; -1 = none */
    bool stop, copy, answered;
    int64_t started_ms, answered_ms; /* domain */
    int64_t finished_real_ms;
    double began, ended;
};
struct rows {
    struct send_row *sends;
    size_t sends_count;
    struct reply_row *replies;
    size_t replies_count;
    int64_t ambiguous_faults;
};

bool rows_read(const char *path, struct rows *rows_out);
void rows_free(struct rows *rows);

#endif
