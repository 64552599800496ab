/* SPDX-License-Identifier: MIT */
#include "onelink/base/buf.h"

struct ol_reader ol_reader_make(const void *buf, size_t len)
{
    struct ol_reader r;
    r.buf = buf;
    r.len = len;
    r.pos = 0;
    r.bad = false;
    return r;
}

size_t ol_reader_left(const struct ol_reader *r)
{
    return r->bad ? 0 : r->len - r->pos;
}

/* n bytes in network order, n at most 4. */
static uint32_t get_be(const uint8_t *p, size_t n)
{
    uint32_t v = 0;
    for (size_t i = 0; i < n; i++) {
        v = v << 8 | p[i];
    }
    return v;
}

uint16_t ol_get_u16(const uint8_t *p)
{
    return (uint16_t)get_be(p, 2);
}

uint32_t ol_get_u32(const uint8_t *p)
{
    return get_be(p, 4);
}

static uint32_t read_be(struct ol_reader *r, size_t n)
{
    struct ol_str bytes = ol_reader_bytes(r, n);
    return get_be((const uint8_t *)bytes.ptr, bytes.len);
}

uint8_t ol_reader_u8(struct ol_reader *r)
{
    return (uint8_t)read_be(r, 1);
}

uint16_t ol_reader_u16(struct ol_reader *r)
{
    return (uint16_t)read_be(r, 2);
}

uint32_t ol_reader_u32(struct ol_reader *r)
{
    return read_be(r, 4);
}

struct ol_str ol_reader_bytes(struct ol_reader *r, size_t n)
{
    if (r->bad || n > r->len - r->pos) {
        r->bad = true;
        return (struct ol_str){NULL, 0};
    }
    if (n == 0) {
        return (struct ol_str){NULL, 0};
    }
    struct ol_str span = ol_str_make(r->buf + r->pos, n);
    r->pos += n;
    return span;
}
