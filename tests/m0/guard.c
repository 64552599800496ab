/* SPDX-License-Identifier: MIT */
#include "tests/support/guard.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* guard.h for a machine without an MMU. Behind the end of RAM there is nothing, so the guard
 * that is opened first lies there and traps as on the host. Further ones, open at the same
 * time, come from the heap: a write past their end is found at the next call, a read is not. */

/* Places given by image.ld. */
extern uint8_t m0_guard_begin[];
extern uint8_t m0_guard_end[];

#define CANARY      0xC9
#define CANARY_SIZE 64u

static bool ram_end_taken;

static bool traps(const struct ol_guard *g)
{
    return g->map == m0_guard_begin;
}

static void die(const char *what)
{
    printf("guard: %s\n", what);
    exit(2);
}

static void check(const struct ol_guard *g)
{
    if (traps(g)) {
        return;
    }
    for (size_t i = 0; i < CANARY_SIZE; i++) {
        if (g->map[g->cap + i] != CANARY) {
            die("written past the end");
        }
    }
}

struct ol_guard ol_guard_open(size_t cap)
{
    size_t ram_end = (size_t)(m0_guard_end - m0_guard_begin);
    if (!ram_end_taken && cap <= ram_end) {
        ram_end_taken = true;
        return (struct ol_guard){
            .map = m0_guard_begin, .map_len = ram_end, .cap = ram_end};
    }
    struct ol_guard g = {.map_len = cap + CANARY_SIZE, .cap = cap};
    g.map = malloc(g.map_len);
    if (g.map == NULL) {
        die("out of memory");
    }
    memset(g.map + cap, CANARY, CANARY_SIZE);
    return g;
}

uint8_t *ol_guard_room(struct ol_guard *g, size_t len)
{
    check(g);
    if (len > g->cap) {
        die("more asked than there is");
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
    check(g);
    if (traps(g)) {
        ram_end_taken = false;
    } else {
        free(g->map);
    }
    *g = (struct ol_guard){0};
}
