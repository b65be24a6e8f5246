#include "dispatcher/breaker.h"

static void remember(struct breaker *breaker, bool unknown)
{
    if (breaker->count == BREAKER_OUTCOMES) {
        breaker->unknowns -= breaker->unknown[breaker->next] ? 1 : 0;
    } else {
        breaker->count++;
    }
    breaker->unknown[breaker->next] = unknown;
    breaker->unknowns += unknown ? 1 : 0;
    breaker->next = (breaker->next + 1) % BREAKER_OUTCOMES;
}

bool breaker_on_unknown(struct breaker *breaker)
{
    remember(breaker, true);
    breaker->in_row++;
    bool was_open = breaker->open;
    breaker->open = was_open || breaker->in_row >= BREAKER_IN_ROW || breaker->unknowns > BREAKER_SHARE;
    return breaker->open && !was_open;
}

bool breaker_on_answer(struct breaker *breaker)
{
    if (breaker->open) {
        *breaker = (struct breaker){0};
        return true;
    }
    remember(breaker, false);
    breaker->in_row = 0;
    return false;
}
