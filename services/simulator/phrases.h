/* How people write what they mean: tables by language. Whoever wrote them knows what each text means; nothing here
 * reads a reply. Pure. */
#ifndef SIMULATOR_PHRASES_H
#define SIMULATOR_PHRASES_H

#include "simulator/behaviour.h"

/* An answer the way people write it: number words, keycaps, marks, courtesy, and what else they have to say. Appends
 * nothing: text_out is replaced. `draw` in [0, 1) picks. */
void phrase_value(enum asking asking, const char *language, int value, double draw,
                  char text_out[REPLY_TEXT_SIZE]);

/* Something in answer to such a question that nobody can count as an answer to any. */
const char *phrase_unclear(enum asking asking, const char *language, double draw);

/* What stands for a meaning that needs no question: STOP and its kin, a business matter, distress, thanks after an answer
 * (MEANS_NOTHING); "" when there is nothing of the kind. */
const char *phrase_command(enum meaning meaning, const char *language, double draw);

#endif
