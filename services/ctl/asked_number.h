/* The phone number a command is about, as the operator typed it. Shown masked, kept as a hash; the whole
 * number never goes to a log, the audit or an error. */
#ifndef CTL_ASKED_NUMBER_H
#define CTL_ASKED_NUMBER_H

#include "ctl/ctl.h"
#include "domain/keys.h"

struct asked_number {
    char e164[PHONE_SIZE];
    char masked[24];
    char hash[PHONE_HASH_SIZE];
};

/* Loads the org (ctl_org), reads the command's argument as import reads a number, and hashes it with the
 * org's key. */
bool asked_number(struct ctl *ctl, struct asked_number *number_out, struct error *error) MUST_CHECK;

#endif
