#include "fuzz.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

#define FILE_BYTES_MAX ((size_t)1024 * 1024)

char *fuzz_text(const uint8_t *data, size_t size)
{
    struct text text = {0};
    text_add(&text, "");
    if (memchr(data, 0, size) == NULL && text_is_utf8((const char *)data, size)) {
        text_add_bytes(&text, data, size);
        return text.chars;
    }
    for (size_t i = 0; i < size; i++) {
        char two[2] = {(char)(0xC0 | data[i] >> 6), (char)(0x80 | (data[i] & 0x3F))};
        if (data[i] >= 0x80)
            text_add_bytes(&text, two, 2);
        else
            text_add_bytes(&text, data[i] == 0 ? (const uint8_t *)" " : &data[i], 1);
    }
    return text.chars;
}

const char *fuzz_file(const uint8_t *data, size_t size)
{
    static int descriptor = -1;
    static char path[32];
    if (descriptor < 0) {
        descriptor = memfd_create("fuzz", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    }
    bool written = descriptor >= 0 && ftruncate(descriptor, 0) == 0 &&
                   pwrite(descriptor, data, size, 0) == (ssize_t)size;
    assert(written);
    return path;
}

const char *fuzz_read(const char *path, size_t *bytes_out)
{
    static struct text kept[8]; /* so that nobody takes them for leaks */
    static size_t count;
    assert(count < sizeof kept / sizeof kept[0]);
    struct text content = {0};
    struct error error;
    if (!file_read(path, FILE_BYTES_MAX, &content, &error)) {
        (void)fprintf(stderr, "%s\n", error.text);
        exit(1);
    }
    kept[count++] = content;
    *bytes_out = content.bytes;
    return content.chars;
}
