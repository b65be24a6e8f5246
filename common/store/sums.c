#include "store/sums.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void sums_add(struct sums *sums, const char *name, int64_t amount)
{
    if (sums->count == sums->capacity) {
        sums->capacity = sums->capacity == 0 ? 64 : sums->capacity * 2;
        sums->items = memory_resized(sums->items, sums->capacity, sizeof *sums->items);
    }
    sums->items[sums->count++] = (struct sum){.name = memory_text(name), .amount = amount};
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct sum *)a)->name, ((const struct sum *)b)->name);
}

void sums_fold(struct sums *sums)
{
    if (sums->count < 2) {
        return;
    }
    qsort(sums->items, sums->count, sizeof *sums->items, compare_names);
    size_t last = 0;
    for (size_t i = 1; i < sums->count; i++) {
        if (compare_names(&sums->items[last], &sums->items[i]) == 0) {
            sums->items[last].amount += sums->items[i].amount;
            free(sums->items[i].name);
        } else {
            sums->items[++last] = sums->items[i];
        }
    }
    sums->count = last + 1;
}

int64_t sums_of(const struct sums *sums, const char *name)
{
    if (sums->count == 0) {
        return 0;
    }
    char *borrowed = memory_text(name);
    struct sum wanted = {.name = borrowed};
    const struct sum *found = bsearch(&wanted, sums->items, sums->count, sizeof *sums->items, compare_names);
    int64_t amount = found == NULL ? 0 : found->amount;
    free(borrowed);
    return amount;
}

void sums_free(struct sums *sums)
{
    for (size_t i = 0; i < sums->count; i++) {
        free(sums->items[i].name);
    }
    free(sums->items);
    *sums = (struct sums){0};
}
