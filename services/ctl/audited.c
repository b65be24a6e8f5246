#include "ctl/audited.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/audit.h"

_Static_assert(AUDITED_WHAT_SIZE == AUDIT_WHAT_SIZE, "what a row holds");

bool audited(const struct ctl *ctl, const char *what, int64_t count, struct error *error)
{
    struct audit_row row = {.count = count};
    struct clock clock;
    if (!ctl_clock(ctl, &clock, error))
        return false;
    row.at_ms = clock_domain_ms(&clock);
    const struct passwd *login = getpwuid(getuid());
    snprintf(row.who, sizeof row.who, "%.60s (%u)", login != NULL ? login->pw_name : "nobody known",
             (unsigned)getuid());
    snprintf(row.what, sizeof row.what, "%s", what);
    return audit_append(ctl->link, ctl->record.org.id, &row, error);
}
