#include "store/definitions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/call.h"
#include "store/wake.h"

#define ORGS_KEY "pulssi:orgs"

static void key_command(struct redis_command *command, const char *verb, const char *org, const char *suffix,
                        const char *const *fields, size_t fields_count)
{
    char base[STORE_BASE_SIZE], key[STORE_BASE_SIZE + 16];
    call_base(org, base);
    snprintf(key, sizeof key, "%s%s", base, suffix);
    redis_command_clear(command);
    redis_command_add(command, verb);
    redis_command_add(command, key);
    for (size_t i = 0; i < fields_count; i++) {
        redis_command_add(command, fields[i]);
    }
}

static struct redis_value *run_on_key(struct redis_link *link, const char *verb, const char *org,
                                      const char *suffix, const char *const *fields, size_t fields_count,
                                      struct error *error)
{
    struct redis_command command = {0};
    key_command(&command, verb, org, suffix, fields, fields_count);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    return value;
}

/* Runs a put function and translates its word. */
static enum put_result put(struct redis_link *link, struct redis_command *command, struct error *error)
{
    struct redis_value *value = redis_link_run(link, command, error);
    redis_command_free(command);
    if (value == NULL) {
        return PUT_FAILED;
    }
    const char *word = redis_word(value);
    enum put_result result = strcmp(word, "OK") == 0     ? PUT_WRITTEN
                             : strcmp(word, "SAME") == 0 ? PUT_SAME
                                                         : PUT_REFUSED;
    redis_value_free(&value);
    return result;
}

static bool copy_names(const struct redis_value *value, char names_out[][33], size_t count_max,
                       size_t *count_out)
{
    *count_out = 0;
    for (size_t i = 0; i < redis_count(value) && *count_out < count_max; i++) {
        if (text_copy(names_out[*count_out], 33, redis_text(redis_item(value, i)))) {
            (*count_out)++;
        }
    }
    return true;
}

void orgs_list_command(struct redis_command *command)
{
    redis_command_clear(command);
    redis_command_add(command, "SMEMBERS");
    redis_command_add(command, ORGS_KEY);
}

bool orgs_list_result(const struct redis_value *value, char names_out[][33], size_t count_max,
                      size_t *count_out)
{
    *count_out = 0;
    return value != NULL && redis_kind(value) == REDIS_ARRAY && redis_count(value) <= count_max &&
           copy_names(value, names_out, count_max, count_out);
}

bool orgs_list(struct redis_link *link, char names_out[][33], size_t count_max, size_t *count_out,
               struct error *error)
{
    struct redis_command command = {0};
    orgs_list_command(&command);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    if (value == NULL) {
        return false;
    }
    bool done = orgs_list_result(value, names_out, count_max, count_out);
    redis_value_free(&value);
    return done ||
           error_set(error, "the list of orgs in Redis cannot be read, or holds more than %zu", count_max);
}

static const char *const org_fields[] = {"json", "fp_hash", "fp_sealing", "fp_reader"};

void org_load_command(struct redis_command *command, const char *id)
{
    key_command(command, "HMGET", id, "org", org_fields, 4);
}

bool org_load_result(const struct redis_value *value, const char *id, struct org_record *record_out,
                     struct error *error)
{
    const struct redis_value *json = value == NULL ? NULL : redis_item(value, 0);
    if (json == NULL) {
        return error_set(error, "org \"%s\" could not be read from Redis", id);
    }
    if (redis_kind(json) != REDIS_TEXT) {
        return error_set(error, "no org \"%s\": add it with `pulssi org put FILE`", id);
    }
    cJSON *tree = json_parse(redis_text(json), redis_text_bytes(json), error);
    bool read = tree != NULL && org_read(&record_out->org, tree, error);
    cJSON_Delete(tree);
    read = read &&
           text_copy(record_out->fingerprint_hash, FINGERPRINT_SIZE, redis_text(redis_item(value, 1))) &&
           text_copy(record_out->fingerprint_sealing, FINGERPRINT_SIZE, redis_text(redis_item(value, 2))) &&
           text_copy(record_out->fingerprint_reader, FINGERPRINT_SIZE, redis_text(redis_item(value, 3)));
    return read || error_prefix(error, "stored org \"%s\"", id);
}

bool org_load(struct redis_link *link, const char *id, struct org_record *record_out, struct error *error)
{
    struct redis_value *value = run_on_key(link, "HMGET", id, "org", org_fields, 4, error);
    if (value == NULL) {
        return false;
    }
    bool read = org_load_result(value, id, record_out, error);
    redis_value_free(&value);
    return read;
}

enum put_result org_store(struct redis_link *link, const char *id, const char *json,
                          const char *fingerprint_hash, const char *fingerprint_sealing,
                          const char *fingerprint_reader, struct error *error)
{
    struct redis_command command = {0};
    call_begin(&command, "org_put", id);
    redis_command_add(&command, json);
    redis_command_add(&command, fingerprint_hash);
    redis_command_add(&command, fingerprint_sealing);
    redis_command_add(&command, fingerprint_reader);
    enum put_result result = put(link, &command, error);
    if (result != PUT_WRITTEN && result != PUT_SAME) {
        return result;
    }
    /* The list of orgs has no org's hash tag, so it is a step of its own, and so is the hint. */
    const char *const steps[][3] = {{"SADD", ORGS_KEY, id}, {"PUBLISH", WAKE_CHANNEL, WAKE_ORGS}};
    for (size_t i = 0; i < 2; i++) {
        redis_command_clear(&command);
        for (size_t j = 0; j < 3; j++) {
            redis_command_add(&command, steps[i][j]);
        }
        struct redis_value *value = redis_link_run(link, &command, error);
        if (value == NULL) {
            redis_command_free(&command);
            return PUT_FAILED;
        }
        redis_value_free(&value);
    }
    redis_command_free(&command);
    return result;
}

enum put_result pilot_store(struct redis_link *link, const char *org, const char *id, const char *json,
                            struct error *error)
{
    struct redis_command command = {0};
    call_begin(&command, "pilot_put", org);
    redis_command_add(&command, id);
    redis_command_add(&command, json);
    return put(link, &command, error);
}

bool pilot_load(struct redis_link *link, const struct org *org, const char *id, struct pilot *pilot_out,
                struct error *error)
{
    struct redis_value *value = run_on_key(link, "HGET", org->id, "pilots", &id, 1, error);
    if (value == NULL) {
        return false;
    }
    bool read = false;
    if (redis_kind(value) != REDIS_TEXT) {
        error_set(error, "no pilot \"%s\" in org \"%s\": add it with `pulssi pilot put FILE`", id, org->id);
    } else {
        cJSON *tree = json_parse(redis_text(value), redis_text_bytes(value), error);
        read = tree != NULL && pilot_read(pilot_out, org, tree, error);
        cJSON_Delete(tree);
    }
    redis_value_free(&value);
    return read;
}

bool pilots_list(struct redis_link *link, const char *org, char names_out[][33], size_t count_max,
                 size_t *count_out, struct error *error)
{
    struct redis_value *value = run_on_key(link, "HKEYS", org, "pilots", NULL, 0, error);
    if (value == NULL) {
        return false;
    }
    bool done = copy_names(value, names_out, count_max, count_out);
    redis_value_free(&value);
    return done;
}

enum put_result survey_store(struct redis_link *link, const char *org, const char *ref, const char *json,
                             struct error *error)
{
    struct redis_command command = {0};
    call_begin(&command, "survey_put", org);
    redis_command_add(&command, ref);
    redis_command_add(&command, json);
    return put(link, &command, error);
}

void survey_load_command(struct redis_command *command, const char *org, const char *ref)
{
    char active_field[SURVEY_REF_SIZE + 8];
    snprintf(active_field, sizeof active_field, "%s|active", ref);
    const char *fields[] = {ref, active_field};
    key_command(command, "HMGET", org, "surveys", fields, 2);
}

bool survey_load_result(const struct redis_value *value, const struct org *org, const char *ref,
                        struct survey *survey_out, bool *active_out, struct text *json_out,
                        struct error *error)
{
    const struct redis_value *json = value == NULL ? NULL : redis_item(value, 0);
    if (json == NULL) {
        return error_set(error, "survey \"%s\" of org \"%s\" could not be read from Redis", ref, org->id);
    }
    if (redis_kind(json) != REDIS_TEXT) {
        return error_set(error, "no survey \"%s\" in org \"%s\": add it with `pulssi survey put FILE`", ref,
                         org->id);
    }
    cJSON *tree = json_parse(redis_text(json), redis_text_bytes(json), error);
    bool read = tree != NULL && survey_read(survey_out, org, tree, error);
    cJSON_Delete(tree);
    *active_out = redis_kind(redis_item(value, 1)) == REDIS_TEXT;
    if (json_out != NULL) {
        text_clear(json_out);
        text_add(json_out, redis_text(json));
    }
    return read;
}

bool survey_load(struct redis_link *link, const struct org *org, const char *ref, struct survey *survey_out,
                 bool *active_out, struct text *json_out, struct error *error)
{
    struct redis_command command = {0};
    survey_load_command(&command, org->id, ref);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    if (value == NULL) {
        return false;
    }
    bool read = survey_load_result(value, org, ref, survey_out, active_out, json_out, error);
    redis_value_free(&value);
    return read;
}

enum put_result survey_set_active(struct redis_link *link, const char *org, const char *ref, const char *json,
                                  int64_t now_ms, struct error *error)
{
    struct redis_command command = {0};
    call_begin(&command, "survey_activate", org);
    redis_command_add(&command, ref);
    redis_command_add(&command, json);
    redis_command_add_int(&command, now_ms);
    return put(link, &command, error);
}

void survey_resolve_command(struct redis_command *command, const char *org)
{
    key_command(command, "HKEYS", org, "surveys", NULL, 0);
}

bool survey_resolve_result(const struct redis_value *value, const char *id, char ref_out[SURVEY_REF_SIZE],
                           struct error *error)
{
    long best = 0;
    size_t id_chars = strlen(id);
    for (size_t i = 0; i < redis_count(value); i++) {
        const char *field = redis_text(redis_item(value, i));
        const char *mark = strstr(field, "|active");
        if (mark != NULL && strncmp(field, id, id_chars) == 0 && field[id_chars] == '@') {
            long version = strtol(field + id_chars + 1, NULL, 10);
            best = version > best ? version : best;
        }
    }
    if (best == 0) {
        return error_set(
            error, "survey \"%s\" has no active version: activate one with `pulssi survey activate %s@N`", id,
            id);
    }
    int written = snprintf(ref_out, SURVEY_REF_SIZE, "%s@%ld", id, best);
    return (written > 0 && written < SURVEY_REF_SIZE) ||
           error_set(error, "survey \"%.60s\": name too long", id);
}

bool survey_resolve(struct redis_link *link, const char *org, const char *wanted,
                    char ref_out[SURVEY_REF_SIZE], struct error *error)
{
    if (strchr(wanted, '@') != NULL) {
        return text_copy(ref_out, SURVEY_REF_SIZE, wanted) ||
               error_set(error, "survey \"%.60s\": expected ID or ID@VERSION", wanted);
    }
    struct redis_value *value = run_on_key(link, "HKEYS", org, "surveys", NULL, 0, error);
    bool resolved = value != NULL && survey_resolve_result(value, wanted, ref_out, error);
    redis_value_free(&value);
    return resolved;
}

bool surveys_any_active(struct redis_link *link, const char *org, bool *any_out, struct error *error)
{
    *any_out = false;
    struct redis_value *value = run_on_key(link, "HKEYS", org, "surveys", NULL, 0, error);
    if (value == NULL) {
        return false;
    }
    for (size_t i = 0; i < redis_count(value); i++) {
        *any_out = *any_out || strstr(redis_text(redis_item(value, i)), "|active") != NULL;
    }
    redis_value_free(&value);
    return true;
}
