/* `pulssi-simulator judge`: compares what was published and booked with the ledger and the scenario alone. */
#ifndef SIMULATOR_JUDGE_H
#define SIMULATOR_JUDGE_H

int judge_run(int argc, char **argv); /* exit status: 0 only if everything holds */

#endif
