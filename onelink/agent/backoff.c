/* SPDX-License-Identifier: MIT */
#include "onelink/agent/backoff.h"

/* Without a division: the product's upper word. */
uint32_t ol_backoff_scale(uint32_t random, uint32_t below)
{
    return (uint32_t)(((uint64_t)random * below) >> 32);
}

uint32_t ol_backoff_next_ms(struct ol_backoff *b, uint32_t random)
{
    const uint32_t top = OL_BACKOFF_TOP_MS - OL_BACKOFF_FLOOR_MS;

    b->window_ms = b->window_ms == 0 ? OL_BACKOFF_WINDOW_MS : b->window_ms * 2;
    if (b->window_ms > top) {
        b->window_ms = top;
    }
    return OL_BACKOFF_FLOOR_MS + ol_backoff_scale(random, b->window_ms + 1);
}

uint32_t ol_backoff_rejected_ms(uint32_t random)
{
    return OL_BACKOFF_REJECTED_MS +
           ol_backoff_scale(random, OL_BACKOFF_REJECTED_MS / 10 + 1);
}

void ol_backoff_reset(struct ol_backoff *b)
{
    b->window_ms = 0;
}
