/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_POST_PUT_H
#define ONELINK_ONENET_POST_PUT_H

#include "onelink/onenet/onejson.h"

/* Inside of the layer: ol_onenet_post_add (wrapped) or ol_onenet_post_add_bare without
 * their checks, for an identifier and a value that were checked before. OL_OK,
 * OL_E_NOSPC. */
OL_MUST int32_t ol_onenet_post_put(struct ol_onenet_post *post, struct ol_str identifier,
                                   const struct ol_onenet_value *value, bool wrapped,
                                   int64_t time_ms);

#endif
