/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_CLOCK_H
#define PORTS_RP2040_CLOCK_H

#include <stdint.h>

#include "onelink/link/clock.h"

/* The clocks of the board: monotonic time from the 64-bit microsecond timer, which starts at 0
 * with the board and runs through sleep; the wall clock as an offset to it, unknown
 * (OL_CLOCK_NONE) until set_wall, lost at a reset. */
struct ol_clock ol_rp_clock(void);

/* Microseconds and milliseconds since the start; the latter not from an interrupt handler. */
uint64_t ol_rp_now_us(void);
ol_ms ol_rp_now_ms(void);

#endif
