#include "rollup/rollup.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "io/loop.h"
#include "rollup/closing.h"
#include "store/people.h"
#include "store/server_check.h"

#define WAIT_MS 300  /* before something that was in the way is tried again */
#define LOOK_MS 5000 /* how long a new org or a first week may stay unnoticed */

struct rollup {
    struct settings settings;
    struct clock clock;
    struct loop *loop;
    struct loop_timer *timer;
    struct redis_link *link;
    struct closing **closings;
    int64_t due_ms[ORGS_MAX]; /* domain; -1 = no week is known yet */
    size_t count;
    int64_t orgs_at_ms; /* monotonic; when the orgs were read last */
};

static void rollup_look(void *context);
static void rollup_on_clock(void *context);
static void rollup_terminate(void *context);
static void rollup_load_orgs(struct rollup *rollup);
static void rollup_sweep_people(struct rollup *rollup);

int rollup_run(const struct settings *settings)
{
    static struct rollup rollup;
    struct error error;
    rollup.settings = *settings;
    if (!clock_open(&rollup.clock, settings->clock_file, &error) ||
        (rollup.link = store_open_waiting(settings, "pulssi-rollup", &error)) == NULL) {
        log_error("%s", error.text);
        return 1;
    }
    rollup.loop = loop_new();
    rollup.timer = loop_timer_new(rollup.loop, rollup_look, &rollup);
    bool watching = loop_watch_clock(rollup.loop, &rollup.clock, rollup_on_clock, &rollup, &error);
    if (watching) {
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
    for (size_t i = 0; i < rollup.count; i++) {
        closing_free(&rollup.closings[i]);
    }
    free(rollup.closings);
    loop_timer_free(&rollup.timer);
    redis_link_close(&rollup.link);
    loop_free(&rollup.loop);
    return watching ? 0 : 1;
}

static void rollup_load_orgs(struct rollup *rollup)
{
    static char names[ORGS_MAX][33];
    static struct org_record record;
    struct error error;
    size_t count = 0;
    rollup->orgs_at_ms = clock_monotonic_ms();
    if (!orgs_list(rollup->link, names, ORGS_MAX, &count, &error)) {
        log_warning("reading the orgs: %s", error.text);
        return;
    }
    for (size_t i = 0; i < count; i++) {
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
        rollup->closings[rollup->count++] = closing_new(&rollup->settings, &record.org);
    }
}

/* Weeks that wait to be closed hold no references to people who are gone. */
static void rollup_sweep_people(struct rollup *rollup)
{
    for (size_t i = 0; i < rollup->count; i++) {
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

/* One step for each org that has something to do, then the timer for the next look. */
static void rollup_look(void *context)
{
    struct rollup *rollup = context;
    int64_t now_ms = clock_domain_ms(&rollup->clock);
    int64_t wait_ms = LOOK_MS;
    if (clock_monotonic_ms() - rollup->orgs_at_ms >= LOOK_MS) {
        rollup_load_orgs(rollup);
        rollup_sweep_people(rollup);
    }
    for (size_t i = 0; i < rollup->count; i++) {
        int64_t org_wait_ms = 0;
        switch (closing_step(rollup->closings[i], rollup->link, now_ms, &rollup->due_ms[i])) {
        case CLOSING_MORE:
            org_wait_ms = 0;
            break;
        case CLOSING_WAIT:
            org_wait_ms = WAIT_MS;
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
    loop_stop(rollup->loop);
}
