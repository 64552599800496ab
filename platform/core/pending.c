/* SPDX-License-Identifier: MIT */
#include "platform/core/pending.h"

static struct ol_pending_address *address_of(const struct ol_node *node, uint64_t peer)
{
    uint64_t hash = peer * UINT64_C(0x9E3779B97F4A7C15);
    return &node->pending->address[(hash >> 32) % OL_PENDING_ADDRESSES];
}

int32_t ol_pending_init(struct ol_node *node)
{
    struct ol_pending *p = ol_mem_get(&node->mem, sizeof *p);
    if (p == NULL) {
        return OL_E_NOSPC;
    }
    ol_list_init(&p->all);
    p->count = 0;
    for (size_t i = 0; i < OL_PENDING_ADDRESSES; i++) {
        ol_list_init(&p->address[i].list);
        p->address[i].count = 0;
    }
    node->pending = p;
    return OL_OK;
}

void ol_pending_reset(struct ol_node *node)
{
    ol_mem_free(&node->mem, node->pending, sizeof *node->pending);
    node->pending = NULL;
}

void ol_pending_add(struct ol_node *node, struct ol_session *s)
{
    struct ol_pending_address *a = address_of(node, s->peer);
    ol_list_add(&node->pending->all, &s->pending);
    node->pending->count++;
    ol_list_add(&a->list, &s->pending_address);
    a->count++;
}

void ol_pending_remove(struct ol_node *node, struct ol_session *s)
{
    if (!ol_link_is_listed(&s->pending)) {
        return;
    }
    ol_list_remove(&s->pending);
    node->pending->count--;
    ol_list_remove(&s->pending_address);
    address_of(node, s->peer)->count--;
}

struct ol_session *ol_pending_excess(const struct ol_node *node, uint64_t peer, bool full)
{
    const struct ol_pending *p = node->pending;
    const struct ol_pending_address *a = address_of(node, peer);
    if (a->count >= node->config.pending_address_max) {
        return OL_LIST_ENTRY(a->list.next, struct ol_session, pending_address);
    }
    if (p->count >= node->config.pending_max || (full && p->count > 0)) {
        return OL_LIST_ENTRY(p->all.next, struct ol_session, pending);
    }
    return NULL;
}
