/* SPDX-License-Identifier: MIT */
#include "ports/rp2040/bus_master.h"
#include "ports/rp2040/regs.h"

/* A PIO instruction is put together here as the datasheet's section on its encoding says; the
 * clock is the side-set pin, one bit, not optional. */
#define CLOCK_LOW   0x0000u
#define CLOCK_HIGH  0x1000u
#define DELAY(n)    ((n) << 8)
#define JMP(to)     (0x0000u | (to))
#define IN_PINS(n)  (0x4000u | (n))
#define OUT_PINS(n) (0x6000u | (n))
#define NOP         0xa042u /* MOV Y, Y */
#define SET_PINS(v) (0xe000u | (v))
#define SET_DIRS(v) (0xe080u | (v))

/* SPI mode 0, four cycles a bit, 32 a byte. A new byte is pulled from, and a full one pushed to,
 * the FIFOs on the way (thresholds of 8), so that there is no loop over bytes and no count: as
 * long as there are bytes to send the clock runs, and then it stops low in the first instruction,
 * which waits.
 *
 * The bit is sampled in the cycle that lets the clock fall, so the chip has had a whole period
 * since the edge that made it show the bit, and shows the next one only after the edge has gone
 * through both pads. Half a period is too short at this speed, and the input synchroniser would
 * take two cycles more. */
#define FIRST 0u
#define LAST  2u
static const uint16_t program[] = {
    OUT_PINS(1) | CLOCK_LOW,
    NOP | CLOCK_HIGH | DELAY(1u),
    IN_PINS(1) | CLOCK_LOW,
};

#define CYCLES_A_BIT 4u
#define DIVIDER_MAX  65535u

#define DRAIN_ROUNDS 5000u

#define AUTO_PUSH  (1u << 16)
#define AUTO_PULL  (1u << 17)
#define PUSH_AT(n) ((n) << 20)
#define PULL_AT(n) ((n) << 25)
#define SHIFT      (AUTO_PUSH | AUTO_PULL | PUSH_AT(8u) | PULL_AT(8u)) /* MSB first */
#define WRAP       (LAST << 12 | FIRST << 7)

#define PINS_OUT(base)  ((base) << 0 | 1u << 20)
#define PINS_SET(base)  ((base) << 5 | 1u << 26)
#define PINS_IN(base)   ((base) << 15)
#define PINS_SIDE(base) ((base) << 10 | 1u << 29)

/* Bytes that are under way go out, which nobody hears without chip select, and what comes is
 * thrown away; then the state machine is stopped, whatever it does. */
static void restart(void)
{
    uint32_t rounds = DRAIN_ROUNDS;
    while ((RP_REG(RP_PIO_FSTAT) & RP_PIO_EMPTY) != RP_PIO_EMPTY && rounds > 0) {
        (void)RP_REG(RP_PIO_RXF);
        rounds--;
    }
    RP_CLEAR(RP_PIO_CTRL) = RP_PIO_ENABLE;
    /* Any change of the way the FIFOs are joined empties them. */
    RP_SET(RP_PIO_SHIFTCTRL) = RP_PIO_JOIN_RX;
    RP_CLEAR(RP_PIO_SHIFTCTRL) = RP_PIO_JOIN_RX;
    RP_SET(RP_PIO_CTRL) = RP_PIO_RESTART;
    RP_REG(RP_PIO_INSTR) = JMP(FIRST) | CLOCK_LOW;
    RP_SET(RP_PIO_CTRL) = RP_PIO_ENABLE;
}

static uint32_t set_clock(const struct ol_rp_bus *bus, uint32_t hz)
{
    uint32_t step = bus->source_hz / CYCLES_A_BIT;
    uint32_t divider = ol_rp_bus_divider(step, hz, DIVIDER_MAX);
    RP_REG(RP_PIO_CLKDIV) = divider << 16;
    return step / divider;
}

static const struct ol_rp_bus_master master = {
    .tx = RP_PIO_TXF,
    .rx = RP_PIO_RXF,
    .tx_dreq = RP_DREQ_PIO0_TX0,
    .rx_dreq = RP_DREQ_PIO0_RX0,
    .function = RP_FUNC_PIO0,
    .restart = restart,
    .set_clock = set_clock,
};

/* Drives a pin from the state machine, low at first. */
static void own_pin(uint32_t pin)
{
    RP_REG(RP_PIO_PINCTRL) = PINS_SET(pin);
    RP_REG(RP_PIO_INSTR) = SET_PINS(0u);
    RP_REG(RP_PIO_INSTR) = SET_DIRS(1u);
}

void ol_rp_bus_init_pio(struct ol_rp_bus *bus, const struct ol_rp_bus_pins *pins,
                        uint32_t sys_hz, uint32_t clock_hz)
{
    bus->source_hz = sys_hz;
    bus->master = &master;
    RP_REG(RP_PIO_CTRL) = 0;
    for (uint32_t i = 0; i < sizeof program / sizeof program[0]; i++) {
        RP_REG(RP_PIO_MEM(i)) = program[i];
    }
    RP_REG(RP_PIO_EXECCTRL) = WRAP;
    RP_REG(RP_PIO_SHIFTCTRL) = SHIFT;
    own_pin(pins->sck);
    own_pin(pins->mosi);
    RP_REG(RP_PIO_PINCTRL) = PINS_OUT((uint32_t)pins->mosi) |
                             PINS_IN((uint32_t)pins->miso) |
                             PINS_SIDE((uint32_t)pins->sck);
    RP_SET(RP_PIO_BYPASS) = 1u << pins->miso;

    ol_rp_bus_init(bus, pins);
    (void)ol_rp_bus_set_clock(bus, clock_hz);
    restart();
}
