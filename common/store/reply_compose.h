/* What a decided reply brings forth, put together for its commit: the texts that go out and the records sealed
 * for readers. Draws nothing by itself, so that a decision made again brings forth the same. What leaves here
 * holds no words, name or number that is not sealed. */
#ifndef STORE_REPLY_COMPOSE_H
#define STORE_REPLY_COMPOSE_H

#include "store/replies.h"

/* Ids of whatever a reply may bring forth, drawn once a reply. */
struct reply_ids {
    char texts[REPLY_TEXTS_MAX]
              [ID_SIZE]; /* ascending: texts of one reply stay in order also when they wait */
    char words[ID_SIZE];
};
void reply_ids_draw(struct reply_ids *ids_out);

/* All borrowed. */
struct reply_source {
    const struct org *org;
    const unsigned char *reader_public;
    const struct survey *survey; /* of the open pulse; NULL when the reply belongs to no step */
    const struct reply_ids *ids;
    const char *phone; /* E.164 of the sender */
    const char *words; /* the reply as it came */
};

/* Owned bytes that a commit borrows until its command is built. */
struct reply_records {
    struct text words, join, name;
};
void reply_records_free(struct reply_records *records);

/* Completes a commit whose session, decision and received_ms are set. False when the reader key is none. */
bool reply_compose(const struct reply_source *source, struct reply_commit *commit,
                   struct reply_records *records) MUST_CHECK;

#endif
