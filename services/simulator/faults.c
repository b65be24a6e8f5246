/* The table of faults and their generator: the k-th draw is chance_uniform(seed, "fault/k"). A fault that is
 * off draws nothing. */
#include "simulator/faults.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "domain/chance.h"

#define LATENCY_MS_MAX 60000
#define COPIES_MAX     100

static const char *const fault_names[FAULTS] = {
    [FAULT_THROTTLE] = "throttle",
    [FAULT_UNAVAILABLE] = "unavailable",
    [FAULT_SERVER_ERROR] = "server_error",
    [FAULT_ACCEPT_THEN_TIMEOUT] = "accept_then_timeout",
    [FAULT_CLOSE_AFTER_BODY] = "close_after_body",
    [FAULT_RESET] = "reset",
    [FAULT_DUPLICATE_RECEIPT] = "duplicate_receipt",
    [FAULT_REORDER_RECEIPT] = "reorder_receipt",
    [FAULT_EARLY_RECEIPT] = "early_receipt",
    [FAULT_STRANGE_RECEIPT] = "strange_receipt",
    [FAULT_CONTRARY_RECEIPT] = "contrary_receipt",
    [FAULT_MISDIRECTED_RECEIPT] = "misdirected_receipt",
    [FAULT_DUPLICATE_REPLY] = "duplicate_reply",
    [FAULT_DOUBLE_REPLY] = "double_reply",
};

const char *fault_name(enum fault fault)
{
    return fault_names[fault];
}

bool fault_is_ambiguous(enum fault fault)
{
    return fault == FAULT_SERVER_ERROR || fault == FAULT_ACCEPT_THEN_TIMEOUT ||
           fault == FAULT_CLOSE_AFTER_BODY || fault == FAULT_RESET;
}

void faults_init(struct faults *faults, const char *seed)
{
    *faults = (struct faults){.copies = 1};
    (void)text_copy(faults->seed, sizeof faults->seed, seed);
}

bool faults_set(struct faults *faults, const char *bytes, size_t bytes_count, struct error *error)
{
    struct json_reader root;
    struct faults fresh = *faults;
    cJSON *json = json_parse(bytes, bytes_count, error);
    if (json == NULL)
        return false;
    json_reader_root(&root, json, error);
    fresh.latency_ms = json_int_or(&root, "latency_ms", 0, LATENCY_MS_MAX, 0);
    fresh.copies = json_int_or(&root, "copies", 1, COPIES_MAX, 1);
    for (size_t i = 0; i < FAULTS; i++)
        fresh.shares[i] = json_has(&root, fault_names[i]) ? json_number(&root, fault_names[i], 0, 1) : 0;
    bool sound = json_finish(&root);
    if (sound)
        *faults = fresh;
    cJSON_Delete(json);
    return sound;
}

void faults_print(const struct faults *faults, struct text *out)
{
    text_addf(out, "{\"latency_ms\":%" PRId64 ",\"copies\":%" PRId64, faults->latency_ms, faults->copies);
    for (size_t i = 0; i < FAULTS; i++)
        text_addf(out, ",\"%s\":%.15g", fault_names[i], faults->shares[i]);
    text_add(out, "}");
}

bool faults_happens(struct faults *faults, enum fault fault)
{
    return faults->shares[fault] > 0 && faults_draw(faults) < faults->shares[fault];
}

double faults_draw(struct faults *faults)
{
    char what[40];
    (void)snprintf(what, sizeof what, "fault/%" PRIu64, faults->drawn++);
    return chance_uniform(faults->seed, what);
}
