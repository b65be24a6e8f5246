/* A bag of named amounts that fold into sums: how books are compared. What one side adds the other side
 * subtracts; what does not fold to zero is a difference. */
#ifndef STORE_SUMS_H
#define STORE_SUMS_H

#include <stddef.h>
#include <stdint.h>

struct sum {
    char *name;
    int64_t amount;
};

/* Zero-initialise. */
struct sums {
    struct sum *items;
    size_t count, capacity;
};

void sums_add(struct sums *sums, const char *name, int64_t amount); /* copies the name */
void sums_fold(struct sums *sums);                                  /* sorts by name, one item a name */
int64_t sums_of(const struct sums *sums, const char *name);         /* after sums_fold; 0 when absent */
void sums_free(struct sums *sums);

#endif
