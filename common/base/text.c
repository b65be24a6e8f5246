/* Growable text and checked memory. Promises termination after every addition; running out of memory aborts,
 * because sizes are bounded by configuration before anything is allocated. */
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistr.h>

static void text_reserve(struct text *text, size_t more);
static _Noreturn void memory_is_out(void);

void text_add(struct text *text, const char *chars)
{
    text_add_bytes(text, chars, strlen(chars));
}

void text_add_bytes(struct text *text, const void *bytes, size_t bytes_count)
{
    text_reserve(text, bytes_count);
    if (bytes_count > 0)
        memcpy(text->chars + text->bytes, bytes, bytes_count);
    text->bytes += bytes_count;
    text->chars[text->bytes] = '\0';
}

void text_addf(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    assert(length >= 0);
    text_reserve(text, (size_t)length);
    (void)vsnprintf(text->chars + text->bytes, (size_t)length + 1, format, again);
    va_end(again);
    text->bytes += (size_t)length;
}

void text_clear(struct text *text)
{
    text->bytes = 0;
    if (text->chars != NULL)
        text->chars[0] = '\0';
}

void text_free(struct text *text)
{
    free(text->chars);
    *text = (struct text){0};
}

bool text_is_utf8(const char *bytes, size_t bytes_count)
{
    if (bytes_count == 0)
        return true;
    return memchr(bytes, '\0', bytes_count) == NULL && u8_check((const uint8_t *)bytes, bytes_count) == NULL;
}

bool text_copy(char *out, size_t out_size, const char *chars)
{
    assert(out_size > 0);
    size_t bytes = strlen(chars);
    if (bytes >= out_size) {
        out[0] = '\0';
        return false;
    }
    memcpy(out, chars, bytes + 1);
    return true;
}

bool text_to_int(const char *chars, int64_t low, int64_t high, int64_t *value_out)
{
    const char *digits = chars[0] == '-' ? chars + 1 : chars;
    if (digits[0] == '\0' || digits[strspn(digits, "0123456789")] != '\0')
        return false;
    errno = 0;
    long long value = strtoll(chars, NULL, 10);
    if (errno != 0 || value < low || value > high)
        return false;
    *value_out = value;
    return true;
}

void *memory_zeroed(size_t count, size_t size)
{
    /* One byte at least: calloc(0) may answer NULL without memory being out. */
    void *memory = count == 0 || size == 0 ? calloc(1, 1) : calloc(count, size);
    if (memory == NULL)
        memory_is_out();
    return memory;
}

void *memory_resized(void *old, size_t count, size_t size)
{
    if (size > 0 && count > SIZE_MAX / size)
        memory_is_out();
    size_t bytes = count * size;
    void *memory = realloc(old, bytes > 0 ? bytes : 1);
    if (memory == NULL)
        memory_is_out();
    return memory;
}

char *memory_text(const char *chars)
{
    char *copy = strdup(chars);
    if (copy == NULL)
        memory_is_out();
    return copy;
}

/* Doubles, so that additions are linear in total. */
static void text_reserve(struct text *text, size_t more)
{
    if (more >= SIZE_MAX / 4 - text->bytes)
        memory_is_out();
    size_t needed = text->bytes + more + 1;
    if (needed <= text->capacity)
        return;
    size_t capacity = text->capacity > 0 ? text->capacity : 64;
    while (capacity < needed)
        capacity *= 2;
    text->chars = memory_resized(text->chars, capacity, 1);
    text->capacity = capacity;
}

static _Noreturn void memory_is_out(void)
{
    (void)fputs("out of memory\n", stderr);
    abort();
}
