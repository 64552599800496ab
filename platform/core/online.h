/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_ONLINE_H
#define PLATFORM_CORE_ONLINE_H

#include "onelink/base/status.h"
#include "platform/core/node.h"

/* Who is online: sessions by device, chained through session.next_online. */

/* Makes the table. OL_E_NOSPC: no memory. */
OL_MUST int32_t ol_online_init(struct ol_node *node);

/* Gives the table's memory back. */
void ol_online_reset(struct ol_node *node);

/* The session of a device, or NULL. */
struct ol_session *ol_online_find(const struct ol_node *node, int64_t device);

/* Puts a session in; its device is not in the table. */
void ol_online_add(struct ol_node *node, struct ol_session *s);

/* Takes a session out that is in. */
void ol_online_remove(struct ol_node *node, struct ol_session *s);

#endif
