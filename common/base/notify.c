/* One address, kept for the life of the process; a socket for each message, since they are few. */
#include "base/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

#define WATCHDOG_MAX_US INT64_C(86400000000) /* a day */

static struct sockaddr_un address;
static socklen_t address_bytes; /* 0 = nobody listens */
static int64_t watchdog_ms;

static void take_socket(const char *socket_name);
static void take_watchdog(void);

void notify_open(void)
{
    const char *socket_name = getenv("NOTIFY_SOCKET");
    address_bytes = 0;
    watchdog_ms = 0;
    if (socket_name != NULL && socket_name[0] != '\0')
        take_socket(socket_name);
    if (address_bytes > 0)
        take_watchdog();
    (void)unsetenv("NOTIFY_SOCKET");
    (void)unsetenv("WATCHDOG_USEC");
    (void)unsetenv("WATCHDOG_PID");
}

bool notify_is_wanted(void)
{
    return address_bytes > 0;
}

bool notify_send(const char *lines)
{
    if (address_bytes == 0)
        return false;
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return false;
    size_t bytes = strlen(lines);
    ssize_t sent = sendto(descriptor, lines, bytes, MSG_NOSIGNAL | MSG_DONTWAIT,
                          (const struct sockaddr *)&address, address_bytes);
    (void)close(descriptor);
    return sent >= 0 && (size_t)sent == bytes;
}

int64_t notify_watchdog_ms(void)
{
    return watchdog_ms;
}

/* A path, or a name behind '@', which stands for the zero byte that begins a name of the abstract namespace and
 * is not terminated. */
static void take_socket(const char *socket_name)
{
    size_t bytes = strlen(socket_name);
    bool abstract = socket_name[0] == '@';
    if ((!abstract && socket_name[0] != '/') || bytes < 2 || bytes >= sizeof address.sun_path) {
        log_warning(
            "NOTIFY_SOCKET is neither a path nor @name, or too long: the service manager is not told");
        return;
    }
    address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address.sun_path, socket_name, bytes);
    if (abstract)
        address.sun_path[0] = '\0';
    address_bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + bytes + (abstract ? 0 : 1));
}

/* Half the interval, as sd_watchdog_enabled(3) recommends; for us only when WATCHDOG_PID is absent or ours. */
static void take_watchdog(void)
{
    const char *interval = getenv("WATCHDOG_USEC"), *process = getenv("WATCHDOG_PID");
    int64_t interval_us = 0, pid = 0;
    if (interval == NULL || !text_to_int(interval, 1, WATCHDOG_MAX_US, &interval_us))
        return;
    if (process != NULL && (!text_to_int(process, 1, INT32_MAX, &pid) || pid != (int64_t)getpid()))
        return;
    watchdog_ms = interval_us / 2000 > 0 ? interval_us / 2000 : 1;
}
