#include "rollup/rollup.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "io/loop.h"
#include "rollup/closing.h"
#include "rollup/status.h"
#include "store/people.h"
#include "store/functions.h"
#include "store/server_check.h"

#define JUDGE_RETRY_MS 1000
#define WAIT_MS        300  /* before something that was in the way is tried again */
#define LOOK_MS        5000 /* how long a new org or a first week may stay unnoticed */

static void rollup_look(void *context);
static void rollup_on_clock(void *context);
static void rollup_terminate(void *context);
static bool rollup_judge(struct rollup *rollup);
static void rollup_forget_orgs(struct rollup *rollup);
static void rollup_load_orgs(struct rollup *rollup);
static void rollup_sweep_people(struct rollup *rollup);
static enum closing_step rollup_step(struct rollup *rollup, size_t i, int64_t now_ms);

int rollup_run(const struct settings *settings)
{
    static struct rollup rollup;
    struct error error;
    rollup.settings = *settings;
    if (!clock_open(&rollup.clock, settings->clock_file, &error) ||
        (rollup.seen = seen_open(settings, "pulssi-rollup", NULL, &error)) == NULL ||
        (rollup.link = store_open_waiting(settings, rollup.seen, &error)) == NULL) {
        log_error("%s", error.text);
        return 1;
    }
    rollup.judged_at_ms = clock_monotonic_ms();
    rollup.adoption = seen_adoption(rollup.seen);
    rollup.loop = loop_new();
    rollup.rewrite = rewrite_new();
    rollup.timer = loop_timer_new(rollup.loop, rollup_look, &rollup);
    bool started = loop_watch_clock(rollup.loop, &rollup.clock, rollup_on_clock, &rollup, &error) &&
                   status_open(&rollup, &error);
    if (started) {
        loop_on_terminate(rollup.loop, rollup_terminate, &rollup);
        rollup_load_orgs(&rollup);
        rollup_sweep_people(&rollup);
        log_info("started, %zu org%s", rollup.count, rollup.count == 1 ? "" : "s");
        loop_timer_arm(rollup.timer, 0);
        loop_run(rollup.loop);
        log_info("stopped");
    } else {
        log_error("%s", error.text);
    }
    rollup_forget_orgs(&rollup);
    free(rollup.closings);
    rewrite_free(&rollup.rewrite);
    status_close(&rollup);
    loop_timer_free(&rollup.timer);
    redis_link_close(&rollup.link);
    seen_close(&rollup.seen);
    loop_free(&rollup.loop);
    return started ? 0 : 1;
}

/* The link connects again by itself, perhaps to another server, or to one that lost writes: that is judged before the next
 * step, and every few seconds. What was found good is worked with until then. After an adoption nothing holds that was
 * read before: it begins as after a start. */
static bool rollup_judge(struct rollup *rollup)
{
    struct error error;
    if (redis_link_is_connected(rollup->link) && rollup->refusal.text[0] == '\0' &&
        clock_monotonic_ms() - rollup->judged_at_ms < LOOK_MS)
        return true;
    if (server_check_safety(rollup->link, &error) && functions_check(rollup->link, &error) &&
        seen_judge(rollup->seen, rollup->link, &error) == SEEN_GOOD) {
        rollup->refusal.text[0] = '\0';
        rollup->judged_at_ms = clock_monotonic_ms();
        if (rollup->adoption != seen_adoption(rollup->seen)) {
            rollup->adoption = seen_adoption(rollup->seen);
            rollup_forget_orgs(rollup);
            rollup_load_orgs(rollup);
        }
        return true;
    }
    if (strcmp(rollup->refusal.text, error.text) != 0)
        log_error("weeks wait: %s", error.text);
    rollup->refusal = error;
    rollup->redis_answered = false;
    return false;
}

static void rollup_forget_orgs(struct rollup *rollup)
{
    while (rollup->count > 0) {
        closing_free(&rollup->closings[--rollup->count]);
    }
}

static void rollup_load_orgs(struct rollup *rollup)
{
    static char names[ORGS_MAX][33];
    static struct org_record record;
    struct error error;
    size_t count = 0;
    rollup->orgs_at_ms = clock_monotonic_ms();
    rollup->redis_answered = orgs_list(rollup->link, names, ORGS_MAX, &count, &error);
    if (!rollup->redis_answered) {
        log_warning("reading the orgs: %s", error.text);
        return;
    }
    for (size_t i = 0; i < count && redis_link_is_connected(rollup->link); i++) {
        bool known = false;
        for (size_t j = 0; j < rollup->count; j++) {
            known = known || strcmp(closing_org(rollup->closings[j]), names[i]) == 0;
        }
        if (known || rollup->count == ORGS_MAX) {
            continue;
        }
        if (!org_load(rollup->link, names[i], &record, &error)) {
            log_error("%s", error.text);
            continue;
        }
        rollup->closings = memory_resized(rollup->closings, rollup->count + 1, sizeof(struct closing *));
        rollup->due_ms[rollup->count] = -1;
        rollup->closings[rollup->count++] = closing_new(&rollup->settings, &record.org, rollup->rewrite);
    }
}

/* Weeks that wait to be closed hold no references to people who are gone. */
static void rollup_sweep_people(struct rollup *rollup)
{
    for (size_t i = 0; i < rollup->count && redis_link_is_connected(rollup->link); i++) {
        struct error error;
        int64_t references = 0;
        const char *org = closing_org(rollup->closings[i]);
        if (!people_sweep(rollup->link, org, &references, &error)) {
            log_warning("%s: references to people who are gone: %s", org, error.text);
        } else if (references > 0) {
            log_info("%s: took off %lld references to people who are gone", org, (long long)references);
        }
    }
}

/* What is published is on record at once: whoever loses it then is found out. */
static enum closing_step rollup_step(struct rollup *rollup, size_t i, int64_t now_ms)
{
    struct closing *closing = rollup->closings[i];
    int64_t weeks_closed = closing_figures(closing)->weeks_closed;
    enum closing_step step = closing_step(closing, rollup->link, now_ms, &rollup->due_ms[i]);
    if (closing_figures(closing)->weeks_closed > weeks_closed)
        rollup->judged_at_ms = clock_monotonic_ms() - LOOK_MS;
    return step;
}

/* One step for each org that has something to do, then the timer for the next look. A connection that broke is made anew
 * by the next look only, which judges whom it leads to. */
static void rollup_look(void *context)
{
    struct rollup *rollup = context;
    int64_t now_ms = clock_domain_ms(&rollup->clock);
    int64_t wait_ms = LOOK_MS;
    if (!rollup_judge(rollup)) {
        loop_timer_arm(rollup->timer, JUDGE_RETRY_MS);
        return;
    }
    if (clock_monotonic_ms() - rollup->orgs_at_ms >= LOOK_MS) {
        rollup_load_orgs(rollup);
        rollup_sweep_people(rollup);
    }
    for (size_t i = 0; i < rollup->count && redis_link_is_connected(rollup->link); i++) {
        int64_t org_wait_ms = 0;
        switch (rollup_step(rollup, i, now_ms)) {
        case CLOSING_MORE:
            org_wait_ms = 0;
            break;
        case CLOSING_WAIT:
            org_wait_ms = WAIT_MS;
            break;
        case CLOSING_POLL:
            org_wait_ms = REWRITE_POLL_MS;
            break;
        case CLOSING_IDLE:
            /* Domain time may run fast: then the first week must not be noticed late. */
            org_wait_ms = rollup->due_ms[i] >= 0    ? clock_wait_ms(&rollup->clock, rollup->due_ms[i])
                          : rollup->clock.scale > 1 ? WAIT_MS
                                                    : LOOK_MS;
            break;
        }
        if (org_wait_ms >= 0 && org_wait_ms < wait_ms) {
            wait_ms = org_wait_ms;
        }
    }
    if (!redis_link_is_connected(rollup->link) && wait_ms > WAIT_MS) {
        wait_ms = WAIT_MS;
    }
    loop_timer_arm(rollup->timer, wait_ms);
}

/* Domain time moved: look now if a week has become due. */
static void rollup_on_clock(void *context)
{
    struct rollup *rollup = context;
    int64_t now_ms = clock_domain_ms(&rollup->clock);
    for (size_t i = 0; i < rollup->count; i++) {
        if (rollup->due_ms[i] >= 0 && now_ms >= rollup->due_ms[i]) {
            loop_timer_arm(rollup->timer, 0);
            return;
        }
    }
}

static void rollup_terminate(void *context)
{
    struct rollup *rollup = context;
    rollup->stopping = true;
    announcer_stopping(rollup->announcer);
    loop_stop(rollup->loop);
}
