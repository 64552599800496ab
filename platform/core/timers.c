/* SPDX-License-Identifier: MIT */
#include "platform/core/timers.h"

#include <string.h>

static void place(struct ol_node *node, uint32_t i, struct ol_session *s)
{
    node->heap[i] = s;
    s->timer_index = i;
}

static void sift_up(struct ol_node *node, struct ol_session *s)
{
    uint32_t i = s->timer_index;
    while (i > 0) {
        struct ol_session *parent = node->heap[(i - 1) / 2];
        if (parent->timer_at_ms <= s->timer_at_ms) {
            break;
        }
        place(node, i, parent);
        i = (i - 1) / 2;
    }
    place(node, i, s);
}

static void sift_down(struct ol_node *node, struct ol_session *s)
{
    uint32_t count = node->stats.connections;
    uint32_t i = s->timer_index;
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= count) {
            break;
        }
        if (child + 1 < count &&
            node->heap[child + 1]->timer_at_ms < node->heap[child]->timer_at_ms) {
            child++;
        }
        if (s->timer_at_ms <= node->heap[child]->timer_at_ms) {
            break;
        }
        place(node, i, node->heap[child]);
        i = child;
    }
    place(node, i, s);
}

static int32_t grow(struct ol_node *node)
{
    uint32_t cap = node->heap_cap == 0 ? 64 : node->heap_cap * 2;
    struct ol_session **heap = ol_mem_get(&node->mem, cap * sizeof *heap);
    if (heap == NULL) {
        return OL_E_NOSPC;
    }
    if (node->heap_cap > 0) {
        memcpy(heap, node->heap, node->heap_cap * sizeof *heap);
    }
    ol_mem_free(&node->mem, node->heap, node->heap_cap * sizeof *heap);
    node->heap = heap;
    node->heap_cap = cap;
    return OL_OK;
}

int32_t ol_timers_add(struct ol_node *node, struct ol_session *s, ol_ms at)
{
    if (node->stats.connections == node->heap_cap && grow(node) != OL_OK) {
        return OL_E_NOSPC;
    }
    s->timer_at_ms = at;
    s->timer_index = node->stats.connections++;
    sift_up(node, s);
    return OL_OK;
}

void ol_timers_set(struct ol_node *node, struct ol_session *s, ol_ms at)
{
    bool sooner = at < s->timer_at_ms;
    s->timer_at_ms = at;
    if (sooner) {
        sift_up(node, s);
    } else {
        sift_down(node, s);
    }
}

void ol_timers_remove(struct ol_node *node, struct ol_session *s)
{
    struct ol_session *last = node->heap[--node->stats.connections];
    if (last == s) {
        return;
    }
    last->timer_index = s->timer_index;
    sift_up(node, last);
    sift_down(node, last);
}

struct ol_session *ol_timers_first(const struct ol_node *node)
{
    return node->stats.connections == 0 ? NULL : node->heap[0];
}
