/* One published figure as JSON: everything is taken from one unrounded computation; a figure that is too few
 * shows nothing but that. */
#ifndef ROLLUP_FIGURE_JSON_H
#define ROLLUP_FIGURE_JSON_H

#include "base/error.h"
#include "base/text.h"
#include "domain/signals.h"

/* Appends the object. */
void figure_json(const char *pilot, const char *question, const struct signal *signal, struct text *out);

/* The last week of a published figure's window. */
bool figure_last_week(const char *json, size_t bytes, int64_t *week_index_out,
                      struct error *error) MUST_CHECK;

#endif
