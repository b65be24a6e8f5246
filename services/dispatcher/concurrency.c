#include "dispatcher/concurrency.h"

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void concurrency_start(struct concurrency *concurrency, size_t most)
{
    *concurrency = (struct concurrency){.limit = most,
                                        .most = most,
                                        .fastest_ms = INT64_MAX,
                                        .fastest_before_ms = INT64_MAX,
                                        .age_since_ms = -1,
                                        .cut_at_ms = INT64_MIN};
}

static void next_round(struct concurrency *concurrency)
{
    concurrency->answers = 0;
    concurrency->sum_ms = 0;
    concurrency->was_full = false;
}

static void halve(struct concurrency *concurrency, int64_t now_ms)
{
    concurrency->limit = concurrency->limit > 1 ? concurrency->limit / 2 : 1;
    concurrency->cut_at_ms = now_ms;
    next_round(concurrency);
}

static int64_t fastest_ms(struct concurrency *concurrency, int64_t took_ms, int64_t now_ms)
{
    if (concurrency->age_since_ms < 0)
        concurrency->age_since_ms = now_ms;
    if (now_ms - concurrency->age_since_ms >= CONCURRENCY_AGES_MS) {
        concurrency->age_since_ms = now_ms;
        concurrency->fastest_before_ms = concurrency->fastest_ms;
        concurrency->fastest_ms = INT64_MAX;
    }
    concurrency->fastest_ms = smaller(concurrency->fastest_ms, took_ms);
    return smaller(concurrency->fastest_ms, concurrency->fastest_before_ms);
}

void concurrency_on_answer(struct concurrency *concurrency, int64_t sent_at_ms, size_t in_flight,
                           int64_t now_ms)
{
    int64_t took_ms = now_ms - sent_at_ms;
    int64_t best_ms = fastest_ms(concurrency, took_ms, now_ms);
    if (sent_at_ms < concurrency->cut_at_ms)
        return; /* it waited in the queue that the cut was for */
    concurrency->answers++;
    concurrency->sum_ms += took_ms;
    concurrency->was_full |= in_flight >= concurrency->limit;
    if (concurrency->answers < concurrency->limit)
        return;
    int64_t mean_ms = concurrency->sum_ms / (int64_t)concurrency->answers;
    if (mean_ms >= 2 * best_ms && mean_ms - best_ms > CONCURRENCY_SLACK_MS) {
        halve(concurrency, now_ms);
        return;
    }
    bool is_fast = 2 * mean_ms <= 3 * best_ms || mean_ms - best_ms <= CONCURRENCY_SLACK_MS;
    if (is_fast && concurrency->was_full && concurrency->limit < concurrency->most)
        concurrency->limit++;
    next_round(concurrency);
}

void concurrency_on_trouble(struct concurrency *concurrency, int64_t sent_at_ms, int64_t now_ms)
{
    if (sent_at_ms >= concurrency->cut_at_ms)
        halve(concurrency, now_ms);
}
