/* pulssi token revoke: from now on a token lets nobody in. What came in with it stays. */
#include "ctl/audited.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/tokens.h"

static bool id_is_sound(const char *id)
{
    return strlen(id) == ID_CHARS &&
           strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == ID_CHARS;
}

static bool print_revoked(const struct ctl *ctl, const struct token *token, const char *result)
{
    if (ctl->json)
        printf("{\"id\":\"%s\",\"name\":\"%s\",\"result\":\"%s\"}\n", token->id, token->name, result);
    else
        printf("token %s (%s): %s\n", token->id, token->name, result);
    return true;
}

static bool revoke(struct ctl *ctl, struct error *error)
{
    const char *org = ctl->record.org.id;
    struct token token;
    struct clock clock;
    char what[80];
    snprintf(what, sizeof what, "token revoke %s", ctl->argument);
    if (!ctl_clock(ctl, &clock, error) || !audited(ctl, what, 1, error))
        return false;
    switch (token_revoke(ctl->link, org, ctl->argument, clock_domain_ms(&clock), &token, error)) {
    case TOKEN_REVOKED:
        return print_revoked(ctl, &token, "revoked");
    case TOKEN_WAS_REVOKED:
        return print_revoked(ctl, &token, "was revoked before");
    case TOKEN_MISSING:
        return error_set(error, "%s: no such token in org %s; see `pulssi token list`", ctl->argument, org);
    case TOKEN_REVOKE_FAILED:
        break;
    }
    return false;
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    if (!id_is_sound(ctl->argument))
        return ctl_misused(
            ctl, "expected the id of a token, %d letters and digits, as `pulssi token list` shows it",
            ID_CHARS);
    return ctl_org(ctl, &error) && revoke(ctl, &error) ? EXIT_SUCCESS : ctl_fail(&error);
}

const struct command command_token_revoke = {
    .name = "token",
    .subcommand = "revoke",
    .argument = "ID",
    .summary = "end an API token at once",
    .details = "Takes the token's id, not the token itself. A request that comes after this is refused.",
    .example = "pulssi token revoke a1B2c3D4e5F6",
    .run = run,
};
