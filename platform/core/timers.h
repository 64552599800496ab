/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_TIMERS_H
#define PLATFORM_CORE_TIMERS_H

#include <stdbool.h>

#include "onelink/base/status.h"
#include "platform/core/node.h"

/* A binary heap of all sessions by timer_at_ms. A packet moves a keep alive later, which
 * costs nothing here: the timer fires at the old instant, sees what is due now and is set
 * anew. */

/* Takes a session in. OL_E_NOSPC: no memory. */
OL_MUST int32_t ol_timers_add(struct ol_node *node, struct ol_session *s, ol_ms at);

/* Sets the instant of a session that is in the heap. */
void ol_timers_set(struct ol_node *node, struct ol_session *s, ol_ms at);

/* Takes a session out. */
void ol_timers_remove(struct ol_node *node, struct ol_session *s);

/* The session that is due first, or NULL. */
struct ol_session *ol_timers_first(const struct ol_node *node);

#endif
