/* A list of internet addresses and prefixes, such as a setting gives, and whose call a request is when web servers stand
 * between. Pure. */
#ifndef GATEWAY_ADDRESS_LIST_H
#define GATEWAY_ADDRESS_LIST_H

#include "base/error.h"
#include "base/text.h"

#define ADDRESS_LIST_MAX 64
#define ADDRESS_SIZE     46 /* an address as text */

struct address_prefix {
    unsigned char bytes[16]; /* of IPv6; an address of IPv4 as ::ffff:a.b.c.d */
    int bits;                /* how many must agree */
};

/* Zero-initialised it is empty. */
struct address_list {
    struct address_prefix items[ADDRESS_LIST_MAX];
    size_t count;
};

/* Reads addresses ("203.0.113.7", "2001:db8::1") and prefixes ("203.0.113.0/24", "2001:db8::/32") with spaces or commas
 * between; bits beyond a prefix must be 0. False with the error naming the one that is wrong. */
bool address_list_read(const char *text, struct address_list *list_out, struct error *error) MUST_CHECK;

/* Whether the address is in the list; false also when it is none. */
bool address_list_holds(const struct address_list *list, const char *address);

/* The address that called: the peer, or, while that is a trusted proxy, the one that it says it was called by
 * (X-Forwarded-For, read from its end). "" when that cannot be told. */
void address_of_caller(const struct address_list *proxies, const char *peer, const char *forwarded_for,
                       char caller_out[ADDRESS_SIZE]);

#endif
