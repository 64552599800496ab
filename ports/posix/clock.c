/* SPDX-License-Identifier: MIT */
#include "ports/posix/clock.h"

#include <stdbool.h>
#include <sys/timex.h>
#include <time.h>

#define UNIX_2024 1704067200 /* 2024-01-01: an earlier date was never set by anybody */

#ifdef CLOCK_BOOTTIME
#define MONOTONIC CLOCK_BOOTTIME
#else
#define MONOTONIC CLOCK_MONOTONIC
#endif

ol_ms ol_posix_now_ms(void)
{
    struct timespec ts = {0};
    if (clock_gettime(MONOTONIC, &ts) != 0) {
        (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    }
    return (ol_ms)ts.tv_sec * 1000U + (ol_ms)ts.tv_nsec / 1000000U;
}

static ol_ms clock_monotonic_ms(void *ctx)
{
    (void)ctx;
    return ol_posix_now_ms();
}

static bool is_disciplined(void)
{
    struct timex t = {0}; /* modes 0: read only */
    int state = adjtimex(&t);
    return state >= 0 && state != TIME_ERROR && (t.status & STA_UNSYNC) == 0;
}

static struct ol_wall_time clock_wall(void *ctx)
{
    struct timespec ts;
    (void)ctx;
    if (clock_gettime(CLOCK_REALTIME, &ts) != 0 || ts.tv_sec < UNIX_2024) {
        return (struct ol_wall_time){.quality = OL_CLOCK_NONE};
    }
    return (struct ol_wall_time){
        .unix_ms = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000,
        .quality = is_disciplined() ? OL_CLOCK_SYNCED : OL_CLOCK_COARSE,
    };
}

struct ol_clock ol_posix_clock(void)
{
    static const struct ol_clock_ops ops = {
        .monotonic_ms = clock_monotonic_ms,
        .wall = clock_wall,
    };
    return (struct ol_clock){.ops = &ops};
}
