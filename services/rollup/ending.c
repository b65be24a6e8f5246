/* Each step reads what it needs from Redis, so that a kill between any two costs nothing but the step. */
#include "rollup/ending.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/audit.h"
#include "store/checkpoints.h"
#include "store/weeks.h"

enum stage { STAGE_LOOK, STAGE_REWRITE, STAGE_CHECKPOINT, STAGE_LOG, STAGE_AUDIT };

struct ending {
    const struct settings *settings;
    const struct org *org;
    struct rewrite *rewrite;
    enum stage stage;
    int64_t asked;     /* of the rewrite */
    int64_t last_week; /* published before it was asked for */
    int64_t rewritten_at_ms, rewritten_real_ms;
    int64_t rows_deleted, audit_deleted; /* by this ending */
};

static enum ending_step look(struct ending *ending, struct redis_link *link, struct error *error);
static enum ending_step await_rewrite(struct ending *ending, struct redis_link *link, int64_t now_ms);
static enum ending_step put_checkpoint(struct ending *ending, struct redis_link *link, struct error *error);
static enum ending_step trim_log(struct ending *ending, struct redis_link *link, int64_t now_ms,
                                 struct error *error);
static enum ending_step expire_audit(struct ending *ending, struct redis_link *link, int64_t now_ms,
                                     struct error *error);

struct ending *ending_new(const struct settings *settings, const struct org *org, struct rewrite *rewrite)
{
    struct ending *ending = memory_zeroed(1, sizeof *ending);
    ending->settings = settings;
    ending->org = org;
    ending->rewrite = rewrite;
    return ending;
}

void ending_free(struct ending **ending)
{
    free(*ending);
    *ending = NULL;
}

enum ending_step ending_step(struct ending *ending, struct redis_link *link, int64_t now_ms,
                             struct error *error)
{
    error->text[0] = '\0';
    switch (ending->stage) {
    case STAGE_LOOK:
        return look(ending, link, error);
    case STAGE_REWRITE:
        return await_rewrite(ending, link, now_ms);
    case STAGE_CHECKPOINT:
        return put_checkpoint(ending, link, error);
    case STAGE_LOG:
        return trim_log(ending, link, now_ms, error);
    case STAGE_AUDIT:
        return expire_audit(ending, link, now_ms, error);
    }
    return ENDING_WAIT;
}

/* The first published week without a checkpoint ("" = none), and the last published week. */
static bool find_missing(const struct ending *ending, struct redis_link *link, char week_out[WEEK_SIZE],
                         int64_t *last_out, struct error *error)
{
    struct redis_command command = {0};
    struct checkpoints checkpoints = {0};
    week_hash_command(&command, ending->org->id, WEEK_STATES, "");
    struct redis_value *weeks = redis_link_run(link, &command, error);
    redis_command_free(&command);
    bool read = weeks != NULL && checkpoints_load(link, ending->org->id, &checkpoints, error);
    int64_t first = INT64_MAX;
    *last_out = INT64_MIN;
    for (size_t i = 0; read && i + 1 < redis_count(weeks); i += 2) {
        int64_t week = 0;
        const char *name = redis_text(redis_item(weeks, i));
        if (strcmp(redis_text(redis_item(weeks, i + 1)), "published") != 0 || !week_parse(name, &week)) {
            continue;
        }
        *last_out = week > *last_out ? week : *last_out;
        first = checkpoints_find(&checkpoints, name) == NULL && week < first ? week : first;
    }
    week_out[0] = '\0';
    if (first != INT64_MAX) {
        week_text(first, week_out);
    }
    checkpoints_free(&checkpoints);
    redis_value_free(&weeks);
    return read;
}

static enum ending_step look(struct ending *ending, struct redis_link *link, struct error *error)
{
    char missing[WEEK_SIZE];
    if (!find_missing(ending, link, missing, &ending->last_week, error)) {
        return ENDING_WAIT;
    }
    if (missing[0] == '\0') {
        return ENDING_DONE;
    }
    ending->asked = rewrite_ask(ending->rewrite);
    ending->stage = STAGE_REWRITE;
    return ENDING_MORE;
}

static enum ending_step await_rewrite(struct ending *ending, struct redis_link *link, int64_t now_ms)
{
    switch (rewrite_step(ending->rewrite, link, ending->asked)) {
    case REWRITE_DONE:
        break;
    case REWRITE_UNDER_WAY:
        return ENDING_POLL;
    case REWRITE_PUT_OFF:
        return ENDING_WAIT;
    }
    ending->rewritten_at_ms = now_ms;
    ending->rewritten_real_ms = clock_wall_ms();
    ending->stage = STAGE_CHECKPOINT;
    return ENDING_MORE;
}

/* One week a step. */
static enum ending_step put_checkpoint(struct ending *ending, struct redis_link *link, struct error *error)
{
    const char *org = ending->org->id;
    char week[WEEK_SIZE];
    int64_t index = 0, last = 0;
    struct checkpoint checkpoint;
    bool open = false;
    if (!find_missing(ending, link, week, &last, error)) {
        return ENDING_WAIT;
    }
    if (!week_parse(week, &index) ||
        index > ending->last_week) { /* that one waits for a rewrite of its own */
        ending->stage = STAGE_LOG;
        return ENDING_MORE;
    }
    if (!checkpoint_make(link, org, week, &checkpoint, error)) {
        return ENDING_WAIT;
    }
    checkpoint.rewritten_at_ms = ending->rewritten_at_ms;
    checkpoint.rewritten_real_ms = ending->rewritten_real_ms;
    bool written = checkpoint_write(link, org, &checkpoint, &open, error);
    if (written && !open) {
        log_info("%s: week %s: append-only file rewritten, no link is left; checkpoint %s", org, week,
                 checkpoint.log.hash);
    }
    checkpoint_clear(&checkpoint);
    if (open) {
        (void)error_set(error, "week %s is published, but links are left", week);
    }
    return written && !open ? ENDING_MORE : ENDING_WAIT;
}

/* --- what was kept for long enough --- */

static int64_t months_ago_ms(const struct ending *ending, int64_t now_ms, int64_t months)
{
    const struct zone *zone = ending->org->zone;
    return instant_of_local(zone, day_months_before(day_index_at(zone, now_ms), months) * DAY_MS);
}

/* Rows of a week that ended long enough ago, and has a checkpoint that stands for them. */
static bool may_trim(const struct ending *ending, const struct checkpoint *checkpoint, int64_t kept_from_ms)
{
    int64_t week = 0;
    return checkpoint->readable && !checkpoint->trim_done && week_parse(checkpoint->week, &week) &&
           week_start_ms(ending->org->zone, week + 1) <= kept_from_ms;
}

static enum ending_step trim_log(struct ending *ending, struct redis_link *link, int64_t now_ms,
                                 struct error *error)
{
    const char *org = ending->org->id;
    int64_t months = ending->settings->log_months, deleted = 0;
    int64_t kept_from_ms = months_ago_ms(ending, now_ms, months);
    struct checkpoints checkpoints;
    bool done = false;
    if (!checkpoints_load(link, org, &checkpoints, error)) {
        return ENDING_WAIT;
    }
    const struct checkpoint *old = NULL;
    for (size_t i = 0; i < checkpoints.count && old == NULL; i++) {
        old = may_trim(ending, &checkpoints.items[i], kept_from_ms) ? &checkpoints.items[i] : NULL;
    }
    if (old == NULL) {
        if (ending->rows_deleted > 0) {
            log_info("%s: deleted %lld rows of the answer log, of weeks that ended more than %lld months ago",
                     org, (long long)ending->rows_deleted, (long long)months);
        }
        ending->rows_deleted = 0;
        ending->stage = STAGE_AUDIT;
    }
    bool trimmed = old == NULL || checkpoint_trim(link, org, old, &deleted, &done, error);
    ending->rows_deleted += deleted;
    checkpoints_free(&checkpoints);
    return trimmed ? ENDING_MORE : ENDING_WAIT;
}

static enum ending_step expire_audit(struct ending *ending, struct redis_link *link, int64_t now_ms,
                                     struct error *error)
{
    int64_t months = ending->settings->audit_months, deleted = 0;
    if (!audit_expire(link, ending->org->id, months_ago_ms(ending, now_ms, months), &deleted, error)) {
        return ENDING_WAIT;
    }
    ending->audit_deleted += deleted;
    if (deleted > 0) {
        return ENDING_MORE;
    }
    if (ending->audit_deleted > 0) {
        log_info("%s: deleted %lld rows of the audit, older than %lld months", ending->org->id,
                 (long long)ending->audit_deleted, (long long)months);
    }
    ending->audit_deleted = 0;
    ending->stage = STAGE_LOOK;
    return ENDING_DONE;
}
