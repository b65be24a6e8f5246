/* Own words in the store: sealed, with pilot, question and week; never with a person or a pulse. */
#ifndef STORE_WORDS_H
#define STORE_WORDS_H

#include "base/id.h"
#include "domain/survey.h"
#include "io/redis.h"
#include "store/call.h"

#define WORDS_EXPIRE_WEEKS_MAX 128

struct own_words {
    char question[QUESTION_REF_SIZE];
    char id[ID_SIZE]; /* random; an order that means nothing */
    int64_t week;
    bool another_person; /* false: more from somebody who wrote to the question before */
    unsigned char *sealed;
    size_t sealed_count;
};

struct words {
    struct own_words *items; /* of one pilot, by question, week, id */
    size_t count, capacity;
    size_t unreadable; /* records that are none */
};

/* All words of a pilot in published weeks. */
bool words_read(struct redis_link *link, const char *org, const char *pilot, struct words *words_out,
                struct error *error) MUST_CHECK;
void words_free(struct words *words);

/* People of a question whose words were deleted from a lot that was not over (see domain/lots.h). */
bool words_people_deleted(struct redis_link *link, const char *org, const char *pilot, const char *question,
                          int64_t *people_out, struct error *error) MUST_CHECK;

/* Deletes some records of the first of these weeks that has any: weeks first_week … last_week, at most
 * WORDS_EXPIRE_WEEKS_MAX. */
void words_expire_command(struct redis_command *command, const char *org, int64_t first_week,
                          int64_t last_week);
/* deleted_out is 0 when those weeks have no words. */
bool words_expire_result(const struct redis_value *value, int64_t *deleted_out) MUST_CHECK;

#endif
