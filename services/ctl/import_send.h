/* Sending merged rows to the store: sealed, in the file's order, 128 a call, several calls under way. */
#ifndef CTL_IMPORT_SEND_H
#define CTL_IMPORT_SEND_H

#include "ctl/import_read.h"
#include "store/contacts.h"

struct import_send {
    struct redis_link *link;
    const struct org *org;
    const char *pilot;
    const unsigned char *hash_key;
    const unsigned char *sealing_public;
    int64_t day;                  /* local day of the import */
    struct import_report *report; /* gets the lines of numbers that must not be contacted */
    void (*progress)(void *context, size_t rows_done);
    void *context;
};

/* False when Redis did not take everything: what was taken stays, and the same import again completes it. */
bool import_send(const struct import_send *send, const struct import_rows *rows,
                 struct contacts_counts *counts_out, struct error *error) MUST_CHECK;

#endif
