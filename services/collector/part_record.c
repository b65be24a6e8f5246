#include "collector/part_record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define HEAD_SIZE 96
#define PIECES    5
#define WORD      "pulssi-part 1 "

void part_record_encode(const struct part_record *part, struct text *record)
{
    const char *pieces[PIECES] = {part->gateway, part->from, part->to, part->ref, part->text};
    text_addf(record, WORD "%" PRId64 " %" PRId64 " %d %d\n", part->received_ms, part->kept_ms, part->part,
              part->parts);
    for (size_t i = 0; i < PIECES; i++)
        text_add_bytes(record, pieces[i], strlen(pieces[i]) + 1);
}

static bool head_read(const char *line, struct part_record *part_out)
{
    static const int64_t low[] = {INT64_MIN, INT64_MIN, 1, 2};
    static const int64_t high[] = {INT64_MAX, INT64_MAX, PARTS_MAX, PARTS_MAX};
    char copy[HEAD_SIZE], *rest = NULL;
    int64_t numbers[4] = {0};
    if (strncmp(line, WORD, strlen(WORD)) != 0)
        return false;
    (void)text_copy(copy, sizeof copy, line + strlen(WORD));
    char *word = strtok_r(copy, " ", &rest);
    for (size_t i = 0; i < 4; i++, word = strtok_r(NULL, " ", &rest))
        if (word == NULL || !text_to_int(word, low[i], high[i], &numbers[i]))
            return false;
    part_out->received_ms = numbers[0];
    part_out->kept_ms = numbers[1];
    part_out->part = (int)numbers[2];
    part_out->parts = (int)numbers[3];
    return word == NULL && part_out->part <= part_out->parts;
}

bool part_record_decode(const struct text *record, struct part_record *part_out)
{
    char line[HEAD_SIZE];
    const char *pieces[PIECES];
    *part_out = (struct part_record){0};
    const char *end = record->bytes == 0 ? NULL : memchr(record->chars, '\n', record->bytes);
    if (end == NULL || (size_t)(end - record->chars) >= sizeof line)
        return false;
    snprintf(line, sizeof line, "%.*s", (int)(end - record->chars), record->chars);
    const char *at = end + 1, *past = record->chars + record->bytes;
    for (size_t i = 0; i < PIECES; i++) {
        const char *ended = at >= past ? NULL : memchr(at, '\0', (size_t)(past - at));
        if (ended == NULL)
            return false;
        pieces[i] = at;
        at = ended + 1;
    }
    part_out->gateway = pieces[0];
    part_out->from = pieces[1];
    part_out->to = pieces[2];
    part_out->ref = pieces[3];
    part_out->text = pieces[4];
    return at == past && head_read(line, part_out);
}
