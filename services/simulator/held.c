/* A list linked both ways; each with a timer of its own. */
#include "simulator/held.h"

#include <stdlib.h>

enum held_end { HELD_ANSWER, HELD_CLOSE, HELD_RESET };

struct held {
    struct held_list *list;
    struct held *previous, *next;
    struct http_exchange *exchange;
    struct loop_timer *timer;
    enum held_end end;
    struct dialect_answer answer;
};

struct held *held_new(struct held_list *list, struct http_exchange *exchange)
{
    struct held *held = memory_zeroed(1, sizeof *held);
    held->list = list;
    held->exchange = exchange;
    held->end = HELD_CLOSE;
    held->timer = loop_timer_new(list->loop, held_release, held);
    held->next = list->first;
    if (held->next != NULL)
        held->next->previous = held;
    list->first = held;
    return held;
}

struct http_exchange *held_exchange(const struct held *held)
{
    return held->exchange;
}

void held_prepare(struct held *held, struct dialect_answer *answer)
{
    held->end = HELD_ANSWER;
    text_free(&held->answer.body);
    held->answer = *answer;
    answer->body = (struct text){0};
}

void held_prepare_cut(struct held *held, bool reset)
{
    held->end = reset ? HELD_RESET : HELD_CLOSE;
}

void held_arm(struct held *held, int64_t least_ms)
{
    struct faults *faults = held->list->faults;
    int64_t latency_ms = 0;
    if (faults->latency_ms > 0)
        latency_ms = (int64_t)((double)(faults->latency_ms + 1) * faults_draw(faults));
    if (least_ms + latency_ms == 0)
        held_release(held);
    else
        loop_timer_arm(held->timer, least_ms + latency_ms);
}

void held_release(void *context)
{
    static const char *const retry_after[] = {"Retry-After", "1", NULL};
    struct held *held = context;
    const struct dialect_answer *answer = &held->answer;
    if (held->end == HELD_ANSWER)
        http_exchange_answer(held->exchange, answer->status,
                             answer->body.bytes > 0 ? answer->content_type : NULL, answer->body.chars,
                             answer->body.bytes, answer->status == 429 ? retry_after : NULL);
    else
        http_exchange_cut(held->exchange, held->end == HELD_RESET);
    if (held->previous != NULL)
        held->previous->next = held->next;
    else
        held->list->first = held->next;
    if (held->next != NULL)
        held->next->previous = held->previous;
    loop_timer_free(&held->timer);
    text_free(&held->answer.body);
    free(held);
}

void held_list_free(struct held_list *list)
{
    for (struct held *held = list->first, *next; held != NULL; held = next) {
        next = held->next;
        held->end = HELD_CLOSE;
        held_release(held);
    }
}
