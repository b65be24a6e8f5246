/* The gate before the door: which gateway a webhook comes from, and whether it really does. In this order, before a byte of
 * its body is read: the token in the path, the address, the way it comes, the signature over the raw body.
 *
 *   wrong token, address or method → 404, with nothing said of which      no or a wrong signature, one of another time → 401
 *
 * Each refusal is counted by its reason and said in the log at most once a minute, with what an operator may do about it.
 * Never says or logs a secret, nor anything of what a webhook holds. */
#ifndef COLLECTOR_GATE_H
#define COLLECTOR_GATE_H

#include "collector/routing.h"
#include "io/http_server.h"

enum gate_refusal {
    GATE_TOKEN, /* or of no gateway */
    GATE_ADDRESS,
    GATE_METHOD,
    GATE_SIGNATURE_MISSING,
    GATE_SIGNATURE_WRONG,
    GATE_SIGNATURE_STALE,
};
#define GATE_REFUSALS (GATE_SIGNATURE_STALE + 1)
const char *gate_refusal_name(enum gate_refusal refusal); /* "token", …, "signature_wrong" */

struct gate;

/* Borrows all. NULL with the error set when an address of the settings is none. */
struct gate *gate_open(const struct settings *settings, const struct routing *routing,
                       struct error *error) MUST_CHECK;
void gate_free(struct gate **gate);

/* The gateway that sends this webhook, and what its URL is for. NULL when it is refused: then the exchange is answered. */
const struct route_gateway *gate_pass(struct gate *gate, struct http_exchange *exchange,
                                      enum webhook_kind *kind_out);

/* Refusals since the start, of the gateway at this index of the settings; one index more: of no gateway. */
int64_t gate_count(const struct gate *gate, size_t gateway, enum gate_refusal refusal);

#endif
