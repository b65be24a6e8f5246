#include "ctl/gateway_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"

void gateway_region(const struct profile *profile, struct text *text)
{
    text_add(text, profile_region(profile));
    switch (profile_outside_eu(profile)) {
    case OUTSIDE_NEVER:
        break;
    case OUTSIDE_ALWAYS:
        text_add(text, ", outside the EU");
        break;
    case OUTSIDE_SOME:
        text_add(text, ", other URLs outside the EU");
        break;
    }
}

static const char *signature_of(const struct profile *profile)
{
    const struct signature_scheme *scheme = profile_signature(profile, WEBHOOK_REPLY);
    return scheme == NULL ? "none" : signature_scheme_name(scheme);
}

void gateway_print(const char *name, const struct profile *profile)
{
    struct text region = {0}, keys = {0};
    gateway_region(profile, &region);
    profile_needs(profile, &keys);
    printf("gateway profile %s: ok\n", name);
    printf("  data is kept in    %s\n", region.chars);
    printf("  messages a request %zu\n", profile_batch_max(profile));
    printf("  webhooks           signed: %s; answered %d\n", signature_of(profile),
           profile_answer_status(profile));
    printf("  sent twice         %s\n", profile_dedupes(profile)
                                            ? "it dedupes by our id"
                                            : "it would send twice: an unknown is not resent");
    printf("  settings it needs  %s\n", keys.chars == NULL ? "url webhook_token" : keys.chars);
    text_free(&region);
    text_free(&keys);
}

void gateway_json(const char *name, const struct profile *profile, struct text *text)
{
    struct text keys = {0};
    profile_needs(profile, &keys);
    text_add(text, "{\"profile\":");
    json_add_string(text, name);
    text_add(text, ",\"region\":");
    json_add_string(text, profile_region(profile));
    text_addf(text,
              ",\"outside_eu\":%s,\"simulator\":%s,\"batch_max\":%zu,\"dedupes\":%s,\"signature\":\"%s\"",
              profile_outside_eu(profile) == OUTSIDE_NEVER    ? "false"
              : profile_outside_eu(profile) == OUTSIDE_ALWAYS ? "true"
                                                              : "\"some URLs\"",
              profile_is_simulator(profile) ? "true" : "false", profile_batch_max(profile),
              profile_dedupes(profile) ? "true" : "false", signature_of(profile));
    text_addf(text,
              ",\"answer_status\":%d,\"answer_deadline_ms\":%" PRId64
              ",\"sender_names\":%s,\"rate_per_s\":%g",
              profile_answer_status(profile), profile_answer_deadline_ms(profile),
              profile_takes_names(profile) ? "true" : "false", profile_rate_per_s(profile));
    text_add(text, ",\"needs\":");
    json_add_string(text, keys.chars == NULL ? "" : keys.chars);
    text_add(text, "}");
    text_free(&keys);
}

void gateway_print_json(const char *name, const struct profile *profile)
{
    struct text text = {0};
    gateway_json(name, profile, &text);
    printf("%s\n", text.chars);
    text_free(&text);
}
