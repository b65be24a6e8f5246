/* Members that every definition file has: names and single lines, read into records of fixed size. Keeps the
 * first problem in the json_reader with its path; on a problem the field is "". */
#ifndef DOMAIN_DEFINITION_H
#define DOMAIN_DEFINITION_H

#include "base/json.h"

#define NAME_SIZE 33 /* a name: 1..32 of a-z 0-9 '-', a letter first */

void definition_name(struct json_reader *reader, const char *member, char out[NAME_SIZE]);

/* One line of UTF-8 of bytes_min to out_size - 1 bytes, without control characters and not of spaces only. */
void definition_line(struct json_reader *reader, const char *member, size_t bytes_min, char *out,
                     size_t out_size);

/* True when the text has no control character (U+0000..U+001F, U+007F). */
bool definition_is_line(const char *text);

#endif
