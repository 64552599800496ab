/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_POST_READ_H
#define PLATFORM_CORE_POST_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/onenet/onejson.h"

/* Reading of a property post: docs/protocol.md §4.0, §4.2, §4.11. */

/* The members of one post. Everything points into the payload. */
struct ol_post {
    struct ol_onenet_id id; /* as it came; empty when none was found */
    size_t count;
    bool untimed; /* some member has no time of its own */
    struct ol_onenet_item item[OL_ONENET_POINTS_MAX];
    uint16_t property[OL_ONENET_POINTS_MAX]; /* their index in the model */
};

/* Reads a post and holds it against the model (NULL: there is none, code 2305). The
 * refusal has code 200 when all members are good; otherwise count and the members mean
 * nothing. */
struct ol_onenet_refusal ol_post_read(const struct ol_onenet_model *model,
                                      struct ol_str payload, struct ol_post *post);

/* The same in two passes, for every kind of text. ol_post_read reads what devices usually
 * send in one pass and comes here with the rest; that both agree is tested. */
struct ol_onenet_refusal ol_post_read_any(const struct ol_onenet_model *model,
                                          struct ol_str payload, struct ol_post *post);

#endif
