/* Reading lanes for the commands that show or change them. */
#ifndef CTL_LANE_LOOK_H
#define CTL_LANE_LOOK_H

#include "ctl/ctl.h"
#include "ctl/lane_words.h"

/* The org that the command's argument names becomes ctl's; refuses when --org names another. */
bool lane_org(struct ctl *ctl, struct error *error) MUST_CHECK;

/* The lane of an org, which is borrowed, as it is now. */
bool lane_look(struct ctl *ctl, const char *org, struct lane_view *view_out, struct error *error) MUST_CHECK;

/* Waits between two looks. */
void lane_pause_between(void);

#endif
