/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE 1
#include "tests/support/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    abort();
}

struct ol_guard ol_guard_open(size_t cap)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t usable = (cap + page - 1) / page * page;
    struct ol_guard g = {.map_len = usable + page, .cap = usable};
    g.map =
        mmap(NULL, g.map_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (g.map == MAP_FAILED) {
        die("mmap");
    }
    if (mprotect(g.map + usable, page, PROT_NONE) != 0) {
        die("mprotect");
    }
    return g;
}

uint8_t *ol_guard_room(struct ol_guard *g, size_t len)
{
    if (len > g->cap) {
        fprintf(stderr, "guard: %zu bytes asked, %zu there\n", len, g->cap);
        abort();
    }
    uint8_t *p = g->map + (g->cap - len);
    memset(p, 0xA5, len);
    return p;
}

uint8_t *ol_guard_put(struct ol_guard *g, const void *data, size_t len)
{
    uint8_t *p = ol_guard_room(g, len);
    if (len > 0) {
        memcpy(p, data, len);
    }
    return p;
}

void ol_guard_close(struct ol_guard *g)
{
    if (munmap(g->map, g->map_len) != 0) {
        die("munmap");
    }
    *g = (struct ol_guard){0};
}
