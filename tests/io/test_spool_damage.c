/* The spool and damaged segments: whatever happens to the bytes, the records that are whole come out, what is
 * lost is counted and named, and what was only cut off is no damage. */
#include <sys/syscall.h>

#include "spool_desk.h"

#define HEADER 64
#define FRAME  (72 + 3) /* of a record of three characters */

static int64_t unreadable_at = -1; /* the disk gives no byte from here to the end of this 4096 */

ssize_t pread(int descriptor, void *bytes, size_t bytes_count, off_t at)
{
    int64_t end = unreadable_at - unreadable_at % 4096 + 4096;
    if (unreadable_at >= 0 && at < end && at + (off_t)bytes_count > unreadable_at) {
        if (at >= unreadable_at) {
            errno = EIO;
            return -1;
        }
        bytes_count = (size_t)(unreadable_at - at);
    }
    return (ssize_t)syscall(SYS_pread64, descriptor, bytes, bytes_count, at);
}

/* A closed spool whose only segment holds these words, and the bytes of that segment. */
static struct desk *desk_with(const char *words, struct text *segment_out)
{
    struct desk *desk = desk_new();
    desk_put(desk, words);
    spool_close(&desk->spool);
    desk_read(desk, "00000001.spool", segment_out);
    return desk;
}

static void a_segment_cut_off_anywhere_is_no_damage(void **state)
{
    struct text segment = {0};
    struct desk *desk = desk_with("one two six", &segment);
    (void)state;
    assert_int_equal(segment.bytes, HEADER + 3 * FRAME);
    for (size_t bytes = 0; bytes <= segment.bytes; bytes++) {
        size_t whole = bytes < HEADER ? 0 : (bytes - HEADER) / FRAME;
        desk_write(desk, "00000001.spool", segment.chars, bytes);
        desk_open(desk);
        assert_int_equal(spool_count(desk->spool), whole);
        assert_int_equal(spool_damaged(desk->spool), 0);
        assert_memory_equal(desk_take_all(desk), "one two six ", 4 * whole);
        bool at_a_frame = bytes == 0 || (bytes >= HEADER && (bytes - HEADER) % FRAME == 0);
        assert_int_equal(strstr(desk_log.chars != NULL ? desk_log.chars : "", "00000001.spool") == NULL,
                         at_a_frame);
        desk_done_all(desk);
        assert_string_equal(desk_files(desk), "");
        spool_close(&desk->spool);
    }
    text_free(&segment);
    desk_free(desk);
}

static const char *words_without(size_t lost)
{
    static const char *const words[] = {"two six ", "one six ", "one two ", "one two six "};
    return words[lost];
}

static void a_damaged_byte_costs_its_record_only(void **state)
{
    struct text segment = {0};
    struct desk *desk = desk_with("one two six", &segment);
    (void)state;
    for (size_t change = 0; change < 9 * segment.bytes; change++) {
        size_t at = change / 9;
        unsigned flip = change % 9 < 8 ? 1U << change % 9 : 0xFF;
        segment.chars[at] = (char)(segment.chars[at] ^ (char)flip);
        desk_write(desk, "00000001.spool", segment.chars, segment.bytes);
        segment.chars[at] = (char)(segment.chars[at] ^ (char)flip);
        desk_open(desk);
        assert_int_equal(spool_damaged(desk->spool), 1);
        assert_string_equal(desk_take_all(desk), words_without(at < HEADER ? 3 : (at - HEADER) / FRAME));
        assert_non_null(strstr(desk_log.chars, "00000001.spool is damaged"));
        assert_string_equal(desk_files(desk), "00000001.spool ");
        desk_done_all(desk);
        assert_string_equal(desk_files(desk), "00000001.damaged ");
        assert_int_equal(spool_bytes(desk->spool), 0);
        spool_close(&desk->spool);
        desk_clear_folder(desk);
    }
    text_free(&segment);
    desk_free(desk);
}

/* Writes the pieces of the segment of "one two six" and of zeros and junk one after the other. */
static void desk_compose(const struct desk *desk, const struct text *segment, const struct text *other,
                         const char *pieces)
{
    static const char zeros[FRAME] = {0};
    struct text bytes = {0};
    for (; *pieces != '\0'; pieces++) {
        size_t frame = (size_t)(*pieces - '1');
        if (*pieces == 'H')
            text_add_bytes(&bytes, segment->chars, HEADER);
        else if (*pieces == '0')
            text_add_bytes(&bytes, zeros, sizeof zeros);
        else if (*pieces == 'j')
            text_add(&bytes, "junk");
        else if (*pieces >= 'a')
            text_add_bytes(&bytes, other->chars + HEADER + (size_t)(*pieces - 'a') * FRAME, FRAME);
        else
            text_add_bytes(&bytes, segment->chars + HEADER + frame * FRAME, FRAME);
    }
    desk_write(desk, "00000001.spool", bytes.chars != NULL ? bytes.chars : "", bytes.bytes);
    text_free(&bytes);
}

static void what_is_whole_comes_out_in_order(void **state)
{
    static const struct {
        const char *pieces; /* H header, 1 2 3 frames, a b frames of another segment, 0 zeros, j junk */
        const char *expected;
        size_t damaged;
    } cases[] = {
        {"H123", "one two six ", 0},
        {"123", "one two six ", 0 /* no header, but all of the records */},
        {"0123", "one two six ", 1},
        {"00", "", 1},
        {"j", "", 1},
        {"jjjjjjjjjjjjjjjjjjjjjjjjjjjjj23", "two six ", 1},
        {"Hj", "", 1},
        {"H0", "", 1},
        {"H000", "", 1},
        {"H1j23", "one two six ", 1},
        {"H123j", "one two six ", 1},
        {"H1230", "one two six ", 1},
        {"H103", "one six ", 1},
        {"H13", "one six ", 1},
        {"H3", "six ", 2},
        {"H003", "six ", 2},
        {"H0j2j0", "two ", 2},
        {"H132", "one six ", 2},      /* two is not where it was kept */
        {"H1123", "one two six ", 1}, /* never twice */
        {"Ha1b", "one ", 2},          /* never of another segment */
        {"Hab", "", 1},
    };
    struct text segment = {0}, other = {0};
    struct desk *second = desk_with("abc xyz", &other);
    struct desk *desk = desk_with("one two six", &segment);
    (void)state;
    for (size_t at = 0; at < sizeof cases / sizeof cases[0]; at++) {
        desk_clear_folder(desk);
        desk_compose(desk, &segment, &other, cases[at].pieces);
        desk_open(desk);
        if (strcmp(desk_take_all(desk), cases[at].expected) != 0 ||
            spool_damaged(desk->spool) != cases[at].damaged)
            fail_msg("%s: \"%s\", %zu damaged", cases[at].pieces, desk->taken.chars,
                     spool_damaged(desk->spool));
        desk_done_all(desk);
        assert_string_equal(desk_files(desk), cases[at].damaged > 0 ? "00000001.damaged " : "");
        spool_close(&desk->spool);
    }
    text_free(&segment);
    text_free(&other);
    desk_free(second);
    desk_free(desk);
}

static void a_place_the_disk_cannot_read_costs_its_records_only(void **state)
{
    struct desk *desk = desk_new();
    struct text record = {0};
    char bytes[1000] = {0};
    uint64_t ticket;
    (void)state;
    for (int at = 0; at < 40; at++) {
        bytes[0] = (char)at;
        desk_append(desk, bytes, sizeof bytes);
    }
    desk_turn(desk);
    unreadable_at = 8892; /* to 12287: the records 8 to 11 have a byte there */
    desk_reopen(desk);
    assert_int_equal(spool_damaged(desk->spool), 4);
    for (int at = 0; at < 40; at++) {
        if (at >= 8 && at <= 11)
            continue;
        assert_true(spool_take(desk->spool, &record, &ticket));
        assert_int_equal(record.chars[0], at);
        spool_done(desk->spool, ticket);
    }
    unreadable_at = -1;
    assert_string_equal(desk_files(desk), "00000001.damaged ");
    text_free(&record);
    desk_free(desk);
}

static void damage_after_opening_is_seen_when_the_record_is_taken(void **state)
{
    static const int64_t segment_bytes[] = {1, 1 << 20};
    static const char *const kept_aside[] = {"00000002.damaged ", "00000001.damaged "};
    (void)state;
    for (size_t at = 0; at < 2; at++) {
        struct text segment = {0};
        struct desk *desk = desk_new();
        desk->options.segment_bytes_max = segment_bytes[at];
        desk_reopen(desk);
        desk_put(desk, "one two six");
        assert_string_equal(desk_take(desk, 1), "one ");
        const char *name = at == 0 ? "00000002.spool" : "00000001.spool";
        desk_read(desk, name, &segment);
        segment.chars[at == 0 ? HEADER + 60 : HEADER + FRAME + 60] ^= 1;
        desk_write(desk, name, segment.chars, segment.bytes);
        assert_string_equal(desk_take(desk, 1), "six ");
        assert_int_equal(spool_damaged(desk->spool), 1);
        assert_int_equal(spool_count(desk->spool), 2);
        assert_non_null(strstr(desk_log.chars, name));
        desk_done_all(desk);
        assert_int_equal(spool_count(desk->spool), 0);
        assert_string_equal(desk_files(desk), kept_aside[at]);
        assert_string_equal(desk_put(desk, "new"), "+");
        assert_string_equal(desk_take_all(desk), "new ");
        text_free(&segment);
        desk_free(desk);
    }
}

static void a_segment_of_another_key_waits_for_its_key(void **state)
{
    struct desk *desk = desk_new();
    char path[128], aside[128];
    (void)state;
    desk_put(desk, "one two");
    desk->options.key[31] ^= 1;
    desk_reopen(desk);
    assert_int_equal(spool_count(desk->spool), 0);
    assert_int_equal(spool_bytes(desk->spool), 0);
    assert_int_equal(spool_damaged(desk->spool), 1);
    assert_non_null(strstr(desk_log.chars, "00000001.other-key; to save it put that key back"));
    assert_string_equal(desk_put(desk, "new"), "+");
    assert_string_equal(desk_files(desk), "00000001.other-key 00000002.spool ");
    desk_take_all(desk);
    desk_done_all(desk);
    desk_in(desk, "00000001.other-key", aside);
    desk_in(desk, "00000001.spool", path);
    assert_int_equal(rename(aside, path), 0);
    desk->options.key[31] ^= 1;
    desk_reopen(desk);
    assert_int_equal(spool_damaged(desk->spool), 0);
    assert_string_equal(desk_take_all(desk), "one two ");
    desk_free(desk);
}

static void one_damaged_segment_does_not_touch_the_others(void **state)
{
    struct text segment = {0};
    struct desk *desk = desk_new();
    (void)state;
    desk->options.segment_bytes_max = HEADER + FRAME + 1;
    desk_reopen(desk);
    desk_put(desk, "one two six ten");
    desk_put(desk, "red tan");
    assert_string_equal(desk_files(desk), "00000001.spool 00000002.spool 00000003.spool ");
    desk_read(desk, "00000002.spool", &segment);
    segment.chars[HEADER + 5] ^= 8;
    desk_write(desk, "00000002.spool", segment.chars, segment.bytes);
    desk_reopen(desk);
    assert_string_equal(desk_take_all(desk), "one two ten red tan ");
    desk_done_all(desk);
    assert_string_equal(desk_files(desk), "00000002.damaged ");
    desk_put(desk, "new");
    desk_reopen(desk); /* kept aside is kept aside: not looked at again, its number not used */
    assert_int_equal(spool_damaged(desk->spool), 0);
    assert_string_equal(desk_take_all(desk), "new ");
    text_free(&segment);
    desk_free(desk);
}

static void files_show_nothing_of_a_record(void **state)
{
    struct text segment = {0};
    struct desk *desk = desk_with("+358401234567 +358401234567 +358401234567", &segment);
    (void)state;
    assert_null(memmem(segment.chars, segment.bytes, "3584", 4));
    assert_null(memmem(segment.chars, segment.bytes, desk->options.key, 4));
    size_t frame = (segment.bytes - HEADER) / 3;
    for (size_t at = 0; at + 8 <= 13; at++)
        assert_memory_not_equal(segment.chars + HEADER + 56 + at, segment.chars + HEADER + frame + 56 + at,
                                8);
    text_free(&segment);
    desk_free(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_segment_cut_off_anywhere_is_no_damage),
        cmocka_unit_test(a_damaged_byte_costs_its_record_only),
        cmocka_unit_test(what_is_whole_comes_out_in_order),
        cmocka_unit_test(a_place_the_disk_cannot_read_costs_its_records_only),
        cmocka_unit_test(damage_after_opening_is_seen_when_the_record_is_taken),
        cmocka_unit_test(a_segment_of_another_key_waits_for_its_key),
        cmocka_unit_test(one_damaged_segment_does_not_touch_the_others),
        cmocka_unit_test(files_show_nothing_of_a_record),
    };
    return cmocka_run_group_tests_name("spool_damage", tests, NULL, NULL);
}
