/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MADV_DONTNEED */

#include "platform/store/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_LEN   4096U
#define DATA_MAX   (OL_RING_BLOCK - 24U)
#define BLOCKS_MAX ((OL_RING_FILE_MAX - HEAD_LEN) / OL_RING_BLOCK)
#define GROW_STEP  (1U << 20)
#define DROP_EVERY 256U /* entries between two times the pages are let go */
#define NOWHERE    0xFFFFU
#define NONE       0xFFFFFFFFU
#define MAGIC      "OLRING1"

struct head {
    char magic[8]; /* with the version, and in the byte order of the machine: */
    uint32_t order;
    uint32_t blocks; /* that have been in use so far */
    _Atomic uint64_t seq;
    uint64_t serial;      /* of the block taken last */
    _Atomic int64_t note; /* 0 in a file from before there was one */
};

#define ORDER 0x01020304U

struct block {
    _Atomic int64_t key;     /* FREE: nobody's */
    _Atomic uint64_t serial; /* blocks of a key in the order in which they were taken */
    _Atomic uint16_t used;
    uint16_t first;  /* where the first entry begins here, or NOWHERE */
    uint32_t number; /* of the block in its ring, one by one */
    uint8_t data[DATA_MAX];
};

_Static_assert(sizeof(struct block) == OL_RING_BLOCK, "the layout of the file");

#define FREE INT64_MIN

/* An entry stands behind this. */
struct entry {
    uint64_t seq;
    uint32_t len; /* of the entry */
    uint32_t check;
};

#define CHECK 0x4F4CB10CU

/* A ring in the memory of the process that adds. */
struct key_ring {
    int64_t key;
    uint32_t first; /* block, oldest */
    uint32_t last;
    uint32_t count;
    uint32_t number; /* of the next block */
    uint32_t prev;   /* in the list of rings of this count */
    uint32_t next;
    bool sealed; /* what stands last may be cut: begin a new block */
};

/* Rings with the same number of blocks; the one that got its number first is first. */
struct same {
    uint32_t first;
    uint32_t last;
};

struct ol_ring {
    int fd;
    struct head *head; /* the mapped file */
    struct block *blocks;
    size_t file_len;
    bool writing;
    uint32_t max; /* blocks of one ring */
    uint32_t top; /* no ring is longer than this */
    uint32_t added;
    uint32_t *next; /* by block: the one behind it in its ring, or in the free list */
    uint32_t free;
    struct same *same; /* by number of blocks */
    struct key_ring *rings;
    uint32_t ring_count;
    uint32_t ring_cap;
    uint32_t *table; /* ring by key: open addressing; NONE: nothing here */
    uint32_t table_cap;
    uint8_t entry[sizeof(struct entry) + OL_RING_ENTRY_MAX];
};

/* ---- rings by key ---- */

static uint32_t slot_of(const struct ol_ring *r, int64_t key)
{
    uint64_t h = (uint64_t)key * UINT64_C(0x9E3779B97F4A7C15);
    uint32_t at = (uint32_t)(h >> 32) & (r->table_cap - 1);
    while (r->table[at] != NONE && r->rings[r->table[at]].key != key) {
        at = (at + 1) & (r->table_cap - 1);
    }
    return at;
}

static bool table_grow(struct ol_ring *r)
{
    uint32_t cap = r->ring_cap == 0 ? 64 : r->ring_cap * 2;
    struct key_ring *rings = realloc(r->rings, cap * sizeof *rings);
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

static struct key_ring *find(const struct ol_ring *r, int64_t key)
{
    uint32_t at = r->table_cap == 0 ? NONE : r->table[slot_of(r, key)];
    return at == NONE ? NULL : &r->rings[at];
}

static struct key_ring *find_or_add(struct ol_ring *r, int64_t key)
{
    struct key_ring *k = find(r, key);
    if (k != NULL || (r->ring_count == r->ring_cap && !table_grow(r))) {
        return k;
    }
    k = &r->rings[r->ring_count];
    *k = (struct key_ring){key, NONE, NONE, 0, 0, NONE, NONE, false};
    r->table[slot_of(r, key)] = r->ring_count++;
    return k;
}

/* ---- rings by length ---- */

static uint32_t index_of(const struct ol_ring *r, const struct key_ring *k)
{
    return (uint32_t)(k - r->rings);
}

static void same_remove(struct ol_ring *r, struct key_ring *k)
{
    struct same *s = &r->same[k->count];
    if (k->count == 0) {
        return;
    }
    *(k->prev == NONE ? &s->first : &r->rings[k->prev].next) = k->next;
    *(k->next == NONE ? &s->last : &r->rings[k->next].prev) = k->prev;
}

static void same_add(struct ol_ring *r, struct key_ring *k)
{
    struct same *s = &r->same[k->count];
    if (k->count == 0) {
        return;
    }
    k->prev = s->last;
    k->next = NONE;
    *(s->last == NONE ? &s->first : &r->rings[s->last].next) = index_of(r, k);
    s->last = index_of(r, k);
    r->top = k->count > r->top ? k->count : r->top;
}

static struct key_ring *longest(struct ol_ring *r)
{
    while (r->top > 0 && r->same[r->top].first == NONE) {
        r->top--;
    }
    return r->top == 0 ? NULL : &r->rings[r->same[r->top].first];
}

/* ---- blocks ---- */

static uint32_t take_oldest(struct ol_ring *r, struct key_ring *k)
{
    uint32_t b = k->first;
    same_remove(r, k);
    k->first = r->next[b];
    k->last = k->first == NONE ? NONE : k->last;
    k->count--;
    same_add(r, k);
    return b;
}

static void append(struct ol_ring *r, struct key_ring *k, uint32_t b)
{
    same_remove(r, k);
    *(k->last == NONE ? &k->first : &r->next[k->last]) = b;
    r->next[b] = NONE;
    k->last = b;
    k->count++;
    same_add(r, k);
}

/* Room in the file for one more block that was never in use. */
static bool file_grow(struct ol_ring *r)
{
    size_t need = HEAD_LEN + ((size_t)r->head->blocks + 1) * OL_RING_BLOCK;
    if (r->head->blocks >= BLOCKS_MAX) {
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

/* The pages stay in the kernel's cache, and what is needed again is there without
 * reading; they just no longer count as this process's memory. */
static void let_go(struct ol_ring *r)
{
    if (++r->added % DROP_EVERY == 0) {
        (void)madvise(r->head, r->file_len, MADV_DONTNEED);
    }
}

static uint32_t take_block(struct ol_ring *r, struct key_ring *k)
{
    if (k->count >= r->max) {
        return take_oldest(r, k);
    }
    if (r->free != NONE) {
        uint32_t b = r->free;
        r->free = r->next[b];
        return b;
    }
    if (file_grow(r)) {
        return r->head->blocks++;
    }
    struct key_ring *other = longest(r);
    return other == NULL ? NONE : take_oldest(r, other);
}

/* What a reader has copied meanwhile it throws away: it looks whose the block is again.
 * Nothing may be written before that can be seen. */
static void set_free(struct block *b)
{
    atomic_store(&b->key, FREE);
    atomic_thread_fence(memory_order_release);
}

static void give_back(struct ol_ring *r, struct key_ring *k)
{
    uint32_t b = take_oldest(r, k);
    set_free(&r->blocks[b]);
    memset(r->blocks[b].data, 0, DATA_MAX);
    r->next[b] = r->free;
    r->free = b;
}

static struct block *begin_block(struct ol_ring *r, struct key_ring *k)
{
    uint32_t b = take_block(r, k);
    if (b == NONE) {
        return NULL;
    }
    struct block *block = &r->blocks[b];
    set_free(block);
    atomic_store(&block->used, 0);
    block->first = NOWHERE;
    block->number = k->number++;
    atomic_store(&block->serial, ++r->head->serial);
    atomic_store(&block->key, k->key);
    append(r, k, b);
    k->sealed = false;
    return block;
}

/* ---- adding ---- */

static bool put(struct ol_ring *r, struct key_ring *k, const void *data, size_t len,
                bool first)
{
    const uint8_t *from = data;
    while (len > 0) {
        struct block *b = k->last == NONE || k->sealed ? NULL : &r->blocks[k->last];
        uint16_t used = b == NULL ? DATA_MAX : b->used;
        if (used >= DATA_MAX) {
            b = begin_block(r, k);
            if (b == NULL) {
                return false;
            }
            used = 0;
        }
        if (first && b->first == NOWHERE) {
            b->first = used;
        }
        first = false;
        size_t n = len < DATA_MAX - used ? len : DATA_MAX - used;
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
    struct key_ring *k = find_or_add(r, key);
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        len += parts[i].len;
    }
    if (k == NULL || len > OL_RING_ENTRY_MAX) {
        return false;
    }
    uint64_t seq = r->head->seq + 1;
    const struct entry e = {seq, (uint32_t)len, (uint32_t)len ^ (uint32_t)seq ^ CHECK};
    bool ok = put(r, k, &e, sizeof e, true);
    for (size_t i = 0; ok && i < count; i++) {
        ok = put(r, k, parts[i].data, parts[i].len, false);
    }
    k->sealed = k->sealed || !ok;
    atomic_store_explicit(&r->head->seq, seq, memory_order_release);
    let_go(r);
    return ok;
}

uint64_t ol_ring_seq(const struct ol_ring *r)
{
    return atomic_load(&r->head->seq);
}

/* ---- reading ---- */

struct place {
    uint64_t serial;
    uint32_t block;
};

static int by_serial(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;
    return (x->serial > y->serial) - (x->serial < y->serial);
}

/* Blocks in use that are in the file, whatever its head says. */
static uint32_t block_count(struct ol_ring *r)
{
    if (!r->writing) {
        struct stat st;
        if (fstat(r->fd, &st) != 0) {
            return 0;
        }
        r->file_len =
            st.st_size < (off_t)OL_RING_FILE_MAX ? (size_t)st.st_size : OL_RING_FILE_MAX;
    }
    uint32_t fit =
        r->file_len < HEAD_LEN ? 0 : (uint32_t)((r->file_len - HEAD_LEN) / OL_RING_BLOCK);
    return r->head->blocks < fit ? r->head->blocks : fit;
}

/* The blocks of a key, oldest first. NULL: no memory. */
static struct place *places_of(struct ol_ring *r, int64_t key, size_t *count)
{
    size_t cap = 0;
    struct place *places = malloc(sizeof *places);
    *count = 0;
    uint32_t blocks = r->writing ? 0 : block_count(r);
    const struct key_ring *k = r->writing ? find(r, key) : NULL;
    uint32_t b = k == NULL ? 0 : k->first;
    while (places != NULL && (r->writing ? k != NULL && b != NONE : b < blocks)) {
        if (atomic_load(&r->blocks[b].key) == key) {
            if (*count == cap) {
                cap = cap == 0 ? 64 : cap * 2;
                struct place *grown = realloc(places, cap * sizeof *places);
                if (grown == NULL) {
                    free(places);
                    return NULL;
                }
                places = grown;
            }
            places[(*count)++] = (struct place){r->blocks[b].serial, b};
        }
        b = r->writing ? r->next[b] : b + 1;
    }
    if (places != NULL && !r->writing) {
        qsort(places, *count, sizeof *places, by_serial);
    }
    return places;
}

/* An entry that is put together from blocks. */
struct reading {
    uint8_t *entry; /* head and bytes */
    size_t have;
    uint64_t after;
    bool (*row)(void *ctx, uint64_t seq, const uint8_t *entry, size_t len);
    void *ctx;
    bool done;
    uint32_t at;    /* how many blocks came before this one */
    uint32_t begun; /* and before the one in which the entry begins */
};

/* How many bytes the entry has, as far as that can be told; 0: it is none. */
static size_t entry_len(const struct reading *rd, struct entry *e)
{
    if (rd->have < sizeof *e) {
        return sizeof *e;
    }
    memcpy(e, rd->entry, sizeof *e);
    return e->len <= OL_RING_ENTRY_MAX && e->check == (e->len ^ (uint32_t)e->seq ^ CHECK)
               ? sizeof *e + e->len
               : 0;
}

static void take_entry(struct reading *rd, const struct entry *e)
{
    if (e->seq > rd->after) {
        rd->done = !rd->row(rd->ctx, e->seq, rd->entry + sizeof *e, e->len);
    }
    rd->have = 0;
}

static void read_block(struct reading *rd, const struct block *b)
{
    size_t used = b->used <= DATA_MAX ? b->used : DATA_MAX;
    size_t first = b->first < used ? b->first : used;
    size_t pos = rd->have > 0 ? 0 : first;
    while (pos < used && !rd->done) {
        struct entry e;
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
static bool copy_block(const struct block *b, int64_t key, uint64_t serial,
                       struct block *copy)
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
    struct place *places = places_of(r, key, &count);
    if (places == NULL) {
        return OL_E_NOSPC;
    }
    struct reading rd = {.entry = r->entry, .after = after, .row = row, .ctx = ctx};
    uint32_t next = 0;
    for (size_t i = 0; i < count && !rd.done; i++) {
        struct block copy;
        if (copy_block(&r->blocks[places[i].block], key, places[i].serial, &copy)) {
            /* Blocks that were taken while the others were looked for are missing. */
            rd.have = copy.number == next ? rd.have : 0;
            next = copy.number + 1;
            read_block(&rd, &copy);
        } else {
            rd.have = 0; /* it was taken away meanwhile */
        }
    }
    free(places);
    (void)madvise(r->head, r->file_len, MADV_DONTNEED);
    return OL_OK;
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
static uint32_t count_old(struct ol_ring *r, const struct key_ring *k, uint32_t *blocks,
                          struct trimming *t, bool *whole)
{
    struct reading rd = {.entry = r->entry, .row = look, .ctx = t};
    uint32_t b = k->first;
    uint32_t next = 0;
    t->young = false;
    while (b != NONE && !rd.done && *blocks > 0) {
        const struct block *block = &r->blocks[b];
        rd.have = block->number == next ? rd.have : 0;
        next = block->number + 1;
        read_block(&rd, block);
        rd.at++;
        b = r->next[b];
        --*blocks;
    }
    *whole = b == NONE || t->young;
    if (!t->young && b == NONE) {
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
    while (left > 0 && *at < r->ring_count) {
        struct key_ring *k = &r->rings[*at];
        bool whole = true;
        bool alone = left == slice;
        /* A ring that is empty is not for nothing either. */
        left -= k->count == 0 ? 1 : 0;
        uint32_t old = count_old(r, k, &left, &t, &whole);
        for (uint32_t i = 0; i < old; i++) {
            give_back(r, k);
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
    struct key_ring *k = find(r, key);
    while (k != NULL && k->count > 0) {
        give_back(r, k);
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

/* ---- open and close ---- */

static bool map(struct ol_ring *r, int protection)
{
    void *at = mmap(NULL, OL_RING_FILE_MAX, protection, MAP_SHARED, r->fd, 0);
    if (at == MAP_FAILED) {
        return false;
    }
    r->head = at;
    r->blocks = (struct block *)(void *)((uint8_t *)at + HEAD_LEN);
    return true;
}

static bool is_ring(const struct head *h)
{
    return memcmp(h->magic, MAGIC, sizeof h->magic) == 0 && h->order == ORDER &&
           h->blocks <= BLOCKS_MAX;
}

/* Puts the blocks of the file into rings. */
static bool load(struct ol_ring *r)
{
    uint32_t blocks = block_count(r);
    struct place *places = malloc((blocks + 1) * sizeof *places);
    size_t count = 0;
    if (places == NULL) {
        return false;
    }
    r->head->blocks = blocks;
    for (uint32_t b = blocks; b-- > 0;) {
        if (r->blocks[b].key == FREE || r->blocks[b].serial == 0) {
            r->next[b] = r->free;
            r->free = b;
        } else {
            places[count++] = (struct place){r->blocks[b].serial, b};
        }
    }
    qsort(places, count, sizeof *places, by_serial);
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        struct block *b = &r->blocks[places[i].block];
        struct key_ring *k = find_or_add(r, b->key);
        ok = k != NULL;
        if (ok && k->count >= r->max) {
            give_back(r, k);
        }
        if (ok) {
            append(r, k, places[i].block);
            k->sealed = true;
            k->number = b->number + 1;
            r->head->serial =
                b->serial > r->head->serial ? (uint64_t)b->serial : r->head->serial;
        }
    }
    free(places);
    (void)madvise(r->head, r->file_len, MADV_DONTNEED);
    return ok;
}

static bool begin(struct ol_ring *r)
{
    struct stat st;
    if (fstat(r->fd, &st) != 0) {
        return false;
    }
    r->file_len =
        st.st_size < (off_t)OL_RING_FILE_MAX ? (size_t)st.st_size : OL_RING_FILE_MAX;
    if (r->file_len >= HEAD_LEN && is_ring(r->head)) {
        /* A file that was copied may have holes. */
        return posix_fallocate(r->fd, 0, (off_t)r->file_len) == 0;
    }
    if (ftruncate(r->fd, 0) != 0 || posix_fallocate(r->fd, 0, HEAD_LEN) != 0) {
        return false;
    }
    r->file_len = HEAD_LEN;
    memcpy(r->head->magic, MAGIC, sizeof r->head->magic);
    r->head->order = ORDER;
    return true;
}

static bool tables(struct ol_ring *r)
{
    r->next = malloc(BLOCKS_MAX * sizeof *r->next);
    r->same = malloc(((size_t)r->max + 1) * sizeof *r->same);
    if (r->next == NULL || r->same == NULL) {
        return false;
    }
    for (uint32_t i = 0; i <= r->max; i++) {
        r->same[i] = (struct same){NONE, NONE};
    }
    return true;
}

struct ol_ring *ol_ring_open(const char *path, uint32_t bytes)
{
    struct ol_ring *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return NULL;
    }
    r->writing = true;
    r->free = NONE;
    r->max = (bytes < OL_RING_FILE_MAX ? bytes : OL_RING_FILE_MAX) / OL_RING_BLOCK;
    r->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (r->fd < 0 || !map(r, PROT_READ | PROT_WRITE) || !begin(r) || !tables(r) ||
        !load(r)) {
        int e = errno;
        ol_ring_close(r);
        errno = e;
        return NULL;
    }
    return r;
}

struct ol_ring *ol_ring_view(const char *path)
{
    struct ol_ring *r = calloc(1, sizeof *r);
    struct stat st;
    if (r == NULL) {
        return NULL;
    }
    r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool ok = r->fd >= 0 && fstat(r->fd, &st) == 0 && map(r, PROT_READ);
    if (ok && (st.st_size < (off_t)HEAD_LEN || !is_ring(r->head))) {
        errno = EINVAL;
        ok = false;
    }
    if (!ok) {
        int e = errno;
        ol_ring_close(r);
        errno = e;
        return NULL;
    }
    return r;
}

void ol_ring_close(struct ol_ring *r)
{
    if (r == NULL) {
        return;
    }
    if (r->head != NULL) {
        munmap(r->head, OL_RING_FILE_MAX);
    }
    if (r->fd >= 0) {
        close(r->fd);
    }
    free(r->next);
    free(r->same);
    free(r->rings);
    free(r->table);
    free(r);
}
