/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_SUBSCRIPTIONS_H
#define PLATFORM_CORE_SUBSCRIPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/onenet/topic.h"
#include "platform/core/session.h"

/* The filters of one session. A permitted filter begins with the session's own prefix
 * `$sys/{pid}/{device}/` (docs/protocol.md §1.6), so only what stands behind it is kept:
 * a byte pair of length and the text, for each filter. Which of the topics that the
 * platform sends are matched is worked out once, into session.topics. */

/* Adds a filter that ol_onenet_filter_check found OK; one that is there already stays as
 * it is. OL_E_NOSPC: filters_max are there, or no memory. */
OL_MUST int32_t ol_subscriptions_add(struct ol_session *s, struct ol_mem *mem,
                                     struct ol_str filter);

/* Removes a filter. false: it was not there. */
bool ol_subscriptions_remove(struct ol_session *s, struct ol_mem *mem,
                             struct ol_str filter);

/* The session gets messages of this kind: PROPERTY_POST_REPLY, PROPERTY_SET or
 * PROPERTY_GET. */
bool ol_subscriptions_match(const struct ol_session *s, enum ol_onenet_topic_kind kind);

#endif
