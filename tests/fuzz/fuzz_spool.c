/* A segment of the spool, written and then damaged: a record that no damage touched comes out as it went in, no other
 * record comes out at all, and nothing ends the program. Or else the bytes as they are, for a segment.
 *
 *   0 …                                        a segment
 *   n sizes[n % 8] cut then (place, bits)…     n % 8 records of those sizes (times 8), cut bytes off the end, damage */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "fuzz.h"
#include "io/spool_segment.h"

#define RECORDS_MAX 7

static struct spool_folder folder;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static char path[512];
    const char *temporary = getenv("TMPDIR");
    static struct spool_options options = {.key = {7}};
    struct error error;
    (void)argc;
    (void)argv;
    log_open("fuzz");
    snprintf(path, sizeof path, "%s/fuzz-spool-XXXXXX", temporary != NULL ? temporary : "/tmp");
    options.folder = mkdtemp(path);
    bool opened = options.folder != NULL && spool_folder_open(&folder, &options, &error);
    assert(opened);
    return 0;
}

static void write_segment(const void *bytes, size_t count)
{
    char name[SPOOL_NAME_SIZE];
    spool_name(name, 1, "spool");
    int file = openat(folder.descriptor, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool written = file >= 0 && write(file, bytes, count) == (ssize_t)count && close(file) == 0;
    assert(written);
}

/* How many of the records, of which each byte of number i is 'a' + i, come out; each must be whole. */
static size_t recover(const size_t sizes[RECORDS_MAX], size_t count)
{
    struct spool_segment *segment = NULL;
    struct spool_loss loss = {0};
    struct error error;
    struct text record = {0};
    size_t good = 0, next = 0;
    if (!spool_segment_recover(&folder, 1, &segment, &loss, &error))
        return 0;
    for (size_t i = 0; i < segment->count; i++) {
        if (spool_segment_read(segment, &folder, i, &record) != SPOOL_READ_GOOD)
            continue;
        size_t number = record.bytes > 0 ? (size_t)(record.chars[0] - 'a') : RECORDS_MAX;
        assert(number < count && number >= next && record.bytes == sizes[number]);
        for (size_t k = 0; k < record.bytes; k++)
            assert(record.chars[k] == record.chars[0]);
        next = number + 1;
        good++;
    }
    text_free(&record);
    spool_segment_free(&segment);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t none[RECORDS_MAX];
    size_t sizes[RECORDS_MAX] = {0}, places[RECORDS_MAX + 1] = {0}, count = size > 0 ? data[0] % 8u : 0;
    if (count == 0 || size < count + 2) {
        write_segment(data + (size > 0), size - (size > 0));
        assert(recover(none, 0) == 0);
        return 0;
    }
    struct text segment = {0};
    unsigned char id[SPOOL_ID_BYTES];
    bool touched[RECORDS_MAX] = {false};
    spool_header_add(&segment, &folder.keys, id);
    for (size_t i = 0; i < count; i++) {
        char record[256 * 8];
        sizes[i] = 1 + data[1 + i] * 7u;
        memset(record, 'a' + (int)i, sizes[i]);
        places[i] = segment.bytes;
        spool_frame_add(&segment, &folder.keys, id, (uint32_t)i, record, sizes[i]);
    }
    places[count] = segment.bytes;
    size_t cut = data[1 + count], kept = cut < segment.bytes ? segment.bytes - cut : 0;
    for (size_t at = 2 + count; at + 3 <= size; at += 3) {
        size_t place = (size_t)(data[at] << 8 | data[at + 1]) % segment.bytes;
        segment.chars[place] = (char)(segment.chars[place] ^ data[at + 2]);
        for (size_t i = 0; i < count; i++)
            touched[i] = touched[i] || (data[at + 2] != 0 && place >= places[i] && place < places[i + 1]);
    }
    size_t whole = 0;
    for (size_t i = 0; i < count; i++)
        whole += !touched[i] && places[i + 1] <= kept ? 1 : 0;
    write_segment(segment.chars, kept);
    assert(recover(sizes, count) >= whole);
    text_free(&segment);
    return 0;
}
