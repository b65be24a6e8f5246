/* What the Redis files of io share and nobody else sees: a command's form on the wire. */
#ifndef IO_REDIS_WIRE_H
#define IO_REDIS_WIRE_H

#include "io/redis.h"

/* Appends the command in the Redis protocol (RESP 2). The command holds at least one argument. */
void redis_command_wire(const struct redis_command *command, struct text *wire);

#endif
