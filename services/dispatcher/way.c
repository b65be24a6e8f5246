#include "dispatcher/way.h"

#include <stdlib.h>
#include <string.h>

#include "dispatcher/batch.h"
#include "dispatcher/lane.h"

#define HTTP_ANSWER_BYTES_MAX 65536
#define BATCH_ANSWER_BYTES    512 /* beside that, for each message of a batch */

void way_follow(struct way *way)
{
    const struct org *org = &way->lane->record.org;
    way->is_named = strcmp(way->place == 0 ? org->gateway : org->second.gateway, way->gateway.name) == 0;
    if (way->is_named)
        (void)text_copy(way->sender, sizeof way->sender, way->place == 0 ? org->sender : org->second.sender);
}

/* The gateway's settings and profile, checked against the org and the clock. */
static bool way_check(struct way *way, struct error *error)
{
    const struct dispatcher *dispatcher = way->lane->dispatcher;
    const struct org *org = &way->lane->record.org;
    const char *name = way->place == 0 ? org->gateway : org->second.gateway;
    const struct gateway_settings *gateway = settings_gateway(&dispatcher->settings, name);
    if (gateway == NULL)
        return error_set(error,
                         "org \"%s\" sends through gateway \"%s\": no section [gateway:%s] in the settings",
                         org->id, name, name);
    way->gateway = *gateway;
    way->profile = profile_load(&dispatcher->settings, gateway->profile, error);
    if (way->profile == NULL)
        return false;
    return dispatcher->clock.scale <= 1 || profile_is_simulator(way->profile) ||
           error_set(error,
                     "gateway \"%s\" may reach real people: only a simulator may run on a scaled clock",
                     name);
}

struct way *way_new(struct lane *lane, size_t place, struct error *error)
{
    struct way *way = memory_zeroed(1, sizeof *way);
    const struct settings *settings = &lane->dispatcher->settings;
    way->lane = lane;
    way->place = place;
    if (!way_check(way, error)) {
        way_free(&way);
        return NULL;
    }
    way_follow(way);
    way->batch_max = profile_batch_max(way->profile);
    if (way->batch_max > STORE_ITEMS_MAX)
        way->batch_max = STORE_ITEMS_MAX;
    struct http_client_options http = {
        .connect_deadline_ms = settings->http_connect_ms,
        .deadline_ms = settings->http_deadline_ms,
        .connections_max = settings->in_flight_max,
        .answer_bytes_max = HTTP_ANSWER_BYTES_MAX + way->batch_max * BATCH_ANSWER_BYTES,
    };
    way->http = http_client_new(lane->dispatcher->loop, &http);
    way->batch_timer = loop_timer_new(lane->dispatcher->loop, batch_on_time, way);
    way->tokens_at_ms = clock_monotonic_ms();
    concurrency_start(&way->concurrency, (size_t)settings->in_flight_max);
    return way;
}

void way_cut_off(struct way *way)
{
    http_client_free(&way->http);
}

void way_free(struct way **way)
{
    if (*way == NULL)
        return;
    batch_abandon(*way);
    loop_timer_free(&(*way)->batch_timer);
    http_client_free(&(*way)->http);
    profile_free(&(*way)->profile);
    free(*way);
    *way = NULL;
}
