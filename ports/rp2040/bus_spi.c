/* SPDX-License-Identifier: MIT */
#include "ports/rp2040/bus_master.h"
#include "ports/rp2040/regs.h"

/* The clock is clk_peri / (CPSR x (1 + SCR)), CPSR even. 2 leaves all the choice to SCR. */
#define CPSR    2u
#define SCR_MAX 255u

/* Longer than two full FIFOs take at the slowest clock. */
#define DRAIN_ROUNDS 20000u

/* Bytes that are under way go out, which nobody hears without chip select, and what comes is
 * thrown away. */
static void restart(void)
{
    uint32_t rounds = DRAIN_ROUNDS;
    while ((RP_REG(RP_SPI_SR) & (RP_SPI_SR_BSY | RP_SPI_SR_RNE)) != 0 && rounds > 0) {
        (void)RP_REG(RP_SPI_DR);
        rounds--;
    }
}

static uint32_t set_clock(const struct ol_rp_bus *bus, uint32_t hz)
{
    uint32_t step = bus->source_hz / CPSR;
    uint32_t divider = ol_rp_bus_divider(step, hz, SCR_MAX + 1u);
    RP_CLEAR(RP_SPI_CR1) = RP_SPI_CR1_ON;
    RP_REG(RP_SPI_CR0) = RP_SPI_CR0_8BIT_MODE3 | RP_SPI_CR0_SCR(divider - 1u);
    RP_SET(RP_SPI_CR1) = RP_SPI_CR1_ON;
    return step / divider;
}

static const struct ol_rp_bus_master master = {
    .tx = RP_SPI_DR,
    .rx = RP_SPI_DR,
    .tx_dreq = RP_DREQ_SPI0_TX,
    .rx_dreq = RP_DREQ_SPI0_RX,
    .function = RP_FUNC_SPI,
    .restart = restart,
    .set_clock = set_clock,
};

void ol_rp_bus_init_spi(struct ol_rp_bus *bus, const struct ol_rp_bus_pins *pins,
                        uint32_t sys_hz, uint32_t clock_hz)
{
    bus->source_hz = sys_hz;
    bus->master = &master;
    RP_REG(RP_SPI_CR1) = 0;
    RP_REG(RP_SPI_CPSR) = CPSR;
    RP_REG(RP_SPI_DMACR) = RP_SPI_DMA_ON;
    ol_rp_bus_init(bus, pins);
    (void)ol_rp_bus_set_clock(bus, clock_hz);
}
