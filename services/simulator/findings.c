/* Lines in the order in which they were found. Keeps them all: a judge that stops at the first hides the
 * pattern. */
#include "simulator/findings.h"

#include <stdarg.h>
#include <stdio.h>

void findings_add(struct findings *findings, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    text_addf(&findings->lines, "%s\n", line);
    findings->count++;
}

void findings_free(struct findings *findings)
{
    text_free(&findings->lines);
}
