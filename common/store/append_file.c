/* Asks Redis in its own words. Redis removes the files it wrote before in the background, after a rewrite that went
 * well; one that it could not remove it removes at its next start. */
#include "store/append_file.h"

#include <stdlib.h>
#include <string.h>

static struct redis_value *run(struct redis_link *link, const char *const *words, struct error *error)
{
    struct redis_command command = {0};
    for (; *words != NULL; words++) {
        redis_command_add(&command, *words);
    }
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    return value;
}

/* The value of "name:value" at the beginning of a line; "" when there is none. */
static const char *info_field(const char *info, const char *name, size_t *chars_out)
{
    size_t name_chars = strlen(name);
    for (const char *line = info; line != NULL && *line != '\0';) {
        if (strncmp(line, name, name_chars) == 0 && line[name_chars] == ':') {
            line += name_chars + 1;
            *chars_out = strcspn(line, "\r\n");
            return line;
        }
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    *chars_out = 0;
    return "";
}

static int64_t info_int(const char *info, const char *name)
{
    size_t chars = 0;
    return strtoll(info_field(info, name, &chars), NULL, 10);
}

bool append_file_look(struct redis_link *link, struct append_file *file_out, struct error *error)
{
    *file_out = (struct append_file){0};
    struct redis_value *value =
        run(link, (const char *const[]){"INFO", "server", "persistence", NULL}, error);
    if (value == NULL) {
        return false;
    }
    const char *info = redis_text(value);
    size_t chars = 0, status_chars = 0;
    const char *run_id = info_field(info, "run_id", &chars);
    const char *status = info_field(info, "aof_last_bgrewrite_status", &status_chars);
    bool told = chars > 0 && chars < sizeof file_out->run_id && status_chars > 0;
    if (told) {
        memcpy(file_out->run_id, run_id, chars);
        file_out->under_way =
            info_int(info, "aof_rewrite_in_progress") != 0 || info_int(info, "aof_rewrite_scheduled") != 0;
        file_out->rewrites = info_int(info, "aof_rewrites");
        file_out->failed = status_chars != 2 || strncmp(status, "ok", 2) != 0;
    }
    redis_value_free(&value);
    return told || error_set(error, "Redis does not tell how its append-only file is");
}

enum append_file_begun append_file_rewrite(struct redis_link *link, struct error *error)
{
    struct redis_value *value = run(link, (const char *const[]){"BGREWRITEAOF", NULL}, error);
    if (value != NULL) {
        redis_value_free(&value);
        return APPEND_FILE_BEGUN;
    }
    return strstr(error->text, "already in progress") != NULL ? APPEND_FILE_BUSY : APPEND_FILE_REFUSED;
}
