/* Dispatch: how many due messages a second go out, each claimed, intended on disk, handed over, settled on
 * disk.
 *
 *   ours    N due messages, a real dispatcher, a real simulator; its ledger must hold each accepted exactly
 * once bare    libcurl in this process posting the same bodies to another simulator of the same kind, as many
 * at a time
 *
 * Both rates are the simulator's: from the first to the last accepted, by its ledger. Domain time stands: no
 * receipt comes due while messages go out, and the messages become due when the clock's file is replaced,
 * after every program has started. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "dispatching.h"
#include "support/wire.h"

static double run_ours(struct dispatching *bench, int run);
static double run_bare(struct dispatching *bench, int run);

int main(int argc, char **argv)
{
    static struct dispatching bench = {.messages = 10000};
    const struct stand_option options[] = {
        {"messages", "messages in a run", 100, STAND_PEOPLE_MAX, &bench.messages},
    };
    dispatching_init(&bench, "dispatch", argc, argv, options, sizeof options / sizeof options[0]);
    for (int run = 0; run < REPORT_RUNS; run++) {
        double ours = run_ours(&bench, run);
        report_set_ratio(&bench.report, run, ours, run_bare(&bench, run));
    }
    dispatching_finish(&bench);
    return 0;
}

/* --- the ledger --- */

/* One send row of the ledger: message n to contact n, accepted, for the first time. Keeps its wall time. */
static void check_send(const cJSON *row, bool *seen, int64_t messages, int64_t *real_ms_out)
{
    struct json_reader reader;
    struct error error = {""};
    int n = -1;
    json_reader_root(&reader, row, &error);
    const char *id = json_string(&reader, "id", 1, ID_CHARS);
    assert_int_equal(sscanf(id, "message%d", &n), 1);
    assert_in_range(n, 0, messages - 1);
    assert_string_equal(id, world_message(n));
    assert_string_equal(json_string(&reader, "to", 1, PHONE_SIZE), world_phone(n));
    assert_string_equal(json_string(&reader, "outcome", 1, 32), "accepted");
    if (seen[n])
        fail_msg("%s was accepted twice", id);
    seen[n] = true;
    *real_ms_out = json_int(&reader, "real", 0, INT64_MAX / 2);
}

/* Every message was accepted exactly once; returns how many a second, from first to last. */
static double judge_ledger(int port, int64_t messages)
{
    struct text answer = {0};
    bool *seen = memory_zeroed((size_t)messages, sizeof seen[0]);
    int64_t accepted = 0, first_ms = INT64_MAX, last_ms = 0;
    assert_int_equal(wire_get(port, "/ledger", &answer), 200);
    char *rest = NULL, *body = strstr(answer.chars, "\r\n\r\n");
    assert_non_null(body);
    for (char *line = strtok_r(body + 4, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        struct error error = {""};
        int64_t real_ms = 0;
        if (strncmp(line, "{\"t\":\"send\"", strlen("{\"t\":\"send\"")) != 0)
            continue;
        cJSON *row = json_parse(line, strlen(line), &error);
        if (row == NULL)
            fail_msg("ledger: %s", error.text);
        check_send(row, seen, messages, &real_ms);
        cJSON_Delete(row);
        accepted++;
        first_ms = real_ms < first_ms ? real_ms : first_ms;
        last_ms = real_ms > last_ms ? real_ms : last_ms;
    }
    assert_int_equal(accepted, messages);
    free(seen);
    text_free(&answer);
    return (double)(messages - 1) * 1000.0 / (double)(last_ms > first_ms ? last_ms - first_ms : 1);
}

/* --- the runs --- */

static double run_ours(struct dispatching *bench, int run)
{
    struct child simulator;
    dispatching_open(bench);
    int port = stand_start_simulator(&bench->stand, &simulator);
    dispatching_start(bench, port);
    dispatching_run(bench, simulator.process);
    double rate = judge_ledger(port, bench->messages);
    dispatching_report(bench, run, "cpu_simulator_us", "ours: CPU of the simulator, µs a message");
    assert_int_equal(child_end(&bench->dispatcher, SIGTERM), 0);
    assert_int_equal(child_end(&simulator, SIGTERM), 0);
    stand_close(&bench->stand);
    return rate;
}

static double run_bare(struct dispatching *bench, int run)
{
    struct child simulator;
    dispatching_open_bare(bench);
    int port = stand_start_simulator(&bench->stand, &simulator);
    dispatching_run_bare(bench, port, simulator.process);
    double rate = judge_ledger(port, bench->messages);
    dispatching_report_bare(bench, run, "bare_cpu_simulator_us", "bare: CPU of the simulator, µs a message");
    assert_int_equal(child_end(&simulator, SIGTERM), 0);
    stand_close(&bench->stand);
    return rate;
}
