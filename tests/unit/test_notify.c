/* The service manager's socket: who is told what, by path and by abstract name, and when nobody is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/notify.h"

static int manager = -1;

/* Binds the manager's socket; `name` as in NOTIFY_SOCKET. */
static void listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t bytes = strlen(name);
    assert_true(bytes < sizeof address.sun_path);
    memcpy(address.sun_path, name, bytes);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    else
        (void)unlink(name);
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(manager, (const struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + bytes)),
                     0);
}

static void expect_told(const char *lines)
{
    char told[256];
    ssize_t bytes = recv(manager, told, sizeof told - 1, MSG_DONTWAIT);
    assert_true(bytes >= 0);
    told[bytes] = '\0';
    assert_string_equal(told, lines);
}

static int forget(void **state)
{
    (void)state;
    if (manager >= 0)
        (void)close(manager);
    manager = -1;
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return 0;
}

static void a_manager_is_told(const char *name)
{
    listen_at(name);
    setenv("NOTIFY_SOCKET", name, 1);
    notify_open();
    assert_true(notify_is_wanted());
    assert_null(getenv("NOTIFY_SOCKET")); /* children must not speak in our name */
    assert_true(notify_send("READY=1"));
    assert_true(notify_send("STOPPING=1\nSTATUS=stopping"));
    expect_told("READY=1");
    expect_told("STOPPING=1\nSTATUS=stopping");
    assert_int_equal(notify_watchdog_ms(), 0);
}

static void it_is_told_at_a_path(void **state)
{
    (void)state;
    char path[64];
    (void)snprintf(path, sizeof path, "/tmp/pulssi-notify-%d", (int)getpid());
    a_manager_is_told(path);
    (void)close(manager);
    manager = -1;
    assert_false(notify_send("STATUS=nobody takes this")); /* and the program goes on */
    (void)unlink(path);
}

static void it_is_told_at_an_abstract_name(void **state)
{
    (void)state;
    char name[64];
    (void)snprintf(name, sizeof name, "@pulssi/notify/%d", (int)getpid());
    a_manager_is_told(name);
}

static void without_a_socket_nobody_is_told(void **state)
{
    (void)state;
    static const char *const names[] = {"", "relative/path", "@", "/", "vsock:2:1234"};
    char long_name[200];
    notify_open();
    assert_false(notify_is_wanted());
    assert_false(notify_send("READY=1"));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        setenv("NOTIFY_SOCKET", names[i], 1);
        setenv("WATCHDOG_USEC", "1000000", 1);
        notify_open();
        assert_false(notify_is_wanted());
        assert_int_equal(notify_watchdog_ms(), 0);
        assert_null(getenv("WATCHDOG_USEC"));
    }
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[0] = '/';
    long_name[sizeof long_name - 1] = '\0';
    setenv("NOTIFY_SOCKET", long_name, 1);
    notify_open();
    assert_false(notify_is_wanted());
}

static void the_watchdog_is_fed_at_half_its_interval(void **state)
{
    (void)state;
    char own[16];
    (void)snprintf(own, sizeof own, "%d", (int)getpid());
    const struct {
        const char *interval_us, *process;
        int64_t every_ms;
    } cases[] = {
        {"30000000", own, 15000}, {"30000000", NULL, 15000},
        {"30000000", "1", 0},     {"1500", own, 1},
        {"86400000001", own, 0},  {"0", own, 0},
        {"soon", own, 0},         {"-5", own, 0},
        {"30000000", "me", 0},    {NULL, own, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        setenv("NOTIFY_SOCKET", "@pulssi/notify/nobody", 1);
        if (cases[i].interval_us != NULL)
            setenv("WATCHDOG_USEC", cases[i].interval_us, 1);
        if (cases[i].process != NULL)
            setenv("WATCHDOG_PID", cases[i].process, 1);
        notify_open();
        assert_int_equal(notify_watchdog_ms(), cases[i].every_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(it_is_told_at_a_path, forget),
        cmocka_unit_test_teardown(it_is_told_at_an_abstract_name, forget),
        cmocka_unit_test_teardown(without_a_socket_nobody_is_told, forget),
        cmocka_unit_test_teardown(the_watchdog_is_fed_at_half_its_interval, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
