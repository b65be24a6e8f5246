/* The month's budget of a lane's org. What is spent and what waits is decided at intend; this says it to the operator, once
 * each, and lets the waiting messages go on when the org file sets another budget. */
#include <inttypes.h>

#include "base/log.h"
#include "dispatcher/lane.h"
#include "store/budget.h"

static void budget_ask(struct lane *lane, int64_t offset);
static void budget_on_changed(void *context, const struct redis_value *value);

void lane_budget_tell(const struct lane *lane, const struct spending *spending, int percent)
{
    if (percent == 0)
        return;
    if (percent < 100)
        log_warning("%s: %d %% of the budget of %s is spent (%" PRId64 " segments a month)",
                    lane->record.org.id, percent, spending->month, spending->budget);
    else
        log_error("%s: the budget of %s is spent (%" PRId64
                  " segments): invitations and reminders wait for the next month or a higher monthly_budget "
                  "in the org file; replies go on",
                  lane->record.org.id, spending->month, spending->budget);
}

void lane_budget_look(struct lane *lane)
{
    lane->budget_outdated = true;
    if (!lane->asking_budget && lane->fence != 0 && lane->dispatcher->redis_ready)
        budget_ask(lane, 0);
}

static void budget_ask(struct lane *lane, int64_t offset)
{
    struct redis_command command = {0};
    struct spending spending;
    int64_t now_ms = clock_domain_ms(&lane->dispatcher->clock);
    spending_fill(&spending, &lane->record.org, now_ms, 0);
    lane->asking_budget = true;
    lane->budget_outdated = lane->budget_outdated && offset > 0;
    budget_changed_command(&command, lane->record.org.id, &spending, now_ms, offset);
    redis_send(lane->dispatcher->redis, &command, budget_on_changed, lane);
    redis_command_free(&command);
}

/* Unanswered it is asked again with the next reading of the orgs, at the next connection. */
static void budget_on_changed(void *context, const struct redis_value *value)
{
    struct lane *lane = context;
    int64_t queued = 0, offset = -1;
    lane->asking_budget = false;
    if (value == NULL)
        return;
    if (!budget_changed_result(value, &queued, &offset)) {
        log_error("%s: budget: %s", lane->record.org.id, redis_text(value));
        return;
    }
    dispatcher_saw(lane->dispatcher, lane->record.org.id, call_commit_number(value));
    if (!lane->dispatcher->redis_ready)
        return;
    if (offset >= 0)
        budget_ask(lane, offset);
    else if (lane->budget_outdated)
        budget_ask(lane, 0);
    if (queued > 0)
        lane_wake(lane);
}
