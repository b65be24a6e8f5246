/* A small world for tests of the store and of flows: a private Redis with the function library, the example
 * org with keys, a pilot and the example survey, contacts with known numbers, and the steps a message goes
 * through. Time stands still unless a test moves it: now_ms is domain time, redis_now_ms stands for Redis's
 * own. A step that Redis refuses fails the test. */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "domain/keys.h"
#include "store/definitions.h"
#include "store/lanes.h"
#include "store/outbox.h"
#include "store/reply_compose.h"
#include "store/rounds.h"
#include "support/redis_server.h"

#define WORLD_ORG    "varkaus"
#define WORLD_PILOT  "coaching-a"
#define WORLD_SURVEY "felt-forward@1"

struct world {
    struct redis_server *server;
    struct redis_link *link;
    struct org org;
    struct survey survey; /* what rounds ask: WORLD_SURVEY in a new world */
    char survey_ref[SURVEY_REF_SIZE];
    struct text org_json, pilot_json, survey_json;
    struct reply_words words;
    struct key_set keys;
    int64_t now_ms;               /* domain; a Tuesday at 10:00 in the org */
    int64_t redis_now_ms;         /* Redis time */
    int64_t fence;                /* of the last lane taken */
    size_t segments;              /* of every text; 0 = 1 */
    int serial;                   /* of the next pulse and message */
    char language[LANGUAGE_SIZE]; /* of contacts imported from now on; "fi" in a new world */
    char sender[PHONE_SIZE];      /* of the session loaded last */
};

/* The server starts once a test program; world_clear makes the world new: definitions and keys, no contacts.
 */
void world_start(struct world *world);
void world_stop(struct world *world);
void world_clear(struct world *world);

/* Another survey, active, which rounds ask from now on; as a file of the share folder, or as JSON. */
void world_use_survey_file(struct world *world, const char *file);
void world_use_survey(struct world *world, const char *json);

/* Runs a command that must succeed; the answer is owned. */
struct redis_value *world_call(struct world *world, const struct redis_command *command);
struct redis_value *world_words(struct world *world, const char *const *words);
#define WORLD_RUN(world, ...) world_words((world), (const char *const[]){__VA_ARGS__, NULL})
/* Runs a command that must succeed, for its effect. */
#define WORLD_DO(world, ...) world_do((world), (const char *const[]){__VA_ARGS__, NULL})
void world_do(struct world *world, const char *const *words);

/* The org's key with this end, and what it holds; all in buffers that the eighth next call uses again. ""
 * when absent. */
const char *world_key(const char *suffix);
const char *world_field(struct world *world, const char *suffix, const char *field);
const char *world_message_field(struct world *world, int serial, const char *field);
const char *world_pulse_field(struct world *world, int serial, const char *field);
const char *world_contact_field(struct world *world, int n, const char *field);
/* The message of a step of a pulse, "" when it was not asked. */
const char *world_step_message(struct world *world, int serial, int step);
const char *world_step_field(struct world *world, int serial, int step, const char *field);
int64_t world_count(struct world *world, const char *field); /* of the books */
int64_t world_calls(struct world *world); /* how often functions of the library were called */
bool world_in_list(struct world *world, const char *list, const char *member);
bool world_exists(struct world *world, const char *suffix);

/* Contact number n (0…): its phone number, its id if the world imported it first. Pulses and messages are
 * numbered by release. */
const char *world_phone(int n);
const char *world_contact(int n);
const char *world_pulse(int serial);
const char *world_message(int serial);

/* Imports contacts first … first + count - 1 into a pilot, at most 128. */
struct contacts_counts;
void world_import(struct world *world, const char *pilot, int first, int count,
                  struct contacts_counts *counts_out);

/* What holds at now_ms for the question of the survey. */
struct asking world_asking(const struct world *world);

/* Plans, freezes and releases a round of everyone in order of import; returns the serial of its first pulse.
 */
int world_round(struct world *world, const char *round, const char *pilot);
/* Imports that many contacts and releases a round of them; the first message is number 0 in a new world. */
void world_released(struct world *world, int count);
void world_plan(struct world *world, const char *round, const char *pilot, int64_t sample);
/* Releases positions first … first + count - 1 from that cursor. */
struct release_result world_release(struct world *world, const char *round, int first, int count);
void world_release_command(struct world *world, struct redis_command *command, const char *round, int first,
                           int count);

/* Steps of a message. Operations are names of the test's own. */
void world_take_lane(struct world *world, const char *owner);
size_t world_claim(struct world *world, int64_t count_max, struct claimed claimed_out[STORE_ITEMS_MAX]);
void world_recover(struct world *world, int64_t *requeued_out, int64_t *unknown_out);
void world_intend_command(struct world *world, struct redis_command *command, const char *message,
                          const char *operation); /* the window is that of the message's kind */
/* The word that leads the answer, such as "OK" or "SUPPRESSED"; in a buffer. */
const char *world_intend(struct world *world, const char *message, const char *operation);
void world_settle_command(struct world *world, struct redis_command *command, const char *message,
                          const char *operation, enum submit_outcome outcome);
/* The state answered. The wait of a retry ends 1 s after redis_now_ms; 3 attempts. */
const char *world_settle(struct world *world, const char *message, const char *operation,
                         enum submit_outcome outcome);
void world_receipt_command(struct world *world, struct redis_command *command, const char *message,
                           enum receipt_state state);
const char *world_receipt(struct world *world, const char *message, enum receipt_state state);
/* Claims everything due, intends and settles each as accepted; returns how many were accepted. */
int world_send_all(struct world *world);

/* A reply: loads, decides, commits with the given reply id. What it says is a message with the next serial. */
void world_load(struct world *world, const char *phone, struct session *session_out);
void world_commit_command(struct world *world, struct redis_command *command, const struct session *session,
                          const char *reply_id, const char *text);
enum committed world_commit(struct world *world, const struct session *session, const char *reply_id,
                            const char *text);
enum committed world_reply(struct world *world, int contact, const char *reply_id, const char *text);

/* Records of own words of a week, sorted by their heads and opened as "pilot|question|1|words", by number;
 * "" when there are no more. In a buffer. */
const char *world_words_record(struct world *world, const char *week, size_t n);
/* The volunteer record of a contact, opened as "date|language|pilot|question|sms|number|name"; "" when there is
 * none. */
const char *world_volunteer(struct world *world, int contact);

/* A week at its close: loads, settles every pulse as its end says (as the roll-up does once all is known),
 * sweeps. */
void world_close_week(struct world *world, const char *week);

/* The books balance and every message and pulse is where it should be, else the test fails with the report.
 */
void world_check(struct world *world);

#endif
