/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_MEM_H
#define PLATFORM_CORE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "platform/core/alloc.h"

/* Memory of the node: the owner's allocator with a small stock of blocks kept ready, so
 * that a message costs no allocation. */
#define OL_MEM_BLOCK 512 /* bytes of a block in stock */
#define OL_MEM_STOCK 256 /* at most so many blocks wait to be used again */

struct ol_mem {
    struct ol_alloc alloc;
    void *stock; /* free blocks; the first bytes of each point at the next */
    uint32_t stock_count;
    size_t used; /* bytes taken from alloc, stock included */
};

/* A growing array of bytes. All zero it is empty and holds no memory. */
struct ol_bytes {
    uint8_t *data;
    uint32_t len;
    uint32_t cap;
};

/* An empty stock over the owner's allocator. */
struct ol_mem ol_mem_make(struct ol_alloc alloc);

/* Gives the stock back to the owner's allocator. */
void ol_mem_reset(struct ol_mem *m);

/* len bytes, len > 0, or NULL when there is no memory. Free with the same len. */
void *ol_mem_get(struct ol_mem *m, size_t len);
void ol_mem_free(struct ol_mem *m, void *ptr, size_t len);

/* Room for n more bytes behind b->len, of which the caller then counts what it wrote into
 * b->len. At most max bytes in all. NULL: above max, or no memory; b is as before. */
uint8_t *ol_bytes_room(struct ol_bytes *b, struct ol_mem *m, size_t n, size_t max);

/* ol_bytes_room, data copied, b->len counted. OL_OK or OL_E_NOSPC. */
OL_MUST int32_t ol_bytes_add(struct ol_bytes *b, struct ol_mem *m, const void *data,
                             size_t n, size_t max);

/* Empties b and gives its memory back. */
void ol_bytes_reset(struct ol_bytes *b, struct ol_mem *m);

#endif
