/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_BUS_H
#define PORTS_RP2040_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/link/bus.h"

/* The SPI bus to the network chip, one lane, MSB first: by a PIO program on any pins (mode 0),
 * or by SPI0 on its pins (mode 3, because in mode 0 that block pauses between bytes; the chip
 * takes both). Header and data are one run by DMA without a pause in between, while the processor
 * sleeps. That needs interrupts: transfer must not be called with interrupts masked, nor from a
 * handler.
 *
 * One bus per board; the context is the caller's but the hardware is one. Uses PIO0's state
 * machine 0 or SPI0, DMA channels 0 to 4, alarm 1 of the timer. */

struct ol_rp_bus_pins {
    uint8_t cs, sck, mosi, miso;
    uint8_t reset; /* the chip's reset input, active low */
};

struct ol_rp_bus_master;

struct ol_rp_bus {
    struct ol_rp_bus_pins pins;
    uint32_t source_hz; /* that clocks the master */
    uint32_t clock_hz;
    const struct ol_rp_bus_master *master;
    bool is_foreign; /* something else drives SCK: the pins are left alone */
};

/* sys_hz: clk_sys, and clk_peri the same. clock_hz: SPI clock wanted, see set_clock. The chip's
 * reset pin is driven low until reset_line. */
void ol_rp_bus_init_pio(struct ol_rp_bus *bus, const struct ol_rp_bus_pins *pins,
                        uint32_t sys_hz, uint32_t clock_hz);
void ol_rp_bus_init_spi(struct ol_rp_bus *bus, const struct ol_rp_bus_pins *pins,
                        uint32_t sys_hz, uint32_t clock_hz);

/* Uses the next possible SPI clock that is not above hz, or the slowest; returns it. */
uint32_t ol_rp_bus_set_clock(struct ol_rp_bus *bus, uint32_t hz);

/* The bus as engines see it; OL_E_ARG for more than one lane, more than 65535 data bytes or a
 * header of none or more than four; OL_E_IO when something else drives the clock pin, as on a
 * board with other wiring: nothing is driven then, and reset_line looks again. */
struct ol_bus ol_rp_bus(struct ol_rp_bus *bus);

#endif
