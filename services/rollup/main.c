#include "base/program.h"
#include "rollup/rollup.h"

int main(int argc, char **argv)
{
    static const struct program program = {
        .name = "pulssi-rollup",
        .summary = "Closes weeks: removes links to people, checks the books, publishes once.",
    };
    static struct settings settings;
    program_start(argc, argv, &program, &settings);
    return rollup_run(&settings);
}
