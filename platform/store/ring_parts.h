/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_STORE_RING_PARTS_H
#define PLATFORM_STORE_RING_PARTS_H

#include <stdatomic.h>

#include "platform/store/ring.h"

/* What the files of the rings share; nothing else includes it.
 *
 *   ring.c         entries: adding, giving back
 *   ring_blocks.c  whose the blocks are, and which ring is the longest
 *   ring_read.c    entries put together from blocks
 *   ring_file.c    the file: opened, looked through, closed
 *   ring_guard.c   a file that goes away while it is mapped */

#define OL_RING_HEAD_LEN   4096U
#define OL_RING_DATA_MAX   (OL_RING_BLOCK - 24U)
#define OL_RING_BLOCKS_MAX ((OL_RING_FILE_MAX - OL_RING_HEAD_LEN) / OL_RING_BLOCK)
#define OL_RING_NOWHERE    0xFFFFU
#define OL_RING_NONE       0xFFFFFFFFU

struct ol_ring_head {
    char magic[8]; /* with the version, and in the byte order of the machine: */
    uint32_t order;
    uint32_t blocks; /* that have been in use so far */
    _Atomic uint64_t seq;
    uint64_t serial;      /* of the block taken last */
    _Atomic int64_t note; /* 0 in a file from before there was one */
};

struct ol_ring_block {
    _Atomic int64_t key;     /* OL_RING_FREE: nobody's */
    _Atomic uint64_t serial; /* blocks of a key in the order in which they were taken */
    _Atomic uint16_t used;
    uint16_t first;  /* where the first entry begins here, or OL_RING_NOWHERE */
    uint32_t number; /* of the block in its ring, one by one */
    uint8_t data[OL_RING_DATA_MAX];
};

_Static_assert(sizeof(struct ol_ring_block) == OL_RING_BLOCK, "the layout of the file");

#define OL_RING_FREE INT64_MIN

/* An entry stands behind this. */
struct ol_ring_entry {
    uint64_t seq;
    uint32_t len; /* of the entry */
    uint32_t check;
};

#define OL_RING_CHECK 0x4F4CB10CU

/* A ring in the memory of the process that adds. */
struct ol_ring_keyed {
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
struct ol_ring_same {
    uint32_t first;
    uint32_t last;
};

struct ol_ring {
    int fd;
    struct ol_ring_head *head; /* the mapped file */
    struct ol_ring_block *blocks;
    size_t file_len;
    bool writing;
    uint32_t guard; /* place of ring_guard.c */
    uint32_t max;   /* blocks of one ring */
    uint32_t top;   /* no ring is longer than this */
    uint32_t added;
    uint32_t *next; /* by block: the one behind it in its ring, or in the free list */
    uint32_t free;
    struct ol_ring_same *same; /* by number of blocks */
    struct ol_ring_keyed *rings;
    uint32_t ring_count;
    uint32_t ring_cap;
    uint32_t *table; /* ring by key: open addressing; OL_RING_NONE: nothing here */
    uint32_t table_cap;
    uint8_t entry[sizeof(struct ol_ring_entry) + OL_RING_ENTRY_MAX];
};

/* ---- ring_blocks.c: for the process that adds ---- */

/* The ring of a key, or NULL. */
struct ol_ring_keyed *ol_ring_find(const struct ol_ring *r, int64_t key);

/* The same, made if need be. It lives until the next one is made. NULL: no memory. */
struct ol_ring_keyed *ol_ring_find_or_add(struct ol_ring *r, int64_t key);

/* Puts a block that is nobody's behind the newest of a ring. */
void ol_ring_append(struct ol_ring *r, struct ol_ring_keyed *k, uint32_t b);

/* Takes the oldest block of a ring, wipes it and keeps it for whoever needs one. */
void ol_ring_give_back(struct ol_ring *r, struct ol_ring_keyed *k);

/* A new block at the end of a ring, which may be its own oldest. NULL: there is none. */
struct ol_ring_block *ol_ring_begin_block(struct ol_ring *r, struct ol_ring_keyed *k);

/* ---- ring_file.c ---- */

/* Blocks in use that are in the file, whatever its head says. */
uint32_t ol_ring_block_count(struct ol_ring *r);

/* ---- ring_guard.c ---- */

/* Takes care of the mapping of a ring; until ol_ring_unguard(). */
void ol_ring_guard(struct ol_ring *r);
void ol_ring_unguard(const struct ol_ring *r);

/* Pages of the file are gone: nothing that stands there can be believed any more. */
bool ol_ring_is_lost(const struct ol_ring *r);

/* ---- ring_read.c ---- */

/* An entry that is put together from blocks. */
struct ol_ring_reading {
    uint8_t *entry; /* head and bytes */
    size_t have;
    uint64_t after;
    bool (*row)(void *ctx, uint64_t seq, const uint8_t *entry, size_t len);
    void *ctx;
    bool done;
    uint32_t at;    /* how many blocks came before this one */
    uint32_t begun; /* and before the one in which the entry begins */
};

/* What stands there can be the beginning of an entry. */
bool ol_ring_is_entry(const struct ol_ring_entry *e);

/* Gives row the entries that end in a block. */
void ol_ring_read_block(struct ol_ring_reading *rd, const struct ol_ring_block *b);

/* The blocks of a key, or all in use, in the order in which they were taken. */
struct ol_ring_place {
    uint64_t serial;
    uint32_t block;
};
int ol_ring_by_serial(const void *a, const void *b);

#endif
