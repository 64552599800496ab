/* SPDX-License-Identifier: MIT */
#include "platform/core/online.h"

#include <string.h>

#define BUCKETS_MIN 64u

static struct ol_session **bucket(const struct ol_node *node, int64_t device)
{
    /* Multiplicative hashing: the store's numbers may all share their low bits. */
    uint64_t hash = (uint64_t)device * UINT64_C(0x9E3779B97F4A7C15);
    return &node->buckets[(hash >> 32) & (node->bucket_count - 1)];
}

static struct ol_session **table_make(struct ol_node *node, uint32_t count)
{
    struct ol_session **buckets = ol_mem_get(&node->mem, count * sizeof *buckets);
    if (buckets != NULL) {
        memset(buckets, 0, count * sizeof *buckets);
    }
    return buckets;
}

int32_t ol_online_init(struct ol_node *node)
{
    node->buckets = table_make(node, BUCKETS_MIN);
    node->bucket_count = BUCKETS_MIN;
    return node->buckets == NULL ? OL_E_NOSPC : OL_OK;
}

void ol_online_reset(struct ol_node *node)
{
    ol_mem_free(&node->mem, node->buckets, node->bucket_count * sizeof *node->buckets);
    node->buckets = NULL;
}

struct ol_session *ol_online_find(const struct ol_node *node, int64_t device)
{
    struct ol_session *s = *bucket(node, device);
    while (s != NULL && s->device != device) {
        s = s->next_online;
    }
    return s;
}

static void chain(struct ol_node *node, struct ol_session *s)
{
    struct ol_session **head = bucket(node, s->device);
    s->next_online = *head;
    *head = s;
}

/* Doubles the table; without memory for that the chains just grow longer. */
static void grow(struct ol_node *node)
{
    struct ol_session **old = node->buckets;
    uint32_t old_count = node->bucket_count;
    struct ol_session **buckets = table_make(node, old_count * 2);
    if (buckets == NULL) {
        return;
    }
    node->buckets = buckets;
    node->bucket_count = old_count * 2;
    for (uint32_t i = 0; i < old_count; i++) {
        struct ol_session *s = old[i];
        while (s != NULL) {
            struct ol_session *next = s->next_online;
            chain(node, s);
            s = next;
        }
    }
    ol_mem_free(&node->mem, old, old_count * sizeof *old);
}

void ol_online_add(struct ol_node *node, struct ol_session *s)
{
    if (node->stats.online >= node->bucket_count) {
        grow(node);
    }
    chain(node, s);
    node->stats.online++;
}

void ol_online_remove(struct ol_node *node, struct ol_session *s)
{
    struct ol_session **at = bucket(node, s->device);
    while (*at != s) {
        at = &(*at)->next_online;
    }
    *at = s->next_online;
    s->next_online = NULL;
    node->stats.online--;
}
