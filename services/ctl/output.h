/* Where a command that hands out people's data writes it: standard output, or a file that only its owner
 * can read. */
#ifndef CTL_OUTPUT_H
#define CTL_OUTPUT_H

#include "base/error.h"
#include "base/text.h"

/* Writes all of it: to the path (mode 0600, replaced at once or not at all), or to standard output when it
 * is NULL. */
bool output_write(const char *path, const struct text *content, struct error *error) MUST_CHECK;

/* Prints words on standard output, broken between words where a line would be wider than 80 characters.
 * The first line begins with `lead`, the others are indented as wide. Control characters are left out. */
void output_wrapped(const char *lead, const char *words);

/* Leaves control characters out, in place: for what others wrote. */
void output_clean(char *words);

#endif
