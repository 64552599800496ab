/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MADV_DONTNEED */

#include <string.h>
#include <sys/mman.h>

#include "platform/store/ring_parts.h"

#define DROP_EVERY 256U /* entries between two times the pages are let go */

/* ---- adding ---- */

/* The pages stay in the kernel's cache, and what is needed again is there without
 * reading; they just no longer count as this process's memory. */
static void let_go(struct ol_ring *r)
{
    if (++r->added % DROP_EVERY == 0) {
        (void)madvise(r->head, r->file_len, MADV_DONTNEED);
    }
}

static bool put(struct ol_ring *r, struct ol_ring_keyed *k, const void *data, size_t len,
                bool first)
{
    const uint8_t *from = data;
    while (len > 0) {
        struct ol_ring_block *b =
            k->last == OL_RING_NONE || k->sealed ? NULL : &r->blocks[k->last];
        uint16_t used = b == NULL ? OL_RING_DATA_MAX : b->used;
        if (used >= OL_RING_DATA_MAX) {
            b = ol_ring_begin_block(r, k);
            if (b == NULL) {
                return false;
            }
            used = 0;
        }
        if (first && b->first == OL_RING_NOWHERE) {
            b->first = used;
        }
        first = false;
        size_t n = len < OL_RING_DATA_MAX - used ? len : OL_RING_DATA_MAX - used;
        memcpy(b->data + used, from, n);
        atomic_store_explicit(&b->used, (uint16_t)(used + n), memory_order_release);
        from += n;
        len -= n;
    }
    return true;
}

bool ol_ring_add(struct ol_ring *r, int64_t key, const struct ol_ring_part *parts,
                 size_t count)
{
    struct ol_ring_keyed *k = ol_ring_is_lost(r) ? NULL : ol_ring_find_or_add(r, key);
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        len += parts[i].len;
    }
    if (k == NULL || len > OL_RING_ENTRY_MAX) {
        return false;
    }
    uint64_t seq = r->head->seq + 1;
    const struct ol_ring_entry e = {seq, (uint32_t)len,
                                    (uint32_t)len ^ (uint32_t)seq ^ OL_RING_CHECK};
    bool ok = put(r, k, &e, sizeof e, true);
    for (size_t i = 0; ok && i < count; i++) {
        ok = put(r, k, parts[i].data, parts[i].len, false);
    }
    k->sealed = k->sealed || !ok;
    atomic_store_explicit(&r->head->seq, seq, memory_order_release);
    let_go(r);
    return ok && !ol_ring_is_lost(r);
}

uint64_t ol_ring_seq(const struct ol_ring *r)
{
    return atomic_load(&r->head->seq);
}

/* ---- giving back ---- */

struct trimming {
    bool (*is_old)(void *ctx, const uint8_t *entry, size_t len);
    void *ctx;
    bool young; /* there is an entry that stays */
};

static bool look(void *ctx, uint64_t seq, const uint8_t *entry, size_t len)
{
    (void)seq;
    struct trimming *t = ctx;
    t->young = !t->is_old(t->ctx, entry, len);
    return !t->young;
}

/* Looks at up to *blocks blocks of a ring and tells how many, oldest first, hold nothing
 * that stays. *whole: that is all there is to know about this ring. */
static uint32_t count_old(struct ol_ring *r, const struct ol_ring_keyed *k,
                          uint32_t *blocks, struct trimming *t, bool *whole)
{
    struct ol_ring_reading rd = {.entry = r->entry, .row = look, .ctx = t};
    uint32_t b = k->first;
    uint32_t next = 0;
    t->young = false;
    while (b != OL_RING_NONE && !rd.done && *blocks > 0) {
        const struct ol_ring_block *block = &r->blocks[b];
        rd.have = block->number == next ? rd.have : 0;
        next = block->number + 1;
        ol_ring_read_block(&rd, block);
        rd.at++;
        b = r->next[b];
        --*blocks;
    }
    *whole = b == OL_RING_NONE || t->young;
    if (!t->young && b == OL_RING_NONE) {
        return k->count; /* an entry without an end is none */
    }
    return t->young || rd.have > 0 ? rd.begun : rd.at;
}

bool ol_ring_trim(struct ol_ring *r, uint32_t *at, uint32_t blocks,
                  bool (*is_old)(void *ctx, const uint8_t *entry, size_t len), void *ctx,
                  uint64_t *given)
{
    struct trimming t = {is_old, ctx, false};
    const uint32_t slice = blocks > OL_RING_SLICE_MIN ? blocks : OL_RING_SLICE_MIN;
    uint32_t left = slice;
    if (ol_ring_is_lost(r)) {
        *at = 0;
        return true;
    }
    while (left > 0 && *at < r->ring_count) {
        struct ol_ring_keyed *k = &r->rings[*at];
        bool whole = true;
        bool alone = left == slice;
        /* A ring that is empty is not for nothing either. */
        left -= k->count == 0 ? 1 : 0;
        uint32_t old = count_old(r, k, &left, &t, &whole);
        for (uint32_t i = 0; i < old; i++) {
            ol_ring_give_back(r, k);
        }
        *given += old;
        /* One that is damaged must not hold up the others. */
        *at += whole || (alone && old == 0) ? 1 : 0;
    }
    (void)madvise(r->head, r->file_len, MADV_DONTNEED);
    if (*at < r->ring_count) {
        return false;
    }
    *at = 0;
    return true;
}

void ol_ring_drop(struct ol_ring *r, int64_t key)
{
    struct ol_ring_keyed *k = ol_ring_is_lost(r) ? NULL : ol_ring_find(r, key);
    while (k != NULL && k->count > 0) {
        ol_ring_give_back(r, k);
    }
}

int64_t ol_ring_note(const struct ol_ring *r)
{
    return atomic_load(&r->head->note);
}

void ol_ring_set_note(struct ol_ring *r, int64_t note)
{
    atomic_store(&r->head->note, note);
}
