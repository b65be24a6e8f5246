/* Telling the service manager how it goes: systemd's notification protocol, datagrams of lines to the socket
 * that $NOTIFY_SOCKET names (a path, or "@name" of the abstract namespace). Does nothing where there is none.
 * Source: sd_notify(3), "Notes" and "Standalone implementations", which documents the protocol for
 * implementations of one's own; sd_watchdog_enabled(3) for $WATCHDOG_USEC and $WATCHDOG_PID. */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* Takes the variables out of the environment, so that no child speaks in our name. Once, at the start. */
void notify_open(void);

/* Somebody listens. */
bool notify_is_wanted(void);

/* One assignment or several, a line each: "READY=1", "STATUS=3 lanes open". Never waits; false when it was not
 * taken, or nobody listens. */
bool notify_send(const char *lines);

/* How often WATCHDOG=1 must be sent at the least, ms; 0 = it is not asked for. */
int64_t notify_watchdog_ms(void);

#endif
