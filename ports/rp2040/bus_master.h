/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_BUS_MASTER_H
#define PORTS_RP2040_BUS_MASTER_H

#include <stdint.h>

#include "ports/rp2040/bus.h"

/* What PIO and SPI0 have in common: bytes go into one FIFO, the bytes that came meanwhile out of
 * another, one for one. Inside the port. */
struct ol_rp_bus_master {
    uint32_t tx; /* register of the FIFO */
    uint32_t rx;
    uint32_t tx_dreq;
    uint32_t rx_dreq;
    uint32_t function; /* of the pins SCK, MOSI, MISO */
    /* Stops whatever goes on, empties both FIFOs, starts again. */
    void (*restart)(void);
    uint32_t (*set_clock)(const struct ol_rp_bus *bus, uint32_t hz);
};

/* The smallest divider up to max that makes of step a clock not above hz. Both count in whole Hz
 * rounded down, so that asking for a clock that was got gets it again. */
static inline uint32_t ol_rp_bus_divider(uint32_t step, uint32_t hz, uint32_t max)
{
    uint32_t divider = hz < step ? step / (hz + 1u) + 1u : 1u;
    return divider < max ? divider : max;
}

/* Sets up what does not depend on the master: chip select, reset pin, DMA, interrupts. */
void ol_rp_bus_init(struct ol_rp_bus *bus, const struct ol_rp_bus_pins *pins);

#endif
