#include "dispatcher/numbers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/contacts.h"

struct batch_key {
    char batch[ID_SIZE];
    unsigned char shared[KEY_BYTES];
};

struct numbers {
    char org[33];
    unsigned char secret[KEY_BYTES];
    struct batch_key *keys; /* newest last */
    size_t count, capacity;
};

struct numbers *numbers_new(const char *org, const unsigned char sealing_secret[KEY_BYTES])
{
    struct numbers *numbers = memory_zeroed(1, sizeof *numbers);
    snprintf(numbers->org, sizeof numbers->org, "%s", org);
    memcpy(numbers->secret, sealing_secret, KEY_BYTES);
    return numbers;
}

void numbers_free(struct numbers **numbers)
{
    if (*numbers == NULL) {
        return;
    }
    if ((*numbers)->keys != NULL) {
        explicit_bzero((*numbers)->keys, (*numbers)->capacity * sizeof *(*numbers)->keys);
        free((*numbers)->keys);
    }
    explicit_bzero(*numbers, sizeof **numbers);
    free(*numbers);
    *numbers = NULL;
}

static const unsigned char *batch_find(const struct numbers *numbers, const char *batch)
{
    for (size_t i = numbers->count; i > 0; i--) {
        if (strcmp(numbers->keys[i - 1].batch, batch) == 0) {
            return numbers->keys[i - 1].shared;
        }
    }
    return NULL;
}

bool numbers_learn(struct numbers *numbers, struct redis_link *link, const char *batch)
{
    if (batch_find(numbers, batch) != NULL) {
        return true;
    }
    if (link == NULL) {
        return false;
    }
    struct redis_command command = {0};
    batch_key_command(&command, numbers->org, batch);
    struct error error;
    struct redis_value *value = redis_link_run(link, &command, &error);
    redis_command_free(&command);
    if (value == NULL) {
        return false;
    }
    struct batch_key found = {0};
    bool opened = redis_text_bytes(value) == KEY_BYTES &&
                  opener_shared((const unsigned char *)redis_text(value), numbers->secret, found.shared) &&
                  text_copy(found.batch, sizeof found.batch, batch);
    redis_value_free(&value);
    if (!opened) {
        return true;
    }
    if (numbers->count == numbers->capacity) {
        numbers->capacity = numbers->capacity == 0 ? 16 : numbers->capacity * 2;
        numbers->keys = memory_resized(numbers->keys, numbers->capacity, sizeof *numbers->keys);
    }
    numbers->keys[numbers->count++] = found;
    return true;
}

bool numbers_open(const struct numbers *numbers, const struct claimed *claimed, char e164_out[PHONE_SIZE])
{
    const unsigned char *shared = batch_find(numbers, claimed->batch);
    return claimed->has_number && shared != NULL &&
           opener_open(shared, claimed->contact, claimed->sealed, e164_out);
}
