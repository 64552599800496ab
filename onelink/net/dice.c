/* SPDX-License-Identifier: MIT */
#include "onelink/net/dice.h"

/* Marsaglia's xorshift, whose state must not be 0. */
uint32_t ol_net_dice(uint32_t *state)
{
    uint32_t x = *state != 0 ? *state : 1;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    *state = x;
    return x;
}
