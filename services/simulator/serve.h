/* `pulssi-simulator serve`: the gateway and the people of a scenario, until SIGTERM or SIGINT. */
#ifndef SIMULATOR_SERVE_H
#define SIMULATOR_SERVE_H

int serve_run(int argc, char **argv); /* exit status */

#endif
