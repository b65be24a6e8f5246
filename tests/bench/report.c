/* Keeping, ordering and printing of figures, and the two clocks they are taken from. */
#include "report.h"

#include <assert.h>
#include <curl/curl.h>
#include <dirent.h>
#include <event2/event.h>
#include <hiredis/hiredis.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"

struct spread {
    double median, min, max;
};

static struct spread spread_of(const struct report_figure *figure);
static void print_table(const struct report *report);
static void print_json(const struct report *report);
static int compare_doubles(const void *left, const void *right);
static int compare_ints(const void *left, const void *right);

void report_start(struct report *report, const char *name, const char *unit)
{
    *report = (struct report){.name = name};
    snprintf(report->labels[0], sizeof report->labels[0], "ours, %s", unit);
    snprintf(report->labels[1], sizeof report->labels[1], "bare limit, %s", unit);
    for (int run = 0; run < REPORT_RUNS; run++)
        report_set_ratio(report, run, NAN, NAN); /* until measured: these come first */
}

void report_set_ratio(struct report *report, int run, double ours, double bare)
{
    report_set(report, run, "ours", report->labels[0], ours);
    report_set(report, run, "bare", report->labels[1], bare);
    report_set(report, run, "ratio", "ratio, ours by bare", ours / bare);
}

void report_set(struct report *report, int run, const char *key, const char *label, double value)
{
    assert(run >= 0 && run < REPORT_RUNS);
    size_t i = 0;
    while (i < report->figures_count && strcmp(report->figures[i].key, key) != 0)
        i++;
    if (i == report->figures_count) {
        assert(i < REPORT_FIGURES_MAX);
        report->figures[report->figures_count++] = (struct report_figure){.key = key, .label = label};
    }
    report->figures[i].runs[run] = value;
}

void report_print(const struct report *report)
{
    print_table(report);
    print_json(report);
}

void report_free(struct report *report)
{
    text_free(&report->command);
}

/* --- clocks --- */

/* So far, from the scheduler's own account. */
static int64_t process_cpu_ns(pid_t process)
{
    char path[320];
    int64_t sum_ns = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)process);
    DIR *tasks = opendir(path);
    for (struct dirent *task; tasks != NULL && (task = readdir(tasks)) != NULL;) {
        long long ns = 0;
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", (int)process, task->d_name);
        FILE *file = task->d_name[0] == '.' ? NULL : fopen(path, "re");
        if (file != NULL && fscanf(file, "%lld", &ns) == 1)
            sum_ns += ns;
        if (file != NULL)
            fclose(file);
    }
    if (tasks == NULL) {
        fprintf(stderr, "process %d has ended in the middle of the benchmark\n", (int)process);
        exit(1);
    }
    closedir(tasks);
    return sum_ns;
}

/* Of all cores so far, idle and waiting apart; in steps of a clock tick. */
static int64_t machine_cpu_ns(void)
{
    long long user = 0, nice = 0, system = 0, irq = 0, softirq = 0, steal = 0;
    FILE *file = fopen("/proc/stat", "re");
    if (file == NULL || fscanf(file, "cpu %lld %lld %lld %*d %*d %lld %lld %lld", &user, &nice, &system, &irq,
                               &softirq, &steal) != 6) {
        fprintf(stderr, "/proc/stat cannot be read\n");
        exit(1);
    }
    fclose(file);
    return (user + nice + system + irq + softirq + steal) * (1000000000 / sysconf(_SC_CLK_TCK));
}

void report_meter_start(struct report_meter *meter, const pid_t *processes, size_t processes_count)
{
    assert(processes_count <= METER_PROCESSES_MAX);
    *meter = (struct report_meter){.processes_count = processes_count};
    memcpy(meter->processes, processes, processes_count * sizeof processes[0]);
    for (size_t i = 0; i < processes_count; i++)
        meter->cpu_ns[i] = process_cpu_ns(processes[i]);
    meter->machine_ns = machine_cpu_ns();
    meter->elapsed_ns = report_now_ns();
}

void report_meter_stop(struct report_meter *meter)
{
    meter->elapsed_ns = report_now_ns() - meter->elapsed_ns;
    meter->machine_ns = machine_cpu_ns() - meter->machine_ns;
    int64_t others_ns = meter->machine_ns;
    for (size_t i = 0; i < meter->processes_count; i++) {
        meter->cpu_ns[i] = process_cpu_ns(meter->processes[i]) - meter->cpu_ns[i];
        others_ns -= meter->cpu_ns[i];
    }
    double whole_ns = (double)meter->elapsed_ns * (double)sysconf(_SC_NPROCESSORS_ONLN);
    meter->others_percent = others_ns < 0 ? 0 : 100.0 * (double)others_ns / whole_ns;
}

int64_t report_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t report_percentile(int64_t *values, size_t count, double share)
{
    assert(count > 0 && share >= 0 && share <= 1);
    qsort(values, count, sizeof values[0], compare_ints);
    size_t rank = (size_t)ceil(share * (double)count);
    return values[rank == 0 ? 0 : rank - 1];
}

double report_us_each(int64_t ns, size_t operations)
{
    return (double)ns / 1000.0 / (double)operations;
}

/* --- printing --- */

static struct spread spread_of(const struct report_figure *figure)
{
    double sorted[REPORT_RUNS];
    memcpy(sorted, figure->runs, sizeof sorted);
    qsort(sorted, REPORT_RUNS, sizeof sorted[0], compare_doubles);
    return (struct spread){sorted[REPORT_RUNS / 2], sorted[0], sorted[REPORT_RUNS - 1]};
}

/* Large figures without decimals, small ones with two. */
static int decimals_of(double value)
{
    return value >= 1000 ? 0 : value >= 10 ? 1 : 2;
}

static void print_table(const struct report *report)
{
    printf("%s\n\n%-46s %10s   min – max\n", report->command.chars, "", "median");
    for (size_t i = 0; i < report->figures_count; i++) {
        struct spread spread = spread_of(&report->figures[i]);
        int decimals = decimals_of(spread.median);
        printf("%-46s %10.*f   %.*f – %.*f\n", report->figures[i].label, decimals, spread.median, decimals,
               spread.min, decimals, spread.max);
    }
    printf("\n");
}

static void print_json(const struct report *report)
{
    struct utsname system;
    struct text line = {0};
    uname(&system);
    text_add(&line, "{\"bench\":");
    json_add_string(&line, report->name);
    text_add(&line, ",\"command\":");
    json_add_string(&line, report->command.chars);
    text_addf(&line, ",\"cores\":%ld,\"versions\":{\"pulssi\":\"" PULSSI_VERSION "\",\"redis\":\"%s\"",
              sysconf(_SC_NPROCESSORS_ONLN), report->redis_version);
    text_addf(&line,
              ",\"hiredis\":\"%d.%d.%d\",\"libcurl\":\"%s\",\"libevent\":\"%s\",\"kernel\":", HIREDIS_MAJOR,
              HIREDIS_MINOR, HIREDIS_PATCH, curl_version_info(CURLVERSION_NOW)->version, event_get_version());
    json_add_string(&line, system.release);
    text_add(&line, ",\"compiler\":");
    json_add_string(&line, __VERSION__);
    text_add(&line, "}");
    for (size_t i = 0; i < report->figures_count; i++) {
        struct spread spread = spread_of(&report->figures[i]);
        text_addf(&line, ",\"%s\":{\"median\":%.3f,\"min\":%.3f,\"max\":%.3f}", report->figures[i].key,
                  spread.median, spread.min, spread.max);
    }
    printf("%s}\n", line.chars);
    text_free(&line);
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static int compare_ints(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}
