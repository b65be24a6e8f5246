/* Batches under way are answered in order, so that members stay in the file's order. */
#include "ctl/import_send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNDER_WAY_MAX 16

static size_t fill(const struct import_send *send, const struct sealer *sealer,
                   const struct import_rows *rows, size_t first, struct contact_row *batch);
static bool take(const struct import_send *send, const struct import_row *batch, size_t batch_count,
                 struct contacts_counts *counts, struct error *error);

bool import_send(const struct import_send *send, const struct import_rows *rows,
                 struct contacts_counts *counts_out, struct error *error)
{
    struct contact_row *batch = memory_zeroed(STORE_ITEMS_MAX, sizeof *batch);
    struct redis_command command = {0};
    struct sealer sealer;
    char batch_id[ID_SIZE];
    size_t sent = 0, taken = 0;
    bool done = true;
    *counts_out = (struct contacts_counts){0};
    id_random(batch_id);
    if (!sealer_start(&sealer, send->sealing_public))
        done = error_set(error, "the sealing key cannot be used");
    while (done && taken < rows->count) {
        if (sent < rows->count && sent - taken < UNDER_WAY_MAX * STORE_ITEMS_MAX) {
            struct contacts_batch contacts = {.pilot = send->pilot,
                                              .batch = batch_id,
                                              .batch_public = sealer.ephemeral_public,
                                              .day = send->day,
                                              .rows = batch,
                                              .rows_count = fill(send, &sealer, rows, sent, batch)};
            contacts_import_command(&command, send->org->id, &contacts);
            done = redis_link_queue(send->link, &command, error);
            sent += contacts.rows_count;
            continue;
        }
        size_t count = rows->count - taken < STORE_ITEMS_MAX ? rows->count - taken : STORE_ITEMS_MAX;
        done = take(send, rows->rows + taken, count, counts_out, error);
        taken += count;
        send->progress(send->context, taken);
    }
    explicit_bzero(&sealer, sizeof sealer);
    redis_command_free(&command);
    free(batch);
    return done;
}

/* Fills a batch from `first` on; returns how many rows it holds. */
static size_t fill(const struct import_send *send, const struct sealer *sealer,
                   const struct import_rows *rows, size_t first, struct contact_row *batch)
{
    const struct org *org = send->org;
    size_t count = rows->count - first < STORE_ITEMS_MAX ? rows->count - first : STORE_ITEMS_MAX;
    for (size_t i = 0; i < count; i++) {
        const struct import_row *row = &rows->rows[first + i];
        struct contact_row *contact = &batch[i];
        char e164[PHONE_SIZE];
        import_number_text(row->number, e164);
        phone_hash(send->hash_key, e164, contact->hash);
        id_random(contact->id);
        sealer_seal(sealer, contact->id, e164, contact->sealed);
        (void)text_copy(contact->language, sizeof contact->language, org->languages[row->language]);
        size_t used = 0;
        contact->stratum[0] = '\0';
        for (size_t k = 0; k < org->strata_count; k++) {
            int chars =
                snprintf(contact->stratum + used, sizeof contact->stratum - used, "%s%s", k > 0 ? "," : "",
                         org->strata[k].values[row->strata[k]]); /* STRATUM_SIZE holds all of them */
            used += (size_t)chars;
        }
        explicit_bzero(e164, sizeof e164);
    }
    return count;
}

/* Takes the answer for a batch. */
static bool take(const struct import_send *send, const struct import_row *batch, size_t batch_count,
                 struct contacts_counts *counts, struct error *error)
{
    size_t blocked[STORE_ITEMS_MAX];
    struct redis_value *value = redis_link_take(send->link, error);
    if (value == NULL)
        return false;
    bool understood = contacts_import_result(value, counts);
    size_t blocked_count = understood ? contacts_import_blocked(value, blocked) : 0;
    redis_value_free(&value);
    if (!understood)
        return error_set(error, "Redis gave an answer that is not one of contacts_import");
    for (size_t i = 0; i < blocked_count && blocked[i] < batch_count; i++) {
        if (!import_report_add(send->report, batch[blocked[i]].line, "do-not-contact", error))
            return false;
    }
    return true;
}
