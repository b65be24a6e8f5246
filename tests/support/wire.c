/* A blocking HTTP client that sends what it is told and reads to the end. */
#include "support/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#define DEADLINE_SECONDS 20

int wire_open(int port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval deadline = {.tv_sec = DEADLINE_SECONDS};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
    assert_int_equal(connect(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    return descriptor;
}

void wire_send(int descriptor, const char *bytes, size_t bytes_count)
{
    /* A peer that refuses early may close meanwhile: then its answer tells. */
    for (size_t sent = 0; sent < bytes_count;) {
        ssize_t more = send(descriptor, bytes + sent, bytes_count - sent, MSG_NOSIGNAL);
        if (more <= 0)
            return;
        sent += (size_t)more;
    }
}

int wire_receive(int descriptor, struct text *answer_out)
{
    struct text answer = {0};
    char chunk[4096];
    int status = 0;
    for (ssize_t bytes; (bytes = recv(descriptor, chunk, sizeof chunk, 0)) > 0;)
        text_add_bytes(&answer, chunk, (size_t)bytes);
    close(descriptor);
    if (answer.chars == NULL || sscanf(answer.chars, "HTTP/1.1 %d", &status) != 1)
        status = 0;
    if (answer_out != NULL && answer.chars != NULL)
        text_add_bytes(answer_out, answer.chars, answer.bytes);
    text_free(&answer);
    return status;
}

int wire_ask(int port, const char *bytes, size_t bytes_count, struct text *answer_out)
{
    int descriptor = wire_open(port);
    wire_send(descriptor, bytes, bytes_count);
    return wire_receive(descriptor, answer_out);
}

int wire_post(int port, const char *path, const char *body, size_t body_bytes, struct text *answer_out)
{
    struct text request = {0};
    text_addf(&request,
              "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n", path,
              body_bytes);
    text_add_bytes(&request, body, body_bytes);
    int status = wire_ask(port, request.chars, request.bytes, answer_out);
    text_free(&request);
    return status;
}

int wire_get(int port, const char *path, struct text *answer_out)
{
    char request[512];
    int bytes = snprintf(request, sizeof request,
                         "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
    return wire_ask(port, request, (size_t)bytes, answer_out);
}

bool wire_says(int port, const char *path, const char *words)
{
    struct text answer = {0};
    bool says = wire_get(port, path, &answer) == 200 && strstr(answer.chars, words) != NULL;
    text_free(&answer);
    return says;
}

bool wire_is_ready(int port)
{
    return wire_says(port, "/readyz", "\r\n\r\nok");
}
