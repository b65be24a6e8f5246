/* Idle: what many orgs cost while nothing is due: dispatcher, collector, roll-up and Redis, each as it runs in real
 * life, over some seconds of quiet.
 *
 *   ours    percent of one core, all four programs together, with N orgs
 *   bare    the same programs with one org
 *
 * CPU is the scheduler's own account of each process. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "stand.h"

#define SETTLE_S 20 /* after the last start: leases taken, every org looked at */

static const char *const programs[] = {"pulssi-dispatcher", "pulssi-collector", "pulssi-rollup"};
#define PROGRAMS (sizeof programs / sizeof programs[0])

struct bench {
    int64_t orgs, seconds;
    struct report report;
};

/* The example org under another name, with keys of its own. */
static void put_org(struct stand *stand, int n)
{
    struct world *world = &stand->world;
    struct error error = {""};
    char id[33], reply_number[16], folder[96];
    snprintf(id, sizeof id, "org-%d", n);
    snprintf(reply_number, sizeof reply_number, "%d", 200000 + n);
    cJSON *json = json_parse(world->org_json.chars, world->org_json.bytes, &error);
    assert_non_null(json);
    cJSON *lane = cJSON_GetObjectItem(json, "lane");
    assert_true(cJSON_ReplaceItemInObject(json, "id", cJSON_CreateString(id)) &&
                cJSON_ReplaceItemInObject(lane, "reply_number", cJSON_CreateString(reply_number)));
    char *text = cJSON_PrintUnformatted(json);
    char hash[FINGERPRINT_SIZE], sealing[FINGERPRINT_SIZE], reader[FINGERPRINT_SIZE];
    struct key_set keys;
    keys_generate(&keys);
    key_fingerprint(KEY_HASH, keys.keys[KEY_HASH], hash);
    key_fingerprint(KEY_SEALING_PUBLIC, keys.keys[KEY_SEALING_PUBLIC], sealing);
    key_fingerprint(KEY_READER_PUBLIC, keys.keys[KEY_READER_PUBLIC], reader);
    if (org_store(world->link, id, text, hash, sealing, reader, &error) != PUT_WRITTEN)
        fail_msg("%s", error.text);
    snprintf(folder, sizeof folder, "data/keys/%s", id);
    assert_true(file_make_folder(stand_path(stand, folder), &error));
    for (int kind = 0; kind < KEY_KINDS; kind++) {
        char line[96], name[160];
        key_encode((enum key_kind)kind, keys.keys[kind], line);
        snprintf(name, sizeof name, "%s/%s", folder, key_file_name((enum key_kind)kind));
        stand_put(stand, name, line);
    }
    cJSON_free(text);
    cJSON_Delete(json);
}

static void pause_s(int64_t seconds)
{
    nanosleep(&(struct timespec){.tv_sec = (time_t)seconds}, NULL);
}

/* Percent of one core. */
static double quiet(struct bench *bench, int run, int64_t orgs, bool keep)
{
    static struct stand stand;
    struct child children[PROGRAMS];
    stand_open(&stand, &bench->report);
    stand_put_settings(&stand, 9, "");
    for (int n = 1; n < (int)orgs; n++)
        put_org(&stand, n);
    pid_t processes[PROGRAMS + 1] = {redis_server_process(stand.world.server)};
    for (size_t i = 0; i < PROGRAMS; i++) {
        stand_spawn(&stand, &children[i], programs[i],
                    (const char *const[]){"--config", stand_path(&stand, "pulssi.conf"), NULL});
        processes[i + 1] = children[i].process;
    }
    pause_s(SETTLE_S);
    struct report_meter meter;
    report_meter_start(&meter, processes, PROGRAMS + 1);
    pause_s(bench->seconds);
    report_meter_stop(&meter);
    static const char *const keys[] = {"redis_percent", "dispatcher_percent", "collector_percent",
                                       "rollup_percent"};
    static const char *const labels[] = {"Redis, % of a core", "the dispatcher, % of a core",
                                         "the collector, % of a core", "the roll-up, % of a core"};
    double sum = 0;
    for (size_t i = 0; i < PROGRAMS + 1; i++) {
        double percent = 100.0 * (double)meter.cpu_ns[i] / (double)meter.elapsed_ns;
        sum += percent;
        if (keep)
            report_set(&bench->report, run, keys[i], labels[i], percent);
    }
    for (size_t i = 0; i < PROGRAMS; i++)
        assert_int_equal(child_end(&children[i], SIGTERM), 0);
    stand_close(&stand);
    return sum;
}

int main(int argc, char **argv)
{
    struct bench bench = {.orgs = 300, .seconds = 30};
    const struct stand_option options[] = {
        {"orgs", "orgs in the data set", 2, ORGS_MAX, &bench.orgs},
        {"seconds", "of quiet that are measured", 5, 600, &bench.seconds},
    };
    report_start(&bench.report, "idle", "% of a core");
    stand_options(argc, argv, "idle", options, sizeof options / sizeof options[0], &bench.report.command);
    for (int run = 0; run < REPORT_RUNS; run++) {
        double ours = quiet(&bench, run, bench.orgs, true);
        report_set_ratio(&bench.report, run, ours, quiet(&bench, run, 1, false));
    }
    report_print(&bench.report);
    report_free(&bench.report);
    return 0;
}
