/* The simulator's ledger: everything it received and sent, with the truth, in order; what the judge judges
 * by. One JSON object a line. Times "…at" are domain ms, "…real" wall ms. "began" and "ended" are moments: a
 * count of everything that happened, so that "ended before the other began" is exact where two things share
 * a millisecond.
 *
 * {"t":"send","at","real","moment","id","to","outcome","answered","fault","what","survey","ordinal","segments",
 *  "gateway_id","repeat","accepted_before","ambiguous_before","batch"}       a message of a submit
 *     outcome    accepted, accepted_twice (a repeat of an accepted id: a violation), throttled,
 *                unavailable, server_error, lost (neither accepted nor answered), invalid_number, unauthorized, malformed;
 *                in a provider's dialect also opted_out, permanent, lane_stop, duplicate (a repeat that was refused)
 *     answered   an answer was, or was to be, written
 *     fault      the fault that struck, or null
 *     what       a question's ref, the name of another text of the service, or "other"
 *     survey     with this text a pulse begins
 *     ordinal    the person's how many-th such text it is (of a question that follows: of the pulse); 0 unless
 *                accepted and of somebody known
 *     repeat     the id came before
 *     accepted_before, ambiguous_before   some earlier one was accepted; ended so that the caller could
 *                not know
 *     batch      how many messages the request had; 0 = it could not be read
 *
 * {"t":"reply","id","from","text","means","question","value","stop","for","copy","started_at","started_real","began",
 *  "finished_real","ended","answered_at","status","refused","part","tries","late"}    a reply
 *     means      value, words, name, nothing, stop, start, help, leave, wrong_person, pause, business or distress: what
 *                the person means
 *     question   the ref of the question it is written to, or null
 *     value      of it, 0..9, or null
 *     stop       it means STOP, too
 *     for        the message it reacts to
 *     copy       a repetition of an id that has a row of its own
 *     started_at, started_real, began         the first try that may have arrived
 *     answered_at, finished_real, ended       the answer 200; null before
 *     status     200 or null
 *     refused    the latest other status it was answered, or null
 *     part       which part of a long reply, from 1; 0 = whole
 *     late       it is meant to be late
 *
 * {"t":"receipt","id","ref","state","told","copy","started_at","answered_at","status","refused","tries"}
 *     told       the state in the provider's words
 * {"t":"fault","at","real","fault","id","ambiguous","accepted"}      each fault injected, but latency
 * {"t":"end","at","real"}                                            the last row: when it was read
 *
 * Replies and receipts get their row once answered 200; those under way stand before the end row, if tried
 * at all. */
#ifndef SIMULATOR_LEDGER_H
#define SIMULATOR_LEDGER_H

#include "simulator/faults.h"
#include "simulator/webhook.h"

/* Zero-initialise. */
struct ledger {
    struct text rows;
    uint64_t moments;
    int64_t sends, faults, webhooks; /* rows of each kind */
};

struct ledger_send {
    int64_t at_ms;
    const char *id, *to; /* "" when the request could not be read */
    const char *outcome;
    bool answered;
    bool has_fault;
    enum fault fault;
    const char *what;
    bool begins;
    int64_t ordinal;
    int64_t segments;
    const char *gateway_id; /* NULL unless accepted */
    bool is_repeat, accepted_before, ambiguous_before;
    int64_t batch; /* messages of the request */
};

struct ledger_fault {
    int64_t at_ms;
    enum fault fault;
    const char *id; /* of the message */
    bool accepted;
};

/* The next moment: 1, 2, 3, … */
uint64_t ledger_moment(struct ledger *ledger);

void ledger_add_send(struct ledger *ledger, const struct ledger_send *send);
void ledger_add_fault(struct ledger *ledger, const struct ledger_fault *fault);
void ledger_add_webhook(struct ledger *ledger, const struct webhook *webhook);

/* Appends the row of a webhook, finished or not, to any text. */
void ledger_print_webhook(const struct webhook *webhook, struct text *out);
void ledger_print_end(int64_t at_ms, struct text *out);

void ledger_free(struct ledger *ledger);

#endif
