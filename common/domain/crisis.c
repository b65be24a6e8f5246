/* The day of a confirmation against today. */
#include "domain/crisis.h"

#include "domain/calendar.h"

bool crisis_check(const struct settings *settings, int64_t now_ms, struct error *error)
{
    int64_t today = now_ms / DAY_MS, confirmed = 0;
    for (size_t i = 0; i < settings->crisis_count; i++) {
        const struct crisis_settings *crisis = &settings->crisis[i];
        if (!day_parse(crisis->confirmed_on, &confirmed))
            return error_set(error, "[crisis:%s] confirmed_on = %s: expected a day such as 2026-01-13",
                             crisis->language, crisis->confirmed_on);
        if (confirmed > today + 1) /* it may be tomorrow already where the settings were written */
            return error_set(error,
                             "[crisis:%s] confirmed_on = %s: lies in the future; write the day on which the "
                             "number was last called",
                             crisis->language, crisis->confirmed_on);
        if (confirmed < day_months_before(today, CRISIS_MONTHS_MAX))
            return error_set(
                error,
                "[crisis:%s] confirmed_on = %s: that is more than %d months ago; call the number of "
                "phrase, correct it if need be, and write the day of the call here",
                crisis->language, crisis->confirmed_on, CRISIS_MONTHS_MAX);
    }
    return true;
}
