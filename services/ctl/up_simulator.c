/* The simulator takes fixed ports, chosen free, so that it and the collector can be started again on them. */
#include "ctl/up_simulator.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/id.h"

#define GATEWAY           "simulator"
#define COLLECTOR_PORT    8088 /* the default: not chosen by anybody */
#define DISPATCHER_PORT   8091 /* the same of status ports */
#define ROLLUP_PORT       8092
#define START_DEADLINE_MS 10000

static bool load_settings(struct ctl *ctl, const char *url, struct error *error);
static void status_ports_free(struct settings *settings);
static bool free_port(int *port_out, struct error *error);
static bool takes_connections(const char *listen);

bool up_simulator_prepare(struct ctl *ctl, struct up_simulator *simulator_out, struct error *error)
{
    *simulator_out = (struct up_simulator){.scenario = ctl_option(ctl, "--simulator")};
    if (simulator_out->scenario == NULL)
        return ctl_settings(ctl, error);
    if (access(simulator_out->scenario, R_OK) != 0)
        return error_set(error, "--simulator %s: %s", simulator_out->scenario, strerror(errno));
    int port = 0;
    if (!free_port(&port, error))
        return false;
    snprintf(simulator_out->listen, sizeof simulator_out->listen, "127.0.0.1:%d", port);
    snprintf(simulator_out->url, sizeof simulator_out->url, "http://127.0.0.1:%d", port);
    if (!load_settings(ctl, simulator_out->url, error))
        return false;
    if (ctl->settings.collector_port == 0 || ctl->settings.collector_port == COLLECTOR_PORT) {
        char text[16];
        if (!free_port(&port, error))
            return false;
        snprintf(text, sizeof text, "%d", port);
        (void)setenv("PULSSI_COLLECTOR_PORT", text, 1);
        ctl->settings.collector_port = port;
    }
    status_ports_free(&ctl->settings);
    snprintf(simulator_out->collector_url, sizeof simulator_out->collector_url, "http://127.0.0.1:%d",
             (int)ctl->settings.collector_port);
    return true;
}

/* A demo beside another Pulssi must not want its ports; nobody else asks for these, so any free one will do. */
static void status_ports_free(struct settings *settings)
{
    if (settings->dispatcher_status_port == DISPATCHER_PORT) {
        (void)setenv("PULSSI_DISPATCHER_STATUS_PORT", "0", 1);
        settings->dispatcher_status_port = 0;
    }
    if (settings->rollup_status_port == ROLLUP_PORT) {
        (void)setenv("PULSSI_ROLLUP_STATUS_PORT", "0", 1);
        settings->rollup_status_port = 0;
    }
}

static void random_secret(char out[4 * ID_CHARS + 1])
{
    for (size_t i = 0; i < 4; i++)
        id_random(out + i * ID_CHARS);
}

/* What the file says of the simulator's gateway stays, except its URL. */
static bool load_settings(struct ctl *ctl, const char *url, struct error *error)
{
    struct error ignored;
    char secret[4 * ID_CHARS + 1], token[4 * ID_CHARS + 1];
    (void)setenv("PULSSI_GATEWAY_SIMULATOR_URL", url, 1);
    const struct gateway_settings *known = settings_load(&ctl->settings, ctl_config_path(ctl), &ignored)
                                               ? settings_gateway(&ctl->settings, GATEWAY)
                                               : NULL;
    random_secret(secret);
    random_secret(token);
    if (known == NULL || known->secret[0] == '\0')
        (void)setenv("PULSSI_GATEWAY_SIMULATOR_SECRET", secret, 1);
    if (known == NULL)
        (void)setenv("PULSSI_GATEWAY_SIMULATOR_WEBHOOK_TOKEN", token, 1);
    if (known == NULL)
        (void)setenv("PULSSI_GATEWAY_SIMULATOR_RATE_SEGMENTS", "0", 1);
    return ctl_settings(ctl, error);
}

bool up_simulator_start(const struct up_simulator *simulator, const struct settings *settings,
                        const char *program, const char *clock_path, struct supervisor *supervisor, int rank,
                        struct error *error)
{
    const struct gateway_settings *gateway = settings_gateway(settings, GATEWAY);
    const char *arguments[] = {program,
                               "serve",
                               "--scenario",
                               simulator->scenario,
                               "--listen",
                               simulator->listen,
                               "--collector",
                               simulator->collector_url,
                               clock_path != NULL ? "--clock" : NULL,
                               clock_path,
                               NULL};
    /* By the environment: what stands on a command line can be read by every user of the machine. */
    (void)setenv("PULSSI_GATEWAY_SIMULATOR_SECRET", gateway->secret, 1);
    (void)setenv("PULSSI_GATEWAY_SIMULATOR_WEBHOOK_TOKEN", gateway->webhook_token, 1);
    struct child_plan plan = {.label = "simulator", .arguments = arguments, .rank = rank, .inherited = -1};
    char path[400];
    snprintf(path, sizeof path, "%s/run/simulator.url", settings->data_folder);
    if (!file_replace(path, simulator->url, strlen(simulator->url), 0644, error))
        return false;
    const struct child *child = supervisor_start(supervisor, &plan);
    int64_t deadline_ms = clock_monotonic_ms() + START_DEADLINE_MS;
    while (!takes_connections(simulator->listen)) {
        if (!child_is_running(supervisor, child))
            return error_set(error, "the simulator ended at once");
        if (clock_monotonic_ms() > deadline_ms)
            return error_set(error, "the simulator does not listen at %s", simulator->listen);
        (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    return true;
}

/* A port that is free now: bound, looked at, given back. */
static bool free_port(int *port_out, struct error *error)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool found = descriptor >= 0 && bind(descriptor, (struct sockaddr *)&address, size) == 0 &&
                 getsockname(descriptor, (struct sockaddr *)&address, &size) == 0;
    *port_out = ntohs(address.sin_port);
    if (!found)
        (void)error_set(error, "no free port on 127.0.0.1: %s", strerror(errno));
    if (descriptor >= 0)
        (void)close(descriptor);
    return found;
}

static bool takes_connections(const char *listen)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((uint16_t)strtol(strchr(listen, ':') + 1, NULL, 10));
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = descriptor >= 0 && connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0;
    if (descriptor >= 0)
        (void)close(descriptor);
    return connected;
}
