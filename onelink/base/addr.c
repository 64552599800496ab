/* SPDX-License-Identifier: MIT */
#include "onelink/base/addr.h"

#include <string.h>

#include "onelink/base/buf.h"

void ol_addr_set_ipv4(struct ol_addr *out, const uint8_t bytes[4], uint16_t port)
{
    memset(out, 0, sizeof *out);
    out->family = OL_ADDR_IPV4;
    out->port = port;
    memcpy(out->bytes, bytes, 4);
}

struct ol_addr ol_addr_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port)
{
    const uint8_t bytes[4] = {a, b, c, d};
    struct ol_addr addr;

    ol_addr_set_ipv4(&addr, bytes, port);
    return addr;
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

int32_t ol_addr_decode(struct ol_str text, uint16_t port, struct ol_addr *out)
{
    uint8_t bytes[4];
    uint32_t part = 0;
    uint32_t value = 0;
    bool has_digit = false;

    for (size_t i = 0; i <= text.len; i++) {
        char c = i < text.len ? text.ptr[i] : '.'; /* a dot ends a part */
        if (c == '.') {
            if (!has_digit || part == sizeof bytes) {
                return OL_E_ARG;
            }
            bytes[part++] = (uint8_t)value;
            value = 0;
            has_digit = false;
            continue;
        }
        bool is_leading_zero = has_digit && value == 0;
        value = value * 10 + (uint32_t)(c - '0');
        if (c < '0' || c > '9' || is_leading_zero || value > 255) {
            return OL_E_ARG;
        }
        has_digit = true;
    }
    if (part < sizeof bytes) {
        return OL_E_ARG;
    }
    ol_addr_set_ipv4(out, bytes, port);
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
