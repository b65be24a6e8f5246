/* Keeps the service manager told (base/notify.h) from the loop: READY once, a short sentence whenever it is another
 * one, the watchdog's beat at half its interval, STOPPING. A loop that hangs beats no more and is started again
 * by the manager. Does nothing where nobody listens. */
#ifndef IO_ANNOUNCER_H
#define IO_ANNOUNCER_H

#include "base/text.h"
#include "io/loop.h"

struct announcer;

/* The sentence of the moment, short and for people: "3 lanes open". Appends to `line`; a long one is
 * cut. */
typedef void (*announcer_status)(void *context, struct text *line);

/* To be called when the program is ready: READY goes out with the loop's next turn, that is only once it runs. */
struct announcer *announcer_new(struct loop *loop, announcer_status status, void *context);
void announcer_stopping(struct announcer *announcer); /* NULL is allowed */
void announcer_free(struct announcer **announcer);

#endif
