#include "rollup/watermark.h"

#include "base/clock.h"
#include "store/collectors.h"

#define ASKED_MAX 20 /* quick looks before the waiting is called one */

static const struct collector_row *row_behind(const struct collector_rows *rows, int64_t instant_ms);
static void say_why(const struct collector_rows *rows, const struct collector_row *row,
                    struct error *why_out);

enum watermark_step watermark_look(struct watermark *watermark, struct redis_link *link, int64_t instant_ms,
                                   struct error *why_out)
{
    struct collector_rows rows;
    if (!collectors_read(link, &rows, why_out))
        return WATERMARK_WAITS;
    const struct collector_row *behind = row_behind(&rows, instant_ms);
    enum watermark_step step = WATERMARK_PASSED;
    if (behind == NULL) {
        watermark->asked = 0;
    } else if (!collectors_ask(link, why_out)) {
        step = WATERMARK_WAITS;
    } else if (watermark->asked < ASKED_MAX) {
        watermark->asked++;
        step = WATERMARK_ASKED;
    } else {
        say_why(&rows, behind, why_out);
        step = WATERMARK_WAITS;
    }
    collectors_free(&rows);
    return step;
}

/* The one that has said least of all; NULL when all are past the instant. */
static const struct collector_row *row_behind(const struct collector_rows *rows, int64_t instant_ms)
{
    const struct collector_row *behind = NULL;
    for (size_t i = 0; i < rows->count; i++) {
        const struct collector_row *row = &rows->items[i];
        if (row->readable && row->until_ms >= instant_ms)
            continue;
        if (behind == NULL || !row->readable || (behind->readable && row->until_ms < behind->until_ms))
            behind = row;
    }
    return behind;
}

/* Stays the same while nothing changes, so that it is said once. */
static void say_why(const struct collector_rows *rows, const struct collector_row *row, struct error *why_out)
{
    char at[CLOCK_UTC_SIZE];
    clock_utc_text(row->at_ms, at);
    if (!row->readable)
        (void)error_set(why_out, "what collector %s says cannot be read: see `pulssi collector list`",
                        row->id);
    else if (collector_is_away(rows, row))
        (void)error_set(
            why_out,
            "collector %s is away since %s and may hold replies on its disk: start it again, or, when it "
            "is gone for good, `pulssi collector remove %s --yes`",
            row->id, at, row->id);
    else if (row->spooled > 0)
        (void)error_set(why_out, "collector %s still has webhooks in its spool", row->id);
    else
        (void)error_set(why_out, "collector %s has not said yet that all it received is in", row->id);
}
