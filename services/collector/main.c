/* pulssi-collector: takes receipts and replies from gateways and commits them to the store. */
#include "base/program.h"
#include "collector/collector.h"

int main(int argc, char **argv)
{
    static const struct program program = {
        .name = "pulssi-collector",
        .summary = "Takes receipts and replies from gateways and commits them to the store.",
    };
    static struct settings settings;
    program_start(argc, argv, &program, &settings);
    return collector_run(&settings);
}
