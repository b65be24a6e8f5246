/* A gateway that takes everything and does nothing: a child process with a real HTTP server that counts messages, as
 * the profiles "simulator" and "batch" (support/batch_share.h) send them, and answers each after a while. What it
 * knows is in shared memory. */
#ifndef BENCH_SINK_H
#define BENCH_SINK_H

#include <stdint.h>
#include <sys/types.h>

struct sink; /* owned */

/* For messages world_message(0) … (messages - 1). */
struct sink *sink_open(int64_t messages, int64_t answer_after_ms);
void sink_close(struct sink **sink);
int sink_port(const struct sink *sink);
pid_t sink_process(const struct sink *sink);

int64_t sink_count(const struct sink *sink); /* messages so far */
int64_t sink_requests(const struct sink *sink);
/* Every message came exactly once (or this ends the program); returns how many came a second, from first to last. */
double sink_judge(const struct sink *sink);

#endif
