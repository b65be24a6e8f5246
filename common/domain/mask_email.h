/* E-mail addresses in own words, also as people write them to be read by people. Part of mask.c. */
#ifndef DOMAIN_MASK_EMAIL_H
#define DOMAIN_MASK_EMAIL_H

#include <stddef.h>

/* End of an address that begins at `at` of terminated keys (mask_keys.h), or 0. Linear over a whole text. */
size_t mask_email_end(const char *keys, size_t at);

#endif
