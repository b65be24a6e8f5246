/* What happens in the world: rounds, the steps of a message, replies, the close of a week. */
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "store/weeks.h"

#define LEASE_MS 60000

/* Runs, clears the command's memory, returns the answer's item as text in one of eight buffers. */
static const char *answered(struct world *world, struct redis_command *command, size_t item)
{
    static char buffers[8][32];
    static size_t next;
    char *buffer = buffers[next++ % 8];
    struct redis_value *value = world_call(world, command);
    redis_command_free(command);
    const struct redis_value *found = redis_count(value) > item ? redis_item(value, item) : NULL;
    bool fits = text_copy(buffer, sizeof buffers[0], item == 0 ? redis_word(value) : redis_text(found));
    redis_value_free(&value);
    assert_true(fits);
    return buffer;
}

void world_plan(struct world *world, const char *round, const char *pilot, int64_t sample)
{
    struct redis_command command = {0};
    struct round plan = {
        .at_ms = world->now_ms, .not_after_ms = world->now_ms + 3 * DAY_MS, .sample = sample};
    char differs[128];
    snprintf(plan.id, sizeof plan.id, "%s", round);
    snprintf(plan.pilot, sizeof plan.pilot, "%s", pilot);
    snprintf(plan.survey, sizeof plan.survey, "%s", world->survey_ref);
    snprintf(plan.seed, sizeof plan.seed, "a seed");
    round_plan_command(&command, WORLD_ORG, &plan);
    struct redis_value *value = world_call(world, &command);
    assert_int_equal(round_plan_result(value, differs), ROUND_PLANNED);
    redis_value_free(&value);
    redis_command_free(&command);
}

void world_release_command(struct world *world, struct redis_command *command, const char *round, int first,
                           int count)
{
    struct release_item items[STORE_ITEMS_MAX];
    assert_in_range(count, 0, STORE_ITEMS_MAX);
    for (int i = 0; i < count; i++) {
        items[i].position = (uint32_t)(first + i);
        snprintf(items[i].pulse, ID_SIZE, "%s", world_pulse(world->serial));
        snprintf(items[i].message, ID_SIZE, "%s", world_message(world->serial));
        world->serial++;
    }
    struct release release = {.round = round,
                              .cursor = first,
                              .due_ms = world->now_ms,
                              .asking = world_asking(world),
                              .items = items,
                              .items_count = (size_t)count};
    round_release_command(command, WORLD_ORG, &release);
}

struct release_result world_release(struct world *world, const char *round, int first, int count)
{
    struct redis_command command = {0};
    struct release_result result;
    world_release_command(world, &command, round, first, count);
    struct redis_value *value = world_call(world, &command);
    assert_true(round_release_result(value, &result));
    redis_value_free(&value);
    redis_command_free(&command);
    return result;
}

int world_round(struct world *world, const char *round, const char *pilot)
{
    struct redis_command command = {0};
    int64_t frame = 0, drawn = 0;
    int first = world->serial;
    world_plan(world, round, pilot, 0);
    round_freeze_command(&command, WORLD_ORG, round, world_asking(world).week);
    struct redis_value *value = world_call(world, &command);
    assert_true(round_freeze_result(value, &frame, &drawn));
    redis_value_free(&value);
    redis_command_free(&command);
    for (int at = 0; at < (int)drawn; at += STORE_ITEMS_MAX) {
        int count = (int)drawn - at < STORE_ITEMS_MAX ? (int)drawn - at : STORE_ITEMS_MAX;
        assert_false(world_release(world, round, at, count).stale);
    }
    return first;
}

void world_released(struct world *world, int count)
{
    world_import(world, WORLD_PILOT, 0, count, NULL);
    world_round(world, "r", WORLD_PILOT);
}

void world_take_lane(struct world *world, const char *owner)
{
    struct redis_command command = {0};
    struct lane_taken taken;
    lane_take_command(&command, WORLD_ORG, owner, world->redis_now_ms, LEASE_MS, true);
    struct redis_value *value = world_call(world, &command);
    assert_true(lane_take_result(value, &taken) && !taken.held_by_other && taken.new_fence);
    world->fence = taken.fence;
    redis_value_free(&value);
    redis_command_free(&command);
}

size_t world_claim(struct world *world, int64_t count_max, struct claimed claimed_out[STORE_ITEMS_MAX])
{
    struct redis_command command = {0};
    size_t count = 0;
    outbox_claim_command(&command, WORLD_ORG, world->fence, world->redis_now_ms,
                         world->redis_now_ms + LEASE_MS, world->now_ms, count_max);
    struct redis_value *value = world_call(world, &command);
    assert_true(outbox_claim_result(value, claimed_out, &count));
    redis_value_free(&value);
    redis_command_free(&command);
    return count;
}

void world_recover(struct world *world, int64_t *requeued_out, int64_t *unknown_out)
{
    struct redis_command command = {0};
    outbox_recover_command(&command, WORLD_ORG, world->fence, world->redis_now_ms, world->now_ms);
    struct redis_value *value = world_call(world, &command);
    assert_true(outbox_recover_result(value, requeued_out, unknown_out));
    redis_value_free(&value);
    redis_command_free(&command);
}

void world_intend_command(struct world *world, struct redis_command *command, const char *message,
                          const char *operation)
{
    struct intend intend = {
        .message = message, .fence = world->fence, .operation = operation, .asking = world_asking(world)};
    char key[ID_SIZE + 2];
    snprintf(key, sizeof key, "m:%s", message);
    intend.rules = message_class(world_field(world, key, "k"));
    message_window(intend.rules, &world->org, world->now_ms, &intend.window_opens_ms,
                   &intend.window_closes_ms);
    spending_fill(&intend.spending, &world->org, world->now_ms, world->segments > 0 ? world->segments : 1);
    outbox_intend_command(command, WORLD_ORG, &intend);
}

const char *world_intend(struct world *world, const char *message, const char *operation)
{
    struct redis_command command = {0};
    world_intend_command(world, &command, message, operation);
    return answered(world, &command, 0);
}

void world_settle_command(struct world *world, struct redis_command *command, const char *message,
                          const char *operation, enum submit_outcome outcome)
{
    struct spending spending;
    spending_fill(&spending, &world->org, world->now_ms, world->segments > 0 ? world->segments : 1);
    struct settle settle = {.message = message,
                            .fence = world->fence,
                            .operation = operation,
                            .outcome = outcome,
                            .gateway_id = outcome == SUBMIT_ACCEPTED ? "gateway-1" : "",
                            .now_ms = world->now_ms,
                            .wait_until_ms = world->redis_now_ms + 1000,
                            .attempts_max = 3,
                            .spending = &spending};
    outbox_settle_command(command, WORLD_ORG, &settle);
}

const char *world_settle(struct world *world, const char *message, const char *operation,
                         enum submit_outcome outcome)
{
    struct redis_command command = {0};
    world_settle_command(world, &command, message, operation, outcome);
    return answered(world, &command, 1);
}

void world_receipt_command(struct world *world, struct redis_command *command, const char *message,
                           enum receipt_state state)
{
    struct receipt receipt = {
        .message = message, .gateway_id = "gateway-2", .state = state, .asking = world_asking(world)};
    id_random(receipt.reminder);
    receipt_apply_command(command, WORLD_ORG, &receipt);
}

const char *world_receipt(struct world *world, const char *message, enum receipt_state state)
{
    struct redis_command command = {0};
    world_receipt_command(world, &command, message, state);
    return answered(world, &command, 1);
}

int world_send_all(struct world *world)
{
    struct claimed claimed[STORE_ITEMS_MAX];
    int accepted = 0;
    for (size_t count; (count = world_claim(world, STORE_ITEMS_MAX, claimed)) > 0;) {
        for (size_t i = 0; i < count; i++) {
            if (strcmp(world_intend(world, claimed[i].message, "send-all"), "OK") == 0 &&
                strcmp(world_settle(world, claimed[i].message, "send-all", SUBMIT_ACCEPTED), "accepted") == 0)
                accepted++;
        }
    }
    return accepted;
}

void world_load(struct world *world, const char *phone, struct session *session_out)
{
    struct redis_command command = {0};
    char hash[PHONE_HASH_SIZE];
    snprintf(world->sender, sizeof world->sender, "%s", phone);
    phone_hash(world->keys.keys[KEY_HASH], phone, hash);
    reply_load_command(&command, WORLD_ORG, hash);
    struct redis_value *value = world_call(world, &command);
    assert_true(reply_load_result(value, session_out));
    redis_value_free(&value);
    redis_command_free(&command);
}

/* As the collector reads it. */
static void read_reply(const struct world *world, const struct session *session, const char *text,
                       struct reading *reading_out)
{
    int step = session_step(session, world->now_ms), language = org_language(&world->org, session->language);
    struct reading_context context = {
        .name = step == STEP_NAME, .language = language < 0 ? 0 : language, .words = &world->words};
    if (step != STEP_NONE && step != STEP_NAME)
        context.question = &world->survey.questions[step];
    reply_read(&context, text, reading_out);
}

void world_commit_command(struct world *world, struct redis_command *command, const struct session *session,
                          const char *reply_id, const char *text)
{
    struct reading reading;
    struct reply_decision decision;
    struct reply_records records = {0};
    struct reply_ids ids;
    char hash[PHONE_HASH_SIZE];
    bool open = session_step(session, world->now_ms) != STEP_NONE;
    const struct survey *survey = open ? &world->survey : NULL;
    read_reply(world, session, text, &reading);
    session_decide(session, survey, &reading, world->now_ms, &decision);
    phone_hash(world->keys.keys[KEY_HASH], world->sender, hash);
    for (size_t i = 0; i < REPLY_TEXTS_MAX; i++)
        snprintf(ids.texts[i], ID_SIZE, "%s", world_message(world->serial + (int)i));
    id_digest(reply_id, strlen(reply_id), ids.words);
    const struct reply_source source = {.org = &world->org,
                                        .reader_public = world->keys.keys[KEY_READER_PUBLIC],
                                        .survey = survey,
                                        .ids = &ids,
                                        .phone = world->sender,
                                        .words = text};
    struct reply_commit commit = {
        .session = session, .decision = &decision, .phone_hash = hash, .received_ms = world->now_ms};
    id_digest(reply_id, strlen(reply_id), commit.digest);
    assert_true(reply_compose(&source, &commit, &records));
    world->serial += (int)commit.texts_count;
    reply_commit_command(command, WORLD_ORG, &commit);
    reply_records_free(&records);
}

enum committed world_commit(struct world *world, const struct session *session, const char *reply_id,
                            const char *text)
{
    struct redis_command command = {0};
    world_commit_command(world, &command, session, reply_id, text);
    struct redis_value *value = world_call(world, &command);
    enum committed committed = reply_commit_result(value);
    redis_value_free(&value);
    redis_command_free(&command);
    return committed;
}

enum committed world_reply(struct world *world, int contact, const char *reply_id, const char *text)
{
    struct session session;
    world_load(world, world_phone(contact), &session);
    return world_commit(world, &session, reply_id, text);
}

/* As the roll-up judges a pulse of a week that is over. */
static enum disposition end_of(const struct week_pulse *pulse)
{
    enum disposition known = PULSE_QUEUED;
    assert_true(disposition_parse(pulse->state, &known));
    return known == PULSE_OPEN     ? disposition_at_close(&pulse->end)
           : known == PULSE_QUEUED ? PULSE_STALE
                                   : known;
}

void world_close_week(struct world *world, const char *week)
{
    static struct week_loaded loaded;
    struct week_end ends[WEEK_BATCH_MAX];
    struct redis_command command = {0};
    int64_t settled = 0, stale = 0;
    for (;;) {
        week_load_command(&command, WORLD_ORG, week);
        struct redis_value *value = world_call(world, &command);
        assert_true(week_load_result(value, &loaded));
        redis_value_free(&value);
        if (loaded.pulses_count == 0)
            break;
        for (size_t i = 0; i < loaded.pulses_count; i++)
            ends[i] = (struct week_end){&loaded.pulses[i], end_of(&loaded.pulses[i])};
        week_settle_command(&command, WORLD_ORG, week, ends, loaded.pulses_count);
        value = world_call(world, &command);
        assert_true(week_settle_result(value, &settled, &stale));
        assert_int_equal(stale, 0);
        redis_value_free(&value);
    }
    for (int64_t left = 1; left > 0;) {
        week_sweep_command(&command, WORLD_ORG, week, world->now_ms);
        struct redis_value *value = world_call(world, &command);
        assert_true(week_sweep_result(value, &settled, &left));
        assert_true(settled > 0 || left == 0);
        redis_value_free(&value);
    }
    redis_command_free(&command);
}
