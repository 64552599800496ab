/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_AGENT_BACKOFF_H
#define ONELINK_AGENT_BACKOFF_H

#include <stdint.h>

#include "onelink/base/time.h"

/* How long to wait before the next attempt to come back: at least 2 s, plus a random share of
 * a window that doubles up to a whole of 60 s (full jitter), so that ten thousand devices that
 * lost one platform do not come back in the same second. */

#define OL_BACKOFF_FLOOR_MS    2000   /* 3 logins in 5 s, docs/protocol.md §1.7 */
#define OL_BACKOFF_WINDOW_MS   2000   /* the first window */
#define OL_BACKOFF_TOP_MS      60000  /* floor and window together never pass this */
#define OL_BACKOFF_REJECTED_MS 300000 /* after CONNACK 4: waiting rarely mends it */

/* Zero-initialised it is fresh. */
struct ol_backoff {
    uint32_t window_ms; /* of the last wait, 0: none yet */
};

/* 32 random bits scaled to 0..below-1. */
uint32_t ol_backoff_scale(uint32_t random, uint32_t below);

/* The next wait in milliseconds. random: 32 fresh random bits. Doubles the window. */
uint32_t ol_backoff_next_ms(struct ol_backoff *b, uint32_t random);

/* The wait after a rejected login: OL_BACKOFF_REJECTED_MS plus up to a tenth of it. Leaves the
 * window alone. */
uint32_t ol_backoff_rejected_ms(uint32_t random);

/* Begins with the smallest window again: the connection proved good, or only the cable was
 * out. */
void ol_backoff_reset(struct ol_backoff *b);

#endif
