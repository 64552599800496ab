/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_NET_DICE_H
#define ONELINK_NET_DICE_H

#include <stdint.h>

/* For the engines of this layer: the next number of a sequence that begins with *state, which the
 * caller draws from a source of entropy. Never 0. Fit for jitter and identifiers, not for secrets. */
uint32_t ol_net_dice(uint32_t *state);

#endif
