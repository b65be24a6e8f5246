#include "ctl/output.h"

#include <stdio.h>

#include "base/file.h"

#define LINE_CHARS 80

bool output_write(const char *path, const struct text *content, struct error *error)
{
    if (path != NULL)
        return file_replace(path, content->chars, content->bytes, 0600, error) ||
               error_prefix(error, "--output");
    (void)fwrite(content->chars, 1, content->bytes, stdout); /* ctl_run looks whether it went through */
    return true;
}

/* Characters, not bytes: continuation bytes are not counted. */
static size_t width_of(const char *chars, size_t bytes)
{
    size_t width = 0;
    for (size_t i = 0; i < bytes; i++)
        width += ((unsigned char)chars[i] & 0xC0U) != 0x80U;
    return width;
}

/* Those below the space, DEL, and U+0080 to U+009F, which is C2 and a byte below A0. Returns their bytes,
 * 0 = none. */
static size_t control_bytes(const char *at)
{
    unsigned char byte = (unsigned char)at[0], next = byte == 0 ? 0 : (unsigned char)at[1];
    if (byte == 0xC2U && next < 0xA0U)
        return 2;
    return byte < 0x20U || byte == 0x7FU ? 1 : 0;
}

static void print_word(const char *word, size_t bytes)
{
    for (size_t i = 0; i < bytes;) {
        size_t skipped = control_bytes(word + i);
        if (skipped == 0)
            putchar(word[i]);
        i += skipped == 0 ? 1 : skipped;
    }
}

void output_clean(char *words)
{
    char *end = words;
    for (const char *at = words; *at != '\0';) {
        size_t skipped = control_bytes(at);
        if (skipped == 0)
            *end++ = *at;
        at += skipped == 0 ? 1 : skipped;
    }
    *end = '\0';
}

void output_wrapped(const char *lead, const char *words)
{
    size_t indent = 0, used;
    for (const char *at = lead; *at != '\0'; at++)
        indent += width_of(at, 1);
    fputs(lead, stdout);
    used = indent;
    while (*words != '\0') {
        size_t bytes = 0;
        while (words[bytes] != '\0' && words[bytes] != ' ')
            bytes++;
        size_t width = width_of(words, bytes);
        if (used > indent && used + 1 + width > LINE_CHARS) {
            printf("\n%*s", (int)indent, "");
            used = indent;
        } else if (used > indent) {
            putchar(' ');
            used++;
        }
        print_word(words, bytes);
        used += width;
        words += bytes;
        while (*words == ' ')
            words++;
    }
    putchar('\n');
}
