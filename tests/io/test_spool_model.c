/* The spool against a model: random appends, takes, ends, rewinds and openings, from fixed seeds. */
#include "spool_desk.h"

/* No crash here, so syncs would only cost time. */
int fdatasync(int descriptor)
{
    return descriptor < 0 ? -1 : 0;
}

int fsync(int descriptor)
{
    return descriptor < 0 ? -1 : 0;
}

enum fate {
    FATE_REFUSED,
    FATE_KEPT,
    FATE_DONE,
    FATE_MAY_COME_AGAIN, /* done before the spool was opened the last time */
};

#define MODEL_RECORDS_MAX 3000

struct model {
    struct desk *desk;
    enum fate fates[MODEL_RECORDS_MAX];
    uint64_t tickets[MODEL_RECORDS_MAX];
    bool taken[MODEL_RECORDS_MAX]; /* its ticket is of this opening */
    uint32_t appended, answered, taken_last;
    size_t open;
};

static void model_on_kept(void *context, bool kept)
{
    struct model *model = context;
    model->fates[model->answered++] = kept ? FATE_KEPT : FATE_REFUSED;
    model->open += kept;
}

static void model_append(struct model *model, uint32_t bytes)
{
    char record[400];
    if (model->appended == MODEL_RECORDS_MAX)
        return;
    memset(record, (int)(model->appended % 251), sizeof record);
    memcpy(record, &model->appended, 4);
    model->appended++;
    spool_append(model->desk->spool, record, 4 + bytes % (sizeof record - 4), model_on_kept, model);
}

/* Between the last one taken and this one there may be only such as are done or were refused. */
static bool model_take(struct model *model)
{
    struct text record = {0};
    uint64_t ticket;
    uint32_t number = model->answered;
    bool given = spool_take(model->desk->spool, &record, &ticket);
    if (given) {
        memcpy(&number, record.chars, 4);
        assert_true(number < model->answered && number >= model->taken_last);
        for (size_t at = 4; at < record.bytes; at++)
            assert_int_equal((unsigned char)record.chars[at], number % 251);
        assert_true(model->fates[number] == FATE_KEPT || model->fates[number] == FATE_MAY_COME_AGAIN);
        model->fates[number] = FATE_KEPT;
        model->tickets[number] = ticket;
        model->taken[number] = true;
    }
    for (uint32_t at = model->taken_last; at < number; at++)
        assert_int_not_equal(model->fates[at], FATE_KEPT);
    model->taken_last = given ? number + 1 : number;
    text_free(&record);
    return given;
}

static void model_done(struct model *model, uint32_t number)
{
    if (!model->taken[number])
        return;
    spool_done(model->desk->spool, model->tickets[number]);
    if (model->fates[number] == FATE_KEPT)
        model->open--;
    model->fates[number] = FATE_DONE;
}

static void model_reopen(struct model *model)
{
    desk_reopen(model->desk);
    assert_int_equal(model->answered, model->appended);
    model->taken_last = 0;
    for (uint32_t at = 0; at < model->answered; at++) {
        model->taken[at] = false;
        if (model->fates[at] == FATE_DONE)
            model->fates[at] = FATE_MAY_COME_AGAIN;
    }
    assert_true(spool_count(model->desk->spool) >= model->open);
    model->open = spool_count(model->desk->spool);
}

static bool model_all_answered(void *context)
{
    const struct model *model = context;
    return model->answered == model->appended;
}

static uint32_t model_draw(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(*seed >> 33);
}

static void model_step(struct model *model, uint64_t *seed)
{
    uint32_t draw = model_draw(seed);
    switch (draw % 16) {
    default:
        for (uint32_t count = draw / 16 % 4; count > 0; count--)
            model_append(model, model_draw(seed));
        break;
    case 6:
    case 7:
    case 8:
        assert_true(loop_until(model->desk->loop, 20000, model_all_answered, model));
        break;
    case 9:
    case 10:
    case 11:
        for (uint32_t count = draw / 16 % 8; count > 0 && model_take(model);)
            count--;
        break;
    case 12:
    case 13:
        /* Near the last one taken, where most are that wait. */
        for (uint32_t at = 0; at < 12; at++)
            if (model->taken_last > 0)
                model_done(model, model->taken_last - 1 - model_draw(seed) % (at + 1) % model->taken_last);
        break;
    case 14:
        spool_rewind(model->desk->spool);
        model->taken_last = 0;
        break;
    case 15:
        if (draw / 16 % 4 == 0)
            model_reopen(model);
        break;
    }
    assert_int_equal(spool_count(model->desk->spool), model->open + model->appended - model->answered);
    assert_in_range(spool_bytes(model->desk->spool), 0, model->desk->options.bytes_max);
}

static void random_work_agrees_with_a_model(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct desk *desk = desk_new();
        struct model *model = memory_zeroed(1, sizeof *model);
        uint64_t draws = seed;
        model->desk = desk;
        desk->options.segment_bytes_max = seed % 4 == 0 ? 1 : 700 * (int64_t)seed;
        desk->options.bytes_max = 20000;
        desk_reopen(desk);
        for (int step = 0; step < 1500; step++)
            model_step(model, &draws);
        model_reopen(model);
        while (model_take(model)) {
        }
        for (uint32_t at = 0; at < model->answered; at++)
            model_done(model, at);
        assert_int_equal(spool_count(desk->spool), 0);
        assert_string_equal(desk_files(desk), "");
        assert_int_equal(spool_damaged(desk->spool), 0);
        free(model);
        desk_free(desk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_work_agrees_with_a_model),
    };
    return cmocka_run_group_tests_name("spool_model", tests, NULL, NULL);
}
