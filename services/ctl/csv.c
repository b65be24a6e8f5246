/* CSV, one line at a time, in a buffer of fixed size. */
#include "ctl/csv.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"
#define SPACE           " \t\r"

static const char *const too_long = "the line is longer than 4096 bytes";
static const char *const not_utf8 = "the line is not UTF-8";
static const char *const open_quote = "a quoted field does not end on its line";
static const char *const after_quote = "text after a closing quote";
static const char *const too_many = "wrong number of fields";

static bool read_line(struct csv *csv, size_t *bytes_out, bool *too_long_out);
static const char *split(struct csv *csv, char *at);
static char separator_of(const char *header);
static const char *take_quoted(char separator, char **at_io, char **field_out);
static char *take_plain(char separator, char **at_io);

bool csv_open(struct csv *csv, const char *path, struct error *error)
{
    *csv = (struct csv){.file = fopen(path, "rbe")};
    struct stat status;
    if (csv->file == NULL)
        return error_set(error, "%s: %s", path, strerror(errno));
    if (fstat(fileno(csv->file), &status) == 0 && S_ISDIR(status.st_mode)) {
        csv_close(csv);
        return error_set(error, "%s: is a folder", path);
    }
    csv->bytes_total = S_ISREG(status.st_mode) ? (int64_t)status.st_size : 0;
    return true;
}

void csv_close(struct csv *csv)
{
    if (csv->file != NULL)
        (void)fclose(csv->file);
    csv->file = NULL;
}

enum csv_result csv_next(struct csv *csv, const char **reason_out)
{
    for (;;) {
        size_t bytes = 0;
        bool is_too_long = false;
        csv->fields_count = 0;
        if (!read_line(csv, &bytes, &is_too_long))
            return ferror(csv->file) ? CSV_FAILED : CSV_END;
        char *start = csv->buffer;
        if (csv->line == 1 && strncmp(start, BYTE_ORDER_MARK, 3) == 0)
            start += 3;
        *reason_out = is_too_long                                                   ? too_long
                      : !text_is_utf8(start, bytes - (size_t)(start - csv->buffer)) ? not_utf8
                                                                                    : NULL;
        if (*reason_out != NULL)
            return CSV_REFUSED;
        if (start[strspn(start, SPACE)] == '\0')
            continue;
        if (csv->separator == 0)
            csv->separator = separator_of(start);
        *reason_out = split(csv, start);
        return *reason_out == NULL ? CSV_LINE : CSV_REFUSED;
    }
}

/* False at the end of the file. A line that is too long is read to its end all the same. */
static bool read_line(struct csv *csv, size_t *bytes_out, bool *too_long_out)
{
    size_t bytes = 0;
    int byte;
    while ((byte = getc_unlocked(csv->file)) != EOF && byte != '\n') {
        if (bytes < CSV_LINE_BYTES_MAX)
            csv->buffer[bytes] = (char)byte;
        bytes++;
    }
    csv->bytes_read += (int64_t)bytes + (byte == '\n' ? 1 : 0);
    if (byte == EOF && (bytes == 0 || ferror(csv->file)))
        return false;
    csv->line++;
    csv->cut_off = byte == EOF;
    *too_long_out = bytes > CSV_LINE_BYTES_MAX;
    *bytes_out = *too_long_out ? CSV_LINE_BYTES_MAX : bytes;
    csv->buffer[*bytes_out] = '\0';
    return true;
}

/* What stands first between two names of columns; a comma when there is only one. */
static char separator_of(const char *header)
{
    bool quoted = false;
    for (const char *at = header; *at != '\0'; at++) {
        quoted = quoted != (*at == '"');
        if (!quoted && (*at == ',' || *at == ';'))
            return *at;
    }
    return ',';
}

/* NULL, or why the line is refused. */
static const char *split(struct csv *csv, char *at)
{
    for (;;) {
        char *field = NULL;
        const char *reason = NULL;
        at += strspn(at, SPACE);
        if (*at == '"')
            reason = take_quoted(csv->separator, &at, &field);
        else
            field = take_plain(csv->separator, &at);
        if (reason != NULL)
            return reason;
        if (csv->fields_count == CSV_FIELDS_MAX)
            return too_many;
        csv->fields[csv->fields_count++] = field;
        if (at == NULL)
            return NULL;
    }
}

/* Moves past the field and its separator; *at_io is NULL after the last. A doubled quote stands for one. */
static const char *take_quoted(char separator, char **at_io, char **field_out)
{
    char *from = *at_io + 1, *to = from;
    *field_out = from;
    while (*from != '\0' && (from[0] != '"' || from[1] == '"')) {
        if (*from == '"')
            from++;
        *to++ = *from++;
    }
    if (*from == '\0')
        return open_quote;
    from++;
    from += strspn(from, SPACE);
    if (*from != separator && *from != '\0')
        return after_quote;
    *at_io = *from == separator ? from + 1 : NULL;
    *to = '\0';
    return NULL;
}

static char *take_plain(char separator, char **at_io)
{
    char *field = *at_io;
    char *next = strchr(field, separator);
    char *end = next != NULL ? next : field + strlen(field);
    *at_io = next != NULL ? next + 1 : NULL;
    while (end > field && strchr(SPACE, end[-1]) != NULL)
        end--;
    *end = '\0';
    return field;
}
