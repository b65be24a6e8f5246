/* The counts of the books by kind, as tables for people and as JSON objects. */
#ifndef CTL_COUNTS_PRINT_H
#define CTL_COUNTS_PRINT_H

#include "base/text.h"
#include "store/sums.h"

/* Appends {"name":count,…} of the counts whose name begins with the prefix ("m:"), zeroes left out. */
void counts_json(const struct sums *counts, const char *prefix, struct text *out);

/* Prints the heading and the counts indented below it; "none" when there is none. */
void counts_print(const struct sums *counts, const char *prefix, const char *heading);

#endif
