/* SPDX-License-Identifier: MIT */
#include "onelink/wiznet/w5500_private.h"

/* Enough for a clock of 1 MHz. */
#define TIMEOUT_US      2000u
#define TIMEOUT_BYTE_US 16u

#define AT_WRITE 0x40000u /* of the control byte */

/* ---- Time ---- */

uint32_t ol_w5500_after(const struct ol_w5500 *c, uint32_t ms)
{
    uint32_t at = (uint32_t)c->now + ms;
    return at != 0 ? at : 1;
}

uint32_t ol_w5500_time(const struct ol_w5500 *c, ol_ms at)
{
    if (at <= c->now) {
        return ol_w5500_after(c, 0);
    }
    return at - c->now < OL_W5500_LEFT_MAX ? ol_w5500_after(c, (uint32_t)(at - c->now))
                                           : 0;
}

uint32_t ol_w5500_left(const struct ol_w5500 *c, uint32_t at, uint32_t left)
{
    uint32_t more = at - (uint32_t)c->now;
    if (at == 0) {
        return left;
    }
    if (more > OL_W5500_LEFT_MAX) {
        return 0; /* it is over */
    }
    return more < left ? more : left;
}

bool ol_w5500_is_due(const struct ol_w5500 *c, uint32_t at)
{
    return ol_w5500_left(c, at, 1) == 0;
}

/* ---- Transfers ---- */

static int32_t transfer(struct ol_w5500 *c, uint32_t at, void *data, size_t len)
{
    const struct ol_bus_frame frame = {
        .header = {(uint8_t)(at >> 8), (uint8_t)at, (uint8_t)(at >> 16)},
        .header_len = 3,
        .dir = (at & AT_WRITE) != 0 ? OL_BUS_WRITE : OL_BUS_READ,
        .data = data,
        .len = len,
    };
    c->stats.frames++;
    c->stats.bytes += (uint32_t)len + 3;
    return c->config.bus.ops->transfer(c->config.bus.ctx, &frame,
                                       TIMEOUT_US + TIMEOUT_BYTE_US * (uint32_t)len);
}

/* The bus has one pointer for both directions; writing does not touch what it points to. */
static void *writable(const void *data)
{
    void *p;
    memcpy(&p, &data, sizeof p);
    return p;
}

void ol_w5500_fault(struct ol_w5500 *c, enum ol_w5500_reason reason)
{
    if (c->fault == OL_W5500_REASON_NONE) {
        c->fault = (uint8_t)reason;
    }
}

static OL_NOINLINE bool checked(struct ol_w5500 *c, uint32_t at, void *data, size_t len)
{
    if (c->fault == OL_W5500_REASON_NONE && transfer(c, at, data, len) != OL_OK) {
        c->fault = OL_W5500_REASON_BUS;
    }
    return c->fault == OL_W5500_REASON_NONE;
}

bool ol_w5500_get(struct ol_w5500 *c, uint32_t at, void *buf, size_t len)
{
    bool is_good = checked(c, at, buf, len);
    if (!is_good) {
        memset(buf, 0, len);
    }
    return is_good;
}

bool ol_w5500_put(struct ol_w5500 *c, uint32_t at, const void *data, size_t len)
{
    return checked(c, at | AT_WRITE, writable(data), len);
}

bool ol_w5500_get_regs(struct ol_w5500_socket *s, unsigned addr, void *buf, size_t len)
{
    return ol_w5500_get(s->chip, AT_SOCKET(s->n, addr), buf, len);
}

bool ol_w5500_put_regs(struct ol_w5500_socket *s, unsigned addr, const void *data,
                       size_t len)
{
    return ol_w5500_put(s->chip, AT_SOCKET(s->n, addr), data, len);
}

bool ol_w5500_put16(struct ol_w5500_socket *s, unsigned addr, unsigned v)
{
    uint8_t bytes[2];
    ol_w5500_set16(bytes, (uint16_t)v);
    return ol_w5500_put_regs(s, addr, bytes, 2);
}

bool ol_w5500_put8(struct ol_w5500_socket *s, unsigned addr, unsigned v)
{
    uint8_t byte = (uint8_t)v;
    return ol_w5500_put_regs(s, addr, &byte, 1);
}

bool ol_w5500_peek(struct ol_w5500_socket *s, unsigned skip, void *buf, size_t len)
{
    return ol_w5500_get(s->chip, AT_RX(s->n, (uint16_t)(s->rx_rd + skip)), buf, len);
}

int32_t ol_w5500_read(struct ol_w5500 *c, unsigned block, uint16_t addr, void *buf,
                      size_t len)
{
    return transfer(c, AT(block & 0x1F, addr), buf, len);
}

int32_t ol_w5500_write(struct ol_w5500 *c, unsigned block, uint16_t addr,
                       const void *data, size_t len)
{
    return transfer(c, AT(block & 0x1F, addr) | AT_WRITE, writable(data), len);
}
