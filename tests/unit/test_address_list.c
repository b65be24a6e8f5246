/* Lists of addresses, and whose call a request is behind web servers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "gateway/address_list.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void an_address_is_in_the_list_or_not(void **state)
{
    (void)state;
    static const struct {
        const char *list, *address;
        bool holds;
    } rows[] = {
        {"", "127.0.0.1", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.1", "127.0.0.2", false},
        {"127.0.0.1", "::ffff:127.0.0.1", true},
        {"::1", "::1", true},
        {"::1", "127.0.0.1", false},
        {"203.0.113.0/24", "203.0.113.255", true},
        {"203.0.113.0/24", "203.0.112.255", false},
        {"203.0.113.128/25", "203.0.113.127", false},
        {"203.0.113.128/25", "203.0.113.128", true},
        {"0.0.0.0/0", "198.51.100.1", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "198.51.100.1", true},
        {"2001:db8::/32", "2001:db8:ffff::1", true},
        {"2001:db8::/32", "2001:db9::1", false},
        {" 10.0.0.0/8,\t192.0.2.1 , ::1 ", "192.0.2.1", true},
        {" 10.0.0.0/8,\t192.0.2.1 , ::1 ", "192.0.2.2", false},
        {"0.0.0.0/0 ::/0", "", false},
        {"0.0.0.0/0 ::/0", "127.0.0.1.", false},
        {"0.0.0.0/0 ::/0", "unknown", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct address_list list;
        struct error error = {""};
        if (!address_list_read(rows[i].list, &list, &error))
            fail_msg("%s: %s", rows[i].list, error.text);
        if (address_list_holds(&list, rows[i].address) != rows[i].holds)
            fail_msg("\"%s\" in \"%s\"", rows[i].address, rows[i].list);
    }
}

static void a_list_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const lists[] = {"localhost",      "10.0.0.0/33",       "10.0.0.1/8",  "::1/129",
                                        "2001:db8::1/32", "10.0.0.0/",         "10.0.0.0/-1", "10.0.0/8",
                                        "10.0.0.1;::1",   "10.0.0.0/8 nobody", "/8"};
    struct address_list list;
    struct error error;
    struct text many = {0};
    for (size_t i = 0; i < COUNT(lists); i++)
        if (address_list_read(lists[i], &list, &error))
            fail_msg("%s is taken", lists[i]);
    for (int i = 0; i <= ADDRESS_LIST_MAX; i++)
        text_addf(&many, "10.0.0.%d ", i);
    assert_false(address_list_read(many.chars, &list, &error));
    assert_string_equal(error.text, "more than 64 addresses");
    text_free(&many);
}

static void a_proxy_that_is_trusted_says_who_called(void **state)
{
    (void)state;
    static const struct {
        const char *peer, *forwarded, *caller;
    } rows[] = {
        {"198.51.100.1", "", "198.51.100.1"},
        {"198.51.100.1", "203.0.113.7", "198.51.100.1"}, /* nobody's proxy: not believed */
        {"10.0.0.1", "", "10.0.0.1"},
        {"10.0.0.1", "198.51.100.1", "198.51.100.1"},
        {"10.0.0.1", "203.0.113.7, 198.51.100.1", "198.51.100.1"}, /* the first was the caller's own word */
        {"10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"},
        {"10.0.0.1", "198.51.100.1,10.0.0.2 , 10.0.0.3,", "198.51.100.1"},
        {"10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
        {"10.0.0.1", "203.0.113.7, unknown", "unknown"},
        {"::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"},
        {"10.0.0.1", "203.0.113.7, 1111111111111111111111111111111111111111111111111111", ""},
    };
    struct address_list proxies;
    struct error error;
    assert_true(address_list_read("10.0.0.0/8", &proxies, &error));
    for (size_t i = 0; i < COUNT(rows); i++) {
        char caller[ADDRESS_SIZE];
        address_of_caller(&proxies, rows[i].peer, rows[i].forwarded, caller);
        if (strcmp(caller, rows[i].caller) != 0)
            fail_msg("%s, %s: %s", rows[i].peer, rows[i].forwarded, caller);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_in_the_list_or_not),
        cmocka_unit_test(a_list_that_is_none_is_refused),
        cmocka_unit_test(a_proxy_that_is_trusted_says_who_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
