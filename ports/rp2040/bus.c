/* SPDX-License-Identifier: MIT */
#include "ports/rp2040/bus.h"

#include <stdbool.h>

#include "ports/rp2040/bus_master.h"
#include "ports/rp2040/cpu.h"
#include "ports/rp2040/gpio.h"
#include "ports/rp2040/irq.h"

/* DMA channels. What a frame receives: the bytes that come during the header go nowhere, those
 * after it to the caller's buffer by a channel that the first one starts; or all of them go
 * nowhere. What it sends: zeros or the caller's data; the header is put into the FIFO by the
 * processor, which is cheaper than a channel for it. Also the shortest frame goes by DMA: moving
 * it by hand takes as long and more instructions. */
#define SKIP_HEADER 0u
#define DATA_IN     1u
#define ZEROS_OUT   2u
#define DATA_OUT    3u
#define SKIP_ALL    4u
#define CHANNELS    5u
#define ENDS        (1u << DATA_IN | 1u << SKIP_ALL)

#define ALARM 1u

#define COUNT_MAX 0xffffu

/* The deadline's alarm must not lie in the past when it is set. */
#define TIMEOUT_MIN_US 50u

/* For a pin to fall through its pull-down of 50 to 80 kOhm. */
#define SETTLE_US 20u

#define ABORT_ROUNDS 1000u

static volatile bool done;
/* Both in RAM: a miss of the flash's cache would hold up all channels, and a full receive FIFO
 * stops the PIO program in the middle of a bit. */
static uint8_t zero, nowhere;

void ol_rp_irq_dma0(void)
{
    RP_REG(RP_DMA_INTS0) = ENDS;
    done = true;
}

void ol_rp_irq_timer1(void)
{
    RP_REG(RP_TIMER_INTR) = 1u << ALARM;
}

static void set_channel(uint32_t channel, uint32_t from, uint32_t to, uint32_t ctrl)
{
    RP_REG(RP_DMA_READ(channel)) = from;
    RP_REG(RP_DMA_WRITE(channel)) = to;
    RP_REG(RP_DMA_AL1_CTRL(channel)) = ctrl | RP_DMA_EN;
}

static void set_channels(const struct ol_rp_bus_master *m)
{
    uint32_t rx = RP_DMA_TREQ(m->rx_dreq);
    uint32_t tx = RP_DMA_TREQ(m->tx_dreq);
    uint32_t sink = (uint32_t)(uintptr_t)&nowhere;
    set_channel(SKIP_HEADER, m->rx, sink, rx | RP_DMA_CHAIN(DATA_IN) | RP_DMA_QUIET);
    set_channel(DATA_IN, m->rx, sink, rx | RP_DMA_CHAIN(DATA_IN) | RP_DMA_INCR_WRITE);
    set_channel(ZEROS_OUT, (uint32_t)(uintptr_t)&zero, m->tx,
                tx | RP_DMA_CHAIN(ZEROS_OUT) | RP_DMA_QUIET);
    set_channel(DATA_OUT, (uint32_t)(uintptr_t)&zero, m->tx,
                tx | RP_DMA_CHAIN(DATA_OUT) | RP_DMA_QUIET | RP_DMA_INCR_READ);
    set_channel(SKIP_ALL, m->rx, sink, rx | RP_DMA_CHAIN(SKIP_ALL));
}

/* Stops everything that a frame started. Channels are disabled first, as one that ends while
 * another is aborted could start it. A byte that was on its way makes an aborted channel say that
 * it is done (erratum RP2040-E13); it has by the time that the master was restarted. */
static void abort_frame(const struct ol_rp_bus_master *m)
{
    uint32_t rounds = ABORT_ROUNDS;
    for (uint32_t channel = 0; channel < CHANNELS; channel++) {
        RP_CLEAR(RP_DMA_AL1_CTRL(channel)) = RP_DMA_EN;
    }
    RP_REG(RP_DMA_ABORT) = (1u << CHANNELS) - 1u;
    for (uint32_t channel = 0; channel < CHANNELS; channel++) {
        while ((RP_REG(RP_DMA_AL1_CTRL(channel)) & RP_DMA_BUSY) != 0 && rounds > 0) {
            rounds--;
        }
    }
    m->restart();
    set_channels(m);
    RP_REG(RP_DMA_INTS0) = ENDS;
}

static void start_dma(const struct ol_rp_bus_master *m, const struct ol_bus_frame *frame)
{
    uint32_t data = (uint32_t)(uintptr_t)frame->data;
    uint32_t len = (uint32_t)frame->len;
    uint32_t go = ZEROS_OUT;
    if (frame->dir == OL_BUS_READ && len > 0) {
        RP_REG(RP_DMA_WRITE(DATA_IN)) = data;
        RP_REG(RP_DMA_COUNT(DATA_IN)) = len;
        RP_REG(RP_DMA_COUNT_TRIG(SKIP_HEADER)) = frame->header_len;
    } else {
        RP_REG(RP_DMA_READ(DATA_OUT)) = data;
        RP_REG(RP_DMA_COUNT_TRIG(SKIP_ALL)) = frame->header_len + len;
        go = DATA_OUT;
    }
    for (uint32_t i = 0; i < frame->header_len; i++) {
        RP_REG8(m->tx) = frame->header[i];
    }
    if (len > 0) {
        RP_REG(RP_DMA_COUNT_TRIG(go)) = len;
    }
}

/* Sleeps until the last byte has come. The deadline is an alarm, which does nothing but wake. */
static int32_t move(const struct ol_rp_bus_master *m, const struct ol_bus_frame *frame,
                    uint32_t timeout_us)
{
    uint32_t limit = timeout_us < TIMEOUT_MIN_US ? TIMEOUT_MIN_US : timeout_us;
    bool in_time = true;
    uint32_t mask = ol_rp_irq_off();
    uint32_t begin = ol_rp_micros();
    RP_REG(RP_TIMER_ALARM(ALARM)) = begin + limit + 1u; /* surely past the limit */
    done = false;
    start_dma(m, frame);
    while (!done && in_time) {
        ol_rp_wait_for_interrupt();
        ol_rp_irq_window();
        in_time = ol_rp_micros() - begin < limit;
    }
    RP_REG(RP_TIMER_ARMED) = 1u << ALARM;
    ol_rp_irq_restore(mask);
    return done ? OL_OK : OL_E_TIMEOUT;
}

/* Gives the pins to the master, unless somebody else drives the clock: an image on the wrong
 * board, where that pin is an output of the chip or of the supply. Driving against it could harm
 * both. On the right board nothing drives or pulls it. */
static void attach(struct ol_rp_bus *bus)
{
    const struct ol_rp_bus_pins *pins = &bus->pins;
    uint32_t function = bus->master->function;
    ol_rp_pin_input(pins->sck, RP_PAD_PULL_DOWN);
    uint32_t begin = ol_rp_micros();
    while (ol_rp_micros() - begin < SETTLE_US) {
    }
    bus->is_foreign = ol_rp_pin_get(pins->sck);
    if (bus->is_foreign) {
        return;
    }
    ol_rp_pin_setup(pins->sck, RP_PAD_INPUT | RP_PAD_12MA | RP_PAD_FAST, function);
    ol_rp_pin_setup(pins->mosi, RP_PAD_INPUT | RP_PAD_12MA | RP_PAD_FAST, function);
    ol_rp_pin_setup(pins->miso,
                    RP_PAD_INPUT | RP_PAD_OFF | RP_PAD_SCHMITT | RP_PAD_PULL_DOWN,
                    function);
}

static int32_t transfer(void *ctx, const struct ol_bus_frame *frame, uint32_t timeout_us)
{
    struct ol_rp_bus *bus = ctx;
    if (frame->lanes > 1 || frame->header_len == 0 ||
        frame->header_len > OL_BUS_HEADER_MAX || frame->len > COUNT_MAX) {
        return OL_E_ARG;
    }
    if (bus->is_foreign) {
        return OL_E_IO;
    }
    const struct ol_rp_bus_master *m = bus->master;
    ol_rp_pin_set(bus->pins.cs, 0);
    int32_t status = move(m, frame, timeout_us);
    ol_rp_pin_set(bus->pins.cs, 1);
    if (status != OL_OK) {
        abort_frame(m);
    }
    return status;
}

static void reset_line(void *ctx, int level)
{
    struct ol_rp_bus *bus = ctx;
    ol_rp_pin_set(bus->pins.reset, level);
    if (bus->is_foreign) {
        attach(bus); /* it may have been a disturbance */
    }
}

void ol_rp_bus_init(struct ol_rp_bus *bus, const struct ol_rp_bus_pins *pins)
{
    bus->pins = *pins;
    ol_rp_pin_output(pins->cs, 1);
    ol_rp_pin_output(pins->reset, 0);
    attach(bus);
    set_channels(bus->master);
    RP_REG(RP_DMA_INTE0) = ENDS;
    RP_SET(RP_TIMER_INTE) = 1u << ALARM;
    ol_rp_irq_enable(RP_IRQ_DMA0);
    ol_rp_irq_enable(RP_IRQ_TIMER1);
}

uint32_t ol_rp_bus_set_clock(struct ol_rp_bus *bus, uint32_t hz)
{
    bus->clock_hz = bus->master->set_clock(bus, hz);
    return bus->clock_hz;
}

struct ol_bus ol_rp_bus(struct ol_rp_bus *bus)
{
    static const struct ol_bus_ops ops = {.transfer = transfer, .reset_line = reset_line};
    return (struct ol_bus){.ctx = bus, .ops = &ops};
}
