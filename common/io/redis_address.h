/* Addresses of Redis, shared by the asynchronous and the blocking connection. */
#ifndef IO_REDIS_ADDRESS_H
#define IO_REDIS_ADDRESS_H

#include "base/error.h"
#include "base/text.h"

struct redis_address {
    char path[108]; /* of a unix socket, "" = tcp */
    char host[256];
    int port;
};

/* False with the error set when the text has neither form. */
bool redis_address_read(const char *chars, struct redis_address *address_out, struct error *error) MUST_CHECK;

#endif
