/* rest ─► begun ─► (looked at every 25 ms) ─► done: serves all that asked before it began
 *   ▲        └──► failed, or Redis was started anew ─► put off, twice as long each time ─┐
 *   └────────────────────────────────────────────────────────────────────────────────────┘ */
#include "rollup/rewrite.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/append_file.h"

#define BACKOFF_FIRST_MS 1000
#define BACKOFF_MAX_MS   60000

struct rewrite {
    int64_t asked;             /* the newest that was asked for */
    int64_t covers;            /* asked when the last one began */
    int64_t done;              /* the newest that is served */
    bool under_way;            /* one that we began */
    struct append_file before; /* it began */
    int64_t look_ms;           /* monotonic; not before this */
    int64_t begun_ms, took_ms; /* monotonic; -1 = none has gone well */
    int64_t backoff_ms;        /* 0 = the last one went well */
    char problem[512];         /* said last */
};

static enum rewrite_state begin(struct rewrite *rewrite, struct redis_link *link,
                                const struct append_file *now);
static bool end(struct rewrite *rewrite, const struct append_file *now);
static enum rewrite_state put_off(struct rewrite *rewrite, const char *problem);
static enum rewrite_state look_later(struct rewrite *rewrite);

struct rewrite *rewrite_new(void)
{
    struct rewrite *rewrite = memory_zeroed(1, sizeof *rewrite);
    rewrite->took_ms = -1;
    return rewrite;
}

void rewrite_free(struct rewrite **rewrite)
{
    free(*rewrite);
    *rewrite = NULL;
}

int64_t rewrite_ask(struct rewrite *rewrite)
{
    return ++rewrite->asked;
}

int64_t rewrite_took_ms(const struct rewrite *rewrite)
{
    return rewrite->took_ms;
}

enum rewrite_state rewrite_step(struct rewrite *rewrite, struct redis_link *link, int64_t asked)
{
    struct append_file now;
    struct error error;
    if (rewrite->done >= asked) {
        return REWRITE_DONE;
    }
    if (clock_monotonic_ms() < rewrite->look_ms) {
        return rewrite->backoff_ms > 0 && !rewrite->under_way ? REWRITE_PUT_OFF : REWRITE_UNDER_WAY;
    }
    if (!append_file_look(link, &now, &error)) {
        return put_off(rewrite, error.text);
    }
    if (now.under_way && strcmp(now.run_id, rewrite->before.run_id) == 0) {
        return look_later(rewrite);
    }
    if (rewrite->under_way && !end(rewrite, &now)) {
        return put_off(rewrite, "a rewrite was begun, but failed: see the log of Redis");
    }
    return rewrite->done >= asked ? REWRITE_DONE : begin(rewrite, link, &now);
}

static enum rewrite_state begin(struct rewrite *rewrite, struct redis_link *link,
                                const struct append_file *now)
{
    struct error error;
    switch (append_file_rewrite(link, &error)) {
    case APPEND_FILE_BEGUN:
        rewrite->under_way = true;
        rewrite->covers = rewrite->asked;
        rewrite->before = *now;
        rewrite->begun_ms = clock_monotonic_ms();
        return look_later(rewrite);
    case APPEND_FILE_BUSY:
        return look_later(rewrite);
    case APPEND_FILE_REFUSED:
        break;
    }
    return put_off(rewrite, error.text);
}

/* The rewrite that we began is over. True when it went well, in the same process of Redis. */
static bool end(struct rewrite *rewrite, const struct append_file *now)
{
    bool same = strcmp(now->run_id, rewrite->before.run_id) == 0;
    rewrite->under_way = false;
    if (!same || now->failed || now->rewrites <= rewrite->before.rewrites) {
        return false;
    }
    if (rewrite->problem[0] != '\0') {
        log_info("the append-only file could be rewritten");
    }
    rewrite->problem[0] = '\0';
    rewrite->backoff_ms = 0;
    rewrite->done = rewrite->covers;
    rewrite->took_ms = clock_monotonic_ms() - rewrite->begun_ms;
    return true;
}

static enum rewrite_state look_later(struct rewrite *rewrite)
{
    rewrite->look_ms = clock_monotonic_ms() + REWRITE_POLL_MS;
    return REWRITE_UNDER_WAY;
}

static enum rewrite_state put_off(struct rewrite *rewrite, const char *problem)
{
    rewrite->backoff_ms = rewrite->backoff_ms == 0 ? BACKOFF_FIRST_MS : rewrite->backoff_ms * 2;
    if (rewrite->backoff_ms > BACKOFF_MAX_MS) {
        rewrite->backoff_ms = BACKOFF_MAX_MS;
    }
    rewrite->look_ms = clock_monotonic_ms() + rewrite->backoff_ms;
    if (strcmp(rewrite->problem, problem) != 0) {
        log_warning(
            "the append-only file cannot be rewritten, links of closed weeks may be left in it; tried "
            "again: %s",
            problem);
        (void)text_copy(rewrite->problem, sizeof rewrite->problem, problem);
    }
    return REWRITE_PUT_OFF;
}
