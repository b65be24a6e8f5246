/* A table of sets: a number belongs to one set, and takes the place there of whoever has written least, so that who writes
 * much stays, however many others write once. Nothing is allocated after the start; pages that nobody needed stay untouched.
 */
#include "domain/flood.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define SETS        2048 /* a power of two */
#define SET_NUMBERS 8
#define NOTES       (FLOOD_MESSAGES + 1) /* one that comes again has the others beside it */

struct note {
    int64_t received_ms;
    char message[ID_SIZE]; /* "" = none */
};

struct number {
    char hash[PHONE_HASH_SIZE]; /* "" = free */
    struct note notes[NOTES];   /* of its last messages, `next` is the oldest */
    size_t next;
};

struct flood {
    struct number sets[SETS][SET_NUMBERS];
};

struct flood *flood_new(void)
{
    return memory_zeroed(1, sizeof(struct flood));
}

void flood_free(struct flood **flood)
{
    free(*flood);
    *flood = NULL;
}

/* The hash is one already: its bytes need no more than gathering. */
static struct number *set_of(struct flood *flood, const char *hash)
{
    uint32_t gathered = 0;
    for (const char *at = hash; *at != '\0'; at++)
        gathered = gathered * 31 + (unsigned char)*at;
    return flood->sets[gathered % SETS];
}

static bool is_within(const struct note *note, int64_t received_ms)
{
    int64_t apart_ms =
        received_ms - note->received_ms; /* the clock, or what comes out of a spool, may go back */
    return note->message[0] != '\0' && apart_ms < FLOOD_MS && apart_ms > -FLOOD_MS;
}

/* Messages of a number around an instant, but for one of them. */
static size_t count_others(const struct number *number, const char *message, int64_t received_ms)
{
    size_t count = 0;
    for (size_t i = 0; i < NOTES; i++)
        count += is_within(&number->notes[i], received_ms) && strcmp(number->notes[i].message, message) != 0;
    return count;
}

/* Its place, which it may have to take from another. */
static struct number *number_place(struct flood *flood, const char *hash, int64_t received_ms)
{
    struct number *set = set_of(flood, hash), *place = set;
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < SET_NUMBERS; i++) {
        if (strcmp(set[i].hash, hash) == 0)
            return &set[i];
        size_t count = count_others(&set[i], "", received_ms);
        if (count < least) {
            least = count;
            place = &set[i];
        }
    }
    *place = (struct number){0};
    memcpy(place->hash, hash, PHONE_HASH_SIZE);
    return place;
}

bool flood_note(struct flood *flood, const char number_hash[PHONE_HASH_SIZE], const char message[ID_SIZE],
                int64_t received_ms)
{
    struct number *number = number_place(flood, number_hash, received_ms);
    size_t others = count_others(number, message, received_ms);
    for (size_t i = 0; i < NOTES; i++)
        if (strcmp(number->notes[i].message, message) == 0)
            return others >= FLOOD_MESSAGES;
    struct note *note = &number->notes[number->next];
    note->received_ms = received_ms;
    memcpy(note->message, message, ID_SIZE);
    number->next = (number->next + 1) % NOTES;
    return others >= FLOOD_MESSAGES;
}
