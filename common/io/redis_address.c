/* Addresses of Redis: "unix:/path" or "tcp:host:port", also "tcp:[v6]:port". */
#include "io/redis_address.h"

#include <string.h>

bool redis_address_read(const char *chars, struct redis_address *address_out, struct error *error)
{
    *address_out = (struct redis_address){0};
    if (strncmp(chars, "unix:", 5) == 0 && chars[5] != '\0') {
        /* 107 bytes is what a socket address holds. */
        if (strlen(chars + 5) > 107)
            return error_set(
                error, "Redis address \"%s\": the path of a unix socket has at most 107 characters", chars);
        return text_copy(address_out->path, sizeof address_out->path, chars + 5);
    }
    const char *colon = strncmp(chars, "tcp:", 4) == 0 ? strrchr(chars + 4, ':') : NULL;
    int64_t port = 0;
    if (colon == NULL || !text_to_int(colon + 1, 1, 65535, &port))
        return error_set(error, "Redis address \"%s\": expected unix:/path or tcp:host:port", chars);
    const char *host = chars + 4;
    size_t host_chars = (size_t)(colon - host);
    if (host_chars > 2 && host[0] == '[' && host[host_chars - 1] == ']') {
        host++;
        host_chars -= 2;
    }
    if (host_chars == 0 || host_chars >= sizeof address_out->host)
        return error_set(error, "Redis address \"%s\": expected a host name of 1..255 characters", chars);
    memcpy(address_out->host, host, host_chars);
    address_out->port = (int)port;
    return true;
}
