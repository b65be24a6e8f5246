/* What must hold of conversations, and what they come to in all: follow-up questions went to exactly those whose
 * counted answers lead there, once, at an hour when people are awake; every command was answered; who wrote what nobody
 * can read was asked once more, who stayed silent was reminded once (again.h); nobody was talked to after STOP, asked in a
 * pause, or written to after "wrong number". */
#ifndef SIMULATOR_CONVERSATION_H
#define SIMULATOR_CONVERSATION_H

#include "simulator/tally.h"

/* Sums over all people; ranges where exchanges overlapped. */
struct conversation {
    struct range verdicts[VERDICTS]; /* replies, by what they count as */
    struct range volunteers;         /* on the list when the ledger was read */
    struct range names;              /* … with a first name */
    int64_t follow_ups;              /* questions that followed an answer */
};

/* Breaches become findings. */
void conversation_make(struct conversation *conversation_out, const struct evidence *evidence,
                       const struct scenario *scenario, struct findings *findings);

#endif
