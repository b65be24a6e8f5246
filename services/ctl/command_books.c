/* pulssi books: whether everything that was counted agrees with everything that was logged. */
#include "ctl/ctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "ctl/counts_print.h"
#include "store/books.h"

static void print_json(const struct books *books)
{
    struct text text = {0};
    text_addf(&text,
              "{\"books\":\"%s\",\"unknown\":%" PRId64 ",\"unknown_ever\":%" PRId64 ",\"optouts\":%" PRId64
              ",\"log_rows\":%" PRId64 ",\"messages\":",
              books->differences == 0 ? "balanced" : "unbalanced", sums_of(&books->counts, "m:unknown"),
              sums_of(&books->counts, "x:unknown_ever"), sums_of(&books->counts, "x:optout"),
              books->log_rows);
    counts_json(&books->counts, "m:", &text);
    text_add(&text, ",\"pulses\":");
    counts_json(&books->counts, "p:", &text);
    text_add(&text, ",\"events\":");
    counts_json(&books->counts, "x:", &text);
    text_addf(&text, ",\"checkpoints\":{\"verified\":%" PRId64 ",\"missing\":%" PRId64 ",\"differing\":[",
              books->weeks_verified, books->weeks_unproven);
    for (size_t i = 0; i < books->weeks_differing.count; i++) {
        text_add(&text, i > 0 ? "," : "");
        json_add_string(&text, books->weeks_differing.items[i].name);
    }
    text_add(&text, "]}}");
    printf("%s\n", text.chars);
    text_free(&text);
}

static void print_weeks(const struct books *books)
{
    if (books->weeks_verified > 0)
        printf("%" PRId64 " week%s verified against %s\n", books->weeks_verified,
               books->weeks_verified == 1 ? "" : "s",
               books->weeks_verified == 1 ? "its checkpoint" : "their checkpoints");
    if (books->weeks_unproven > 0)
        printf("%" PRId64 " published week%s without a checkpoint yet\n", books->weeks_unproven,
               books->weeks_unproven == 1 ? "" : "s");
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct books books = {0};
    if (!ctl_org(ctl, &error) || !books_check(ctl->link, ctl->record.org.id, &books, &error))
        return ctl_fail(&error);
    if (ctl->json)
        print_json(&books);
    else if (books.differences == 0)
        printf("balanced (%" PRId64 " log rows replayed)\n", books.log_rows);
    else
        printf("unbalanced: %" PRId64 " differences\n%s", books.differences, books.report.chars);
    if (!ctl->json)
        print_weeks(&books);
    bool balanced = books.differences == 0;
    if (!balanced && ctl->json)
        fprintf(stderr, "%s", books.report.chars);
    books_free(&books);
    return balanced ? EXIT_SUCCESS : EXIT_FAILURE;
}

const struct command command_books = {
    .name = "books",
    .summary = "replay the answer log and compare it with every counter and list",
    .details = "Prints \"balanced\", or the differences and exit status 1. Weeks that are closed are\n"
               "also compared with their checkpoints: what their answer log, counters and\n"
               "figures were when the last link to a person was gone from disk. One that was\n"
               "changed since is named. Rows of the answer log that are no longer kept\n"
               "([retention] log_months) are taken from the checkpoints.",
    .example = "pulssi books --json",
    .works_behind = true,
    .run = run,
};
