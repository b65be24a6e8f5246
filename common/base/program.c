/* The start of every daemon. Promises that after program_start the settings hold, libsodium works and the log
 * names the program; ends the process otherwise. */
#include "base/program.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/notify.h"
#include "base/secret.h"

static const char *options_read(int argc, char **argv, const struct program *program);
static void print_help(const struct program *program);
static _Noreturn void refuse_option(const struct program *program, const char *sentence, const char *option);

void program_start(int argc, char **argv, const struct program *program, struct settings *settings_out)
{
    const char *path = options_read(argc, argv, program);
    const char *prefix = "pulssi-";
    bool prefixed = strncmp(program->name, prefix, strlen(prefix)) == 0;
    log_open(prefixed ? program->name + strlen(prefix) : program->name);
    notify_open();
    if (path == NULL)
        path = getenv("PULSSI_CONFIG");
    struct error error;
    if (!settings_load(settings_out, path, &error)) {
        log_error("%s", error.text);
        exit(1);
    }
    secret_start();
    bool from_file = path != NULL && path[0] != '\0';
    log_info("version " PULSSI_VERSION " started, settings from %s",
             from_file ? path : "defaults and environment");
}

/* The file named by --config, or NULL. */
static const char *options_read(int argc, char **argv, const struct program *program)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"version", no_argument, NULL, 'v'},
                                            {NULL, 0, NULL, 0}};
    const char *path = NULL;
    opterr = 0; /* our own line, not getopt's */
    for (;;) {
        int at = optind;
        int option = getopt_long(argc, argv, "+:", options, NULL);
        if (option == -1)
            break;
        switch (option) {
        case 'c':
            path = optarg;
            break;
        case 'h':
            print_help(program);
            exit(0);
        case 'v':
            (void)printf("%s " PULSSI_VERSION "\n", program->name);
            exit(0);
        case ':':
            refuse_option(program, "needs a value", argv[at]);
        default:
            refuse_option(program, "unknown option", argv[at]);
        }
    }
    if (optind < argc)
        refuse_option(program, "unexpected argument", argv[optind]);
    return path;
}

static void print_help(const struct program *program)
{
    (void)printf("Usage: %s [--config FILE]\n\n"
                 "%s\n\n"
                 "  --config FILE  the settings file (otherwise PULSSI_CONFIG's, if any)\n"
                 "  --help         show this and stop\n"
                 "  --version      show the version and stop\n"
                 "%s%s\n"
                 "Settings come from the file and then from the environment, which overrides it:\n"
                 "PULSSI_SECTION_KEY, for example PULSSI_REDIS_ADDRESS for key `address` of\n"
                 "section [redis].\n",
                 program->name, program->summary, program->options != NULL ? program->options : "",
                 program->options != NULL ? "\n" : "");
}

static _Noreturn void refuse_option(const struct program *program, const char *sentence, const char *option)
{
    (void)fprintf(stderr, "%s: %s: %s; see %s --help\n", program->name, option, sentence, program->name);
    exit(2);
}
