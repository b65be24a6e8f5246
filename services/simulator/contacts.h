/* `pulssi-simulator contacts`: the people of a pilot as a contacts.csv on standard output. */
#ifndef SIMULATOR_CONTACTS_H
#define SIMULATOR_CONTACTS_H

int contacts_run(int argc, char **argv); /* exit status */

#endif
