/* SPDX-License-Identifier: MIT */
#include "sim/chip/chip.h"

/* The byte stream of model 1.1 to 1.6: three header bytes, then data until select rises, or as
 * many as the header says, then the next header. */

static unsigned block_of(const struct w5_spi *spi)
{
    return spi->head[2] >> 3;
}

static bool is_write(const struct w5_spi *spi)
{
    return (spi->head[2] & 4) != 0;
}

static bool is_live16(unsigned block, uint16_t offset)
{
    return (block & 3) == 1 && offset >= W5_SN_TX_FSR && offset < W5_SN_IMR;
}

static uint16_t *seen_of(struct sim_w5500 *c, unsigned block, uint16_t offset)
{
    return &c->socket[block >> 2].seen[(offset - W5_SN_TX_FSR) >> 1];
}

/* A 16-bit register as the bus sees it, with the faults that lie about it. */
static uint16_t shown16(struct sim_w5500 *c, unsigned block, uint16_t offset)
{
    unsigned reg = offset & ~1U;
    uint32_t lie = reg == W5_SN_RX_RSR   ? c->fault[SIM_W5500_FAULT_RSR]
                   : reg == W5_SN_TX_FSR ? c->fault[SIM_W5500_FAULT_FSR]
                                         : 0;
    if (lie != 0) {
        return (uint16_t)lie;
    }
    if (c->fault[SIM_W5500_FAULT_POINTERS] != 0 &&
        (reg == W5_SN_RX_RD || reg == W5_SN_TX_WR)) {
        return (uint16_t)w5_random(&c->fault_rng);
    }
    return w5_live16(&c->socket[block >> 2], offset);
}

/* Both halves come from one instant, unless the chip is told to tear them (model 1.6). */
static uint8_t shown_half(struct sim_w5500 *c, unsigned block, uint16_t offset)
{
    struct w5_spi *spi = &c->spi;
    if ((offset & 1) != 0) {
        uint8_t low = spi->has_low ? spi->low : (uint8_t)shown16(c, block, offset);
        spi->has_low = false;
        return low;
    }
    uint16_t value = shown16(c, block, offset);
    spi->has_low = true;
    spi->low = (uint8_t)value;
    uint8_t high = (uint8_t)(value >> 8);
    if (c->fault[SIM_W5500_FAULT_TORN] != 0) {
        uint8_t old = (uint8_t)(*seen_of(c, block, offset) >> 8);
        c->stats.lies += old != high;
        return old;
    }
    return high;
}

static uint8_t shown(struct sim_w5500 *c, unsigned block, uint16_t offset)
{
    if (is_live16(block, offset)) {
        return shown_half(c, block, offset);
    }
    if (block == 0 && offset == W5_VERSIONR && c->fault[SIM_W5500_FAULT_VERSION] != 0) {
        return (uint8_t)c->fault[SIM_W5500_FAULT_VERSION];
    }
    return w5_register(c, block, offset);
}

static uint8_t flip(struct sim_w5500 *c, uint8_t byte)
{
    uint32_t every = c->fault[SIM_W5500_FAULT_BIT_FLIPS];
    if (every == 0 || w5_random(&c->fault_rng) % every != 0) {
        return byte;
    }
    c->stats.lies++;
    return byte ^ (uint8_t)(1U << (w5_random(&c->fault_rng) & 7));
}

/* Loads what MISO gives with the next byte. */
static void load(struct sim_w5500 *c)
{
    struct w5_spi *spi = &c->spi;
    uint8_t byte = 0;
    if (spi->head_len < 3) {
        byte = (uint8_t)(spi->head_len + 1);
    } else if (!is_write(spi)) {
        byte = shown(c, block_of(spi), spi->addr);
    }
    spi->miso = flip(c, byte);
}

static void start_header(struct sim_w5500 *c)
{
    c->spi.head_len = 0;
    c->spi.has_low = false;
    load(c);
}

/* What the host has now read. The state may have changed while its bits went out. */
static void mark_read(struct sim_w5500 *c, unsigned block, uint16_t offset)
{
    if ((block & 3) != 1) {
        return;
    }
    struct w5_socket *s = &c->socket[block >> 2];
    if (offset == W5_SN_SR) {
        s->sr_seen = c->spi.miso;
    } else if (is_live16(block, offset) && (offset & 1) != 0) {
        *seen_of(c, block, offset) = w5_live16(s, offset);
    }
}

static void take_header(struct sim_w5500 *c, uint8_t byte)
{
    static const uint8_t lengths[4] = {0, 1, 2, 4};
    struct w5_spi *spi = &c->spi;
    spi->head[spi->head_len++] = byte;
    if (spi->head_len < 3) {
        return;
    }
    spi->addr = w5_get16(spi->head);
    spi->left = lengths[spi->head[2] & 3];
    if (block_of(spi) != 0 && (block_of(spi) & 3) == 0) {
        w5_misuse(c, "reserved block");
    }
}

static void take_data(struct sim_w5500 *c, uint8_t byte)
{
    struct w5_spi *spi = &c->spi;
    unsigned block = block_of(spi);
    uint16_t addr = spi->addr++;
    if ((block & 3) >= 2) {
        c->stats.buffer_bytes++;
    }
    if (is_write(spi)) {
        w5_register_write(c, block, addr, byte);
        c->is_due_known = false;
    } else {
        mark_read(c, block, addr);
    }
    if (spi->left != 0 && --spi->left == 0) {
        spi->head_len = 0;
        spi->has_low = false;
    }
}

static bool is_deaf(const struct sim_w5500 *c)
{
    return !c->spi.is_selected || c->fault[SIM_W5500_FAULT_DEAF] != 0;
}

void sim_w5500_select(struct sim_w5500 *c, int level, uint64_t now_ns)
{
    w5_advance(c, now_ns);
    bool is_selected = level == 0;
    if (is_selected && !c->spi.is_selected) {
        c->spi.is_dead = w5_is_in_reset(c);
        c->spi.is_counted = false;
        start_header(c);
    }
    c->spi.is_selected = is_selected;
}

uint8_t sim_w5500_peek(struct sim_w5500 *c)
{
    if (c->fault[SIM_W5500_FAULT_MISO_LOW] != 0) {
        return 0x00;
    }
    if (c->fault[SIM_W5500_FAULT_MISO_HIGH] != 0 || is_deaf(c) || c->spi.is_dead ||
        w5_is_in_reset(c)) {
        return 0xFF;
    }
    return c->spi.miso;
}

uint8_t sim_w5500_exchange(struct sim_w5500 *c, uint8_t mosi, uint64_t now_ns)
{
    w5_advance(c, now_ns);
    uint8_t miso = sim_w5500_peek(c);
    if (is_deaf(c)) {
        return miso;
    }
    c->stats.spi_bytes++;
    c->stats.spi_frames += c->spi.is_counted ? 0 : 1;
    c->spi.is_counted = true;
    if (c->spi.is_dead || w5_is_in_reset(c)) {
        c->spi.is_dead = true;
        w5_misuse(c, "access during reset");
        return miso;
    }
    uint8_t byte = flip(c, mosi);
    if (c->spi.head_len < 3) {
        take_header(c, byte);
    } else {
        take_data(c, byte);
    }
    w5_advance(c, c->now);
    load(c);
    return miso;
}
