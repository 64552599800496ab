/* SPDX-License-Identifier: MIT */
#include "onelink/wiznet/w5500_private.h"

/* Enough for a clock of 1 MHz. */
#define TIMEOUT_US      2000u
#define TIMEOUT_BYTE_US 16u

enum { CONTROL_WRITE = 0x04 };

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

static int32_t transfer(struct ol_w5500 *c, unsigned block, unsigned addr,
                        enum ol_bus_dir dir, void *data, size_t len)
{
    const struct ol_bus_frame frame = {
        .header = {(uint8_t)(addr >> 8), (uint8_t)addr,
                   (uint8_t)(block << 3 | (dir == OL_BUS_WRITE ? CONTROL_WRITE : 0))},
        .header_len = 3,
        .dir = dir,
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

static bool checked(struct ol_w5500 *c, unsigned block, unsigned addr,
                    enum ol_bus_dir dir, void *data, size_t len)
{
    if (c->fault == OL_W5500_REASON_NONE &&
        transfer(c, block, addr, dir, data, len) != OL_OK) {
        ol_w5500_fault(c, OL_W5500_REASON_BUS);
    }
    return c->fault == OL_W5500_REASON_NONE;
}

bool ol_w5500_get(struct ol_w5500 *c, unsigned block, unsigned addr, void *buf,
                  size_t len)
{
    bool is_good = checked(c, block, addr, OL_BUS_READ, buf, len);
    if (!is_good) {
        memset(buf, 0, len);
    }
    return is_good;
}

bool ol_w5500_put(struct ol_w5500 *c, unsigned block, unsigned addr, const void *data,
                  size_t len)
{
    return checked(c, block, addr, OL_BUS_WRITE, writable(data), len);
}

bool ol_w5500_put16(struct ol_w5500_socket *s, unsigned addr, unsigned v)
{
    uint8_t bytes[2];
    ol_w5500_set16(bytes, (uint16_t)v);
    return ol_w5500_put(s->chip, BLOCK_SOCKET(s->n), addr, bytes, 2);
}

bool ol_w5500_put8(struct ol_w5500_socket *s, unsigned addr, unsigned v)
{
    uint8_t byte = (uint8_t)v;
    return ol_w5500_put(s->chip, BLOCK_SOCKET(s->n), addr, &byte, 1);
}

int32_t ol_w5500_read(struct ol_w5500 *c, unsigned block, uint16_t addr, void *buf,
                      size_t len)
{
    return transfer(c, block & 0x1F, addr, OL_BUS_READ, buf, len);
}

int32_t ol_w5500_write(struct ol_w5500 *c, unsigned block, uint16_t addr,
                       const void *data, size_t len)
{
    return transfer(c, block & 0x1F, addr, OL_BUS_WRITE, writable(data), len);
}
