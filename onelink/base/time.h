/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_BASE_TIME_H
#define ONELINK_BASE_TIME_H

#include <stdint.h>

/* Monotonic time in milliseconds. The origin is arbitrary, it never goes back and never
 * wraps. The caller takes it once at the entry of its loop and passes it down; the
 * library reads no clock. */
typedef uint64_t ol_ms;

/* A deadline that never comes. */
#define OL_NEVER UINT64_MAX

/* at + delay, stopping at OL_NEVER instead of wrapping. */
ol_ms ol_ms_add(ol_ms at, ol_ms delay);

/* Seconds as milliseconds: exact, and on a small machine without a 64-bit product. */
ol_ms ol_ms_from_s(uint32_t seconds);

/* The earlier one. */
ol_ms ol_ms_min(ol_ms a, ol_ms b);

/* How much a wall-clock time can be believed, worst first. */
enum ol_clock_quality {
    OL_CLOCK_NONE,   /* no idea of the date */
    OL_CLOCK_COARSE, /* right to some seconds: an HTTP Date, a battery-backed clock */
    OL_CLOCK_SYNCED  /* set by SNTP or by a disciplined host clock */
};

/* Wall time: milliseconds since 1970-01-01T00:00:00Z, without leap seconds. */
struct ol_wall_time {
    int64_t unix_ms; /* meaningless when quality is OL_CLOCK_NONE */
    enum ol_clock_quality quality;
};

#endif
