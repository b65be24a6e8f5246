/* One family of series after the other, each over all orgs: the format wants the series of a family together. */
#include "rollup/status.h"

#include "rollup/closing.h"
#include "rollup/rewrite.h"
#include "store/functions.h"

static bool status_ready(void *context, struct error *sentence);
static void status_metrics(void *context, struct metrics *metrics);
static void status_sentence(void *context, struct text *line);

bool status_open(struct rollup *rollup, struct error *error)
{
    const struct status_source source = {.program = "rollup",
                                         .library = store_functions_version,
                                         .ready = status_ready,
                                         .metrics = status_metrics,
                                         .context = rollup};
    const struct status_server_options options = {.port = rollup->settings.rollup_status_port,
                                                  .setting = "[rollup] status_port",
                                                  .data_folder = rollup->settings.data_folder};
    rollup->status = status_server_open(rollup->loop, &options, &source, error);
    if (rollup->status == NULL) {
        return false;
    }
    rollup->announcer = announcer_new(rollup->loop, status_sentence, rollup);
    return true;
}

void status_close(struct rollup *rollup)
{
    announcer_free(&rollup->announcer);
    status_server_free(&rollup->status);
}

/* As it was when the orgs were read last, some seconds ago at the most. */
static bool status_ready(void *context, struct error *sentence)
{
    const struct rollup *rollup = context;
    if (rollup->stopping) {
        return error_set(sentence, "stopping");
    }
    if (rollup->refusal.text[0] != '\0') {
        return error_set(sentence, "weeks wait: %s", rollup->refusal.text);
    }
    return rollup->redis_answered || error_set(sentence, "weeks wait: Redis does not answer");
}

static void status_sentence(void *context, struct text *line)
{
    const struct rollup *rollup = context;
    struct error sentence;
    size_t waiting = 0;
    if (!status_ready(context, &sentence)) {
        text_add(line, sentence.text);
        return;
    }
    for (size_t i = 0; i < rollup->count; i++) {
        waiting += closing_figures(rollup->closings[i])->waits ? 1 : 0;
    }
    text_addf(line, "%zu org%s", rollup->count, rollup->count == 1 ? "" : "s");
    if (waiting > 0) {
        text_addf(line, ", %zu of them waiting to close a week", waiting);
    }
}

/* --- figures --- */

static void add_weeks(struct metrics *metrics, const struct rollup *rollup, int64_t now_ms)
{
    metrics_begin(metrics, "pulssi_weeks_closed_total", METRIC_COUNTER, "Weeks closed by this process.");
    for (size_t i = 0; i < rollup->count; i++) {
        metrics_count(metrics, METRICS_LABELS("org", closing_org(rollup->closings[i])),
                      closing_figures(rollup->closings[i])->weeks_closed);
    }
    metrics_begin(metrics, "pulssi_week_closed_timestamp_seconds", METRIC_GAUGE,
                  "When this process closed a week last; absent before.");
    for (size_t i = 0; i < rollup->count; i++) {
        const struct closing_figures *figures = closing_figures(rollup->closings[i]);
        if (figures->closed_at_ms > 0) {
            metrics_seconds(metrics, METRICS_LABELS("org", closing_org(rollup->closings[i])),
                            figures->closed_at_ms);
        }
    }
    metrics_begin(metrics, "pulssi_week_due_timestamp_seconds", METRIC_GAUGE,
                  "When the next week may close, in domain time; absent while there is none.");
    for (size_t i = 0; i < rollup->count; i++) {
        const struct closing_figures *figures = closing_figures(rollup->closings[i]);
        if (figures->due_ms >= 0) {
            metrics_seconds(metrics, METRICS_LABELS("org", closing_org(rollup->closings[i])),
                            figures->due_ms);
        }
    }
    metrics_begin(metrics, "pulssi_week_overdue_seconds", METRIC_GAUGE,
                  "How long the next week could have been closed already, in domain time; 0 = not due.");
    for (size_t i = 0; i < rollup->count; i++) {
        const struct closing_figures *figures = closing_figures(rollup->closings[i]);
        bool overdue = figures->due_ms >= 0 && figures->due_ms < now_ms;
        metrics_seconds(metrics, METRICS_LABELS("org", closing_org(rollup->closings[i])),
                        overdue ? now_ms - figures->due_ms : 0);
    }
}

static void add_closing(struct metrics *metrics, const struct rollup *rollup)
{
    metrics_begin(metrics, "pulssi_week_phase", METRIC_GAUGE,
                  "Always 1: the step at which the closing of an org's weeks is; find = looking for a week "
                  "that is due.");
    for (size_t i = 0; i < rollup->count; i++) {
        metrics_count(metrics,
                      METRICS_LABELS("org", closing_org(rollup->closings[i]), "phase",
                                     closing_figures(rollup->closings[i])->phase),
                      1);
    }
    metrics_begin(metrics, "pulssi_week_waiting", METRIC_GAUGE,
                  "1 while that step waits for something that must happen first; the log says what.");
    for (size_t i = 0; i < rollup->count; i++) {
        metrics_count(metrics, METRICS_LABELS("org", closing_org(rollup->closings[i])),
                      closing_figures(rollup->closings[i])->waits ? 1 : 0);
    }
    metrics_begin(
        metrics, "pulssi_books_balanced", METRIC_GAUGE,
        "1 when the books balanced at their last check by this process, 0 when not; absent before.");
    for (size_t i = 0; i < rollup->count; i++) {
        const struct closing_figures *figures = closing_figures(rollup->closings[i]);
        if (figures->books_checked) {
            metrics_count(metrics, METRICS_LABELS("org", closing_org(rollup->closings[i])),
                          figures->books_balanced ? 1 : 0);
        }
    }
}

static void status_metrics(void *context, struct metrics *metrics)
{
    struct rollup *rollup = context;
    metrics_begin(metrics, "pulssi_redis_connected", METRIC_GAUGE,
                  "1 while Redis answers; as seen some seconds ago at the most.");
    metrics_count(metrics, NULL, redis_link_is_connected(rollup->link) ? 1 : 0);
    metrics_begin(metrics, "pulssi_redis_safe", METRIC_GAUGE,
                  "1 while the connected Redis has passed every check of safety and identity.");
    metrics_count(metrics, NULL, rollup->refusal.text[0] == '\0' && rollup->redis_answered ? 1 : 0);
    if (rewrite_took_ms(rollup->rewrite) >= 0) {
        metrics_begin(metrics, "pulssi_append_file_rewrite_seconds", METRIC_GAUGE,
                      "How long the last rewrite of the append-only file took, after weeks that closed.");
        metrics_seconds(metrics, NULL, rewrite_took_ms(rollup->rewrite));
    }
    add_weeks(metrics, rollup, clock_domain_ms(&rollup->clock));
    add_closing(metrics, rollup);
}
