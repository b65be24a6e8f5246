/* pulssi-simulator: a gateway with scriptable faults, people who answer like people, and the judge of what
 * was made of their answers. Nothing of it runs where real people are asked. */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "base/log.h"
#include "simulator/contacts.h"
#include "simulator/judge.h"
#include "simulator/serve.h"

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

static const struct command commands[] = {
    {"serve", serve_run, "be the gateway and the people of a scenario"},
    {"contacts", contacts_run, "print the people of a pilot as contacts.csv"},
    {"judge", judge_run, "compare what was published with the ledger"},
};
#define COMMANDS (sizeof commands / sizeof commands[0])

static void print_help(FILE *out)
{
    (void)fprintf(out, "pulssi-simulator: a gateway with scriptable faults, and people who answer\n\n"
                       "Usage: pulssi-simulator COMMAND [OPTIONS]\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        (void)fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    (void)fprintf(out, "\npulssi-simulator COMMAND --help tells the options of a command.\n");
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    log_open("simulator");
    if (strcmp(name, "--help") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(name, "--version") == 0) {
        (void)printf("pulssi-simulator " PULSSI_VERSION "\n");
        return 0;
    }
    secret_start();
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    print_help(stderr);
    return 2;
}
