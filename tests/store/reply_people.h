/* Looking at the first person of a conversation: pulse, contact, do-not-contact mark, what was sent. */
#ifndef TESTS_STORE_REPLY_PEOPLE_H
#define TESTS_STORE_REPLY_PEOPLE_H

#include "conversation.h"

#include <stdlib.h>

#include "store/contacts.h"
#include "store/people.h"

static struct claimed claimed[STORE_ITEMS_MAX];

static inline const char *pulse(const char *field)
{
    return world_field(&world, "u:pulse0000000", field);
}

static inline const char *contact(const char *field)
{
    return world_field(&world, "c:contact00000", field);
}

static inline void mark_of(int person, char mark_out[8])
{
    char hash[PHONE_HASH_SIZE];
    phone_hash(world.keys.keys[KEY_HASH], world_phone(person), hash);
    snprintf(mark_out, 8, "%s", world_field(&world, "dnc", hash));
}

static inline void expect_mark(int person, const char *expected)
{
    char mark[8];
    mark_of(person, mark);
    assert_string_equal(mark, expected);
}

/* The kinds of what is due, in order, separated by spaces; all of it is sent. */
static inline const char *sent(void)
{
    static char kinds[256];
    size_t count = world_claim(&world, STORE_ITEMS_MAX, claimed), length = 0;
    kinds[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        length += (size_t)snprintf(kinds + length, sizeof kinds - length, "%s%s", i == 0 ? "" : " ",
                                   claimed[i].kind);
        assert_string_equal(world_intend(&world, claimed[i].message, "o"), "OK");
        assert_string_equal(world_settle(&world, claimed[i].message, "o", SUBMIT_ACCEPTED), "accepted");
    }
    return kinds;
}

/* Asked whether to join. */
static inline void join_asked(void)
{
    conversation_open(NULL);
    conversation_reply("r1", "4");
    assert_string_equal(sent(), "question");
}

#endif
