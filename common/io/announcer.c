/* One timer: it fires at the watchdog's pace, and often enough for a new sentence to be seen soon. */
#include "io/announcer.h"

#include <stdlib.h>
#include <string.h>

#include "base/notify.h"

#define LOOK_MS      2000
#define STATUS_BYTES 200

struct announcer {
    struct loop_timer *timer;
    announcer_status status;
    void *context;
    bool ready_told, stopping;
    char told[STATUS_BYTES];
};

static void announcer_tick(void *context);
static void announcer_tell_status(struct announcer *announcer);

struct announcer *announcer_new(struct loop *loop, announcer_status status, void *context)
{
    struct announcer *announcer = memory_zeroed(1, sizeof *announcer);
    announcer->status = status;
    announcer->context = context;
    announcer->timer = loop_timer_new(loop, announcer_tick, announcer);
    if (notify_is_wanted())
        loop_timer_arm(announcer->timer, 0);
    return announcer;
}

void announcer_stopping(struct announcer *announcer)
{
    if (announcer == NULL || announcer->stopping)
        return;
    announcer->stopping = true;
    (void)notify_send("STOPPING=1\nSTATUS=stopping");
}

void announcer_free(struct announcer **announcer)
{
    if (*announcer == NULL)
        return;
    loop_timer_free(&(*announcer)->timer);
    free(*announcer);
    *announcer = NULL;
}

/* A message that was not taken goes again with the next tick. */
static void announcer_tick(void *context)
{
    struct announcer *announcer = context;
    int64_t watchdog_ms = notify_watchdog_ms();
    if (!announcer->ready_told)
        announcer->ready_told = notify_send("READY=1");
    if (watchdog_ms > 0)
        (void)notify_send("WATCHDOG=1");
    if (!announcer->stopping)
        announcer_tell_status(announcer);
    loop_timer_arm(announcer->timer, watchdog_ms > 0 && watchdog_ms < LOOK_MS ? watchdog_ms : LOOK_MS);
}

static void announcer_tell_status(struct announcer *announcer)
{
    struct text line = {0};
    char status[STATUS_BYTES];
    text_add(&line, "STATUS=");
    announcer->status(announcer->context, &line);
    size_t bytes = line.bytes < sizeof status - 1 ? line.bytes : sizeof status - 1;
    while (bytes < line.bytes && ((unsigned char)line.chars[bytes] & 0xC0U) == 0x80U)
        bytes--; /* no half a letter */
    for (size_t i = 0; i < bytes; i++)
        status[i] = line.chars[i] == '\n' ? ' ' : line.chars[i]; /* a second line would be another message */
    status[bytes] = '\0';
    if (strcmp(status, announcer->told) != 0 && notify_send(status))
        memcpy(announcer->told, status, bytes + 1);
    text_free(&line);
}
