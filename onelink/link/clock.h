/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_LINK_CLOCK_H
#define ONELINK_LINK_CLOCK_H

#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/base/time.h"

/* The clocks of a machine. Part of the porting contract. Engines never call it: the loop at the
 * top reads it once a turn and passes the values down. */
struct ol_clock_ops {
    /* Monotonic milliseconds, see ol_ms. Goes on through sleep and wall-clock changes. */
    ol_ms (*monotonic_ms)(void *ctx);

    /* The wall clock as the machine keeps it; quality OL_CLOCK_NONE when it keeps none. */
    struct ol_wall_time (*wall)(void *ctx);

    /* Sets the machine's wall clock. NULL where that is not the program's business. */
    int32_t (*set_wall)(void *ctx, struct ol_wall_time wall);
};

struct ol_clock {
    void *ctx;
    const struct ol_clock_ops *ops;
};

#endif
