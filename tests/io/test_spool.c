/* The spool as a queue: order, answers, opening again, rewinding, segments that roll and go, sizes and limits. */
#include "spool_desk.h"

static void records_come_out_in_order_and_the_folder_empties(void **state)
{
    static const size_t orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}};
    struct desk *desk = desk_new();
    (void)state;
    for (size_t at = 0; at < sizeof orders / sizeof orders[0]; at++) {
        assert_string_equal(desk_put(desk, "one two"), "++");
        assert_string_equal(desk_put(desk, "three four"), "++");
        assert_int_equal(spool_count(desk->spool), 4);
        desk->tickets_count = 0;
        assert_string_equal(desk_take_all(desk), "one two three four ");
        assert_string_not_equal(desk_files(desk), "");
        for (size_t place = 0; place < 4; place++) {
            assert_int_equal(spool_count(desk->spool), 4 - place);
            spool_done(desk->spool, desk->tickets[orders[at][place]]);
        }
        assert_int_equal(spool_count(desk->spool), 0);
        assert_int_equal(spool_bytes(desk->spool), 0);
        assert_string_equal(desk_files(desk), "");
        assert_string_equal(desk_take_all(desk), "");
    }
    desk_free(desk);
}

static void the_answer_comes_from_the_loop_and_then_the_record_can_be_taken(void **state)
{
    struct desk *desk = desk_new();
    (void)state;
    desk_append(desk, "one", 3);
    assert_int_equal(desk->answered, 0);
    assert_int_equal(spool_count(desk->spool), 1);
    assert_string_equal(desk_take_all(desk), "");
    assert_string_equal(desk_turn(desk), "+");
    assert_string_equal(desk_take_all(desk), "one ");
    assert_string_equal(desk_put(desk, "two"), "+");
    assert_string_equal(desk_take_all(desk), "two ");
    assert_string_equal(desk_turn(desk), "");
    desk_free(desk);
}

static void opened_again_it_gives_what_is_not_done(void **state)
{
    static const struct {
        int64_t segment_bytes_max;
        size_t done; /* of the first two and the fourth: that many */
        const char *expected;
    } cases[] = {
        {1 << 20, 0, "a b c d e "}, {1 << 20, 3, "a b c d e "}, /* one segment: the done ones come once more, in their place */
        {1, 0, "a b c d e "},       {1, 1, "b c d e "},         {1, 2, "c d e "}, {1, 3, "c e "},
    };
    static const size_t order[] = {0, 1, 3};
    (void)state;
    for (size_t at = 0; at < sizeof cases / sizeof cases[0]; at++) {
        struct desk *desk = desk_new();
        desk->options.segment_bytes_max = cases[at].segment_bytes_max;
        desk_reopen(desk);
        assert_string_equal(desk_put(desk, "a b c d e"), "+++++");
        desk_take_all(desk);
        for (size_t done = 0; done < cases[at].done; done++)
            spool_done(desk->spool, desk->tickets[order[done]]);
        desk_reopen(desk);
        assert_int_equal(spool_count(desk->spool), strlen(cases[at].expected) / 2);
        assert_string_equal(desk_put(desk, "f"), "+");
        assert_string_equal(desk_take(desk, spool_count(desk->spool) - 1), cases[at].expected);
        assert_string_equal(desk_take_all(desk), "f ");
        desk_done_all(desk);
        assert_string_equal(desk_files(desk), "");
        assert_int_equal(spool_damaged(desk->spool), 0);
        desk_free(desk);
    }
}

static void a_rewind_begins_at_the_oldest_that_is_not_done(void **state)
{
    static const int64_t segment_bytes[] = {1, 1 << 20};
    (void)state;
    for (size_t at = 0; at < sizeof segment_bytes / sizeof segment_bytes[0]; at++) {
        struct desk *desk = desk_new();
        desk->options.segment_bytes_max = segment_bytes[at];
        desk_reopen(desk);
        desk_put(desk, "a b c d");
        assert_string_equal(desk_take(desk, 3), "a b c ");
        spool_rewind(desk->spool);
        assert_string_equal(desk_take(desk, 2), "a b ");
        spool_done(desk->spool, desk->tickets[0]);
        spool_done(desk->spool, desk->tickets[2]);
        spool_rewind(desk->spool);
        spool_done(desk->spool, desk->tickets[0]); /* taken twice, done twice */
        spool_done(desk->spool, desk->tickets[3]);
        assert_int_equal(spool_count(desk->spool), 2);
        assert_string_equal(desk_take_all(desk), "b d ");
        desk_done_all(desk);
        assert_int_equal(spool_count(desk->spool), 0);
        spool_rewind(desk->spool);
        assert_string_equal(desk_take_all(desk), "");
        desk_free(desk);
    }
}

static size_t names_in(const char *names)
{
    size_t count = 0;
    for (; *names != '\0'; names++)
        count += *names == ' ';
    return count;
}

static int64_t bytes_in(const struct desk *desk)
{
    char names[8192], path[128], *rest;
    int64_t bytes = 0;
    snprintf(names, sizeof names, "%s", desk_files(desk));
    for (char *name = strtok_r(names, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest)) {
        struct stat status;
        desk_in(desk, name, path);
        assert_int_equal(stat(path, &status), 0);
        assert_in_range(status.st_size, 1, desk->options.segment_bytes_max + 200);
        bytes += status.st_size;
    }
    return bytes;
}

static size_t descriptors_open(void)
{
    struct desk self = {.folder = "/proc/self/fd"};
    return names_in(desk_files(&self));
}

static void segments_roll_and_go_when_their_records_are_done(void **state)
{
    struct desk *desk = desk_new();
    char record[100] = {0};
    (void)state;
    desk->options.segment_bytes_max = 1000;
    desk_reopen(desk);
    size_t descriptors = descriptors_open();
    for (int turn = 0; turn < 20; turn++) {
        for (int at = 0; at < 15; at++)
            desk_append(desk, record, sizeof record);
        desk_turn(desk);
        assert_int_equal(bytes_in(desk), spool_bytes(desk->spool));
    }
    assert_int_equal(names_in(desk_files(desk)), 300 / 6); /* 64 + 6 × 172 bytes is the first above 1000 */
    assert_in_range(descriptors_open(), descriptors, descriptors + 2);
    desk_take_all(desk);
    assert_int_equal(desk->tickets_count, 300);
    assert_in_range(descriptors_open(), descriptors, descriptors + 2);
    for (size_t at = 0; at < 300; at++) {
        spool_done(desk->spool, desk->tickets[at]);
        assert_int_equal(names_in(desk_files(desk)), (300 - at - 1 + 5) / 6);
    }
    desk_free(desk);
}

static void what_exceeds_the_limit_is_refused_and_never_comes_out(void **state)
{
    struct desk *desk = desk_new();
    (void)state;
    desk->options.bytes_max = 64 + 3 * (72 + 10);
    desk_reopen(desk);
    assert_string_equal(desk_put(desk, "aaaaaaaaaa bbbbbbbbbb"), "++");
    assert_string_equal(desk_put(desk, "ccccccccccc dddddddddd eeeeeeeeee f"), "-+--");
    assert_non_null(strstr(desk_log.chars, "it is full"));
    assert_int_equal(spool_bytes(desk->spool), desk->options.bytes_max);
    assert_int_equal(spool_count(desk->spool), 3);
    desk_reopen(desk);
    assert_string_equal(desk_put(desk, "g"), "-");
    assert_string_equal(desk_take_all(desk), "aaaaaaaaaa bbbbbbbbbb dddddddddd ");
    desk_done_all(desk);
    assert_string_equal(desk_put(desk, "h"), "+");
    assert_non_null(strstr(desk_log.chars, "keeps what arrives again"));
    assert_string_equal(desk_take_all(desk), "h ");
    desk_free(desk);
}

static void records_of_every_size_come_out_as_they_went_in(void **state)
{
    static const size_t sizes[] = {0, 1, SPOOL_RECORD_BYTES_MAX - 1, SPOOL_RECORD_BYTES_MAX, 0};
    struct desk *desk = desk_new();
    struct text record = {0};
    unsigned char *bytes = memory_zeroed(SPOOL_RECORD_BYTES_MAX + 1, 1);
    uint64_t ticket;
    (void)state;
    for (size_t at = 0; at <= SPOOL_RECORD_BYTES_MAX; at++)
        bytes[at] = (unsigned char)(at * 7 + at / 256);
    for (size_t at = 0; at < sizeof sizes / sizeof sizes[0]; at++)
        desk_append(desk, bytes, sizes[at]);
    desk_append(desk, bytes, SPOOL_RECORD_BYTES_MAX + 1);
    assert_string_equal(desk_turn(desk), "+++++-");
    desk_reopen(desk);
    for (size_t at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
        assert_true(spool_take(desk->spool, &record, &ticket));
        assert_int_equal(record.bytes, sizes[at]);
        assert_memory_equal(record.chars, bytes, sizes[at]);
    }
    assert_false(spool_take(desk->spool, &record, &ticket));
    text_free(&record);
    free(bytes);
    desk_free(desk);
}

static void closing_refuses_what_was_not_synced(void **state)
{
    struct desk *desk = desk_new();
    (void)state;
    desk_put(desk, "kept");
    desk_append(desk, "one", 3);
    desk_append(desk, "two", 3);
    text_clear(&desk->answers);
    spool_close(&desk->spool);
    assert_string_equal(desk->answers.chars, "--");
    desk_open(desk);
    assert_string_equal(desk_take_all(desk), "kept ");
    desk_free(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_out_in_order_and_the_folder_empties),
        cmocka_unit_test(the_answer_comes_from_the_loop_and_then_the_record_can_be_taken),
        cmocka_unit_test(opened_again_it_gives_what_is_not_done),
        cmocka_unit_test(a_rewind_begins_at_the_oldest_that_is_not_done),
        cmocka_unit_test(segments_roll_and_go_when_their_records_are_done),
        cmocka_unit_test(what_exceeds_the_limit_is_refused_and_never_comes_out),
        cmocka_unit_test(records_of_every_size_come_out_as_they_went_in),
        cmocka_unit_test(closing_refuses_what_was_not_synced),
    };
    return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
