/* The reader's key pair, which opens own words and volunteers' records. */
#ifndef CTL_READER_H
#define CTL_READER_H

#include "ctl/ctl.h"
#include "domain/keys.h"

struct reader {
    unsigned char public_key[KEY_BYTES], secret_key[KEY_BYTES];
};

/* False, with the file named, when this machine does not hold the secret key. The org must be loaded. */
bool reader_load(const struct ctl *ctl, struct reader *reader_out, struct error *error) MUST_CHECK;
void reader_clear(struct reader *reader);

/* Appends the text that was sealed; false, with nothing appended, when it does not open or is not text. */
bool reader_text(const struct reader *reader, const void *sealed, size_t sealed_count,
                 struct text *out) MUST_CHECK;

#endif
