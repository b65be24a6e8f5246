#include "ctl/reader.h"

#include <string.h>

#include "store/keyring.h"

bool reader_load(const struct ctl *ctl, struct reader *reader_out, struct error *error)
{
    *reader_out = (struct reader){0};
    return (keyring_load(&ctl->settings, &ctl->record, KEY_READER_PUBLIC, reader_out->public_key, error) &&
            keyring_load(&ctl->settings, &ctl->record, KEY_READER_SECRET, reader_out->secret_key, error)) ||
           error_prefix(error, "only the reader's key opens this");
}

void reader_clear(struct reader *reader)
{
    explicit_bzero(reader, sizeof *reader);
}

bool reader_text(const struct reader *reader, const void *sealed, size_t sealed_count, struct text *out)
{
    struct text opened = {0};
    bool readable = reader_open(reader->public_key, reader->secret_key, sealed, sealed_count, &opened) &&
                    opened.bytes > 0 && text_is_utf8(opened.chars, opened.bytes);
    if (readable)
        text_add_bytes(out, opened.chars, opened.bytes);
    if (opened.chars != NULL)
        explicit_bzero(opened.chars, opened.bytes);
    text_free(&opened);
    return readable;
}
