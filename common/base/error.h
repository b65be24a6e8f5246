/* An explanation that travels up to whoever asked: one sentence that names the field and the fix.
 * Never holds a phone number, a text of a person, or a secret. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))

struct error {
    char text[512];
};

/* Writes the sentence (cut at the size) and returns false, so that a caller can `return error_set(...)`. */
bool error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "prefix: " before what the error already says; returns false. */
bool error_prefix(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
