/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_WATCHDOG_H
#define PORTS_RP2040_WATCHDOG_H

#include <stdint.h>

/* The longest time between two feeds. The hardware's limit is 8.3 s. */
#define OL_RP_WATCHDOG_MS 8000u

/* Starts the watchdog; it resets the board OL_RP_WATCHDOG_MS after the last feed. The tick must
 * run (firmware/boot starts it). Fed only from the main loop, never from an interrupt. */
void ol_rp_watchdog_start(void);
void ol_rp_watchdog_feed(void);

#endif
