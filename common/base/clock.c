/* Wall, monotonic and domain time. Domain time is a pure function of wall time and the figures of the clock
 * file, so that every process that read the same line sees the same time. Promises that it never exceeds the
 * limit and never precedes the origin; never overflows. */
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

#define CLOCK_SCALE_MAX      1000000
#define CLOCK_LINE_BYTES_MAX 160
#define CLOCK_MS_MAX         (INT64_C(1) << 53)

static bool clock_parse(char *line, struct clock *clock_out);
static int64_t clock_now_ms(clockid_t id);

int64_t clock_wall_ms(void)
{
    return clock_now_ms(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void)
{
    return clock_now_ms(CLOCK_MONOTONIC);
}

void clock_utc_text(int64_t at_ms, char out[CLOCK_UTC_SIZE])
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm tm;
    if (gmtime_r(&seconds, &tm) == NULL || strftime(out, CLOCK_UTC_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        memcpy(out, "?", 2);
}

bool clock_open(struct clock *clock, const char *path, struct error *error)
{
    *clock = (struct clock){.scale = 1, .limit_ms = INT64_MAX};
    if (path == NULL || path[0] == '\0')
        return true;
    if (!text_copy(clock->path, sizeof(clock->path), path))
        return error_set(error, "clock file: the path is longer than %zu bytes", sizeof(clock->path) - 1);
    return clock_reload(clock, error);
}

bool clock_reload(struct clock *clock, struct error *error)
{
    if (clock->path[0] == '\0')
        return true;
    struct text content = {0};
    struct clock fresh = *clock;
    bool done = file_read(clock->path, CLOCK_LINE_BYTES_MAX, &content, error);
    if (done && !clock_parse(content.chars, &fresh))
        done = error_set(error,
                         "%s: must be one line \"pulssi-clock 1 <real_ms> <domain_ms> <scale> <limit_ms>\"",
                         clock->path);
    if (done)
        *clock = fresh;
    text_free(&content);
    return done;
}

int64_t clock_domain_ms(const struct clock *clock)
{
    int64_t wall_ms = clock_wall_ms();
    if (clock->path[0] == '\0')
        return wall_ms;
    if (clock->limit_ms <= clock->origin_domain_ms)
        return clock->limit_ms;
    int64_t elapsed_ms = wall_ms > clock->origin_real_ms ? wall_ms - clock->origin_real_ms : 0;
    if (elapsed_ms > (clock->limit_ms - clock->origin_domain_ms) / clock->scale)
        return clock->limit_ms;
    return clock->origin_domain_ms + elapsed_ms * clock->scale;
}

int64_t clock_wait_ms(const struct clock *clock, int64_t target_ms)
{
    int64_t wall_ms = clock_wall_ms();
    if (clock->path[0] == '\0')
        return target_ms > wall_ms ? target_ms - wall_ms : 0;
    if (clock_domain_ms(clock) >= target_ms)
        return 0;
    if (target_ms > clock->limit_ms)
        return -1;
    int64_t ahead_ms = (target_ms < CLOCK_MS_MAX ? target_ms : CLOCK_MS_MAX) - clock->origin_domain_ms;
    int64_t due_ms = clock->origin_real_ms + ahead_ms / clock->scale + (ahead_ms % clock->scale != 0 ? 1 : 0);
    return due_ms > wall_ms ? due_ms - wall_ms : 0;
}

bool clock_write(const struct clock *clock, struct error *error)
{
    /* One owner, one temporary name. Not file_replace: the owner writes often, and a clock lost in a crash is
     * made anew, so nothing is gained by waiting for the disk. */
    char temporary[sizeof(clock->path) + 8];
    char line[CLOCK_LINE_BYTES_MAX];
    (void)snprintf(temporary, sizeof(temporary), "%s.new", clock->path);
    int length =
        snprintf(line, sizeof(line), "pulssi-clock 1 %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n",
                 clock->origin_real_ms, clock->origin_domain_ms, clock->scale, clock->limit_ms);
    int descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor < 0)
        return error_set(error, "%s: cannot write: %s", temporary, strerror(errno));
    bool done = write(descriptor, line, (size_t)length) == length;
    done = close(descriptor) == 0 && done;
    done = done && rename(temporary, clock->path) == 0;
    return done || error_set(error, "%s: cannot write: %s", clock->path, strerror(errno));
}

/* Takes the line apart in place; true when every figure is there and in range, and nothing else is. */
static bool clock_parse(char *line, struct clock *clock_out)
{
    char *rest = NULL;
    char *newline = strchr(line, '\n');
    if (newline == NULL || newline[1] != '\0')
        return false;
    *newline = '\0';
    const char *words[7] = {0};
    for (size_t i = 0; i < 7; i++)
        words[i] = strtok_r(i == 0 ? line : NULL, " ", &rest);
    return words[5] != NULL && words[6] == NULL && strcmp(words[0], "pulssi-clock") == 0 &&
           strcmp(words[1], "1") == 0 && text_to_int(words[2], 0, CLOCK_MS_MAX, &clock_out->origin_real_ms) &&
           text_to_int(words[3], 0, CLOCK_MS_MAX, &clock_out->origin_domain_ms) &&
           text_to_int(words[4], 1, CLOCK_SCALE_MAX, &clock_out->scale) &&
           text_to_int(words[5], 0, INT64_MAX, &clock_out->limit_ms);
}

static int64_t clock_now_ms(clockid_t id)
{
    struct timespec now;
    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
