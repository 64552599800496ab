/* SPDX-License-Identifier: MIT */
#include "onelink/base/addr.h"

#include <string.h>

#include "onelink/base/buf.h"

struct ol_addr ol_addr_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port)
{
    return (struct ol_addr){.family = OL_ADDR_IPV4, .bytes = {a, b, c, d}, .port = port};
}

bool ol_addr_equal(const struct ol_addr *a, const struct ol_addr *b)
{
    return a->port == b->port && ol_addr_same_host(a, b);
}

bool ol_addr_same_host(const struct ol_addr *a, const struct ol_addr *b)
{
    if (a->family != b->family) {
        return false;
    }
    size_t len = a->family == OL_ADDR_IPV4 ? 4 : a->family == OL_ADDR_IPV6 ? 16 : 0;
    return memcmp(a->bytes, b->bytes, len) == 0;
}

/* One part of a dotted address: 0..255 without leading zeros. Gives how many characters
 * it has, 0 when there is none. */
static size_t part_decode(const char *text, size_t len, uint8_t *out)
{
    uint32_t value = 0;
    size_t n = 0;
    while (n < len && text[n] >= '0' && text[n] <= '9') {
        if (n > 0 && value == 0) {
            return 0;
        }
        value = value * 10 + (uint32_t)(text[n] - '0');
        if (value > 255) {
            return 0;
        }
        n++;
    }
    *out = (uint8_t)value;
    return n;
}

int32_t ol_addr_decode(struct ol_str text, uint16_t port, struct ol_addr *out)
{
    struct ol_addr addr = ol_addr_ipv4(0, 0, 0, 0, port);
    size_t pos = 0;
    for (int i = 0; i < 4; i++) {
        if (i > 0) {
            if (pos == text.len || text.ptr[pos] != '.') {
                return OL_E_ARG;
            }
            pos++;
        }
        size_t n = pos < text.len
                       ? part_decode(text.ptr + pos, text.len - pos, &addr.bytes[i])
                       : 0;
        if (n == 0) {
            return OL_E_ARG;
        }
        pos += n;
    }
    if (pos != text.len) {
        return OL_E_ARG;
    }
    *out = addr;
    return OL_OK;
}

int32_t ol_addr_encode(const struct ol_addr *addr, char *text, size_t cap)
{
    struct ol_writer w = ol_writer_make(text, cap);
    for (int i = 0; i < 4; i++) {
        if (i > 0) {
            ol_writer_u8(&w, '.');
        }
        ol_writer_dec_u64(&w, addr->bytes[i]);
    }
    if (addr->port != 0) {
        ol_writer_u8(&w, ':');
        ol_writer_dec_u64(&w, addr->port);
    }
    ol_writer_u8(&w, '\0');
    return w.over ? (int32_t)OL_E_NOSPC : (int32_t)w.len - 1;
}
