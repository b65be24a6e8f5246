#include "base/program.h"
#include "dispatcher/dispatcher.h"

int main(int argc, char **argv)
{
    static const struct program program = {
        .name = "pulssi-dispatcher",
        .summary = "Releases due rounds and hands text messages to the gateway, each at most once.",
    };
    static struct settings settings;
    program_start(argc, argv, &program, &settings);
    return dispatcher_run(&settings);
}
