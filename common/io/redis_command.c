/* A Redis command as a list of arguments, and its form on the wire. Arguments are bytes: NUL is allowed.
 * Keeps its memory between uses, so that a hot path allocates nothing. */
#include "io/redis_wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTHS_FIRST 16

void redis_command_add_bytes(struct redis_command *command, const void *bytes, size_t bytes_count)
{
    if (command->count == command->capacity) {
        command->capacity = command->capacity == 0 ? LENGTHS_FIRST : command->capacity * 2;
        command->lengths = memory_resized(command->lengths, command->capacity, sizeof command->lengths[0]);
    }
    command->lengths[command->count++] = bytes_count;
    text_add_bytes(&command->bytes, bytes, bytes_count);
}

void redis_command_add(struct redis_command *command, const char *argument)
{
    redis_command_add_bytes(command, argument, strlen(argument));
}

void redis_command_add_int(struct redis_command *command, int64_t value)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRId64, value);
    redis_command_add_bytes(command, digits, (size_t)length);
}

void redis_command_clear(struct redis_command *command)
{
    text_clear(&command->bytes);
    command->count = 0;
}

void redis_command_free(struct redis_command *command)
{
    text_free(&command->bytes);
    free(command->lengths);
    *command = (struct redis_command){0};
}

/* "*3\r\n" or "$14\r\n" without the cost of printf: a reply takes some thirty of these. */
static void add_header(struct text *wire, char kind, size_t number)
{
    char header[24];
    size_t at = sizeof header;
    header[--at] = '\n';
    header[--at] = '\r';
    do {
        header[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    header[--at] = kind;
    text_add_bytes(wire, header + at, sizeof header - at);
}

void redis_command_wire(const struct redis_command *command, struct text *wire)
{
    const char *argument = command->bytes.chars;
    add_header(wire, '*', command->count);
    for (size_t i = 0; i < command->count; i++) {
        size_t length = command->lengths[i];
        add_header(wire, '$', length);
        if (length > 0)
            text_add_bytes(wire, argument, length);
        text_add_bytes(wire, "\r\n", 2);
        argument = argument == NULL ? NULL : argument + length;
    }
}
