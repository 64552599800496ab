/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MADV_DONTNEED */

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "platform/store/ring_parts.h"

int ol_ring_by_serial(const void *a, const void *b)
{
    const struct ol_ring_place *x = a;
    const struct ol_ring_place *y = b;
    return (x->serial > y->serial) - (x->serial < y->serial);
}

/* The blocks of a key, oldest first. NULL: no memory. */
static struct ol_ring_place *places_of(struct ol_ring *r, int64_t key, size_t *count)
{
    size_t cap = 0;
    struct ol_ring_place *places = malloc(sizeof *places);
    *count = 0;
    uint32_t blocks = r->writing ? 0 : ol_ring_block_count(r);
    const struct ol_ring_keyed *k = r->writing ? ol_ring_find(r, key) : NULL;
    uint32_t b = k == NULL ? 0 : k->first;
    while (places != NULL && (r->writing ? k != NULL && b != OL_RING_NONE : b < blocks)) {
        if (atomic_load(&r->blocks[b].key) == key) {
            if (*count == cap) {
                cap = cap == 0 ? 64 : cap * 2;
                struct ol_ring_place *grown = realloc(places, cap * sizeof *places);
                if (grown == NULL) {
                    free(places);
                    return NULL;
                }
                places = grown;
            }
            places[(*count)++] = (struct ol_ring_place){r->blocks[b].serial, b};
        }
        b = r->writing ? r->next[b] : b + 1;
    }
    if (places != NULL && !r->writing) {
        qsort(places, *count, sizeof *places, ol_ring_by_serial);
    }
    return places;
}

bool ol_ring_is_entry(const struct ol_ring_entry *e)
{
    return e->len <= OL_RING_ENTRY_MAX &&
           e->check == (e->len ^ (uint32_t)e->seq ^ OL_RING_CHECK);
}

/* How many bytes the entry has, as far as that can be told; 0: it is none. */
static size_t entry_len(const struct ol_ring_reading *rd, struct ol_ring_entry *e)
{
    if (rd->have < sizeof *e) {
        return sizeof *e;
    }
    memcpy(e, rd->entry, sizeof *e);
    return ol_ring_is_entry(e) ? sizeof *e + e->len : 0;
}

static void take_entry(struct ol_ring_reading *rd, const struct ol_ring_entry *e)
{
    if (e->seq > rd->after) {
        rd->done = !rd->row(rd->ctx, e->seq, rd->entry + sizeof *e, e->len);
    }
    rd->have = 0;
}

void ol_ring_read_block(struct ol_ring_reading *rd, const struct ol_ring_block *b)
{
    size_t used = b->used <= OL_RING_DATA_MAX ? b->used : OL_RING_DATA_MAX;
    size_t first = b->first < used ? b->first : used;
    size_t pos = rd->have > 0 ? 0 : first;
    while (pos < used && !rd->done) {
        struct ol_ring_entry e;
        size_t want = entry_len(rd, &e);
        bool begins_early = rd->have > 0 && first < used && pos <= first &&
                            want > rd->have + (first - pos);
        if (want == 0 || begins_early) {
            /* A crash cut it short: go on where the next one begins. */
            rd->have = 0;
            if (want == 0 && pos >= first) {
                return;
            }
            pos = first;
            continue;
        }
        size_t n = want - rd->have < used - pos ? want - rd->have : used - pos;
        rd->begun = rd->have == 0 ? rd->at : rd->begun;
        memcpy(rd->entry + rd->have, b->data + pos, n);
        rd->have += n;
        pos += n;
        want = entry_len(rd, &e);
        if (want == rd->have && want > 0 && rd->have >= sizeof e) {
            take_entry(rd, &e);
        }
    }
}

/* A block as it was at one moment: how much is used is looked at before the bytes, whose it
 * is before and after. false: it is another's now. */
static bool copy_block(const struct ol_ring_block *b, int64_t key, uint64_t serial,
                       struct ol_ring_block *copy)
{
    if (atomic_load(&b->key) != key || atomic_load(&b->serial) != serial) {
        return false;
    }
    uint16_t used = atomic_load_explicit(&b->used, memory_order_acquire);
    copy->first = b->first;
    copy->number = b->number;
    memcpy(copy->data, b->data, sizeof copy->data);
    copy->used = used;
    atomic_thread_fence(memory_order_acquire);
    return atomic_load(&b->key) == key && atomic_load(&b->serial) == serial;
}

int32_t ol_ring_each(struct ol_ring *r, int64_t key, uint64_t after,
                     bool (*row)(void *ctx, uint64_t seq, const uint8_t *entry,
                                 size_t len),
                     void *ctx)
{
    size_t count = 0;
    if (ol_ring_is_lost(r)) {
        return OL_E_IO;
    }
    struct ol_ring_place *places = places_of(r, key, &count);
    if (places == NULL) {
        return OL_E_NOSPC;
    }
    struct ol_ring_reading rd = {
        .entry = r->entry, .after = after, .row = row, .ctx = ctx};
    uint32_t next = 0;
    for (size_t i = 0; i < count && !rd.done; i++) {
        struct ol_ring_block copy;
        if (copy_block(&r->blocks[places[i].block], key, places[i].serial, &copy)) {
            /* Blocks that were taken while the others were looked for are missing. */
            rd.have = copy.number == next ? rd.have : 0;
            next = copy.number + 1;
            ol_ring_read_block(&rd, &copy);
        } else {
            rd.have = 0; /* it was taken away meanwhile */
        }
    }
    free(places);
    (void)madvise(r->head, r->file_len, MADV_DONTNEED);
    return ol_ring_is_lost(r) ? OL_E_IO : OL_OK;
}
