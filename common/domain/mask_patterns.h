/* What mask.c looks for, on one key a character (mask_keys.h). Part of mask.c. */
#ifndef DOMAIN_MASK_PATTERNS_H
#define DOMAIN_MASK_PATTERNS_H

#include <stddef.h>

/* What stands at `at`, in terminated keys. Returns the index behind it, with *word_out what it is masked by
 * or NULL when it stays as it is. Linear over a whole text. */
size_t mask_match(const char *keys, size_t at, const char **word_out);

#endif
