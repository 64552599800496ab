/* SPDX-License-Identifier: MIT */
#include "sim/chip/chip.h"

bool w5_is_buffer_size(uint8_t kilobytes)
{
    return kilobytes <= 16 && (kilobytes & (kilobytes - 1)) == 0;
}

uint32_t w5_tx_size(const struct w5_socket *s)
{
    return s->reg[W5_SN_TXBUF_SIZE] * UINT32_C(1024);
}

uint32_t w5_rx_size(const struct w5_socket *s)
{
    return s->reg[W5_SN_RXBUF_SIZE] * UINT32_C(1024);
}

uint32_t w5_rx_free(const struct w5_socket *s)
{
    uint32_t used = (uint16_t)(s->rx_wr - s->rx_freed);
    return used < w5_rx_size(s) ? w5_rx_size(s) - used : 0;
}

/* Buffers lie one after the other in the order of the sockets (model 4.3). */
static uint32_t place(const struct sim_w5500 *c, const struct w5_socket *s, unsigned reg,
                      uint16_t pointer)
{
    uint32_t base = 0;
    for (const struct w5_socket *before = c->socket; before < s; before++) {
        base += before->reg[reg] * UINT32_C(1024);
    }
    uint32_t mask = s->reg[reg] * UINT32_C(1024) - 1;
    return (base + (pointer & mask)) % W5_MEMORY;
}

uint8_t *w5_tx_byte(struct sim_w5500 *c, const struct w5_socket *s, uint16_t pointer)
{
    if (w5_tx_size(s) == 0) {
        return NULL;
    }
    return &c->tx[place(c, s, W5_SN_TXBUF_SIZE, pointer)];
}

uint8_t *w5_rx_byte(struct sim_w5500 *c, const struct w5_socket *s, uint16_t pointer)
{
    if (w5_rx_size(s) == 0) {
        return NULL;
    }
    return &c->rx[place(c, s, W5_SN_RXBUF_SIZE, pointer)];
}

void w5_tx_copy(struct sim_w5500 *c, const struct w5_socket *s, uint16_t from,
                uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const uint8_t *p = w5_tx_byte(c, s, (uint16_t)(from + i));
        out[i] = p != NULL ? *p : 0;
    }
}

void w5_rx_put(struct sim_w5500 *c, struct w5_socket *s, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint8_t *p = w5_rx_byte(c, s, s->rx_wr);
        if (p != NULL) {
            *p = data[i];
        }
        s->rx_wr++;
    }
}

uint16_t w5_live16(const struct w5_socket *s, unsigned offset)
{
    switch (offset & ~1U) {
    case W5_SN_TX_FSR:
        return (uint16_t)(w5_tx_size(s) - (uint16_t)(s->tx_wr - s->tx_ack));
    case W5_SN_TX_RD:
        return s->tx_rd;
    case W5_SN_TX_WR:
        return s->tx_wr;
    case W5_SN_RX_RSR:
        return (uint16_t)(s->rx_wr - s->rx_freed);
    case W5_SN_RX_RD:
        return s->rx_rd;
    default:
        return s->rx_wr;
    }
}
