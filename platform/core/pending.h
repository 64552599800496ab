/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_PENDING_H
#define PLATFORM_CORE_PENDING_H

#include "onelink/base/status.h"
#include "platform/core/node.h"

/* The connections that have not logged in, oldest first: all of them, and those of one
 * address. They are bounded, and it is the oldest that goes when one more comes, so that
 * a crowd that never logs in only pushes out its own: a device sends its CONNECT within
 * moments. Addresses share OL_PENDING_ADDRESSES lists by a hash. */

#define OL_PENDING_ADDRESSES 256

struct ol_pending {
    struct ol_link all;
    uint32_t count;
    struct ol_pending_address {
        struct ol_link list;
        uint32_t count;
    } address[OL_PENDING_ADDRESSES];
};

/* Makes the table. OL_E_NOSPC: no memory. */
OL_MUST int32_t ol_pending_init(struct ol_node *node);

/* Gives its memory back. */
void ol_pending_reset(struct ol_node *node);

/* Puts a session in that has just been opened; s->peer is set. */
void ol_pending_add(struct ol_node *node, struct ol_session *s);

/* Takes a session out: it has logged in or ends. No effect on one that is not in. */
void ol_pending_remove(struct ol_node *node, struct ol_session *s);

/* The session that has to go before one from peer may come in, or NULL: there is room.
 * full: there is room for no other connection at all. */
struct ol_session *ol_pending_excess(const struct ol_node *node, uint64_t peer,
                                     bool full);

#endif
