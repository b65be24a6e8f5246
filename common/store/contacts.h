/* Contacts in the store. */
#ifndef STORE_CONTACTS_H
#define STORE_CONTACTS_H

#include "domain/keys.h"
#include "domain/org.h"
#include "store/call.h"

struct contact_row {
    char hash[PHONE_HASH_SIZE];
    char id[ID_SIZE]; /* new; dropped when the number is known */
    unsigned char sealed[SEALED_BYTES];
    char language[LANGUAGE_SIZE];
    char stratum[STRATUM_SIZE];
};

struct contacts_batch {
    const char *pilot;
    const char *batch; /* id of the import batch */
    const unsigned char *batch_public;
    int64_t day; /* local day of the import */
    const struct contact_row *rows;
    size_t rows_count; /* 1..128 */
};

struct contacts_counts {
    int64_t added, updated, unchanged, joined;
    int64_t blocked; /* on the do-not-contact list: not imported */
};

void contacts_import_command(struct redis_command *command, const char *org,
                             const struct contacts_batch *batch);
/* Asks for the public key of an import batch: 32 bytes, nothing when the batch is unknown. */
void batch_key_command(struct redis_command *command, const char *org, const char *batch);

/* Adds to the counts; false when the answer is not one of this function's. */
bool contacts_import_result(const struct redis_value *value, struct contacts_counts *counts) MUST_CHECK;

/* Which rows of the batch were blocked, by index; returns how many. */
size_t contacts_import_blocked(const struct redis_value *value, size_t rows_out[STORE_ITEMS_MAX]);

#endif
