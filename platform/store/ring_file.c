/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MADV_DONTNEED */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/store/ring_parts.h"

#define MAGIC   "OLRING1"
#define ORDER   0x01020304U
#define SEQ_FAR (UINT64_C(1) << 32)

uint32_t ol_ring_block_count(struct ol_ring *r)
{
    if (!r->writing) {
        struct stat st;
        if (fstat(r->fd, &st) != 0) {
            return 0;
        }
        r->file_len =
            st.st_size < (off_t)OL_RING_FILE_MAX ? (size_t)st.st_size : OL_RING_FILE_MAX;
    }
    uint32_t fit = r->file_len < OL_RING_HEAD_LEN
                       ? 0
                       : (uint32_t)((r->file_len - OL_RING_HEAD_LEN) / OL_RING_BLOCK);
    return r->head->blocks < fit ? r->head->blocks : fit;
}

static bool map(struct ol_ring *r, int protection)
{
    void *at = mmap(NULL, OL_RING_FILE_MAX, protection, MAP_SHARED, r->fd, 0);
    if (at == MAP_FAILED) {
        return false;
    }
    r->head = at;
    r->blocks = (struct ol_ring_block *)(void *)((uint8_t *)at + OL_RING_HEAD_LEN);
    ol_ring_guard(r);
    return true;
}

static bool is_ring(const struct ol_ring_head *h)
{
    return memcmp(h->magic, MAGIC, sizeof h->magic) == 0 && h->order == ORDER &&
           h->blocks <= OL_RING_BLOCKS_MAX;
}

/* A power cut may have left blocks that are younger than the head: their numbers are not
 * given again. One that is far off is damaged itself. */
static void look_for_seq(struct ol_ring *r, const struct ol_ring_block *b)
{
    struct ol_ring_entry e;
    size_t used = b->used < OL_RING_DATA_MAX ? b->used : OL_RING_DATA_MAX;
    if (b->first > used || used - b->first < sizeof e) {
        return;
    }
    memcpy(&e, b->data + b->first, sizeof e);
    if (ol_ring_is_entry(&e) && e.seq > r->head->seq && e.seq - r->head->seq < SEQ_FAR) {
        /* As many more may begin in the same block. */
        r->head->seq = e.seq + OL_RING_DATA_MAX / sizeof e;
    }
}

/* Puts the blocks of the file into rings. */
static bool load(struct ol_ring *r)
{
    uint32_t blocks = ol_ring_block_count(r);
    struct ol_ring_place *places = malloc((blocks + 1) * sizeof *places);
    size_t count = 0;
    if (places == NULL) {
        return false;
    }
    r->head->blocks = blocks;
    for (uint32_t b = blocks; b-- > 0;) {
        if (r->blocks[b].key == OL_RING_FREE || r->blocks[b].serial == 0) {
            r->next[b] = r->free;
            r->free = b;
        } else {
            places[count++] = (struct ol_ring_place){r->blocks[b].serial, b};
        }
    }
    qsort(places, count, sizeof *places, ol_ring_by_serial);
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        struct ol_ring_block *b = &r->blocks[places[i].block];
        struct ol_ring_keyed *k = ol_ring_find_or_add(r, b->key);
        ok = k != NULL;
        if (ok && k->count >= r->max) {
            ol_ring_give_back(r, k);
        }
        if (ok) {
            ol_ring_append(r, k, places[i].block);
            k->sealed = true;
            k->number = b->number + 1;
            look_for_seq(r, b);
            r->head->serial =
                b->serial > r->head->serial ? (uint64_t)b->serial : r->head->serial;
        }
    }
    free(places);
    (void)madvise(r->head, r->file_len, MADV_DONTNEED);
    return ok;
}

/* posix_fallocate() tells by what it returns. */
static bool allocate(const struct ol_ring *r, size_t len)
{
    errno = posix_fallocate(r->fd, 0, (off_t)len);
    return errno == 0;
}

static bool begin(struct ol_ring *r)
{
    struct stat st;
    if (fstat(r->fd, &st) != 0) {
        return false;
    }
    r->file_len =
        st.st_size < (off_t)OL_RING_FILE_MAX ? (size_t)st.st_size : OL_RING_FILE_MAX;
    if (r->file_len >= OL_RING_HEAD_LEN && is_ring(r->head)) {
        /* A file that was copied may have holes. */
        return allocate(r, r->file_len);
    }
    if (ftruncate(r->fd, 0) != 0 || !allocate(r, OL_RING_HEAD_LEN)) {
        return false;
    }
    r->file_len = OL_RING_HEAD_LEN;
    memcpy(r->head->magic, MAGIC, sizeof r->head->magic);
    r->head->order = ORDER;
    return true;
}

static bool tables(struct ol_ring *r)
{
    r->next = malloc(OL_RING_BLOCKS_MAX * sizeof *r->next);
    r->same = malloc(((size_t)r->max + 1) * sizeof *r->same);
    if (r->next == NULL || r->same == NULL) {
        return false;
    }
    for (uint32_t i = 0; i <= r->max; i++) {
        r->same[i] = (struct ol_ring_same){OL_RING_NONE, OL_RING_NONE};
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
    r->free = OL_RING_NONE;
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
    if (ok && (st.st_size < (off_t)OL_RING_HEAD_LEN || !is_ring(r->head))) {
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

bool ol_ring_is_at(const struct ol_ring *r, const char *path)
{
    struct stat open_one;
    struct stat named;
    return fstat(r->fd, &open_one) == 0 && stat(path, &named) == 0 &&
           open_one.st_ino == named.st_ino && open_one.st_dev == named.st_dev;
}

void ol_ring_close(struct ol_ring *r)
{
    if (r == NULL) {
        return;
    }
    if (r->head != NULL) {
        ol_ring_unguard(r);
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
