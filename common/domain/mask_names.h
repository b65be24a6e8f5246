/* Names of staff in own words. Part of mask.c. */
#ifndef DOMAIN_MASK_NAMES_H
#define DOMAIN_MASK_NAMES_H

#include <unitypes.h>

#include "domain/org.h"

struct masked_name {
    ucs4_t *chars; /* lower case, one space between words */
    size_t count;
    bool is_ending; /* Finnish case endings may follow */
};

struct mask_names {
    size_t count;
    struct masked_name *names;
};

/* Names of the org's list as they are looked for: each in full, and its last word, the family name, where that
 * has four letters or more. NULL = none. Free with mask_names_free. */
void mask_names_init(struct mask_names *names, const struct org *org);
void mask_names_free(struct mask_names *names);

/* Index behind the longest name that begins a word at `at`, with its ending; 0 = none. */
size_t mask_names_match(const struct mask_names *names, const ucs4_t *chars, size_t count, size_t at);

#endif
