/* pulssi token list: the API tokens of an organisation, those in force and those revoked; never their texts. */
#include "ctl/ctl.h"

#include <stdio.h>
#include <stdlib.h>

#include "ctl/table.h"
#include "store/tokens.h"

static void print_json(const struct org *org, const struct token *tokens, size_t count);
static void print_table(const struct org *org, const struct token *tokens, size_t count);

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    size_t count = 0;
    struct token *tokens =
        ctl_org(ctl, &error) ? tokens_list(ctl->link, ctl->record.org.id, &count, &error) : NULL;
    if (tokens == NULL)
        return ctl_fail(&error);
    if (ctl->json)
        print_json(&ctl->record.org, tokens, count);
    else if (count == 0)
        printf("%s has no token: make one with `pulssi token add`\n", ctl->record.org.id);
    else
        print_table(&ctl->record.org, tokens, count);
    free(tokens);
    return EXIT_SUCCESS;
}

static void print_json(const struct org *org, const struct token *tokens, size_t count)
{
    printf("{\"tokens\":[");
    for (size_t i = 0; i < count; i++) {
        char at[32];
        instant_iso(org->zone, tokens[i].created_ms, at);
        printf("%s{\"id\":\"%s\",\"name\":\"%s\",\"scope\":\"%s\",\"created\":\"%s\",\"revoked\":",
               i > 0 ? "," : "", tokens[i].id, tokens[i].name, tokens[i].scope, at);
        instant_iso(org->zone, tokens[i].revoked_ms, at);
        if (tokens[i].revoked_ms == 0)
            printf("null}");
        else
            printf("\"%s\"}", at);
    }
    printf("]}\n");
}

static void print_table(const struct org *org, const struct token *tokens, size_t count)
{
    static const char *const heads[] = {"id", "name", "scope", "created", "revoked"};
    struct table table;
    table_start(&table, "lllll");
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        table_cell(&table, "%s", heads[i]);
    for (size_t i = 0; i < count; i++) {
        char created[24], revoked[24] = "";
        instant_text(org->zone, tokens[i].created_ms, created);
        if (tokens[i].revoked_ms != 0)
            instant_text(org->zone, tokens[i].revoked_ms, revoked);
        table_cell(&table, "%s", tokens[i].id);
        table_cell(&table, "%s", tokens[i].name);
        table_cell(&table, "%s", tokens[i].scope);
        table_cell(&table, "%s", created);
        table_cell(&table, "%s", revoked);
    }
    table_print(&table, "");
}

const struct command command_token_list = {
    .name = "token",
    .subcommand = "list",
    .summary = "show the API tokens, without their texts",
    .example = "pulssi token list",
    .works_behind = true,
    .run = run,
};
