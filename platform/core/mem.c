/* SPDX-License-Identifier: MIT */
#include "platform/core/mem.h"

#include <string.h>

struct ol_mem ol_mem_make(struct ol_alloc alloc)
{
    return (struct ol_mem){.alloc = alloc};
}

void ol_mem_reset(struct ol_mem *m)
{
    while (m->stock != NULL) {
        void *block = m->stock;
        memcpy(&m->stock, block, sizeof m->stock);
        (void)m->alloc.resize(m->alloc.ctx, block, OL_MEM_BLOCK, 0);
        m->used -= OL_MEM_BLOCK;
    }
    m->stock_count = 0;
}

void *ol_mem_get(struct ol_mem *m, size_t len)
{
    if (len == OL_MEM_BLOCK && m->stock != NULL) {
        void *block = m->stock;
        memcpy(&m->stock, block, sizeof m->stock);
        m->stock_count--;
        return block;
    }
    void *ptr = m->alloc.resize(m->alloc.ctx, NULL, 0, len);
    if (ptr != NULL) {
        m->used += len;
    }
    return ptr;
}

void ol_mem_free(struct ol_mem *m, void *ptr, size_t len)
{
    if (ptr == NULL) {
        return;
    }
    if (len == OL_MEM_BLOCK && m->stock_count < OL_MEM_STOCK) {
        memcpy(ptr, &m->stock, sizeof m->stock);
        m->stock = ptr;
        m->stock_count++;
        return;
    }
    (void)m->alloc.resize(m->alloc.ctx, ptr, len, 0);
    m->used -= len;
}

/* The next capacity that holds need: a block first, then doubling, never above max by
 * more than the first block. */
static size_t grown(size_t cap, size_t need, size_t max)
{
    size_t next = cap < OL_MEM_BLOCK ? OL_MEM_BLOCK : cap;
    while (next < need) {
        next *= 2;
    }
    if (next > max && next > OL_MEM_BLOCK) {
        next = max > need ? max : need;
    }
    return next;
}

uint8_t *ol_bytes_room(struct ol_bytes *b, struct ol_mem *m, size_t n, size_t max)
{
    if (b->len > max || n > max - b->len) {
        return NULL;
    }
    if (n > b->cap - b->len) {
        size_t cap = grown(b->cap, b->len + n, max);
        uint8_t *data = ol_mem_get(m, cap);
        if (data == NULL) {
            return NULL;
        }
        if (b->len > 0) {
            memcpy(data, b->data, b->len);
        }
        ol_mem_free(m, b->data, b->cap);
        b->data = data;
        b->cap = (uint32_t)cap;
    }
    return b->data + b->len;
}

int32_t ol_bytes_add(struct ol_bytes *b, struct ol_mem *m, const void *data, size_t n,
                     size_t max)
{
    if (n == 0) {
        return OL_OK;
    }
    uint8_t *room = ol_bytes_room(b, m, n, max);
    if (room == NULL) {
        return OL_E_NOSPC;
    }
    memcpy(room, data, n);
    b->len += (uint32_t)n;
    return OL_OK;
}

void ol_bytes_reset(struct ol_bytes *b, struct ol_mem *m)
{
    ol_mem_free(m, b->data, b->cap);
    *b = (struct ol_bytes){NULL, 0, 0};
}
