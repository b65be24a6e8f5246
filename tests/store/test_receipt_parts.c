/* Receipts of a text's parts, in whatever order they come, to one state of the message: delivered only when all parts are,
 * any failure decides, and nothing final gives way to what is not. */
#include "fixture.h"

#define PARTS  3
#define STATES 4
#define PEOPLE (STATES * STATES * STATES)
#define ORDERS 6

static struct claimed claimed[STORE_ITEMS_MAX];

static const enum receipt_state states[STATES] = {RECEIPT_ENROUTE, RECEIPT_DELIVERED, RECEIPT_EXPIRED,
                                                  RECEIPT_UNDELIVERED};
static const char *const words[STATES] = {"accepted", "delivered", "expired", "undelivered"};
static const int ranks[STATES] = {1, 3, 2, 2};
static const int orders[ORDERS][PARTS] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

/* People asked with a text of so many segments each, which the gateway has accepted. */
static void asked(int people, size_t segments)
{
    world.segments = segments;
    world_import(&world, WORLD_PILOT, 0, people, NULL);
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_claim(&world, people, claimed), people);
    for (int i = 0; i < people; i++)
        assert_string_equal(world_intend(&world, world_message(i), "o"), "OK");
    world.segments = 0;
}

static void accepted(int person)
{
    assert_string_equal(world_settle(&world, world_message(person), "o", SUBMIT_ACCEPTED), "accepted");
}

/* A receipt by the gateway's id of a part. */
static const char *receipt_as(int person, const char *part, enum receipt_state state, bool of_part)
{
    static char word[32];
    struct receipt receipt = {.message = world_message(person),
                              .gateway_id = part,
                              .state = state,
                              .of_part = of_part,
                              .asking = world_asking(&world)};
    struct redis_command command = {0};
    id_random(receipt.reminder);
    receipt_apply_command(&command, WORLD_ORG, &receipt);
    struct redis_value *value = world_call(&world, &command);
    assert_string_equal(redis_word(value), "OK");
    assert_true(text_copy(word, sizeof word, redis_text(redis_item(value, 1))));
    redis_value_free(&value);
    redis_command_free(&command);
    return word;
}

static const char *receipt(int person, const char *part, enum receipt_state state)
{
    return receipt_as(person, part, state, true);
}

/* --- a model that knows no order --- */

struct model {
    int parts[PARTS]; /* index into states; -1 = nothing heard */
    int whole;
};

static int model_judge(const struct model *model)
{
    int delivered = 0, failed = 0;
    for (int i = 0; i < PARTS; i++) {
        delivered += model->parts[i] == 1;
        if (model->parts[i] >= 2 && failed != 3)
            failed = model->parts[i];
    }
    return failed != 0 ? failed : delivered == PARTS ? 1 : 0;
}

static const char *model_take(struct model *model, int part, int state)
{
    if (model->parts[part] < 0 || ranks[state] > ranks[model->parts[part]])
        model->parts[part] = state;
    int judged = model_judge(model);
    if (ranks[judged] > ranks[model->whole])
        model->whole = judged;
    return words[model->whole];
}

/* --- tests --- */

static void every_mixture_comes_to_one_state_in_every_order(void **state)
{
    (void)state;
    static const char *const ids[PARTS] = {"part-a", "part-b", "part-c"};
    asked(PEOPLE, PARTS);
    for (int person = 0; person < PEOPLE; person++) {
        const int of_part[PARTS] = {person % STATES, person / STATES % STATES, person / STATES / STATES};
        const int *order = orders[person % ORDERS];
        struct model model = {.parts = {-1, -1, -1}};
        if (person % 2 == 0) /* else the receipts come before our own record of the submit */
            accepted(person);
        for (int step = 0; step < 3 * PARTS;
             step++) { /* each part on its way, then its end, then that once more */
            int part = order[step % PARTS], heard = step < PARTS ? 0 : of_part[part];
            const char *expected = model_take(&model, part, heard);
            assert_string_equal(receipt(person, ids[part], states[heard]), expected);
        }
        if (person % 2 == 1)
            assert_string_equal(world_settle(&world, world_message(person), "o", SUBMIT_ACCEPTED),
                                words[model.whole]);
    }
}

static void delivered_waits_for_the_last_part(void **state)
{
    (void)state;
    asked(1, 2);
    accepted(0);
    assert_string_equal(receipt(0, "part-a", RECEIPT_DELIVERED), "accepted");
    assert_string_equal(receipt(0, "part-a", RECEIPT_DELIVERED), "accepted"); /* once more: still one part */
    assert_string_equal(receipt(0, "part-a", RECEIPT_ENROUTE), "accepted"); /* late: that part has arrived */
    assert_string_equal(receipt(0, "part-b", RECEIPT_ENROUTE), "accepted");
    assert_string_equal(receipt(0, "part-b", RECEIPT_DELIVERED), "delivered");
    assert_string_equal(receipt(0, "part-b", RECEIPT_UNDELIVERED), "delivered");
    assert_string_equal(receipt(0, "part-a", RECEIPT_ENROUTE), "delivered");
    assert_int_equal(world_count(&world, "m:delivered"), 1);
}

static void a_part_that_failed_decides_until_all_are_delivered(void **state)
{
    (void)state;
    asked(1, 2);
    accepted(0);
    assert_string_equal(receipt(0, "part-a", RECEIPT_UNDELIVERED), "undelivered");
    assert_string_equal(receipt(0, "part-b", RECEIPT_DELIVERED), "undelivered");
    assert_string_equal(receipt(0, "part-a", RECEIPT_ENROUTE), "undelivered");
    assert_string_equal(receipt(0, "part-a", RECEIPT_DELIVERED), "delivered");
}

/* Refused at first, and shorter when it is tried again: what was not sent is not waited for. */
static void a_text_that_became_shorter_has_fewer_parts(void **state)
{
    (void)state;
    asked(1, 2);
    world.segments = 2;
    assert_string_equal(world_settle(&world, world_message(0), "o", SUBMIT_THROTTLED), "queued");
    world.segments = 0;
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
    accepted(0);
    assert_string_equal(receipt(0, "g1", RECEIPT_DELIVERED), "delivered");
}

static void one_segment_or_one_receipt_needs_no_others(void **state)
{
    (void)state;
    asked(1, 1);
    accepted(0);
    assert_string_equal(receipt(0, "part-a", RECEIPT_DELIVERED), "delivered");
    world_clear(&world);
    asked(1, 2);
    accepted(0);
    assert_string_equal(receipt_as(0, "whole", RECEIPT_DELIVERED, false),
                        "delivered"); /* told of the text as a whole */
    world_clear(&world);
    asked(1, 2);
    accepted(0);
    assert_string_equal(receipt(0, "", RECEIPT_DELIVERED), "delivered"); /* nothing says of which part */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(every_mixture_comes_to_one_state_in_every_order),
        STORE_TEST(delivered_waits_for_the_last_part),
        STORE_TEST(a_part_that_failed_decides_until_all_are_delivered),
        STORE_TEST(a_text_that_became_shorter_has_fewer_parts),
        STORE_TEST(one_segment_or_one_receipt_needs_no_others),
    };
    return STORE_MAIN(tests);
}
