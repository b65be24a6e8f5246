/* HTTP as bytes on a socket, so that a test can also say what no client library would. Blocking, with a
 * deadline. */
#ifndef TESTS_WIRE_H
#define TESTS_WIRE_H

#include "base/text.h"

/* Connects to a port of this machine; fails the test otherwise. */
int wire_open(int port);
void wire_send(int descriptor, const char *bytes, size_t bytes_count);
/* Reads until the peer closes (ask for it with "Connection: close"), closes too; the status, 0 when nothing
 * came within 20 s. The answer's bytes are appended to `answer_out` unless it is NULL. */
int wire_receive(int descriptor, struct text *answer_out);

/* All of it at once. */
int wire_ask(int port, const char *bytes, size_t bytes_count, struct text *answer_out);
/* A request with a body, "Connection: close". */
int wire_post(int port, const char *path, const char *body, size_t body_bytes, struct text *answer_out);
int wire_get(int port, const char *path, struct text *answer_out);
/* Whether a GET is answered 200 with these words in the answer. */
bool wire_says(int port, const char *path, const char *words);
/* A collector that gives Redis what comes: not yet, or no more, while it keeps webhooks in its spool. */
bool wire_is_ready(int port);

#endif
