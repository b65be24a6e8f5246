/* Lines on standard error. Promises one write a line, stamped in UTC wall time; control characters become
 * '?', so that nothing a stranger sent can forge a line. Never decides anything, never fails its caller. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

static const char *log_program = "pulssi";

static void log_line(const char *level, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

void log_open(const char *program)
{
    log_program = program;
}

void log_info(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log_line("", format, arguments);
    va_end(arguments);
}

void log_warning(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log_line("warning: ", format, arguments);
    va_end(arguments);
}

void log_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log_line("error: ", format, arguments);
    va_end(arguments);
}

static void log_line(const char *level, const char *format, va_list arguments)
{
    char text[1024];
    (void)vsnprintf(text, sizeof(text), format, arguments);
    for (char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7F)
            *at = '?';
    }
    char stamp[sizeof("2026-01-05T10:00:00Z")] = "";
    time_t now = time(NULL);
    struct tm parts;
    if (gmtime_r(&now, &parts) != NULL)
        (void)strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &parts);
    (void)fprintf(stderr, "%s %s: %s%s\n", stamp, log_program, level, text);
}
