/* A share folder of a test's own: the messages of the source tree, and the gateway profile "batch", which is the
 * simulator's with many messages in a request, as the scripted gateway takes them. */
#ifndef TESTS_BATCH_SHARE_H
#define TESTS_BATCH_SHARE_H

#include <stdbool.h>

struct batch_share {
    char folder[64];
};

void batch_share_make(struct batch_share *share, int batch_max, bool dedupes);
void batch_share_remove(struct batch_share *share);

#endif
