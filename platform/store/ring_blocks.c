/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "platform/store/ring_parts.h"

#define GROW_STEP (1U << 20)

/* ---- rings by key ---- */

static uint32_t slot_of(const struct ol_ring *r, int64_t key)
{
    uint64_t h = (uint64_t)key * UINT64_C(0x9E3779B97F4A7C15);
    uint32_t at = (uint32_t)(h >> 32) & (r->table_cap - 1);
    while (r->table[at] != OL_RING_NONE && r->rings[r->table[at]].key != key) {
        at = (at + 1) & (r->table_cap - 1);
    }
    return at;
}

static bool table_grow(struct ol_ring *r)
{
    uint32_t cap = r->ring_cap == 0 ? 64 : r->ring_cap * 2;
    struct ol_ring_keyed *rings = realloc(r->rings, cap * sizeof *rings);
    if (rings == NULL) {
        return false;
    }
    r->rings = rings;
    uint32_t *table = realloc(r->table, cap * 2 * sizeof *table);
    if (table == NULL) {
        return false;
    }
    r->table = table;
    r->ring_cap = cap;
    r->table_cap = cap * 2;
    memset(table, 0xFF, r->table_cap * sizeof *table);
    for (uint32_t i = 0; i < r->ring_count; i++) {
        table[slot_of(r, rings[i].key)] = i;
    }
    return true;
}

struct ol_ring_keyed *ol_ring_find(const struct ol_ring *r, int64_t key)
{
    uint32_t at = r->table_cap == 0 ? OL_RING_NONE : r->table[slot_of(r, key)];
    return at == OL_RING_NONE ? NULL : &r->rings[at];
}

struct ol_ring_keyed *ol_ring_find_or_add(struct ol_ring *r, int64_t key)
{
    struct ol_ring_keyed *k = ol_ring_find(r, key);
    if (k != NULL || (r->ring_count == r->ring_cap && !table_grow(r))) {
        return k;
    }
    k = &r->rings[r->ring_count];
    *k = (struct ol_ring_keyed){key, OL_RING_NONE, OL_RING_NONE, 0,
                                0,   OL_RING_NONE, OL_RING_NONE, false};
    r->table[slot_of(r, key)] = r->ring_count++;
    return k;
}

/* ---- rings by length ---- */

static uint32_t index_of(const struct ol_ring *r, const struct ol_ring_keyed *k)
{
    return (uint32_t)(k - r->rings);
}

static void same_remove(struct ol_ring *r, struct ol_ring_keyed *k)
{
    struct ol_ring_same *s = &r->same[k->count];
    if (k->count == 0) {
        return;
    }
    *(k->prev == OL_RING_NONE ? &s->first : &r->rings[k->prev].next) = k->next;
    *(k->next == OL_RING_NONE ? &s->last : &r->rings[k->next].prev) = k->prev;
}

static void same_add(struct ol_ring *r, struct ol_ring_keyed *k)
{
    struct ol_ring_same *s = &r->same[k->count];
    if (k->count == 0) {
        return;
    }
    k->prev = s->last;
    k->next = OL_RING_NONE;
    *(s->last == OL_RING_NONE ? &s->first : &r->rings[s->last].next) = index_of(r, k);
    s->last = index_of(r, k);
    r->top = k->count > r->top ? k->count : r->top;
}

static struct ol_ring_keyed *longest(struct ol_ring *r)
{
    while (r->top > 0 && r->same[r->top].first == OL_RING_NONE) {
        r->top--;
    }
    return r->top == 0 ? NULL : &r->rings[r->same[r->top].first];
}

/* ---- blocks ---- */

static uint32_t take_oldest(struct ol_ring *r, struct ol_ring_keyed *k)
{
    uint32_t b = k->first;
    same_remove(r, k);
    k->first = r->next[b];
    k->last = k->first == OL_RING_NONE ? OL_RING_NONE : k->last;
    k->count--;
    same_add(r, k);
    return b;
}

void ol_ring_append(struct ol_ring *r, struct ol_ring_keyed *k, uint32_t b)
{
    same_remove(r, k);
    *(k->last == OL_RING_NONE ? &k->first : &r->next[k->last]) = b;
    r->next[b] = OL_RING_NONE;
    k->last = b;
    k->count++;
    same_add(r, k);
}

/* Room in the file for one more block that was never in use. */
static bool file_grow(struct ol_ring *r)
{
    size_t need = OL_RING_HEAD_LEN + ((size_t)r->head->blocks + 1) * OL_RING_BLOCK;
    if (r->head->blocks >= OL_RING_BLOCKS_MAX) {
        return false;
    }
    if (need <= r->file_len) {
        return true;
    }
    size_t len = r->file_len + GROW_STEP;
    len = len < OL_RING_FILE_MAX ? len : OL_RING_FILE_MAX;
    /* Allocated, not just made longer: a page without a place on the disk would kill the
     * process that touches it. */
    if (posix_fallocate(r->fd, 0, (off_t)len) != 0) {
        return false;
    }
    r->file_len = len;
    return true;
}

static uint32_t take_block(struct ol_ring *r, struct ol_ring_keyed *k)
{
    if (k->count >= r->max) {
        return take_oldest(r, k);
    }
    if (r->free != OL_RING_NONE) {
        uint32_t b = r->free;
        r->free = r->next[b];
        return b;
    }
    if (file_grow(r)) {
        return r->head->blocks++;
    }
    struct ol_ring_keyed *other = longest(r);
    return other == NULL ? OL_RING_NONE : take_oldest(r, other);
}

/* What a reader has copied meanwhile it throws away: it looks whose the block is again.
 * Nothing may be written before that can be seen. */
static void set_free(struct ol_ring_block *b)
{
    atomic_store(&b->key, OL_RING_FREE);
    atomic_thread_fence(memory_order_release);
}

void ol_ring_give_back(struct ol_ring *r, struct ol_ring_keyed *k)
{
    uint32_t b = take_oldest(r, k);
    set_free(&r->blocks[b]);
    memset(r->blocks[b].data, 0, OL_RING_DATA_MAX);
    r->next[b] = r->free;
    r->free = b;
}

struct ol_ring_block *ol_ring_begin_block(struct ol_ring *r, struct ol_ring_keyed *k)
{
    uint32_t b = take_block(r, k);
    if (b == OL_RING_NONE) {
        return NULL;
    }
    struct ol_ring_block *block = &r->blocks[b];
    set_free(block);
    atomic_store(&block->used, 0);
    block->first = OL_RING_NOWHERE;
    block->number = k->number++;
    atomic_store(&block->serial, ++r->head->serial);
    atomic_store(&block->key, k->key);
    ol_ring_append(r, k, b);
    k->sealed = false;
    return block;
}
