/* Dispatch in batches: how many due messages a second go out through a profile that takes many in a request, each with
 * its own intent on disk before and its own settling after.
 *
 *   ours   N due messages, a real dispatcher, a gateway that takes everything (sink.h); each came exactly once
 *   bare   libcurl in this process posting the same messages one by one to the same kind of gateway, as many at a time
 *          as the dispatcher has requests in flight at most
 *
 * Both rates are the gateway's: from the first to the last message. It answers after --latency-ms: 0 measures CPU, more is
 * a gateway as far away as a real one. Domain time stands, as in `dispatch`. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dispatching.h"
#include "sink.h"
#include "support/batch_share.h"

struct bench {
    struct dispatching dispatching;
    int64_t latency_ms, batch_max;
};

static double run_ours(struct bench *bench, int run);
static double run_bare(struct bench *bench, int run);

int main(int argc, char **argv)
{
    static struct bench bench = {.dispatching.messages = 10000, .batch_max = 100};
    struct dispatching *dispatching = &bench.dispatching;
    const struct stand_option options[] = {
        {"messages", "messages in a run", 100, STAND_PEOPLE_MAX, &dispatching->messages},
        {"latency-ms", "how long the gateway takes to answer", 0, 1000, &bench.latency_ms},
        {"batch-max", "messages in a request at most", 2, 128, &bench.batch_max},
    };
    dispatching_init(dispatching, "dispatch-batch", argc, argv, options, sizeof options / sizeof options[0]);
    for (int run = 0; run < REPORT_RUNS; run++) {
        double ours = run_ours(&bench, run);
        report_set_ratio(&dispatching->report, run, ours, run_bare(&bench, run));
    }
    dispatching_finish(dispatching);
    return 0;
}

static double run_ours(struct bench *bench, int run)
{
    struct dispatching *dispatching = &bench->dispatching;
    struct batch_share share;
    dispatching_open(dispatching);
    batch_share_make(&share, (int)bench->batch_max, false);
    struct sink *sink = sink_open(dispatching->messages, bench->latency_ms);
    setenv("PULSSI_PULSSI_SHARE_FOLDER", share.folder, 1);
    setenv("PULSSI_GATEWAY_SIMULATOR_PROFILE", "batch", 1);
    dispatching_start(dispatching, sink_port(sink));
    unsetenv("PULSSI_PULSSI_SHARE_FOLDER");
    unsetenv("PULSSI_GATEWAY_SIMULATOR_PROFILE");
    dispatching_run(dispatching, sink_process(sink));
    double rate = sink_judge(sink);
    report_set(&dispatching->report, run, "messages_a_request", "ours: messages a request",
               (double)dispatching->messages / (double)sink_requests(sink));
    dispatching_report(dispatching, run, "cpu_gateway_us", "ours: CPU of the gateway, µs a message");
    assert_int_equal(child_end(&dispatching->dispatcher, SIGTERM), 0);
    sink_close(&sink);
    batch_share_remove(&share);
    stand_close(&dispatching->stand);
    return rate;
}

static double run_bare(struct bench *bench, int run)
{
    struct dispatching *dispatching = &bench->dispatching;
    dispatching_open_bare(dispatching);
    struct sink *sink = sink_open(dispatching->messages, bench->latency_ms);
    dispatching_run_bare(dispatching, sink_port(sink), sink_process(sink));
    double rate = sink_judge(sink);
    dispatching_report_bare(dispatching, run, "bare_cpu_gateway_us",
                            "bare: CPU of the gateway, µs a message");
    sink_close(&sink);
    stand_close(&dispatching->stand);
    return rate;
}
