/* SPDX-License-Identifier: MIT */
#include "ports/template/clock.h"

#include <stddef.h>

/* Supply: milliseconds since any moment, from a counter that never stops. Extend a narrow
 * hardware counter to 64 bits here; the library has no wrap logic anywhere. Standing
 * still, as here, means that no deadline ever comes. */
static ol_ms clock_monotonic_ms(void *ctx)
{
    (void)ctx;
    return 0;
}

/* Supply: the date of a battery-backed clock, with OL_CLOCK_COARSE. Without one this is
 * right as it stands: the library asks SNTP servers. */
static struct ol_wall_time clock_wall(void *ctx)
{
    (void)ctx;
    return (struct ol_wall_time){.quality = OL_CLOCK_NONE};
}

struct ol_clock my_clock(void)
{
    static const struct ol_clock_ops ops = {
        .monotonic_ms = clock_monotonic_ms,
        .wall = clock_wall,
        .set_wall = NULL, /* supply it to keep the battery-backed clock right */
    };
    return (struct ol_clock){.ops = &ops};
}
