/* Counts of the books, shown. */
#include "ctl/counts_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ctl/table.h"

/* The name without its prefix; NULL for another kind, or for a count of zero. */
static const char *name_of(const struct sum *count, const char *prefix)
{
    size_t chars = strlen(prefix);
    return count->amount != 0 && strncmp(count->name, prefix, chars) == 0 ? count->name + chars : NULL;
}

void counts_json(const struct sums *counts, const char *prefix, struct text *out)
{
    bool first = true;
    text_add(out, "{");
    for (size_t i = 0; i < counts->count; i++) {
        const char *name = name_of(&counts->items[i], prefix);
        if (name == NULL)
            continue;
        text_add(out, first ? "" : ",");
        json_add_string(out, name);
        text_addf(out, ":%" PRId64, counts->items[i].amount);
        first = false;
    }
    text_add(out, "}");
}

void counts_print(const struct sums *counts, const char *prefix, const char *heading)
{
    struct table table;
    table_start(&table, "lr");
    printf("%s\n", heading);
    for (size_t i = 0; i < counts->count; i++) {
        const char *name = name_of(&counts->items[i], prefix);
        if (name == NULL)
            continue;
        char words[64];
        snprintf(words, sizeof words, "%s", name);
        for (char *at = words; *at != '\0'; at++)
            *at = *at == '_' ? ' ' : *at;
        table_cell(&table, "%s", words);
        table_cell(&table, "%" PRId64, counts->items[i].amount);
    }
    if (table.count == 0)
        printf("  none\n");
    table_print(&table, "  ");
}
