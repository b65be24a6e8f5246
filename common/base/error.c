/* Explanations for whoever asked. Promises a terminated sentence of valid UTF-8 if its parts were; never
 * allocates. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void error_keep(struct error *error, const char *text);

bool error_set(struct error *error, const char *format, ...)
{
    char text[sizeof(error->text) + 1]; /* apart from the target, which may be among the arguments */
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    error_keep(error, text);
    return false;
}

bool error_prefix(struct error *error, const char *format, ...)
{
    char text[2 * sizeof(error->text) + 4];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(error->text), format, arguments);
    va_end(arguments);
    size_t used = strlen(text);
    (void)snprintf(text + used, sizeof(text) - used, ": %s", error->text);
    error_keep(error, text);
    return false;
}

/* Cuts between characters, not inside one. */
static void error_keep(struct error *error, const char *text)
{
    size_t bytes = strlen(text);
    if (bytes >= sizeof(error->text)) {
        bytes = sizeof(error->text) - 1;
        while (bytes > 0 && ((unsigned char)text[bytes] & 0xC0U) == 0x80U)
            bytes--;
    }
    memcpy(error->text, text, bytes);
    error->text[bytes] = '\0';
}
