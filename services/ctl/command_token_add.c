/* pulssi token add: a new API token of an organisation. Its text is printed once and is nowhere afterwards. */
#include "ctl/audited.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/tokens.h"

static bool read_wish(const struct ctl *ctl, struct token *token, struct error *error);
static void print_token(const struct ctl *ctl, const struct token *token, const char *text);

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct token token = {.id = ""};
    struct clock clock;
    char text[TOKEN_SIZE], what[80];
    if (!read_wish(ctl, &token, &error) || !ctl_org(ctl, &error) || !ctl_clock(ctl, &clock, &error))
        return ctl_fail(&error);
    snprintf(what, sizeof what, "token add --name %s", token.name);
    if (!audited(ctl, what, 1, &error))
        return ctl_fail(&error);
    token_make(ctl->record.org.id, text, token.id, token.hash);
    token.created_ms = clock_domain_ms(&clock);
    if (token_store(ctl->link, ctl->record.org.id, &token, &error) != TOKEN_WRITTEN)
        return ctl_fail(&error);
    print_token(ctl, &token, text);
    return EXIT_SUCCESS;
}

static bool read_wish(const struct ctl *ctl, struct token *token, struct error *error)
{
    const char *name = ctl_option(ctl, "--name"), *scope = ctl_option(ctl, "--scope");
    if (!id_is_name(name, NAME_SIZE - 1) || !text_copy(token->name, sizeof token->name, name))
        return error_set(error, "--name %.40s: expected 1 to %d of a-z 0-9 and -, beginning with a letter",
                         name, NAME_SIZE - 1);
    if (scope != NULL && strcmp(scope, TOKEN_SCOPE_ENCOUNTERS) != 0)
        return error_set(error, "--scope %.40s: expected " TOKEN_SCOPE_ENCOUNTERS, scope);
    snprintf(token->scope, sizeof token->scope, TOKEN_SCOPE_ENCOUNTERS);
    return true;
}

static void print_token(const struct ctl *ctl, const struct token *token, const char *text)
{
    if (ctl->json) {
        printf("{\"id\":\"%s\",\"name\":\"%s\",\"scope\":\"%s\",\"token\":\"%s\"}\n", token->id, token->name,
               token->scope, text);
        return;
    }
    printf("%s\n\n"
           "Token %s (%s) of %s\n"
           "lets its holder in to: %s. It is not shown again: put it where the\n"
           "program that uses it keeps its secrets. `pulssi token revoke %s`\n"
           "ends it at once.\n",
           text, token->name, token->id, ctl->record.org.id, token->scope, token->id);
}

static const struct command_option options[] = {
    {"--name", "N", "what it is for, such as booking-system: a-z 0-9 and -", true},
    {"--scope", "S", "what it may do: encounters (the only one, and the default)", false},
    {NULL, NULL, NULL, false},
};

const struct command command_token_add = {
    .name = "token",
    .subcommand = "add",
    .options = options,
    .summary = "make an API token for a program that reports encounters",
    .details =
        "Prints the token once; only its hash is stored. A name belongs to one token in force at a time: to\n"
        "change a program's token, add one of another name, then revoke the old one.",
    .example = "pulssi token add --org varkaus --name booking-system",
    .run = run,
};
