/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "onelink/base/buf.h"

struct ol_writer ol_writer_make(void *buf, size_t cap)
{
    struct ol_writer w;
    w.buf = buf;
    w.cap = cap;
    w.len = 0;
    w.over = false;
    return w;
}

int32_t ol_writer_status(const struct ol_writer *w)
{
    return w->over ? OL_E_NOSPC : OL_OK;
}

/* Takes n bytes, or gives NULL and sets over. */
static uint8_t *take(struct ol_writer *w, size_t n)
{
    if (w->over || n > w->cap - w->len) {
        w->over = true;
        return NULL;
    }
    uint8_t *p = w->buf + w->len;
    w->len += n;
    return p;
}

/* The most frequent of all; on its own it is a few instructions. */
void ol_writer_u8(struct ol_writer *w, uint8_t v)
{
    if (w->over || w->len == w->cap) {
        w->over = true;
        return;
    }
    w->buf[w->len++] = v;
}

void ol_writer_u16(struct ol_writer *w, uint16_t v)
{
    uint8_t *p = take(w, 2);
    if (p != NULL) {
        p[0] = (uint8_t)(v >> 8);
        p[1] = (uint8_t)v;
    }
}

void ol_writer_u32(struct ol_writer *w, uint32_t v)
{
    uint8_t *p = take(w, 4);
    if (p != NULL) {
        p[0] = (uint8_t)(v >> 24);
        p[1] = (uint8_t)(v >> 16);
        p[2] = (uint8_t)(v >> 8);
        p[3] = (uint8_t)v;
    }
}

void ol_writer_bytes(struct ol_writer *w, const void *data, size_t len)
{
    if (len == 0) {
        return;
    }
    uint8_t *p = take(w, len);
    if (p != NULL) {
        memcpy(p, data, len);
    }
}

void ol_writer_str(struct ol_writer *w, struct ol_str s)
{
    ol_writer_bytes(w, s.ptr, s.len);
}
