/* SPDX-License-Identifier: MIT */
#include "sim/chip/chip.h"

enum { SOFT_RESET_US = 300 };

/* A soft reset leaves time, pins, PHY, memory and statistics alone (model 2.3). */
void w5_reset_registers(struct sim_w5500 *c)
{
    memset(c->common, 0, sizeof c->common);
    w5_put16(&c->common[W5_RTR], 2000);
    c->common[W5_RCR] = 8;
    c->common[W5_PTIMER] = 0x28;
    w5_put16(&c->common[W5_PMRU], 0xFFFF);
    c->common[W5_PHYCFGR] = 0xB8;
    c->common[W5_VERSIONR] = 0x04;
    for (int i = 0; i < W5_SOCKETS; i++) {
        w5_socket_reset(&c->socket[i]);
    }
    c->wants = 0;
}

uint8_t w5_socket_interrupts(const struct sim_w5500 *c)
{
    uint8_t sir = 0;
    for (int i = 0; i < W5_SOCKETS; i++) {
        const struct w5_socket *s = &c->socket[i];
        if ((s->ir & s->reg[W5_SN_IMR]) != 0) {
            sir |= w5_bit(c, s);
        }
    }
    return sir;
}

static uint8_t common_register(const struct sim_w5500 *c, uint16_t offset)
{
    if (offset >= W5_COMMON_SIZE) {
        return 0;
    }
    if (offset == W5_SIR) {
        return w5_socket_interrupts(c);
    }
    if (offset == W5_PHYCFGR) {
        return w5_phy_register(c);
    }
    if (offset == W5_MR && c->soft_reset_at != SIM_NEVER) {
        return W5_MR_RST;
    }
    return c->common[offset];
}

static uint8_t socket_register(const struct w5_socket *s, uint16_t offset)
{
    if (offset >= W5_SOCKET_SIZE) {
        return 0;
    }
    if (offset >= W5_SN_TX_FSR && offset < W5_SN_IMR) {
        uint16_t value = w5_live16(s, offset);
        return (uint8_t)((offset & 1) != 0 ? value : value >> 8);
    }
    switch (offset) {
    case W5_SN_CR:
        return s->command;
    case W5_SN_IR:
        return s->ir;
    case W5_SN_SR:
        return s->sr;
    default:
        return s->reg[offset];
    }
}

uint8_t w5_register(const struct sim_w5500 *c, unsigned block, uint16_t offset)
{
    if (block == 0) {
        return common_register(c, offset);
    }
    const struct w5_socket *s = &c->socket[block >> 2 & 7];
    /* The memory is not changed; the cast lets one function serve both. */
    struct sim_w5500 *m = (struct sim_w5500 *)(uintptr_t)c;
    const uint8_t *p = NULL;
    switch (block & 3) {
    case 1:
        return socket_register(s, offset);
    case 2:
        p = w5_tx_byte(m, s, offset);
        break;
    case 3:
        p = w5_rx_byte(m, s, offset);
        break;
    default:
        break;
    }
    return p != NULL ? *p : 0;
}

static bool has_open_socket(const struct sim_w5500 *c)
{
    for (int i = 0; i < W5_SOCKETS; i++) {
        if (c->socket[i].sr != W5_ST_CLOSED) {
            return true;
        }
    }
    return false;
}

static void common_write(struct sim_w5500 *c, uint16_t offset, uint8_t value)
{
    if (offset == W5_MR) {
        if ((value & W5_MR_RST) != 0) {
            w5_reset_registers(c);
            w5_phy_update(c);
            c->stats.resets++;
            c->soft_reset_at = c->now + SOFT_RESET_US * W5_US;
            return;
        }
        c->common[W5_MR] = value;
    } else if (offset == W5_IR) {
        c->common[W5_IR] &= (uint8_t)~value;
    } else if (offset == W5_PHYCFGR) {
        w5_phy_write(c, value);
    } else if (offset < W5_UIPR && offset != W5_SIR) {
        if (offset < W5_SIPR + 4 && has_open_socket(c)) {
            w5_note(c, "own address written with open sockets");
        }
        c->common[offset] = value;
    }
}

static void half_write(uint16_t *pointer, uint16_t offset, uint8_t value)
{
    *pointer = (uint16_t)((offset & 1) != 0 ? (*pointer & 0xFF00) | value
                                            : (*pointer & 0x00FF) | value << 8);
}

static void size_write(struct sim_w5500 *c, struct w5_socket *s, uint16_t offset,
                       uint8_t value)
{
    if (!w5_is_buffer_size(value)) {
        w5_misuse(c, "buffer size is none of 0, 1, 2, 4, 8, 16");
        return;
    }
    if (has_open_socket(c) && s->reg[offset] != value) {
        w5_misuse(c, "buffer size changed with open sockets");
    }
    s->reg[offset] = value;
}

static void socket_write(struct sim_w5500 *c, struct w5_socket *s, uint16_t offset,
                         uint8_t value)
{
    switch (offset) {
    case W5_SN_CR:
        w5_command_write(c, s, value);
        return;
    case W5_SN_IR:
        s->ir &= (uint8_t)~value;
        return;
    case W5_SN_RXBUF_SIZE:
    case W5_SN_TXBUF_SIZE:
        size_write(c, s, offset, value);
        return;
    case W5_SN_TX_WR:
    case W5_SN_TX_WR + 1:
        half_write(&s->tx_wr, offset, value);
        return;
    case W5_SN_RX_RD:
    case W5_SN_RX_RD + 1:
        half_write(&s->rx_rd, offset, value);
        return;
    case W5_SN_KPALVTR:
        s->reg[offset] = value;
        w5_tcp_rearm_keep(c, s);
        return;
    default:
        break;
    }
    bool is_stored = offset == W5_SN_MR ||
                     (offset >= W5_SN_PORT && offset <= W5_SN_TTL) ||
                     (offset >= W5_SN_IMR && offset < W5_SOCKET_SIZE);
    if (is_stored) {
        s->reg[offset] = value;
    }
}

/* Data that a SEND still needs must not be overwritten (model 12.3). */
static void tx_write(struct sim_w5500 *c, struct w5_socket *s, uint16_t offset,
                     uint8_t value)
{
    uint8_t *p = w5_tx_byte(c, s, offset);
    if (p == NULL) {
        w5_misuse(c, "data for a TX buffer of 0 KB");
        return;
    }
    uint32_t distance = (uint16_t)(offset - s->tx_ack) & (w5_tx_size(s) - 1);
    if (s->sr != W5_ST_CLOSED && distance < (uint16_t)(s->tx_end - s->tx_ack)) {
        w5_misuse(c, "TX data written over data in flight");
    }
    *p = value;
}

void w5_register_write(struct sim_w5500 *c, unsigned block, uint16_t offset,
                       uint8_t value)
{
    if (c->soft_reset_at != SIM_NEVER) {
        w5_misuse(c, "write during MR.RST");
        return;
    }
    if (block == 0) {
        common_write(c, offset, value);
        return;
    }
    struct w5_socket *s = &c->socket[block >> 2 & 7];
    switch (block & 3) {
    case 1:
        socket_write(c, s, offset, value);
        break;
    case 2:
        tx_write(c, s, offset, value);
        break;
    case 3: {
        uint8_t *p = w5_rx_byte(c, s, offset);
        if (p != NULL) {
            *p = value;
        }
        break;
    }
    default:
        break;
    }
}
