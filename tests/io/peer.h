/* A client on a raw socket, driven from the loop of the server under test: sends given bytes, at once or
 * dripping, and keeps what comes back. */
#ifndef TESTS_IO_PEER_H
#define TESTS_IO_PEER_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

struct peer {
    int descriptor;
    const char *sending;
    size_t sending_bytes, sent;
    int64_t drip_ms; /* a byte each so many ms; 0 = all at once */
    int64_t drip_at_ms;
    struct text received;
    bool ended; /* the server closed */
    bool reset; /* it did so by a reset */
    const char *awaited;
};

static inline bool peer_open(struct peer *peer, int port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    *peer = (struct peer){.descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    return connect(peer->descriptor, (struct sockaddr *)&address, sizeof address) == 0;
}

static inline void peer_send(struct peer *peer, const char *bytes, size_t bytes_count)
{
    peer->sending = bytes;
    peer->sending_bytes = bytes_count;
    peer->sent = 0;
}

static inline void peer_pump(struct peer *peer)
{
    char chunk[4096];
    size_t left = peer->sending_bytes - peer->sent;
    bool drips = peer->drip_ms > 0;
    if (left > 0 && (!drips || clock_monotonic_ms() >= peer->drip_at_ms)) {
        ssize_t bytes =
            send(peer->descriptor, peer->sending + peer->sent, drips ? 1 : left, MSG_DONTWAIT | MSG_NOSIGNAL);
        peer->sent += bytes > 0 ? (size_t)bytes : 0;
        peer->drip_at_ms = clock_monotonic_ms() + peer->drip_ms;
    }
    while (!peer->ended) {
        ssize_t bytes = recv(peer->descriptor, chunk, sizeof chunk, MSG_DONTWAIT);
        if (bytes < 0 && errno == EAGAIN)
            break;
        peer->ended = bytes <= 0;
        peer->reset = bytes < 0;
        if (bytes > 0)
            text_add_bytes(&peer->received, chunk, (size_t)bytes);
    }
}

static inline const char *peer_text(const struct peer *peer)
{
    return peer->received.chars == NULL ? "" : peer->received.chars;
}

/* Conditions for loop_until. */
static inline bool peer_ended(void *context)
{
    struct peer *peer = context;
    peer_pump(peer);
    return peer->ended;
}

static inline bool peer_heard_awaited(void *context)
{
    struct peer *peer = context;
    peer_pump(peer);
    return strstr(peer_text(peer), peer->awaited) != NULL;
}

static inline void peer_close(struct peer *peer)
{
    close(peer->descriptor);
    text_free(&peer->received);
}

#endif
