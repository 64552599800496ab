/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_ENTROPY_H
#define PORTS_RP2040_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

#include "onelink/link/entropy.h"

/* Unpredictable bytes from what the chip has: the ring oscillator's phase against the crystal's,
 * the noise of the temperature reading, the instants of interrupts, what RAM held at power-on.
 * All of it goes into one pool; only the first three count, and each only while it is seen to
 * change. Nothing is given out before 128 bits count. For identifiers, ports and jitter, as
 * link/entropy.h says, not for keys that live long: nothing here was ever measured on a chip. */

/* ram: memory that nothing has written since power-on; hashed, not counted. The ADC is on. */
void ol_rp_entropy_init(const uint32_t *ram, size_t words);

/* Something happened whose instant nobody chose; for interrupt handlers. Cheap. */
void ol_rp_entropy_event(void);

/* More to make boards differ (a serial number); not counted. */
void ol_rp_entropy_add(const void *data, size_t len);

/* fill: OL_OK; OL_E_AGAIN: not enough yet; OL_E_IO: the oscillator and the ADC both give
 * constants, only interrupts can still help. Takes 2 ms the first time, 4 where one of them is
 * stuck; 0.1 later. */
struct ol_entropy ol_rp_entropy(void);

#endif
