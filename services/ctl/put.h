/* What commands that put a definition have in common: the file as a tree and as the text that is stored, and
 * the answer. */
#ifndef CTL_PUT_H
#define CTL_PUT_H

#include "base/json.h"
#include "ctl/ctl.h"

/* Reads the file named as the command's argument. Returns an owned tree; json_out gets it as compact JSON. */
cJSON *put_read(const struct ctl *ctl, struct text *json_out, struct error *error) MUST_CHECK;

/* Says what came of it ("pilot coaching-a: written" or {"pilot":"coaching-a","result":"written"}); returns
 * the exit status. `refusal` is the sentence for PUT_REFUSED. */
int put_finish(const struct ctl *ctl, enum put_result result, const char *kind, const char *name,
               const char *refusal, const struct error *error);

/* "written" or "unchanged". */
const char *put_word(enum put_result result);

#endif
