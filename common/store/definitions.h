/* Orgs, pilots and surveys as the store keeps them: normalised JSON, and the fingerprints of the org's keys.
 * What takes a link blocks; what a running loop needs is also there as command and result (value NULL =
 * lost). */
#ifndef STORE_DEFINITIONS_H
#define STORE_DEFINITIONS_H

#include "domain/keys.h"
#include "domain/pilot.h"
#include "domain/survey.h"
#include "io/redis.h"

#define ORGS_MAX 1024 /* in one data set */

enum put_result { PUT_FAILED, PUT_WRITTEN, PUT_SAME, PUT_REFUSED };

struct org_record {
    struct org org;
    char fingerprint_hash[FINGERPRINT_SIZE]; /* "" = no keys yet */
    char fingerprint_sealing[FINGERPRINT_SIZE];
    char fingerprint_reader[FINGERPRINT_SIZE];
};

/* Names of all orgs, at most count_max. */
bool orgs_list(struct redis_link *link, char names_out[][33], size_t count_max, size_t *count_out,
               struct error *error) MUST_CHECK;
void orgs_list_command(struct redis_command *command);
bool orgs_list_result(const struct redis_value *value, char names_out[][33], size_t count_max,
                      size_t *count_out) MUST_CHECK;

/* False when the org is not there (the error says how to add it) or cannot be read. */
bool org_load(struct redis_link *link, const char *id, struct org_record *record_out,
              struct error *error) MUST_CHECK;
void org_load_command(struct redis_command *command, const char *id);
bool org_load_result(const struct redis_value *value, const char *id, struct org_record *record_out,
                     struct error *error) MUST_CHECK;

/* Writes the record; json "" and fingerprints "" leave those in force. PUT_REFUSED: other keys are in force.
 */
enum put_result org_store(struct redis_link *link, const char *id, const char *json,
                          const char *fingerprint_hash, const char *fingerprint_sealing,
                          const char *fingerprint_reader, struct error *error) MUST_CHECK;

enum put_result pilot_store(struct redis_link *link, const char *org, const char *id, const char *json,
                            struct error *error) MUST_CHECK;
bool pilot_load(struct redis_link *link, const struct org *org, const char *id, struct pilot *pilot_out,
                struct error *error) MUST_CHECK;
/* Ids of the org's pilots in no order. */
bool pilots_list(struct redis_link *link, const char *org, char names_out[][33], size_t count_max,
                 size_t *count_out, struct error *error) MUST_CHECK;

/* PUT_REFUSED: this version is active and has other content. */
enum put_result survey_store(struct redis_link *link, const char *org, const char *ref, const char *json,
                             struct error *error) MUST_CHECK;
/* Loads and validates a version; json_out (may be NULL) gets its stored text. */
bool survey_load(struct redis_link *link, const struct org *org, const char *ref, struct survey *survey_out,
                 bool *active_out, struct text *json_out, struct error *error) MUST_CHECK;
void survey_load_command(struct redis_command *command, const char *org, const char *ref);
bool survey_load_result(const struct redis_value *value, const struct org *org, const char *ref,
                        struct survey *survey_out, bool *active_out, struct text *json_out,
                        struct error *error) MUST_CHECK;
enum put_result survey_set_active(struct redis_link *link, const char *org, const char *ref, const char *json,
                                  int64_t now_ms, struct error *error) MUST_CHECK;
/* Whether any version of any survey is active. */
bool surveys_any_active(struct redis_link *link, const char *org, bool *any_out,
                        struct error *error) MUST_CHECK;
/* The highest active version of a survey given as "id" or the given "id@version"; false when there is none.
 */
bool survey_resolve(struct redis_link *link, const char *org, const char *wanted,
                    char ref_out[SURVEY_REF_SIZE], struct error *error) MUST_CHECK;
/* The same for a survey given as "id" only. */
void survey_resolve_command(struct redis_command *command, const char *org);
bool survey_resolve_result(const struct redis_value *value, const char *id, char ref_out[SURVEY_REF_SIZE],
                           struct error *error) MUST_CHECK;

#endif
