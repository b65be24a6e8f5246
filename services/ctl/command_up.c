/* pulssi up: everything in one terminal.
 *
 *   settings → lock → clock → Redis (private, or the configured one checked) → simulator → services
 *   SIGTERM or Ctrl-C: services drain, then the simulator, then the private Redis
 *
 * One calm line an event on standard error. Never two at once on a data folder. */
#include "ctl/ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/notify.h"
#include "ctl/conductor.h"
#include "ctl/private_redis.h"
#include "io/announcer.h"
#include "store/functions.h"
#include "store/server_check.h"
#include "ctl/supervise.h"
#include "ctl/up_clock.h"
#include "ctl/up_simulator.h"

#define FIRST_DEADLINE_MS 20000 /* of what a new Redis is asked first: it may still make its files */
#define STOP_SPARE_MS     5000  /* beyond what the dispatcher waits for its last answers */

enum rank { RANK_SERVICES, RANK_SIMULATOR, RANK_REDIS };

struct up {
    struct ctl *ctl;
    char run_folder[300];
    char programs_folder[4096]; /* where we ourselves are */
    int lock;
    struct loop *loop;
    struct supervisor *supervisor;
    struct private_redis redis;
    struct up_simulator simulator;
    struct up_clock clock;
    struct conductor *conductor;
    struct announcer *announcer;
    struct error error;
    bool failed;
};

static bool up_prepare(struct up *up);
static bool up_lock(struct up *up);
static bool up_find_programs(struct up *up);
static bool up_start_store(struct up *up);
static bool up_start_services(struct up *up);
static void up_start_conductor(struct up *up);
static void up_on_until(void *context);
static void up_on_terminate(void *context);
static void up_on_stopped(void *context);
static void up_status(void *context, struct text *line);

static const struct {
    const char *label, *program;
} services[] = {
    {"collector", "pulssi-collector"}, {"rollup", "pulssi-rollup"}, {"dispatcher", "pulssi-dispatcher"}};
#define SERVICES (sizeof services / sizeof services[0])

static int run(struct ctl *ctl)
{
    struct up *up = memory_zeroed(1, sizeof *up);
    *up = (struct up){.ctl = ctl, .lock = -1, .redis.lock = -1};
    log_open("up");
    notify_open(); /* before any child is there, which must not speak in our name */
    bool started = up_prepare(up);
    if (started) {
        up->loop = loop_new();
        up->supervisor =
            supervisor_new(up->loop, up->run_folder,
                           ctl->settings.http_deadline_ms + ctl->settings.redis_deadline_ms + STOP_SPARE_MS);
        loop_on_terminate(up->loop, up_on_terminate, up);
        started = up_start_store(up) && up_start_services(up);
        up_start_conductor(up);
        up->failed = !started;
        if (started) {
            up->announcer = announcer_new(up->loop, up_status, up);
        } else {
            log_error("%s", up->error.text);
            up_on_terminate(up); /* what was started stops in order */
        }
        loop_run(up->loop);
    } else {
        (void)ctl_fail(&up->error);
    }
    conductor_free(&up->conductor);
    announcer_free(&up->announcer);
    supervisor_free(&up->supervisor);
    loop_free(&up->loop);
    if (up->redis.lock >= 0)
        (void)close(up->redis.lock);
    if (up->lock >= 0)
        (void)close(up->lock);
    free(up);
    return started ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool up_prepare(struct up *up)
{
    struct ctl *ctl = up->ctl;
    if (!up_simulator_prepare(ctl, &up->simulator, &up->error) || !up_find_programs(up))
        return false;
    snprintf(up->run_folder, sizeof up->run_folder, "%s/run", ctl->settings.data_folder);
    return file_make_folder(up->run_folder, &up->error) && up_lock(up) &&
           up_clock_prepare(ctl, &up->clock, &up->error);
}

static bool up_lock(struct up *up)
{
    char path[400];
    snprintf(path, sizeof path, "%s/up.lock", up->run_folder);
    up->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (up->lock < 0)
        return error_set(&up->error, "%s: %s", path, strerror(errno));
    if (flock(up->lock, LOCK_EX | LOCK_NB) != 0)
        return error_set(&up->error, "another `pulssi up` is running on %s", up->ctl->settings.data_folder);
    return true;
}

/* The programs are where this one is. */
static bool up_find_programs(struct up *up)
{
    ssize_t chars = readlink("/proc/self/exe", up->programs_folder, sizeof up->programs_folder - 1);
    if (chars <= 0)
        return error_set(&up->error, "/proc/self/exe cannot be read: %s", strerror(errno));
    up->programs_folder[chars] = '\0';
    *strrchr(up->programs_folder, '/') = '\0';
    for (size_t i = 0; i <= SERVICES; i++) {
        char path[4200];
        const char *program = i < SERVICES ? services[i].program : "pulssi-simulator";
        snprintf(path, sizeof path, "%s/%s", up->programs_folder, program);
        bool needed = i < SERVICES || up->simulator.scenario != NULL;
        if (needed && access(path, X_OK) != 0)
            return error_set(&up->error, "%s: %s", path, strerror(errno));
    }
    return true;
}

/* One that lost writes is kept running, so that it can be adopted: the programs wait for that. */
static bool up_accept(enum seen_verdict verdict, struct error *error)
{
    if (verdict == SEEN_BEHIND) {
        log_error("%s", error->text);
        error->text[0] = '\0';
    }
    return verdict == SEEN_GOOD || verdict == SEEN_BEHIND;
}

/* The private Redis gets everything it needs; a configured one is checked and otherwise left as it is. */
static bool up_start_store(struct up *up)
{
    const struct settings *settings = &up->ctl->settings;
    struct error *error = &up->error;
    struct redis_link *link = NULL;
    if (settings->redis_address[0] != '\0') {
        link = store_open_unjudged(settings, error);
        if (link != NULL && !up_accept(dataset_check(link, settings, "pulssi", error), error))
            redis_link_close(&link);
        if (link != NULL)
            log_info("Redis at %s: safe and ours", settings->redis_address);
    } else if (private_redis_start(&up->redis, up->supervisor, settings, RANK_REDIS, error)) {
        char address[320];
        bool changed = false;
        settings_redis_address(settings, address);
        link = redis_link_open(address, "", FIRST_DEADLINE_MS, error);
        if (link != NULL && (!server_check_safety(link, error) || !functions_install(link, &changed, error) ||
                             !up_accept(dataset_install(link, settings, "pulssi", error), error)))
            redis_link_close(&link);
        if (changed)
            log_info("function library %s installed", store_functions_version);
    }
    bool ready = link != NULL;
    redis_link_close(&link);
    return ready;
}

static bool up_start_services(struct up *up)
{
    const char *config = ctl_config_path(up->ctl);
    char path[4200];
    snprintf(path, sizeof path, "%s/pulssi-simulator", up->programs_folder);
    if (up->simulator.scenario != NULL && !up_simulator_start(&up->simulator, &up->ctl->settings, path,
                                                              up->clock.owned ? up->clock.clock.path : NULL,
                                                              up->supervisor, RANK_SIMULATOR, &up->error))
        return false;
    for (size_t i = 0; i < SERVICES; i++) {
        snprintf(path, sizeof path, "%s/%s", up->programs_folder, services[i].program);
        const char *arguments[] = {path, config != NULL ? "--config" : NULL, config, NULL};
        struct child_plan plan = {
            .label = services[i].label, .arguments = arguments, .rank = RANK_SERVICES, .inherited = -1};
        (void)supervisor_start(up->supervisor, &plan);
    }
    log_info("everything is started; Ctrl-C stops it");
    return true;
}

static void up_start_conductor(struct up *up)
{
    char path[400];
    if (!up->clock.owned || up->clock.flows_freely || up->error.text[0] != '\0')
        return;
    snprintf(path, sizeof path, "%s/clock.done", up->run_folder);
    (void)unlink(path);
    struct conductor_options options = {.loop = up->loop,
                                        .clock = &up->clock.clock,
                                        .settings = &up->ctl->settings,
                                        .hold_path =
                                            up->clock.hold_path[0] != '\0' ? up->clock.hold_path : NULL,
                                        .until_ms = up->clock.until_ms,
                                        .on_until = up_on_until,
                                        .context = up};
    up->conductor = conductor_new(&options);
}

static void up_on_until(void *context)
{
    struct up *up = context;
    struct error error;
    char path[400], at[24];
    instant_text(up->clock.zone, up->clock.until_ms, at);
    log_info("clock reached %s", at);
    snprintf(path, sizeof path, "%s/clock.done", up->run_folder);
    if (!file_replace(path, at, strlen(at), 0644, &error))
        log_warning("%s", error.text);
}

static void up_on_terminate(void *context)
{
    struct up *up = context;
    if (!up->failed)
        log_info("stopping");
    announcer_stopping(up->announcer);
    conductor_free(&up->conductor); /* time stands at its limit at the latest */
    supervisor_stop(up->supervisor, up_on_stopped, up);
}

static void up_on_stopped(void *context)
{
    struct up *up = context;
    loop_stop(up->loop);
}

static void up_status(void *context, struct text *line)
{
    const struct up *up = context;
    size_t running = supervisor_running(up->supervisor), all = supervisor_children(up->supervisor);
    if (running == all)
        text_addf(line, "all %zu programs run", all);
    else
        text_addf(line, "%zu of %zu programs run: see the log", running, all);
}

static const struct command_option options[] = {
    {"--simulator", "SCENARIO", "also run the simulator as the gateway, with the people of this file", false},
    {"--clock-scale", "N", "domain time runs N times as fast, and waits for everybody (simulator only)",
     false},
    {"--clock-start", "TIME", "where domain time begins (otherwise last Monday 08:00)", false},
    {"--clock-until", "TIME", "where domain time stops", false},
    {"--clock-hold", NULL, "domain time stands until the file run/clock.hold is removed", false},
    {"--clock-free", NULL, "domain time waits for nobody", false},
    {NULL, NULL, NULL, false},
};

const struct command command_up = {
    .name = "up",
    .options = options,
    .summary = "run everything in this terminal until Ctrl-C",
    .details =
        "Starts dispatcher, collector and roll-up, and starts them again when they end. When no Redis is\n"
        "configured a private one runs in <data_folder>/redis; a configured one is checked and refused if "
        "it\n"
        "could lose what it acknowledged. Processes are named in <data_folder>/run/*.pid.",
    .example = "pulssi up --config pulssi.conf",
    .run = run,
};
