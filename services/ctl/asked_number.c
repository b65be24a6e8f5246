#include "ctl/asked_number.h"

#include <string.h>

#include "store/keyring.h"

bool asked_number(struct ctl *ctl, struct asked_number *number_out, struct error *error)
{
    unsigned char hash_key[KEY_BYTES];
    if (!ctl_org(ctl, error))
        return false;
    enum phone_problem problem = phone_parse(ctl->argument, ctl->record.org.region, number_out->e164);
    if (problem != PHONE_OK)
        return error_set(error, "PHONE: %s; write it as \"040 123 4567\" or \"+358401234567\"",
                         phone_problem_text(problem));
    if (!keyring_load(&ctl->settings, &ctl->record, KEY_HASH, hash_key, error))
        return false;
    phone_mask(number_out->e164, number_out->masked);
    phone_hash(hash_key, number_out->e164, number_out->hash);
    explicit_bzero(hash_key, sizeof hash_key);
    return true;
}
