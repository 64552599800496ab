/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_SLEEP_H
#define PORTS_RP2040_SLEEP_H

#include <stdint.h>

/* Sleep without a periodic tick. An alarm of the timer, the network chip's interrupt pin, USB
 * and the UART end it. No wake-up is lost: what came since the last sleep began ends the next
 * one at once. */

/* int_pin: the network chip's interrupt output, active low, becomes an input with pull-up. */
void ol_rp_sleep_init(unsigned int_pin);

/* Sleeps until the microsecond `at_us`, or until something woke it, but never longer than
 * OL_RP_SLEEP_MAX_US. The interrupt pin counts as long as it is low, not only when it falls:
 * the chip holds it low until every cause is cleared, and an edge would be seen only once. A
 * pin that stays low over many sleeps is taken for broken and looked at each 10 ms instead. */
#define OL_RP_SLEEP_MAX_US 4000000u
void ol_rp_sleep_until(uint64_t at_us);

/* Called by interrupt handlers that have news for the program. */
void ol_rp_wake(void);

/* Microseconds spent asleep since the start. */
uint64_t ol_rp_slept_us(void);

#endif
