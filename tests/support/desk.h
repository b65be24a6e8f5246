/* The collector as a program at its desk: a world in which everyone was asked, a folder with settings, keys
 * and a clock that stands at the world's now, and what gateways say to it. A step that does not work fails
 * the test. */
#ifndef TESTS_DESK_H
#define TESTS_DESK_H

#include "support/child.h"
#include "support/world.h"

#define DESK_TOKEN  "a-token-of-the-simulator"
#define DESK_PATH   "/v1/gateways/simulator/" DESK_TOKEN /* then "/reply" or "/receipt" */
#define DESK_NUMBER "18123"
#define DESK_PEOPLE 60

struct desk {
    struct world world;
    struct child program;
    int port;
    char folder[64];
    const char *bin_folder; /* borrowed */
};

void desk_start(struct desk *desk,
                const char *bin_folder); /* the world and the folder, once a test program */
void desk_stop(struct desk *desk);

/* A new world: DESK_PEOPLE contacts, each asked and the message accepted. Contact n is of stratum north when
 * even. */
void desk_ask_everyone(struct desk *desk);
void desk_put_clock(struct desk *desk);
void desk_put_key(struct desk *desk, const char *org, enum key_kind kind, const unsigned char key[KEY_BYTES]);
void desk_put_keys(struct desk *desk, const char *org); /* those of the world that a collector holds */
const char *desk_path(struct desk *desk,
                      const char *name); /* in the folder; the fourth next call uses it again */

void desk_spawn(struct desk *desk); /* starts the program, whatever it does then */
void desk_open(struct desk *desk);  /* starts it and waits until it is ready */
void desk_await_ready(struct desk *desk,
                      bool ready);          /* for Redis, with nothing in the spool, as it says itself */
void desk_await_refusal(struct desk *desk); /* a Redis that is not safe */
void desk_close(struct desk *desk);         /* ends it orderly if it runs, and checks the world */
void desk_log_holds(struct desk *desk, const char *words);

/* What a gateway says; each returns the status. An answer of 200 must be empty: some providers text a body
 * back. */
void desk_reply_body(struct text *body, const char *id, const char *from, const char *to, const char *words);
int desk_post(struct desk *desk, const char *path, const char *body);
int desk_reply(struct desk *desk, int person, const char *id, const char *words);
int desk_receipt(struct desk *desk, const char *message, const char *state);

/* How many people of a stratum have a value counted in the week of the asking, and of all. */
int64_t desk_counted(struct desk *desk, const char *stratum, int value);
int64_t desk_counted_in_all(struct desk *desk);

/* Sends a reply and does not wait for its answer; the connection, which the caller closes. */
int desk_send_reply(const struct desk *desk, int person, const char *id, const char *words);

#endif
