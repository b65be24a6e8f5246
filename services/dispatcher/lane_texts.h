/* What a lane says: surveys by reference and the standing texts, rendered for the org and prepared for
 * sending. */
#ifndef DISPATCHER_LANE_TEXTS_H
#define DISPATCHER_LANE_TEXTS_H

#include "base/settings.h"
#include "domain/message_texts.h"
#include "domain/sms_text.h"
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

/* The text of a claimed message whose survey was learnt, appended, and its measure; false when there is none for
 * its kind, survey or language. No text names a person, so each is rendered once and kept. */
bool lane_texts_render(struct lane_texts *texts, const struct org *org, const struct claimed *claimed,
                       struct text *out, struct sms_measure *measure_out) MUST_CHECK;

/* The org's record was replaced: what was rendered may read otherwise now. */
void lane_texts_outdated(struct lane_texts *texts);

#endif
