/* Providers' side of their webhooks, by tests/vectors/webhooks.json: a reply written and signed as the provider does, with
 * code apart from that which checks it. */
#ifndef TESTS_PROVIDER_H
#define TESTS_PROVIDER_H

#include <stdint.h>

#include "base/json.h"
#include "base/text.h"

#define PROVIDER_PUBLIC_URL "https://pulssi.example/in" /* where the provider believes us to be */
#define PROVIDER_USER       "elks"
#define PROVIDER_PASSWORD   "a password: of some length"

/* A reply to be; `row` is one of the providers in the file. */
struct provider_reply {
    const cJSON *row;
    const char *path; /* of our URL, without query */
    const char *id, *from, *to, *text;
    int64_t at_s;       /* wall; when it is signed */
    bool by_a_stranger; /* signed with another secret */
};

/* What is said over HTTP; zero-initialise, provider_call_free. */
struct provider_call {
    struct text target;  /* path and query */
    struct text headers; /* lines, of the signature and the content's type */
    struct text body;
};
void provider_write(const struct provider_reply *reply, struct provider_call *call);
void provider_call_free(struct provider_call *call);

/* What the settings say of a gateway of this provider beyond its name and token. */
void provider_settings(const cJSON *row, struct text *lines);

/* Whether the provider signs at all; whether a signature holds only for some minutes. */
bool provider_signs(const cJSON *row);
bool provider_signs_time(const cJSON *row);

const char *provider_text(const cJSON *row, const char *member); /* "" = absent */

#endif
