/* Addresses are compared as those of IPv6, IPv4 among them as ::ffff:a.b.c.d, so that a socket of both kinds is no
 * matter. Of X-Forwarded-For only what a trusted proxy wrote is believed: whoever stands before the last untrusted address
 * may have written anything. */
#include "gateway/address_list.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define BETWEEN " \t,"

static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* The address as one of IPv6; bits_out is how many more bits that has than what was written. */
static bool address_read(const char *text, unsigned char bytes_out[16], int *bits_out)
{
    unsigned char found[16];
    *bits_out = 0;
    if (inet_pton(AF_INET6, text, found) == 1) {
        memcpy(bytes_out, found, 16);
        return true;
    }
    if (inet_pton(AF_INET, text, found) != 1)
        return false;
    memcpy(bytes_out, mapped, sizeof mapped);
    memcpy(bytes_out + sizeof mapped, found, 4);
    *bits_out = 8 * (int)sizeof mapped;
    return true;
}

static bool bit_of(const unsigned char bytes[16], int bit)
{
    return (bytes[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

static bool prefix_read(const char *text, struct address_prefix *prefix_out)
{
    char address[ADDRESS_SIZE];
    const char *slash = strchr(text, '/');
    size_t chars = slash == NULL ? strlen(text) : (size_t)(slash - text);
    int more_bits = 0;
    int64_t bits = 0;
    if (chars >= sizeof address)
        return false;
    memcpy(address, text, chars);
    address[chars] = '\0';
    if (!address_read(address, prefix_out->bytes, &more_bits) ||
        (slash != NULL && !text_to_int(slash + 1, 0, 128 - more_bits, &bits)))
        return false;
    prefix_out->bits = slash == NULL ? 128 : (int)bits + more_bits;
    bool zero = true;
    for (int bit = prefix_out->bits; bit < 128; bit++)
        zero = zero && !bit_of(prefix_out->bytes, bit);
    return zero;
}

bool address_list_read(const char *text, struct address_list *list_out, struct error *error)
{
    *list_out = (struct address_list){.count = 0};
    for (const char *at = text + strspn(text, BETWEEN); *at != '\0'; at += strspn(at, BETWEEN)) {
        char item[2 * ADDRESS_SIZE];
        size_t chars = strcspn(at, BETWEEN);
        if (list_out->count == ADDRESS_LIST_MAX)
            return error_set(error, "more than %d addresses", ADDRESS_LIST_MAX);
        snprintf(item, sizeof item, "%.*s", (int)(chars < sizeof item ? chars : sizeof item), at);
        if (chars >= sizeof item || !prefix_read(item, &list_out->items[list_out->count++]))
            return error_set(error,
                             "\"%s\" is neither an address nor a prefix such as 203.0.113.0/24 or "
                             "2001:db8::/32, whose other bits are 0",
                             item);
        at += chars;
    }
    return true;
}

bool address_list_holds(const struct address_list *list, const char *address)
{
    unsigned char bytes[16];
    int more_bits = 0;
    if (!address_read(address, bytes, &more_bits))
        return false;
    for (size_t i = 0; i < list->count; i++) {
        int bit = 0;
        while (bit < list->items[i].bits && bit_of(bytes, bit) == bit_of(list->items[i].bytes, bit))
            bit++;
        if (bit == list->items[i].bits)
            return true;
    }
    return false;
}

/* Cuts the last address off the end of a header's text; "" when there is none. */
static void last_address(const char *text, size_t *bytes, char address_out[ADDRESS_SIZE])
{
    size_t end = *bytes;
    while (end > 0 && strchr(BETWEEN, text[end - 1]) != NULL)
        end--;
    size_t start = end;
    while (start > 0 && strchr(BETWEEN, text[start - 1]) == NULL)
        start--;
    *bytes = start;
    address_out[0] = '\0';
    if (end - start < ADDRESS_SIZE)
        snprintf(address_out, ADDRESS_SIZE, "%.*s", (int)(end - start), text + start);
}

void address_of_caller(const struct address_list *proxies, const char *peer, const char *forwarded_for,
                       char caller_out[ADDRESS_SIZE])
{
    size_t left = strlen(forwarded_for);
    (void)text_copy(caller_out, ADDRESS_SIZE, peer);
    while (left > 0 && address_list_holds(proxies, caller_out))
        last_address(forwarded_for, &left, caller_out);
}
