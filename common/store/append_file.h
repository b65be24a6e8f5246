/* The append-only file of Redis. It keeps what was deleted until it is written anew from what there is: only a rewrite
 * that begins after a deletion takes what was deleted off the disk. */
#ifndef STORE_APPEND_FILE_H
#define STORE_APPEND_FILE_H

#include "io/redis.h"

struct append_file {
    char run_id[48];  /* of the server's process */
    bool under_way;   /* a rewrite is under way, or will begin as soon as Redis can */
    int64_t rewrites; /* begun by this process of the server */
    bool failed;      /* the last rewrite that ended did */
};
bool append_file_look(struct redis_link *link, struct append_file *file_out, struct error *error) MUST_CHECK;

enum append_file_begun {
    APPEND_FILE_BEGUN,
    APPEND_FILE_BUSY,    /* another rewrite is under way, which may have begun too early */
    APPEND_FILE_REFUSED, /* with the error set */
};
enum append_file_begun append_file_rewrite(struct redis_link *link, struct error *error) MUST_CHECK;

#endif
