/* What the collector counts of its work since its start, for /metrics: plain numbers, no more. Who they concern
 * is not in them. */
#ifndef COLLECTOR_FIGURES_H
#define COLLECTOR_FIGURES_H

#include "base/settings.h"
#include "collector/request.h"
#include "domain/delivery.h"

#define WEBHOOK_KINDS  (WEBHOOK_RECEIPT + 1)
#define RECEIPT_STATES (RECEIPT_UNKNOWN + 1)

enum reply_figure {
    REPLY_COMMITTED, /* of a person who was asked, in time */
    REPLY_TOO_LATE,
    REPLY_OF_NOBODY,
    REPLY_NOT_READ, /* so, but it answers nothing: asked for once more, or given up */
    REPLY_AGAIN,    /* a duplicate */
};
#define REPLY_FIGURES (REPLY_AGAIN + 1)

enum receipt_figure { RECEIPT_APPLIED, RECEIPT_OF_NOTHING /* of a message that nobody knows */ };
#define RECEIPT_FIGURES (RECEIPT_OF_NOTHING + 1)

/* Zero-initialise. */
struct collector_figures {
    struct {
        int64_t taken;   /* answered 200 */
        int64_t refused; /* answered 503 */
    } webhooks[SETTINGS_GATEWAYS_MAX][WEBHOOK_KINDS];
    int64_t replies[REPLY_FIGURES];
    int64_t receipts[RECEIPT_STATES][RECEIPT_FIGURES];
};

#endif
