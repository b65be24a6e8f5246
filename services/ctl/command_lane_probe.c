/* pulssi lane probe: one message is tried at once, however the lane is held, and its fate is told. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ctl/audited.h"
#include "ctl/lane_look.h"
#include "ctl/output.h"

#define SPARE_MS 5000 /* beyond the gateway's deadline: the dispatcher hears of it, and tells */

/* Until the dispatcher says what became of it. */
static bool await_answer(struct ctl *ctl, int64_t probe, struct lane_view *view_out, struct error *error)
{
    int64_t patience_ms = ctl->settings.http_deadline_ms + SPARE_MS;
    int64_t until_ms = clock_monotonic_ms() + patience_ms;
    for (;;) {
        if (!lane_look(ctl, ctl->record.org.id, view_out, error))
            return false;
        if (view_out->row.told && view_out->row.status.probe >= probe)
            return true;
        if (clock_monotonic_ms() >= until_ms)
            return error_set(error,
                             "the dispatcher has not said in %" PRId64
                             " s what became of the probe: see `pulssi lanes`",
                             patience_ms / 1000);
        lane_pause_between();
    }
}

static bool may_probe(const struct lane_view *view, struct error *error)
{
    int64_t age_ms;
    if (view->row.paused)
        return error_set(error, "the lane is paused, and that holds for a probe too: `pulssi lane resume %s`",
                         view->org);
    if (!view->row.taken || lane_is_away(view, &age_ms))
        return error_set(error, "no dispatcher has the lane of \"%s\": start pulssi-dispatcher first",
                         view->org);
    return true;
}

static void print_words(const struct lane_view *view)
{
    const char *outcome = view->row.status.probe_outcome;
    struct text text = {0};
    if (strcmp(outcome, "idle") == 0) {
        text_add(&text, "no message waits; the next one goes at once");
    } else if (strcmp(outcome, submit_outcome_name(SUBMIT_ACCEPTED)) == 0) {
        text_add(&text, "the gateway took the message, the lane is open");
    } else {
        text_addf(&text, "the message was tried: %s", outcome);
        if (lane_state_of(view) == LANE_HELD) {
            text_add(&text, "; the lane is ");
            lane_matter(view, &text);
        }
    }
    output_wrapped("probe: ", text.chars);
    text_free(&text);
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct lane_view view;
    char what[AUDITED_WHAT_SIZE];
    int64_t probe = 0;
    if (!lane_org(ctl, &error) || !lane_look(ctl, ctl->record.org.id, &view, &error) ||
        !may_probe(&view, &error))
        return ctl_fail(&error);
    snprintf(what, sizeof what, "lane probe %s", ctl->record.org.id);
    if (!audited(ctl, what, 1, &error) || !lane_probe(ctl->link, ctl->record.org.id, &probe, &error) ||
        !await_answer(ctl, probe, &view, &error))
        return ctl_fail(&error);
    if (ctl->json)
        printf("{\"org\":\"%s\",\"outcome\":\"%s\",\"state\":\"%s\"}\n", view.org,
               view.row.status.probe_outcome, lane_state_name(lane_state_of(&view)));
    else
        print_words(&view);
    return EXIT_SUCCESS;
}

const struct command command_lane_probe = {
    .name = "lane",
    .subcommand = "probe",
    .argument = "ORG",
    .summary = "try one message at once on a lane that is held",
    .details = "For when the trouble has been put right: the dispatcher need not wait until it\n"
               "would try by itself. Goes on as usual when the gateway takes the message.",
    .example = "pulssi lane probe varkaus",
    .run = run,
};
