/* A gateway profile in words: what an operator wants to know before using it. */
#ifndef CTL_GATEWAY_PRINT_H
#define CTL_GATEWAY_PRINT_H

#include "gateway/profile.h"

/* Where its data is kept, as one word more: "European Union (Sweden)", "United States, outside the EU". */
void gateway_region(const struct profile *profile, struct text *text);

/* Some lines, or one JSON object, on standard output. */
void gateway_print(const char *name, const struct profile *profile);
void gateway_print_json(const char *name, const struct profile *profile);
/* Appends the JSON object. */
void gateway_json(const char *name, const struct profile *profile, struct text *text);

#endif
