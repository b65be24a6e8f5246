/* A beat: beat_ask_time → beat_on_time (how far we are, as of now) → beat_on_written. One at a time; whoever asks
 * meanwhile gets another one right after it. A beat that is lost is not repeated: the next one follows. */
#include "collector/beat.h"

#include <stdlib.h>
#include <string.h>

#include "base/owner.h"
#include "collector/door.h"
#include "store/collectors.h"
#include "store/wake.h"

#define BEAT_EVERY_MS 5000 /* real time */

struct beat {
    struct collector *collector;
    char id[ID_SIZE];
    struct redis_subscription *subscription;
    struct loop_timer *timer;
    bool under_way, again;
    bool leaving;
    loop_callback on_left;
    void *context;
};

static void beat_on_message(void *context, const char *message);
static void beat_on_timer(void *context);
static void beat_on_time(void *context, const struct redis_value *value);
static void beat_on_written(void *context, const struct redis_value *value);
static void beat_end(struct beat *beat);
static void beat_take_away(struct beat *beat);
static void beat_on_taken_away(void *context, const struct redis_value *value);

struct beat *beat_open(struct collector *collector, const struct redis_options *options, struct error *error)
{
    struct beat *beat = memory_zeroed(1, sizeof *beat);
    beat->collector = collector;
    if (!owner_take(collector->settings, "collector", "collector.id", beat->id, error)) {
        free(beat);
        return NULL;
    }
    beat->subscription = redis_subscribe(collector->loop, options, WAKE_CHANNEL, beat_on_message, beat);
    beat->timer = loop_timer_new(collector->loop, beat_on_timer, beat);
    loop_timer_arm(beat->timer, BEAT_EVERY_MS);
    return beat;
}

void beat_close(struct beat **beat)
{
    if (*beat == NULL)
        return;
    redis_unsubscribe(&(*beat)->subscription);
    loop_timer_free(&(*beat)->timer);
    free(*beat);
    *beat = NULL;
}

static void beat_on_message(void *context, const char *message)
{
    if (strcmp(message, WAKE_BEAT) == 0)
        beat_now(context);
    else if (strcmp(message, WAKE_JUDGE) == 0)
        collector_judge(((struct beat *)context)->collector);
}

static void beat_on_timer(void *context)
{
    struct beat *beat = context;
    loop_timer_arm(beat->timer, BEAT_EVERY_MS);
    beat_now(beat);
}

void beat_now(struct beat *beat)
{
    struct collector *collector = beat->collector;
    if (beat->leaving || !collector_is_fit(collector))
        return;
    beat->again = beat->under_way;
    if (beat->under_way)
        return;
    beat->under_way = true;
    collector_time_command(&collector->command);
    redis_send(collector->redis, &collector->command, beat_on_time, beat);
}

static void beat_on_time(void *context, const struct redis_value *value)
{
    struct beat *beat = context;
    struct collector *collector = beat->collector;
    struct collector_row row = {.spooled = (int64_t)door_spooled(collector->door)};
    if (!collector_time_result(value, &row.at_ms) || beat->leaving) {
        beat_end(beat);
        return;
    }
    int64_t now_ms = collector_now_ms(collector), oldest_ms = door_oldest_ms(collector->door);
    row.until_ms = oldest_ms < now_ms ? oldest_ms : now_ms;
    memcpy(row.id, beat->id, sizeof row.id);
    collector_beat_command(&collector->command, &row);
    redis_send(collector->redis, &collector->command, beat_on_written, beat);
}

static void beat_on_written(void *context, const struct redis_value *value)
{
    (void)value;
    beat_end(context);
}

static void beat_end(struct beat *beat)
{
    beat->under_way = false;
    if (beat->leaving)
        beat_take_away(beat);
    else if (beat->again)
        beat_now(beat);
}

/* --- the end --- */

void beat_leave(struct beat *beat, loop_callback callback, void *context)
{
    beat->leaving = true;
    beat->on_left = callback;
    beat->context = context;
    if (!beat->under_way)
        beat_take_away(beat);
}

static void beat_take_away(struct beat *beat)
{
    struct collector *collector = beat->collector;
    collector_leave_command(&collector->command, beat->id);
    redis_send(collector->redis, &collector->command, beat_on_taken_away, beat);
}

static void beat_on_taken_away(void *context, const struct redis_value *value)
{
    struct beat *beat = context;
    (void)value;
    beat->on_left(beat->context);
}
