/* SPDX-License-Identifier: MIT */
#include "ports/template/bus.h"

/* Supply: chip select low, the header, the data in its direction, chip select high: also
 * when something goes wrong, or the chip takes the next header for data. Every wait
 * inside ends after timeout_us; then reset the peripheral and answer OL_E_TIMEOUT. Lanes
 * that are not wired are OL_E_ARG. */
static int32_t bus_transfer(void *ctx, const struct ol_bus_frame *frame,
                            uint32_t timeout_us)
{
    (void)ctx;
    (void)timeout_us;
    if (frame->header_len > OL_BUS_HEADER_MAX || frame->lanes > 1) {
        return OL_E_ARG;
    }
    return OL_E_IO;
}

/* Supply: drive the reset pin. How long it stays low is the driver's business. */
static void bus_reset_line(void *ctx, int level)
{
    (void)ctx;
    (void)level;
}

struct ol_bus my_bus(void)
{
    static const struct ol_bus_ops ops = {
        .transfer = bus_transfer,
        .reset_line = bus_reset_line,
    };
    return (struct ol_bus){.ops = &ops};
}
