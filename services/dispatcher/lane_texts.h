/* What a lane says: surveys by reference and the standing texts, rendered for the org and prepared for
 * sending. */
#ifndef DISPATCHER_LANE_TEXTS_H
#define DISPATCHER_LANE_TEXTS_H

#include "base/settings.h"
#include "domain/message_texts.h"
#include "store/outbox.h"

struct lane_texts; /* owned */

/* Reads <share_folder>/messages/<language>.json for each of the org's languages. NULL with the error set. */
struct lane_texts *lane_texts_new(const struct settings *settings, const struct org *org,
                                  struct error *error) MUST_CHECK;
void lane_texts_free(struct lane_texts **texts);

/* Makes sure that the survey of a reference was asked for ("" = none); one not seen before costs a read over
 * the link (versions in use never change). False when Redis could not be asked: try again. */
bool lane_texts_learn(struct lane_texts *texts, struct redis_link *link, const struct org *org,
                      const char *ref) MUST_CHECK;

/* A survey that was learnt; NULL when there is none, or it cannot be read. */
const struct survey *lane_texts_survey(const struct lane_texts *texts, const char *ref);

/* Appends the text of a claimed message whose survey was learnt; false when there is none for its kind,
 * survey or language. */
bool lane_texts_render(const struct lane_texts *texts, const struct org *org, const struct claimed *claimed,
                       struct text *out) MUST_CHECK;

#endif
