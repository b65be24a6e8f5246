/* Whose reply is it: gateways by name, orgs by gateway and receiving number, with each org's hash key and
 * reader public key, the words its replies are read by, and the surveys that were needed so far. An org stays
 * in its place in memory for the life of the process; what it says may be replaced between two steps of a
 * flow. Holds hash keys, never logs them. */
#ifndef COLLECTOR_ROUTING_H
#define COLLECTOR_ROUTING_H

#include "domain/reply_words.h"
#include "gateway/webhook.h"
#include "store/definitions.h"
#include "store/gather.h"

struct route_gateway {
    const struct gateway_settings *settings;
    struct profile *profile;
};

struct route_survey;
struct route_org {
    struct route_org *next;
    char id[33];
    bool ready; /* read and accepted at least once; the rest holds */
    struct org_record record;
    unsigned char hash_key[KEY_BYTES];
    unsigned char reader_public[KEY_BYTES];
    const struct reply_words *words; /* of all its languages; shared by orgs with the same ones */
    struct route_survey *surveys;
    struct gather *calls; /* of its functions; made when first needed, by collector_call */
    char problem[512];    /* last said in the log, "" = none */
};

struct routing;
/* Reads the profiles of all gateways of the settings, which are borrowed. NULL with the error set; also when
 * the clock is scaled and a gateway is not the simulator. */
struct routing *routing_open(const struct settings *settings, bool clock_scaled,
                             struct error *error) MUST_CHECK;
void routing_free(struct routing **routing);

/* At start, blocking: all orgs. False when one is not fit to work with; one without keys is left out with a
 * warning until it has them. */
bool routing_load(struct routing *routing, struct redis_link *link, struct error *error) MUST_CHECK;

/* While running: takes an org's record as loaded. False when that cannot be worked with: the log says why,
 * once, and what was there before stays. */
bool routing_update(struct routing *routing, const char *id, const struct redis_value *value);

const struct route_gateway *routing_gateway(const struct routing *routing, const char *name); /* NULL: none */

/* The org that a gateway's number belongs to, or NULL. */
struct route_org *routing_org(const struct routing *routing, const struct route_gateway *gateway,
                              const char *number);
/* Whose the reply is: that number's, or, where the provider does not say it, the only one's; or NULL. */
struct route_org *routing_of_reply(const struct routing *routing, const struct route_gateway *gateway,
                                   const struct webhook_reply *reply);
/* The org of that id, when it can be worked with, or NULL. */
struct route_org *routing_org_named(const struct routing *routing, const char *id);
/* The orgs of a gateway, one after the other; NULL begins and ends. */
struct route_org *routing_next(const struct routing *routing, const struct route_gateway *gateway,
                               const struct route_org *after);
/* The gateway's org when it has exactly one, or NULL. */
struct route_org *routing_only(const struct routing *routing, const struct route_gateway *gateway);

/* A survey seen before, or NULL; and keeping one (takes it). Versions in use never change. */
const struct survey *routing_survey(const struct route_org *org, const char *ref);
const struct survey *routing_survey_keep(struct route_org *org, const char *ref, struct survey *survey);

#endif
