/* A survey whose questions follow each other by answer, for tests of the store: forward (1–5) leads to helped
 * (yes or no) when it is at most 2, to own words when it is at least 4, and ends otherwise. */
#ifndef TESTS_CONVERSATION_H
#define TESTS_CONVERSATION_H

#include "fixture.h"

#define BRANCHING_TEXT "\"text\": {\"fi\": \"Kysymys?\", \"sv\": \"Fråga?\", \"en\": \"Question?\"}"
#define BRANCHING_CODED                                                                                      \
    "\"tag\": \"experience\", \"goal\": 0.7, \"ceiling\": 0.2, \"why\": \"As agreed.\", " BRANCHING_TEXT
#define BRANCHING                                                                                            \
    "{\"id\": \"branching\", \"version\": 1, \"thanks\": true, \"questions\": ["                             \
    "{\"id\": \"forward\", \"kind\": \"scale\", \"min\": 1, \"max\": 5, "                                    \
    "\"coding\": {\"positive\": [4, 5], \"neutral\": [3], \"negative\": [1, 2]}, " BRANCHING_CODED ", "      \
    "\"next\": [{\"when\": {\"max\": 2}, \"ask\": \"helped\"}, {\"when\": {\"min\": 4}, \"ask\": \"why\"}, " \
    "{\"else\": \"end\"}]}, "                                                                                \
    "{\"id\": \"helped\", \"kind\": \"yesno\", \"coding\": {\"positive\": [\"yes\"], \"negative\": "         \
    "[\"no\"]}, " BRANCHING_CODED ", \"next\": [{\"else\": \"end\"}]}, "                                     \
    "{\"id\": \"why\", \"kind\": \"text\", " BRANCHING_TEXT "}]}"

/* Contact 0 is asked and message 0 accepted; the next message is number 1. */
static inline void conversation_open(const char *json)
{
    if (json == NULL)
        world_use_survey_file(&world, "surveys/meeting.json");
    else
        world_use_survey(&world, json);
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_send_all(&world), 1);
}

static inline void conversation_reply(const char *reply_id, const char *text)
{
    assert_int_equal(world_reply(&world, 0, reply_id, text), COMMIT_DONE);
}

#endif
