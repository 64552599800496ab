/* SPDX-License-Identifier: MIT */
#ifndef PORTS_POSIX_CLOCK_H
#define PORTS_POSIX_CLOCK_H

#include "onelink/link/clock.h"

/* The clocks of the host. monotonic_ms goes on while the machine sleeps where the system
 * has such a clock (CLOCK_BOOTTIME). The wall clock is OL_CLOCK_SYNCED when the kernel
 * says that something disciplines it, OL_CLOCK_NONE when it shows a year before 2024
 * (nobody set it), else OL_CLOCK_COARSE. set_wall is NULL: the system's time is not this
 * program's business. */
struct ol_clock ol_posix_clock(void);

/* Monotonic milliseconds, as ol_posix_clock().ops->monotonic_ms. */
ol_ms ol_posix_now_ms(void);

#endif
