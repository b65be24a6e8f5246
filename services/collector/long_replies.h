/* The table of long replies that wait in memory for more of their parts, or to go on; and of the latest that are done, so
 * that a part that comes once more is known. Which parts are of one reply is told by what they have in common: gateway,
 * sender, receiver, reference and number of parts.
 *
 * The key of a reply is made of just that, so that whoever is killed between its commit and the end of its records finds
 * a duplicate, and a part that comes once more after all makes no second reply. The price: two long replies of one person
 * with the same reference and as many parts, within the days in which ids are remembered, are taken for one.
 *
 * Never touches the folder, Redis or a timer: parts.h does. */
#ifndef COLLECTOR_LONG_REPLIES_H
#define COLLECTOR_LONG_REPLIES_H

#include <stddef.h>

#include "base/id.h"
#include "collector/part_record.h"
#include "domain/phone.h"

#define FINISHED_MAX 1024 /* replies of late that are remembered */

struct part {
    char *text; /* owned; NULL = has not come */
    uint64_t ticket;
};

struct long_reply {
    struct long_reply *next;
    char key[ID_SIZE];
    char gateway[33], from[PHONE_SIZE], to[17];
    int count, have;
    struct part items[PARTS_MAX];
    int64_t received_ms; /* domain, of the first */
    int64_t due_ms;      /* monotonic: it goes on as it is */
    bool under_way;
};

/* Zero-initialise. */
struct long_replies {
    struct long_reply *first;             /* the others follow in the order in which they began */
    size_t parts;                         /* of all of them */
    char finished[FINISHED_MAX][ID_SIZE]; /* a ring */
    size_t finished_next;
};

void long_replies_clear(struct long_replies *replies);

/* Whether this part is here, or its reply is done. */
bool long_replies_know(const struct long_replies *replies, const struct part_record *part);

/* Copies the part into its reply, which begins with it if need be and is due longest_ms after the part was kept. False
 * when it is known already. */
bool long_replies_absorb(struct long_replies *replies, const struct part_record *part, uint64_t ticket,
                         int64_t longest_ms) MUST_CHECK;

/* Frees a reply that is stored, and remembers it. */
void long_replies_finish(struct long_replies *replies, struct long_reply *reply);

/* No part here came earlier, in domain time; INT64_MAX = there is none. */
int64_t long_replies_oldest_ms(const struct long_replies *replies);

/* All its parts are there, or the deadline is over. */
bool long_reply_is_due(const struct long_reply *reply, int64_t now_ms);

/* The text of the parts that are there, in their order. Returns owned. */
char *long_reply_join(const struct long_reply *reply);

#endif
