/* SPDX-License-Identifier: MIT */
#include "sim/cloud/memory.h"

#include <stdint.h>
#include <string.h>

#define ARENA_SIZE (8u << 20)
#define LEAST      16u
#define CLASSES    20u /* LEAST to 8 MiB */

struct block {
    struct block *next;
};

static _Alignas(16) uint8_t arena[ARENA_SIZE];
static size_t used;
static struct block *free_blocks[CLASSES];

static unsigned class_of(size_t len)
{
    unsigned n = 0;
    while (n < CLASSES && (size_t)LEAST << n < len) {
        n++;
    }
    return n;
}

static void *take(size_t len)
{
    unsigned n = class_of(len);
    if (n == CLASSES) {
        return NULL;
    }
    struct block *b = free_blocks[n];
    if (b != NULL) {
        free_blocks[n] = b->next;
        return b;
    }
    size_t size = (size_t)LEAST << n;
    if (size > ARENA_SIZE - used) {
        return NULL;
    }
    void *at = arena + used;
    used += size;
    return at;
}

static void give_back(void *ptr, size_t len)
{
    struct block *b = ptr;
    unsigned n = class_of(len);
    b->next = free_blocks[n];
    free_blocks[n] = b;
}

static void *resize(void *ctx, void *ptr, size_t old_len, size_t new_len)
{
    (void)ctx;
    void *to = new_len > 0 ? take(new_len) : NULL;
    if (new_len > 0 && to == NULL) {
        return NULL;
    }
    if (old_len > 0) {
        if (to != NULL) {
            memcpy(to, ptr, old_len < new_len ? old_len : new_len);
        }
        give_back(ptr, old_len);
    }
    return to;
}

const struct ol_alloc sim_memory_alloc = {.resize = resize};

void *sim_memory_get(size_t len)
{
    void *at = take(len);
    return at == NULL ? NULL : memset(at, 0, len);
}

void sim_memory_reset(void)
{
    used = 0;
    memset(free_blocks, 0, sizeof free_blocks);
}
