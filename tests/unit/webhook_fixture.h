/* A webhook that holds one thing, read as that: for tests of what a reply or a receipt is. */
#ifndef TESTS_WEBHOOK_FIXTURE_H
#define TESTS_WEBHOOK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "gateway/webhook.h"

/* The problem of the whole or of its only item; two items are a failed test. */
static inline enum webhook_problem one_read(const struct profile *profile, enum webhook_kind kind,
                                            const struct webhook_input *input, struct webhook_item *item_out)
{
    struct webhook_items items;
    *item_out = (struct webhook_item){.receipt = {.state = RECEIPT_UNKNOWN}};
    enum webhook_problem problem = webhook_read(profile, kind, input, &items);
    assert_int_equal(items.count, problem == WEBHOOK_OK ? 1 : 0);
    if (problem == WEBHOOK_OK) {
        *item_out = items.items[0];
        assert_int_equal(item_out->kind, kind);
        items.items[0].reply.text = NULL;
        problem = item_out->problem;
    }
    webhook_items_clear(&items);
    return problem;
}

/* The text is the caller's, one_reply_free. */
static inline enum webhook_problem one_reply(const struct profile *profile, const struct webhook_input *input,
                                             struct webhook_reply *reply_out)
{
    struct webhook_item item;
    enum webhook_problem problem = one_read(profile, WEBHOOK_REPLY, input, &item);
    *reply_out = item.reply;
    return problem;
}

static inline void one_reply_free(struct webhook_reply *reply)
{
    free(reply->text);
    reply->text = NULL;
}

static inline enum webhook_problem one_receipt(const struct profile *profile,
                                               const struct webhook_input *input,
                                               struct webhook_receipt *receipt_out)
{
    struct webhook_item item;
    enum webhook_problem problem = one_read(profile, WEBHOOK_RECEIPT, input, &item);
    *receipt_out = item.receipt;
    return problem;
}

#endif
