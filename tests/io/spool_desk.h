/* A spool in a folder of its own under /tmp, and what tests do with it: keep records, take them, look into the
 * folder, read what the log was told. Records are short words; what comes out is compared as one text. */
#ifndef TESTS_IO_SPOOL_DESK_H
#define TESTS_IO_SPOOL_DESK_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/log.h"
#include "io/spool.h"
#include "until.h"

#define DESK_TICKETS_MAX 4096

struct desk {
    char folder[64];
    struct loop *loop;
    struct spool_options options;
    struct spool *spool;
    size_t asked, answered, kept;
    struct text answers; /* '+' kept, '-' refused, in order */
    struct text taken;   /* one after the other, each with a space behind it */
    uint64_t tickets[DESK_TICKETS_MAX];
    size_t tickets_count;
};

static struct text desk_log;

/* Stand in for the log of the program: damage by the thousand should be read here, not on the screen. */
static void desk_log_line(const char *format, va_list arguments)
{
    char line[1024];
    vsnprintf(line, sizeof line, format, arguments);
    text_addf(&desk_log, "%s\n", line);
}

#define DESK_LOG(name)                                                                                       \
    void name(const char *format, ...)                                                                       \
    {                                                                                                        \
        va_list arguments;                                                                                   \
        va_start(arguments, format);                                                                         \
        desk_log_line(format, arguments);                                                                    \
        va_end(arguments);                                                                                   \
    }
DESK_LOG(log_info)
DESK_LOG(log_warning)
DESK_LOG(log_error)

void log_open(const char *program)
{
    (void)program;
}

/* --- the spool --- */

static inline bool desk_try_open(struct desk *desk, struct error *error)
{
    text_clear(&desk_log);
    desk->spool = spool_open(desk->loop, &desk->options, error);
    desk->tickets_count = 0;
    return desk->spool != NULL;
}

static inline void desk_open(struct desk *desk)
{
    struct error error;
    if (!desk_try_open(desk, &error))
        fail_msg("%s", error.text);
}

static inline void desk_reopen(struct desk *desk)
{
    spool_close(&desk->spool);
    desk_open(desk);
}

/* A new folder, the key 7 7 7 …, room for everything, one segment; opened. */
static inline struct desk *desk_new(void)
{
    struct desk *desk = memory_zeroed(1, sizeof *desk);
    snprintf(desk->folder, sizeof desk->folder, "%s", "/tmp/pulssi-spool-XXXXXX");
    assert_non_null(mkdtemp(desk->folder));
    desk->loop = loop_new();
    desk->options =
        (struct spool_options){.folder = desk->folder, .bytes_max = 1 << 30, .segment_bytes_max = 1 << 20};
    memset(desk->options.key, 7, sizeof desk->options.key);
    desk_open(desk);
    return desk;
}

static inline void desk_in(const struct desk *desk, const char *name, char path_out[128])
{
    snprintf(path_out, 128, "%s/%s", desk->folder, name);
}

/* The names in the folder but the lock's, sorted, each with a space behind it. */
static inline const char *desk_files(const struct desk *desk)
{
    static char names[8192];
    struct dirent **entries;
    int count = scandir(desk->folder, &entries, NULL, alphasort);
    size_t used = 0;
    assert_true(count >= 0);
    names[0] = '\0';
    for (int at = 0; at < count; at++) {
        const char *name = entries[at]->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && strcmp(name, "lock") != 0)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s ", name);
        assert_true(used < sizeof names);
        free(entries[at]);
    }
    free(entries);
    return names;
}

static inline void desk_clear_folder(const struct desk *desk)
{
    DIR *listing = opendir(desk->folder);
    assert_non_null(listing);
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        bool is_folder = unlinkat(dirfd(listing), entry->d_name, 0) != 0;
        if (is_folder && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            (void)unlinkat(dirfd(listing), entry->d_name, AT_REMOVEDIR);
    }
    closedir(listing);
}

static inline void desk_free(struct desk *desk)
{
    spool_close(&desk->spool);
    loop_free(&desk->loop);
    text_free(&desk->answers);
    text_free(&desk->taken);
    text_free(&desk_log);
    desk_clear_folder(desk);
    rmdir(desk->folder);
    free(desk);
}

/* --- records in and out --- */

static inline void desk_on_kept(void *context, bool kept)
{
    struct desk *desk = context;
    desk->answered++;
    desk->kept += kept;
    text_add(&desk->answers, kept ? "+" : "-");
}

static inline void desk_append(struct desk *desk, const void *record, size_t bytes)
{
    desk->asked++;
    spool_append(desk->spool, record, bytes, desk_on_kept, desk);
}

static inline bool desk_all_answered(void *context)
{
    const struct desk *desk = context;
    return desk->answered == desk->asked;
}

/* Lets a turn of the loop go by; what it answered, such as "++-". */
static inline const char *desk_turn(struct desk *desk)
{
    text_clear(&desk->answers);
    assert_true(loop_until(desk->loop, 20000, desk_all_answered, desk));
    return desk->answers.chars != NULL ? desk->answers.chars : "";
}

/* Appends each word and lets a turn go by. */
static inline const char *desk_put(struct desk *desk, const char *words)
{
    while (*words != '\0') {
        size_t chars = strcspn(words, " ");
        desk_append(desk, words, chars);
        words += chars;
        words += *words == ' ';
    }
    return desk_turn(desk);
}

/* Takes at most so many; their texts, and their tickets in desk->tickets. */
static inline const char *desk_take(struct desk *desk, size_t count_max)
{
    struct text record = {0};
    text_clear(&desk->taken);
    text_add(&desk->taken, "");
    for (size_t count = 0; count < count_max; count++) {
        assert_true(desk->tickets_count < DESK_TICKETS_MAX);
        if (!spool_take(desk->spool, &record, &desk->tickets[desk->tickets_count]))
            break;
        desk->tickets_count++;
        text_add_bytes(&desk->taken, record.chars, record.bytes);
        text_add(&desk->taken, " ");
    }
    text_free(&record);
    return desk->taken.chars;
}

static inline const char *desk_take_all(struct desk *desk)
{
    return desk_take(desk, SIZE_MAX);
}

/* Everything taken since the spool was opened is done. */
static inline void desk_done_all(struct desk *desk)
{
    for (size_t at = 0; at < desk->tickets_count; at++)
        spool_done(desk->spool, desk->tickets[at]);
    desk->tickets_count = 0;
}

/* --- files --- */

static inline void desk_read(const struct desk *desk, const char *name, struct text *content_out)
{
    char path[128];
    struct error error;
    desk_in(desk, name, path);
    if (!file_read(path, 1 << 30, content_out, &error))
        fail_msg("%s", error.text);
}

static inline void desk_write(const struct desk *desk, const char *name, const void *bytes,
                              size_t bytes_count)
{
    char path[128];
    desk_in(desk, name, path);
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, bytes_count), bytes_count);
    close(descriptor);
}

#endif
