/* Import: a file of people, one line of a hundred bad, by `pulssi import` as an operator runs it.
 *
 *   ours    the whole command: read, parsed, judged, sealed, stored on disk; every bad line in its report
 *   bare    the same number of HSETs of a contact's bytes, pipelined on one connection, append-only file as ours
 *
 * Also what Redis holds for a contact afterwards: at this size the tables are as full as in real life. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/file.h"
#include "stand.h"

#define BAD_EVERY 100

struct bench {
    int64_t people;
    struct report report;
};

/* One line of a hundred names a language nobody speaks, or a number that is none. */
static void write_file(const char *path, int64_t people)
{
    static const char *const ages[] = {"18-29", "30-49", "50+"};
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs("phone,language,age_band,office\n", file);
    for (int64_t i = 0; i < people; i++) {
        bool bad = i % BAD_EVERY == BAD_EVERY - 1;
        const char *number = bad && i % 2 == 0 ? "12" : "040";
        fprintf(file, "%s%07lld,%s,%s,%s\n", number, (long long)i,
                bad           ? "tlh"
                : i % 10 == 0 ? "sv"
                              : "fi",
                ages[i % 3], i % 2 == 0 ? "north" : "south");
    }
    assert_int_equal(fclose(file), 0);
}

static int64_t count_lines(const char *path)
{
    FILE *file = fopen(path, "re");
    int64_t lines = 0;
    assert_non_null(file);
    for (int c; (c = getc(file)) != EOF;)
        lines += c == '\n';
    fclose(file);
    return lines;
}

/* Members of the pilot: ids of 12 characters, one after the other. */
static int64_t count_members(struct world *world)
{
    struct redis_value *value = WORLD_RUN(world, "STRLEN", world_key("pm:" WORLD_PILOT));
    int64_t bytes = redis_int(value);
    redis_value_free(&value);
    return bytes / ID_CHARS;
}

static double run_ours(struct bench *bench, int run)
{
    static struct stand stand;
    struct child import;
    stand_open(&stand, &bench->report);
    stand_put_settings(&stand, 9, "");
    write_file(stand_path(&stand, "people.csv"), bench->people);
    double memory = stand_redis_bytes(&stand);
    pid_t redis = redis_server_process(stand.world.server);
    struct report_meter meter;
    report_meter_start(&meter, &redis, 1);
    stand_spawn(&stand, &import, "pulssi",
                (const char *const[]){"import", stand_path(&stand, "people.csv"), "--pilot", WORLD_PILOT,
                                      "--config", stand_path(&stand, "pulssi.conf"), NULL});
    int status = 0;
    assert_int_equal(waitpid(import.process, &status, 0), import.process);
    import.process = 0;
    report_meter_stop(&meter);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    int64_t bad = bench->people / BAD_EVERY, good = bench->people - bad;
    assert_int_equal(count_lines(stand_path(&stand, "people.csv.refused.csv")), bad + 1);
    assert_int_equal(count_members(&stand.world), good);
    report_set(&bench->report, run, "seconds", "ours: seconds for the file", (double)meter.elapsed_ns / 1e9);
    report_set(&bench->report, run, "cpu_redis_us", "ours: CPU of Redis, µs a person",
               report_us_each(meter.cpu_ns[0], (size_t)good));
    report_set(&bench->report, run, "contact_bytes", "bytes of an idle contact in Redis, all in",
               (stand_redis_bytes(&stand) - memory) / (double)good);
    stand_close(&stand);
    return (double)bench->people * 1e9 / (double)meter.elapsed_ns;
}

static double run_bare(struct bench *bench)
{
    static struct stand stand;
    struct redis_command command = {0};
    struct error error = {""};
    stand_open(&stand, &bench->report);
    int64_t started_ns = report_now_ns();
    for (int64_t i = 0; i < bench->people; i++) {
        char key[48];
        snprintf(key, sizeof key, "c:%022lld", (long long)i);
        redis_command_clear(&command);
        const char *const words[] = {"HSET", key,
                                     "n",    "sealed-number-of-about-as-many-bytes-as-it-has",
                                     "b",    "0123456789abcdef012345",
                                     "l",    "fi",
                                     "s",    "18-29,north",
                                     "i",    "20457"};
        for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
            redis_command_add(&command, words[w]);
        assert_true(redis_link_queue(stand.world.link, &command, &error));
        if (i % 1024 == 1023 || i == bench->people - 1) {
            for (int64_t taken = i - i % 1024; taken <= i; taken++) {
                struct redis_value *value = redis_link_take(stand.world.link, &error);
                assert_non_null(value);
                redis_value_free(&value);
            }
        }
    }
    int64_t elapsed_ns = report_now_ns() - started_ns;
    redis_command_free(&command);
    stand_close(&stand);
    return (double)bench->people * 1e9 / (double)elapsed_ns;
}

int main(int argc, char **argv)
{
    struct bench bench = {.people = 1000000};
    const struct stand_option options[] = {{"people", "lines in the file", 1000, 9000000, &bench.people}};
    report_start(&bench.report, "import", "lines a second");
    stand_options(argc, argv, "import", options, 1, &bench.report.command);
    for (int run = 0; run < REPORT_RUNS; run++) {
        double ours = run_ours(&bench, run);
        report_set_ratio(&bench.report, run, ours, run_bare(&bench));
    }
    report_print(&bench.report);
    report_free(&bench.report);
    return 0;
}
