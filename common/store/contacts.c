#include "store/contacts.h"

#include <stdio.h>
#include <string.h>

void contacts_import_command(struct redis_command *command, const char *org,
                             const struct contacts_batch *batch)
{
    call_begin(command, "contacts_import", org);
    redis_command_add(command, batch->pilot);
    redis_command_add(command, batch->batch);
    redis_command_add_bytes(command, batch->batch_public, KEY_BYTES);
    redis_command_add_int(command, batch->day);
    for (size_t i = 0; i < batch->rows_count; i++) {
        const struct contact_row *row = &batch->rows[i];
        redis_command_add(command, row->hash);
        redis_command_add(command, row->id);
        redis_command_add_bytes(command, row->sealed, SEALED_BYTES);
        redis_command_add(command, row->language);
        redis_command_add(command, row->stratum);
    }
}

void batch_key_command(struct redis_command *command, const char *org, const char *batch)
{
    char base[STORE_BASE_SIZE], key[STORE_BASE_SIZE + 8];
    call_base(org, base);
    snprintf(key, sizeof key, "%sbatch", base);
    redis_command_clear(command);
    redis_command_add(command, "HGET");
    redis_command_add(command, key);
    redis_command_add(command, batch);
}

bool contacts_import_result(const struct redis_value *value, struct contacts_counts *counts)
{
    if (strcmp(redis_word(value), "OK") != 0 || redis_count(value) < 6) {
        return false;
    }
    counts->added += redis_int(redis_item(value, 1));
    counts->updated += redis_int(redis_item(value, 2));
    counts->unchanged += redis_int(redis_item(value, 3));
    counts->joined += redis_int(redis_item(value, 4));
    counts->blocked += redis_int(redis_item(value, 5));
    return true;
}

size_t contacts_import_blocked(const struct redis_value *value, size_t rows_out[STORE_ITEMS_MAX])
{
    size_t count = 0;
    for (size_t i = 6; i < redis_count(value) && count < STORE_ITEMS_MAX; i++) {
        rows_out[count++] = (size_t)(redis_int(redis_item(value, i)) - 1);
    }
    return count;
}
