/* Growable text, and small questions about UTF-8. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

/* Zero-initialise; `chars` is NULL or terminated. Allocation failure aborts. */
struct text {
    char *chars;
    size_t bytes;
    size_t capacity;
};

void text_add(struct text *text, const char *chars);
void text_add_bytes(struct text *text, const void *bytes, size_t bytes_count);
void text_addf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_clear(struct text *text); /* keeps the memory */
void text_free(struct text *text);

/* True when the bytes are well-formed UTF-8 (no surrogates, no overlong forms, no NUL). */
bool text_is_utf8(const char *bytes, size_t bytes_count);

/* Copies and terminates; false when it does not fit (then `out` is ""). */
bool text_copy(char *out, size_t out_size, const char *chars);

/* Whole decimal number in [low, high], no sign but '-', no spaces; false otherwise. */
bool text_to_int(const char *chars, int64_t low, int64_t high, int64_t *value_out);

/* malloc, calloc, strdup that abort when memory is out. */
void *memory_zeroed(size_t count, size_t size);
void *memory_resized(void *old, size_t count, size_t size); /* aborts on overflow too */
char *memory_text(const char *chars);

#endif
