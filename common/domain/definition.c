/* Names and single lines of definition files. */
#include "domain/definition.h"

#include <string.h>

#include "base/id.h"

void definition_name(struct json_reader *reader, const char *member, char out[NAME_SIZE])
{
    const char *name = json_string(reader, member, 1, NAME_SIZE - 1);
    out[0] = '\0';
    if (!id_is_name(name, NAME_SIZE - 1))
        json_problem(reader, member, "expected 1 to %d characters of a-z 0-9 '-', a letter first",
                     NAME_SIZE - 1);
    else if (!text_copy(out, NAME_SIZE, name))
        json_problem(reader, member, "too long");
}

bool definition_is_line(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
        if (*c < 0x20 || *c == 0x7F)
            return false;
    return true;
}

void definition_line(struct json_reader *reader, const char *member, size_t bytes_min, char *out,
                     size_t out_size)
{
    const char *line = json_string(reader, member, bytes_min, out_size - 1);
    out[0] = '\0';
    if (!definition_is_line(line))
        json_problem(reader, member, "expected one line without control characters");
    else if (bytes_min > 0 && strspn(line, " ") == strlen(line))
        json_problem(reader, member, "empty");
    else if (!text_copy(out, out_size, line))
        json_problem(reader, member, "too long");
}
