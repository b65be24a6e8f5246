/* A file of contacts, line by line: every line is read or refused, and reading comes to its end. */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "ctl/csv.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv csv;
    struct error error;
    const char *reason;
    int64_t line = 0;
    bool opened = csv_open(&csv, fuzz_file(data, size), &error);
    assert(opened);
    for (;;) {
        enum csv_result result = csv_next(&csv, &reason);
        if (result == CSV_END)
            break;
        assert(result != CSV_FAILED && csv.line > line);
        line = csv.line;
        if (result == CSV_REFUSED) {
            assert(reason != NULL && reason[0] != '\0');
            continue;
        }
        assert(csv.fields_count >= 1 && csv.fields_count <= CSV_FIELDS_MAX);
        for (size_t i = 0; i < csv.fields_count; i++)
            assert(text_is_utf8(csv.fields[i], strlen(csv.fields[i])));
    }
    csv_close(&csv);
    return 0;
}
