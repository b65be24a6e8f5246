#include "dispatcher/last_hour.h"

#include <string.h>

/* Minutes that went by since the last look begin empty. */
static void forget(struct last_hour *hour, int64_t minute)
{
    int64_t passed = minute - hour->minute;
    for (int64_t i = 1; i <= passed && i <= HOUR_MINUTES; i++)
        memset(hour->counts[(hour->minute + i) % HOUR_MINUTES], 0, sizeof hour->counts[0]);
    hour->minute = minute;
}

void last_hour_add(struct last_hour *hour, enum submit_outcome outcome, int64_t now_ms)
{
    forget(hour, now_ms / 60000);
    hour->counts[hour->minute % HOUR_MINUTES][outcome]++;
}

void last_hour_sum(struct last_hour *hour, int64_t now_ms, int64_t sums_out[SUBMIT_OUTCOMES])
{
    forget(hour, now_ms / 60000);
    memset(sums_out, 0, SUBMIT_OUTCOMES * sizeof sums_out[0]);
    for (size_t minute = 0; minute < HOUR_MINUTES; minute++)
        for (size_t outcome = 0; outcome < SUBMIT_OUTCOMES; outcome++)
            sums_out[outcome] += hour->counts[minute][outcome];
}
