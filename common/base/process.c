/* Reading /proc/self, proc(5): stat for times and the start, statm for memory, fd for open descriptors. */
#include "base/process.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

#define PROC_BYTES_MAX 4096

struct process {
    int64_t cpu_ms;
    int64_t age_ms; /* since its start */
};

static bool process_read(struct process *process);
static int64_t resident_bytes(void);
static int64_t open_descriptors(void);

void process_metrics(struct metrics *metrics, const char *program, const char *library)
{
    static int64_t
        started_ms; /* of the wall clock, as it was at the first reading: later steps do not move it */
    struct process process;
    struct rlimit limit;
    metrics_begin(
        metrics, "pulssi_build_info", METRIC_GAUGE,
        "Always 1: which program this is, its version and that of the function library it works with.");
    metrics_count(metrics,
                  METRICS_LABELS("program", program, "version", PULSSI_VERSION, "library",
                                 library == NULL ? "" : library),
                  1);
    if (process_read(&process)) {
        if (started_ms == 0)
            started_ms = clock_wall_ms() - process.age_ms;
        metrics_begin(metrics, "process_start_time_seconds", METRIC_GAUGE,
                      "Start of the process, in seconds since 1970.");
        metrics_seconds(metrics, NULL, started_ms);
        metrics_begin(metrics, "process_cpu_seconds_total", METRIC_COUNTER,
                      "Processor time used, user and system.");
        metrics_seconds(metrics, NULL, process.cpu_ms);
    }
    int64_t bytes = resident_bytes(), descriptors = open_descriptors();
    if (bytes >= 0) {
        metrics_begin(metrics, "process_resident_memory_bytes", METRIC_GAUGE, "Resident memory.");
        metrics_count(metrics, NULL, bytes);
    }
    if (descriptors >= 0) {
        metrics_begin(metrics, "process_open_fds", METRIC_GAUGE, "Open file descriptors.");
        metrics_count(metrics, NULL, descriptors);
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur <= INT64_MAX) {
        metrics_begin(metrics, "process_max_fds", METRIC_GAUGE, "File descriptors that may be open at most.");
        metrics_count(metrics, NULL, (int64_t)limit.rlim_cur);
    }
}

/* Fields 14, 15 and 22 of stat: utime, stime and starttime, in clock ticks. The second field, the name, may
 * hold anything: counting begins behind its last bracket. */
static bool process_read(struct process *process)
{
    struct text stat = {0};
    struct error error;
    uint64_t user = 0, system = 0, start = 0;
    struct timespec boot = {0};
    uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);
    const char *state =
        file_read("/proc/self/stat", PROC_BYTES_MAX, &stat, &error) ? strrchr(stat.chars, ')') : NULL;
    bool read = state != NULL &&
                sscanf(state + 1,
                       " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64
                       " %*d %*d %*d %*d %*d %*d %" SCNu64,
                       &user, &system, &start) == 3 &&
                ticks > 0 && clock_gettime(CLOCK_BOOTTIME, &boot) == 0;
    text_free(&stat);
    if (!read)
        return false;
    process->cpu_ms = (int64_t)((user + system) * 1000 / ticks);
    process->age_ms = (int64_t)boot.tv_sec * 1000 + boot.tv_nsec / 1000000 - (int64_t)(start * 1000 / ticks);
    return true;
}

/* The second field of statm, in pages; -1 = cannot be read. */
static int64_t resident_bytes(void)
{
    struct text statm = {0};
    struct error error;
    int64_t pages = -1;
    if (!file_read("/proc/self/statm", PROC_BYTES_MAX, &statm, &error) ||
        sscanf(statm.chars, "%*d %" SCNd64, &pages) != 1)
        pages = -1;
    text_free(&statm);
    return pages < 0 ? -1 : pages * sysconf(_SC_PAGESIZE);
}

/* -1 = cannot be read. */
static int64_t open_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int64_t count = -1; /* the folder's own */
    if (folder == NULL)
        return -1;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        count += entry->d_name[0] != '.' ? 1 : 0;
    (void)closedir(folder);
    return count;
}
