#include "ctl/lane_look.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "store/collectors.h"

#define LOOK_AGAIN_NS 50000000

bool lane_org(struct ctl *ctl, struct error *error)
{
    if (ctl->org_wanted != NULL && strcmp(ctl->org_wanted, ctl->argument) != 0)
        return error_set(error, "the lane of \"%.40s\" is asked for, but --org says %.40s", ctl->argument,
                         ctl->org_wanted);
    ctl->org_wanted = ctl->argument;
    return ctl_org(ctl, error);
}

bool lane_look(struct ctl *ctl, const char *org, struct lane_view *view_out, struct error *error)
{
    struct redis_command command = {0};
    *view_out = (struct lane_view){.org = org, .wall_now_ms = clock_wall_ms()};
    collector_time_command(&command);
    struct redis_value *time = redis_link_run(ctl->link, &command, error);
    redis_command_free(&command);
    bool timed = time != NULL && collector_time_result(time, &view_out->redis_now_ms);
    redis_value_free(&time);
    if (!timed)
        return error_prefix(error, "asking Redis for its time");
    return lane_read(ctl->link, org, &view_out->row, error);
}

void lane_pause_between(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = LOOK_AGAIN_NS}, NULL);
}
