/* The data set of a Redis server as a whole: its id, made once; how often it was adopted after it had lost writes; and
 * the mark of whoever found that it lost some. */
#ifndef STORE_DATASET_H
#define STORE_DATASET_H

#include "base/id.h"
#include "io/redis.h"

struct dataset {
    char id[ID_SIZE];        /* "" = none: `pulssi store install` */
    int64_t adoption;        /* 0 = never */
    char behind[400];        /* "pulssi-dispatcher found: …"; "" = nobody found it behind */
    int64_t behind_adoption; /* how often whoever found it behind had known it to be adopted */
};
bool dataset_read(struct redis_link *link, struct dataset *dataset_out, struct error *error) MUST_CHECK;

/* Asks on a running loop for the id and for the mark: two items, texts where they are there. */
void dataset_watch_command(struct redis_command *command);

/* Leaves the mark, unless there is one, and tells every program to judge this server again. */
bool dataset_mark_behind(struct redis_link *link, const char *program, const char *why, int64_t adoption,
                         struct error *error) MUST_CHECK;

/* Sets how often it was adopted, takes the mark away, and tells every program. The end of an adoption: what comes before
 * is repeated until this has been done. */
bool dataset_adopt(struct redis_link *link, int64_t adoption, struct error *error) MUST_CHECK;

/* Tells every program that listens to judge the server again (a hint, lossy). */
bool dataset_tell(struct redis_link *link, struct error *error) MUST_CHECK;

#endif
