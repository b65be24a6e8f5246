/* The world itself: server, definitions, keys, contacts, and looking into it. Steps of messages and replies:
 * steps.c. */
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "store/contacts.h"
#include "store/functions.h"
#include "store/message_files.h"
#include "store/server_check.h"
#include "support/invariants.h"

#define BUFFERS      8
#define BUFFER_BYTES 1024

static char *next_buffer(void)
{
    static char buffers[BUFFERS][BUFFER_BYTES];
    static size_t next;
    return buffers[next++ % BUFFERS];
}

static void read_definition(const char *file, struct text *json_out)
{
    char path[512];
    struct error error = {""};
    snprintf(path, sizeof path, "%s/%s", PULSSI_SHARE_DIR, file);
    if (!file_read(path, 65536, json_out, &error))
        fail_msg("%s", error.text);
}

static cJSON *parsed(const struct text *json)
{
    struct error error = {""};
    cJSON *tree = json_parse(json->chars, json->bytes, &error);
    if (tree == NULL)
        fail_msg("%s", error.text);
    return tree;
}

void world_start(struct world *world)
{
    struct error error = {""};
    *world = (struct world){.server = redis_server_start()};
    world->link = redis_link_open(redis_server_address(world->server), "", 10000, &error);
    bool changed = false;
    if (world->link == NULL || !functions_install(world->link, &changed, &error))
        fail_msg("%s", error.text);
    read_definition("examples/org.json", &world->org_json);
    read_definition("examples/pilot.json", &world->pilot_json);
    read_definition("surveys/felt-forward.json", &world->survey_json);
    cJSON *org = parsed(&world->org_json);
    static const struct settings settings = {.share_folder = PULSSI_SHARE_DIR};
    if (!org_read(&world->org, org, &error) ||
        !message_texts_load(&settings, &world->org, NULL, &world->words, &error))
        fail_msg("%s", error.text);
    cJSON_Delete(org);
    keys_generate(&world->keys);
    memset(world->keys.keys[KEY_HASH], 7, KEY_BYTES); /* the index keys of contacts are the same each time */
}

void world_stop(struct world *world)
{
    redis_link_close(&world->link);
    redis_server_free(&world->server);
    text_free(&world->org_json);
    text_free(&world->pilot_json);
    text_free(&world->survey_json);
}

static void put_definitions(struct world *world)
{
    struct error error = {""};
    char hash[FINGERPRINT_SIZE], sealing[FINGERPRINT_SIZE], reader[FINGERPRINT_SIZE];
    key_fingerprint(KEY_HASH, world->keys.keys[KEY_HASH], hash);
    key_fingerprint(KEY_SEALING_PUBLIC, world->keys.keys[KEY_SEALING_PUBLIC], sealing);
    key_fingerprint(KEY_READER_PUBLIC, world->keys.keys[KEY_READER_PUBLIC], reader);
    if (!dataset_create(world->link, &error) ||
        org_store(world->link, WORLD_ORG, world->org_json.chars, hash, sealing, reader, &error) !=
            PUT_WRITTEN ||
        pilot_store(world->link, WORLD_ORG, WORLD_PILOT, world->pilot_json.chars, &error) != PUT_WRITTEN)
        fail_msg("definitions: %s", error.text);
    world_use_survey(world, world->survey_json.chars);
}

void world_use_survey(struct world *world, const char *json)
{
    struct error error = {""};
    struct text owned = {0};
    text_add(&owned, json);
    cJSON *tree = parsed(&owned);
    if (!survey_read(&world->survey, &world->org, tree, &error))
        fail_msg("%s", error.text);
    survey_ref(&world->survey, world->survey_ref);
    if (survey_store(world->link, WORLD_ORG, world->survey_ref, json, &error) != PUT_WRITTEN ||
        survey_set_active(world->link, WORLD_ORG, world->survey_ref, json, world->now_ms, &error) !=
            PUT_WRITTEN)
        fail_msg("%s: %s", world->survey_ref, error.text);
    cJSON_Delete(tree);
    text_free(&owned);
}

void world_use_survey_file(struct world *world, const char *file)
{
    struct text json = {0};
    read_definition(file, &json);
    world_use_survey(world, json.chars);
    text_free(&json);
}

void world_clear(struct world *world)
{
    struct error error = {""};
    if (!instant_parse(world->org.zone, "2026-01-13T10:00", 0, &world->now_ms, &error))
        fail_msg("%s", error.text);
    world->redis_now_ms = INT64_C(5000000000000); /* nothing like domain time */
    world->serial = 0;
    snprintf(world->language, sizeof world->language, "fi");
    WORLD_DO(world, "FLUSHALL");
    put_definitions(world);
    world_take_lane(world, "dispatcher-1");
}

struct redis_value *world_call(struct world *world, const struct redis_command *command)
{
    struct error error = {""};
    struct redis_value *value = redis_link_run(world->link, command, &error);
    if (value == NULL)
        fail_msg("%s", error.text);
    return value;
}

struct redis_value *world_words(struct world *world, const char *const *words)
{
    struct redis_command command = {0};
    for (size_t i = 0; words[i] != NULL; i++)
        redis_command_add(&command, words[i]);
    struct redis_value *value = world_call(world, &command);
    redis_command_free(&command);
    return value;
}

void world_do(struct world *world, const char *const *words)
{
    struct redis_value *value = world_words(world, words);
    redis_value_free(&value);
}

const char *world_key(const char *suffix)
{
    char *buffer = next_buffer();
    snprintf(buffer, BUFFER_BYTES, "p:{%s}:%s", WORLD_ORG, suffix);
    return buffer;
}

const char *world_field(struct world *world, const char *suffix, const char *field)
{
    char *buffer = next_buffer();
    struct redis_value *value = WORLD_RUN(world, "HGET", world_key(suffix), field);
    bool fits = text_copy(buffer, BUFFER_BYTES, redis_text(value));
    redis_value_free(&value);
    assert_true(fits);
    return buffer;
}

static const char *field_of(struct world *world, const char *kind, const char *id, const char *field)
{
    char key[32];
    snprintf(key, sizeof key, "%s%s", kind, id);
    return world_field(world, key, field);
}

const char *world_message_field(struct world *world, int serial, const char *field)
{
    return field_of(world, "m:", world_message(serial), field);
}

const char *world_pulse_field(struct world *world, int serial, const char *field)
{
    return field_of(world, "u:", world_pulse(serial), field);
}

const char *world_contact_field(struct world *world, int n, const char *field)
{
    return field_of(world, "c:", world_contact(n), field);
}

const char *world_step_message(struct world *world, int serial, int step)
{
    const char field[] = {'m', (char)('0' + step), '\0'};
    return world_pulse_field(world, serial, field);
}

const char *world_step_field(struct world *world, int serial, int step, const char *field)
{
    return field_of(world, "m:", world_step_message(world, serial, step), field);
}

int64_t world_count(struct world *world, const char *field)
{
    struct redis_value *value = WORLD_RUN(world, "HGET", world_key("b"), field);
    int64_t count = redis_int(value);
    redis_value_free(&value);
    return count;
}

int64_t world_calls(struct world *world)
{
    static const char *const kinds[] = {"cmdstat_fcall:calls=", "cmdstat_fcall_ro:calls="};
    struct redis_value *info = WORLD_RUN(world, "INFO", "commandstats");
    int64_t sum = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const char *line = strstr(redis_text(info), kinds[i]);
        sum += line == NULL ? 0 : strtoll(line + strlen(kinds[i]), NULL, 10);
    }
    redis_value_free(&info);
    return sum;
}

bool world_in_list(struct world *world, const char *list, const char *member)
{
    struct redis_value *value = WORLD_RUN(world, "ZSCORE", world_key(list), member);
    bool found = redis_kind(value) != REDIS_NIL;
    redis_value_free(&value);
    return found;
}

bool world_exists(struct world *world, const char *suffix)
{
    struct redis_value *value = WORLD_RUN(world, "EXISTS", world_key(suffix));
    bool found = redis_int(value) == 1;
    redis_value_free(&value);
    return found;
}

/* An id of exactly ID_CHARS characters: the word, then the number. */
static const char *numbered(const char *word, int n)
{
    char *buffer = next_buffer();
    snprintf(buffer, BUFFER_BYTES, "%s%0*d", word, ID_CHARS - (int)strlen(word), n);
    return buffer;
}

const char *world_phone(int n)
{
    char *buffer = next_buffer();
    snprintf(buffer, BUFFER_BYTES, "+35840%07d", n);
    return buffer;
}

const char *world_contact(int n)
{
    return numbered("contact", n);
}

const char *world_pulse(int serial)
{
    return numbered("pulse", serial);
}

const char *world_message(int serial)
{
    return numbered("message", serial);
}

void world_import(struct world *world, const char *pilot, int first, int count,
                  struct contacts_counts *counts_out)
{
    struct contact_row rows[STORE_ITEMS_MAX];
    struct sealer sealer;
    char batch[ID_SIZE];
    assert_true(count <= STORE_ITEMS_MAX && sealer_start(&sealer, world->keys.keys[KEY_SEALING_PUBLIC]));
    for (int i = 0; i < count; i++) {
        struct contact_row *row = &rows[i];
        *row = (struct contact_row){0};
        snprintf(row->language, sizeof row->language, "%s", world->language);
        snprintf(row->id, sizeof row->id, "%s", world_contact(first + i));
        snprintf(row->stratum, sizeof row->stratum, "18-29,%s", (first + i) % 2 == 0 ? "north" : "south");
        phone_hash(world->keys.keys[KEY_HASH], world_phone(first + i), row->hash);
        sealer_seal(&sealer, row->id, world_phone(first + i), row->sealed);
    }
    id_digest(&first, sizeof first, batch);
    struct contacts_batch import = {.pilot = pilot,
                                    .batch = batch,
                                    .batch_public = sealer.ephemeral_public,
                                    .day = day_index_at(world->org.zone, world->now_ms),
                                    .rows = rows,
                                    .rows_count = (size_t)count};
    struct redis_command command = {0};
    contacts_import_command(&command, WORLD_ORG, &import);
    struct redis_value *value = world_call(world, &command);
    struct contacts_counts counts = {0};
    assert_true(contacts_import_result(value, &counts));
    if (counts_out != NULL)
        *counts_out = counts;
    redis_value_free(&value);
    redis_command_free(&command);
}

struct asking world_asking(const struct world *world)
{
    struct asking asking;
    asking_fill(&asking, &world->org, world->survey.id, world->survey.questions[0].id, world->now_ms, 7);
    return asking;
}

void world_check(struct world *world)
{
    struct text report = {0};
    if (!invariants_hold(world->link, WORLD_ORG, &report))
        fail_msg("%s", report.chars);
    text_free(&report);
}
