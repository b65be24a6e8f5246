/* The whole line through a provider's dialect: dispatcher, collector and Redis as programs, and pulssi-simulator as the
 * provider, who knows nothing of our profiles. Contact n has a number that ends in n, and so asks the provider for an
 * outcome (services/simulator/dialect.h). Dies with the test. */
#ifndef TESTS_LINE_H
#define TESTS_LINE_H

#include "support/station.h"

#define LINE_NUMBER "18123" /* of the org */
#define LINE_SECRET "a-secret-of-webhooks"

/* One provider, and what is set at both ends. */
struct line_provider {
    const char *name;           /* of the profile and of the dialect */
    const char *webhook_secret; /* that the provider signs with */
    const char *webhook_key;    /* that we verify with */
    const char *settings;       /* more lines of the gateway's section */
};

struct line {
    struct station station;
    struct child collector, simulator;
    int collector_port, simulator_port;
    const struct line_provider *provider;
    const char *scenario; /* file; borrowed */
    char token[64];       /* path token that the provider was told */
    int http_deadline_ms;
};

/* Once a test program. The scenario's people take no part; the simulator must know of some. */
void line_start(struct line *line, const char *bin_folder, const char *scenario);
void line_stop(struct line *line);

/* A new world without contacts; line_open starts everything. What the provider is told differs after line_renew. */
void line_renew(struct line *line, const struct line_provider *provider);
void line_open(struct line *line);
/* All end orderly; no log holds a number; the world is as it should be. */
void line_close(struct line *line);

/* Asks contacts that were not asked before, each by a message of a round of its name. */
void line_ask(struct line *line, const char *round, const int *contacts, size_t count);

/* The provider's faults, as POST /faults takes them. */
void line_fault(struct line *line, const char *faults);
/* Somebody of that number writes; what it says must need no escapes in JSON. */
void line_say(struct line *line, int contact, const char *text);

/* How many rows of the provider's ledger hold both texts; NULL = any. */
int line_rows(struct line *line, const char *words, const char *more);
/* How many messages to a contact the provider met with this outcome. */
int line_outcomes(struct line *line, int contact, const char *outcome);

/* A field of the message that the provider got last for a contact, by the reference that it got with it; "" before. */
const char *line_message_field(struct line *line, int contact, const char *field);
/* What a contact has answered to the first question, "" = nothing. */
const char *line_answer(struct line *line, int contact);

#endif
