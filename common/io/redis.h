/* Redis, hiredis wrapped once; nobody else includes hiredis. A command completes exactly once, from the loop,
 * never inline; a lost or late answer completes with value NULL, which for a write means: ambiguous, send it
 * again with the same operation id. Reconnects by itself with backoff. */
#ifndef IO_REDIS_H
#define IO_REDIS_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "io/loop.h"

/* --- a command, built argument by argument; reusable after redis_command_clear --- */
struct redis_command {
    struct text bytes; /* the arguments one after the other */
    size_t *lengths;
    size_t count, capacity;
};
void redis_command_add(struct redis_command *command, const char *argument);
void redis_command_add_bytes(struct redis_command *command, const void *bytes, size_t bytes_count);
void redis_command_add_int(struct redis_command *command, int64_t value);
void redis_command_clear(struct redis_command *command); /* keeps the memory */
void redis_command_free(struct redis_command *command);

/* --- an answer --- */
struct redis_value;
enum redis_kind { REDIS_NIL, REDIS_INT, REDIS_TEXT, REDIS_ARRAY, REDIS_ERROR };
enum redis_kind redis_kind(const struct redis_value *value);
/* Of an INT, or of a TEXT that is a number; else 0. */
int64_t redis_int(const struct redis_value *value);
/* Terminated, "" unless TEXT or ERROR; may hold NUL bytes. */
const char *redis_text(const struct redis_value *value);
size_t redis_text_bytes(const struct redis_value *value);
size_t redis_count(const struct redis_value *value); /* 0 unless ARRAY */
/* NULL past the end. */
const struct redis_value *redis_item(const struct redis_value *value, size_t index);
/* The word that leads a function's reply: the text itself, or the first item of an array; "" otherwise. */
const char *redis_word(const struct redis_value *value);
/* Whether Redis could not take the command at this moment: lost (NULL), or an error answer of a server that is
 * loading, busy, full, read-only or without its peers. The same command may work later; any other error is of
 * the command itself. */
bool redis_is_away(const struct redis_value *value);

/* --- asynchronous connection on the loop --- */
struct redis;
struct redis_options {
    const char *address;           /* "unix:/path" or "tcp:host:port"; borrowed during redis_open */
    const char *password;          /* "" = none */
    int64_t deadline_ms;           /* of each command */
    loop_callback on_connected;    /* each time; may be NULL */
    loop_callback on_disconnected; /* each time; may be NULL */
    void *context;
};
/* Starts connecting; never NULL. */
struct redis *redis_open(struct loop *loop, const struct redis_options *options);
/* Outstanding commands complete with NULL first. Not from a callback of this connection. */
void redis_close(struct redis **redis);
bool redis_is_connected(const struct redis *redis); /* logged in, and it answers */
size_t redis_outstanding(const struct redis *redis);

/* value is valid during the callback; NULL = lost (no connection, deadline, disconnect). An error answer of
 * Redis arrives as kind REDIS_ERROR. */
typedef void (*redis_callback)(void *context, const struct redis_value *value);
void redis_send(struct redis *redis, const struct redis_command *command, redis_callback callback,
                void *context);

/* Subscribes a connection of its own to a channel; the callback gets each message's text; resubscribes by
 * itself. Of the options address, password and deadline are used. */
typedef void (*redis_message_callback)(void *context, const char *message);
struct redis_subscription;
struct redis_subscription *redis_subscribe(struct loop *loop, const struct redis_options *options,
                                           const char *channel, redis_message_callback callback,
                                           void *context);
void redis_unsubscribe(struct redis_subscription **subscription);

/* --- blocking connection, for command lines and the roll-up --- */
struct redis_link;
struct redis_link *redis_link_open(const char *address, const char *password, int64_t deadline_ms,
                                   struct error *error);
void redis_link_close(struct redis_link **link);
/* False after a lost connection, until the next command connects again: perhaps to another server. */
bool redis_link_is_connected(const struct redis_link *link);
/* Runs one command; returns an owned value (redis_value_free) or NULL with the error set (also for an error
 * answer: "Redis: WRONGTYPE …"). After a lost connection the next call reconnects. */
struct redis_value *redis_link_run(struct redis_link *link, const struct redis_command *command,
                                   struct error *error);
/* Pipelines: queue any number, then take the answers in order; after a lost connection each still gets its
 * take (NULL). Whoever stops taking early calls redis_link_run next: it discards what was not taken. */
bool redis_link_queue(struct redis_link *link, const struct redis_command *command,
                      struct error *error) MUST_CHECK;
struct redis_value *redis_link_take(struct redis_link *link, struct error *error);
void redis_value_free(struct redis_value **value);

#endif
