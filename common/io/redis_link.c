/* A blocking connection to Redis, for command lines and the roll-up. Every wait has the deadline given at
 * opening. A call that loses the connection fails; the next one connects again. Nothing is ever sent a second
 * time by itself: what was lost is ambiguous and the caller's to repeat.
 *
 *   queue, queue, queue → written at the first take → take, take, take (in order)
 *
 * After a loss each queued command still gets its take: NULL with the error set. */
#include "io/redis_address.h"
#include "io/redis_wire.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct redis_link {
    struct redis_address address;
    char *password;
    int64_t deadline_ms;
    redisContext *context; /* NULL = not connected */
    size_t lost;           /* queued on a connection that broke; they come before `queued` */
    size_t queued;         /* on the present connection */
    struct text wire;
};

static bool link_connect(struct redis_link *link, struct error *error);
static bool link_failed(struct redis_link *link, const char *what, struct error *error);
static void link_disconnect(struct redis_link *link);

struct redis_link *redis_link_open(const char *address, const char *password, int64_t deadline_ms,
                                   struct error *error)
{
    struct redis_link *link = memory_zeroed(1, sizeof *link);
    /* Writing to a socket that Redis closed must be an error, not the end of the program. */
    signal(SIGPIPE, SIG_IGN);
    link->password = memory_text(password == NULL ? "" : password);
    link->deadline_ms = deadline_ms;
    if (!redis_address_read(address, &link->address, error) || !link_connect(link, error))
        redis_link_close(&link);
    return link;
}

void redis_link_close(struct redis_link **link)
{
    if (*link == NULL)
        return;
    if ((*link)->context != NULL)
        redisFree((*link)->context);
    text_free(&(*link)->wire);
    free((*link)->password);
    free(*link);
    *link = NULL;
}

bool redis_link_is_connected(const struct redis_link *link)
{
    return link->context != NULL;
}

struct redis_value *redis_link_run(struct redis_link *link, const struct redis_command *command,
                                   struct error *error)
{
    struct error discarded;
    while (link->lost + link->queued > 0) {
        struct redis_value *value = redis_link_take(link, &discarded);
        redis_value_free(&value);
    }
    if (!redis_link_queue(link, command, error))
        return NULL;
    return redis_link_take(link, error);
}

bool redis_link_queue(struct redis_link *link, const struct redis_command *command, struct error *error)
{
    if (link->context == NULL && !link_connect(link, error))
        return false;
    text_clear(&link->wire);
    redis_command_wire(command, &link->wire);
    if (redisAppendFormattedCommand(link->context, link->wire.chars, link->wire.bytes) != REDIS_OK)
        return link_failed(link, "sending", error);
    link->queued++;
    return true;
}

struct redis_value *redis_link_take(struct redis_link *link, struct error *error)
{
    if (link->lost > 0) {
        link->lost--;
        error_set(error, "Redis: the connection was lost before the answer");
        return NULL;
    }
    if (link->queued == 0) {
        error_set(error, "Redis: no answer is outstanding");
        return NULL;
    }
    void *reply = NULL;
    if (redisGetReply(link->context, &reply) != REDIS_OK) {
        link_failed(link, "waiting for an answer", error);
        link->lost--;
        return NULL;
    }
    link->queued--;
    struct redis_value *value = reply;
    if (redis_kind(value) == REDIS_ERROR) {
        error_set(error, "Redis: %s", redis_text(value));
        redis_value_free(&value);
    }
    return value;
}

static bool link_connect(struct redis_link *link, struct error *error)
{
    struct timeval deadline = {.tv_sec = (time_t)(link->deadline_ms / 1000),
                               .tv_usec = (suseconds_t)(link->deadline_ms % 1000) * 1000};
    const struct redis_address *address = &link->address;
    link->context = address->path[0] != '\0'
                        ? redisConnectUnixWithTimeout(address->path, deadline)
                        : redisConnectWithTimeout(address->host, address->port, deadline);
    if (link->context == NULL)
        return error_set(error, "Redis: no memory to connect");
    if (link->context->err != 0 || redisSetTimeout(link->context, deadline) != REDIS_OK)
        return link_failed(link, "connecting", error);
    if (link->password[0] == '\0')
        return true;
    redisReply *reply = redisCommand(link->context, "AUTH %s", link->password);
    if (reply == NULL)
        return link_failed(link, "logging in", error);
    bool accepted = reply->type != REDIS_REPLY_ERROR;
    if (!accepted) {
        error_set(error, "Redis refuses the password: %s", reply->str);
        link_disconnect(link);
    }
    freeReplyObject(reply);
    return accepted;
}

static bool link_failed(struct redis_link *link, const char *what, struct error *error)
{
    /* A read past its deadline shows as EAGAIN, whose usual words would puzzle. */
    bool late = link->context->err == REDIS_ERR_IO && (errno == EAGAIN || errno == ETIMEDOUT);
    if (late)
        error_set(error, "Redis: nothing came within %lld ms while %s", (long long)link->deadline_ms, what);
    else
        error_set(error, "Redis: %s while %s", link->context->errstr, what);
    link_disconnect(link);
    return false;
}

static void link_disconnect(struct redis_link *link)
{
    redisFree(link->context);
    link->context = NULL;
    link->lost += link->queued;
    link->queued = 0;
}
