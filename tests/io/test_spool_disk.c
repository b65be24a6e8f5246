/* The spool and what is below it: syncs, a disk that is full or broken, kills, its folder and who else is there. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "spool_desk.h"

/* The spool's syncs go through here: counted, and refused on request. */
static size_t syncs, folder_syncs;
static bool sync_fails, truncate_fails;

int fdatasync(int descriptor)
{
    syncs++;
    if (sync_fails) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, descriptor);
}

int fsync(int descriptor)
{
    folder_syncs++;
    return (int)syscall(SYS_fsync, descriptor);
}

int ftruncate(int descriptor, off_t bytes)
{
    if (truncate_fails) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_ftruncate, descriptor, bytes);
}

static void appends_of_one_turn_share_one_sync(void **state)
{
    struct desk *desk = desk_new();
    (void)state;
    syncs = folder_syncs = 0;
    for (int turn = 1; turn <= 3; turn++) {
        for (int at = 0; at < 500; at++)
            desk_append(desk, "record", 6);
        desk_turn(desk);
        assert_int_equal(desk->kept, 500 * turn);
        assert_int_equal(syncs, turn);
        assert_int_equal(folder_syncs, 1); /* for the segment's name */
    }
    desk_free(desk);
}

static void file_limit(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A write stops at this byte or that, as on a disk that is full there. */
static void a_full_disk_refuses_the_turn_and_keeps_the_rest(void **state)
{
    (void)state;
    for (rlim_t room = 0; room < 3 * 75; room += 5) {
        struct desk *desk = desk_new();
        desk_put(desk, "one two");
        rlim_t bytes = (rlim_t)spool_bytes(desk->spool);
        file_limit(bytes + room);
        assert_string_equal(desk_put(desk, "no non nay"), "---");
        file_limit(room % (64 + 72));
        assert_string_equal(desk_put(desk, "never"), "-"); /* nor in a new file */
        assert_string_equal(desk_files(desk), "00000001.spool ");
        assert_int_equal(spool_bytes(desk->spool), bytes);
        file_limit(RLIM_INFINITY);
        assert_string_equal(desk_put(desk, "three"), "+");
        assert_string_equal(desk_take_all(desk), "one two three ");
        desk_reopen(desk);
        assert_string_equal(desk_take_all(desk), "one two three ");
        assert_int_equal(spool_damaged(desk->spool), 0);
        desk_free(desk);
    }
}

static void a_sync_that_fails_refuses_the_turn(void **state)
{
    (void)state;
    for (int kept_before = 0; kept_before <= 1; kept_before++) {
        struct desk *desk = desk_new();
        if (kept_before > 0)
            desk_put(desk, "one");
        sync_fails = true;
        assert_string_equal(desk_put(desk, "no non"), "--");
        sync_fails = false;
        assert_non_null(strstr(desk_log.chars, strerror(EIO)));
        assert_int_equal(spool_count(desk->spool), kept_before);
        assert_string_equal(desk_put(desk, "two"), "+");
        desk_reopen(desk);
        assert_string_equal(desk_take_all(desk), kept_before > 0 ? "one two " : "two ");
        desk_free(desk);
    }
}

static void what_cannot_be_taken_back_is_named_and_not_given_out(void **state)
{
    struct desk *desk = desk_new();
    (void)state;
    desk_put(desk, "one");
    sync_fails = truncate_fails = true;
    assert_string_equal(desk_put(desk, "no"), "-");
    sync_fails = truncate_fails = false;
    assert_non_null(strstr(desk_log.chars, "00000001.spool: cannot take back"));
    assert_string_equal(desk_put(desk, "two"), "+");
    assert_string_equal(desk_take_all(desk), "one two ");
    desk_done_all(desk);
    assert_string_equal(desk_files(desk), "");
    desk_free(desk);
}

struct killed {
    struct desk *desk;
    int pipe;
    uint32_t said[2]; /* highest number kept, highest number done */
    uint32_t appended;
};

static void killed_append(struct killed *killed);

static void killed_on_kept(void *context, bool kept)
{
    struct killed *killed = context;
    struct text record = {0};
    uint64_t ticket;
    if (!kept)
        _exit(1);
    killed->said[0]++;
    killed_append(killed);
    /* Two of three are taken and done at once. */
    if (killed->said[0] % 3 != 0 && spool_take(killed->desk->spool, &record, &ticket)) {
        memcpy(&killed->said[1], record.chars, sizeof killed->said[1]);
        spool_done(killed->desk->spool, ticket);
    }
    text_free(&record);
    if (write(killed->pipe, killed->said, sizeof killed->said) != sizeof killed->said)
        _exit(2);
}

static void killed_append(struct killed *killed)
{
    char record[90] = {0};
    killed->appended++;
    memcpy(record, &killed->appended, sizeof killed->appended);
    spool_append(killed->desk->spool, record, killed->appended % 2 == 0 ? sizeof record : 4, killed_on_kept,
                 killed);
}

/* Appends and drains until it is killed. */
static pid_t killed_start(struct desk *desk, int pipes[2])
{
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0) {
        close(pipes[1]);
        return child;
    }
    struct killed killed = {.desk = desk, .pipe = pipes[1]};
    struct error error;
    close(pipes[0]);
    desk->loop = loop_new();
    if (!desk_try_open(desk, &error))
        _exit(4);
    for (int at = 0; at < 8; at++)
        killed_append(&killed);
    loop_run(desk->loop);
    _exit(3);
}

static void after_a_kill_everything_kept_and_not_done_comes_out(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 12; round++) {
        struct desk *desk = desk_new();
        int pipes[2], status;
        uint32_t said[2], last = 0;
        struct text record = {0};
        uint64_t ticket;
        spool_close(&desk->spool);
        desk->options.segment_bytes_max = 2000;
        pid_t child = killed_start(desk, pipes);
        do
            assert_int_equal(read(pipes[0], said, sizeof said), sizeof said);
        while (said[0] < 20 + 13 * round);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        while (read(pipes[0], said, sizeof said) == sizeof said) {
        }
        close(pipes[0]);
        desk_open(desk);
        assert_int_equal(spool_damaged(desk->spool), 0);
        while (spool_take(desk->spool, &record, &ticket)) {
            uint32_t number;
            memcpy(&number, record.chars, sizeof number);
            /* The last done may have been said to nobody. */
            assert_true(last == 0 ? number <= said[1] + 2 : number == last + 1);
            last = number;
            spool_done(desk->spool, ticket);
        }
        assert_in_range(last, said[0], said[0] + 16);
        assert_string_equal(desk_files(desk), "");
        text_free(&record);
        desk_free(desk);
    }
}

static void a_second_process_is_refused(void **state)
{
    struct desk *desk = desk_new();
    int status;
    (void)state;
    desk_put(desk, "one");
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct error error;
        struct loop *loop = loop_new();
        struct spool *second = spool_open(loop, &desk->options, &error);
        _exit(second == NULL && strstr(error.text, "another process uses it") != NULL ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_string_equal(desk_take_all(desk), "one ");
    desk_free(desk);
}

static void a_folder_that_cannot_be_used_is_refused_with_its_name(void **state)
{
    struct desk *desk = desk_new();
    char path[128];
    struct error error;
    (void)state;
    spool_close(&desk->spool);
    desk_write(desk, "file", "", 0);
    desk_in(desk, "file/spool", path);
    desk->options.folder = path;
    assert_false(desk_try_open(desk, &error));
    assert_non_null(strstr(error.text, desk->folder));
    desk_in(desk, "file", path);
    assert_false(desk_try_open(desk, &error));
    assert_non_null(strstr(error.text, path));
    desk_in(desk, "new", path);
    folder_syncs = 0;
    assert_true(desk_try_open(desk, &error));
    assert_int_equal(folder_syncs, 1); /* of the folder above: the new one's name */
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    spool_close(&desk->spool);
    desk_in(desk, "new/lock", path);
    assert_int_equal(unlink(path), 0);
    desk_free(desk);
}

static void other_files_are_left_alone(void **state)
{
    static const char *const names[] = {"1.spool",         "00000001.spool.bak", "0000000x.spool", "notes",
                                        "000000001.spool", "99999999999.spool",  "-0000001.spool", "spool"};
    struct desk *desk = desk_new();
    char path[128], expected[8192];
    (void)state;
    desk_put(desk, "one two");
    for (size_t at = 0; at < sizeof names / sizeof names[0]; at++)
        desk_write(desk, names[at], "garbage", 7);
    desk_write(desk, "00000007.damaged", "aside", 5);
    desk_in(desk, "00000006.spool", path);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(expected, sizeof expected, "%s", desk_files(desk));
    desk_reopen(desk);
    assert_string_equal(desk_take_all(desk), "one two ");
    assert_int_equal(spool_damaged(desk->spool), 0);
    assert_string_equal(desk_put(desk, "three"), "+");
    assert_non_null(strstr(desk_files(desk), "00000008.spool"));
    desk_take_all(desk);
    desk_done_all(desk);
    assert_memory_equal(strstr(expected, "00000001.spool "), "00000001.spool ", 15);
    memmove(strstr(expected, "00000001.spool "), strstr(expected, "00000001.spool ") + 15,
            strlen(strstr(expected, "00000001.spool ") + 15) + 1);
    assert_string_equal(desk_files(desk), expected);
    desk_free(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_of_one_turn_share_one_sync),
        cmocka_unit_test(a_full_disk_refuses_the_turn_and_keeps_the_rest),
        cmocka_unit_test(a_sync_that_fails_refuses_the_turn),
        cmocka_unit_test(what_cannot_be_taken_back_is_named_and_not_given_out),
        cmocka_unit_test(after_a_kill_everything_kept_and_not_done_comes_out),
        cmocka_unit_test(a_second_process_is_refused),
        cmocka_unit_test(a_folder_that_cannot_be_used_is_refused_with_its_name),
        cmocka_unit_test(other_files_are_left_alone),
    };
    signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests_name("spool_disk", tests, NULL, NULL);
}
