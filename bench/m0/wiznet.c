/* SPDX-License-Identifier: MIT */
/* The W5500 driver on a Cortex-M0: a TCP client, a UDP socket and the interface, on a bus with a
 * chip that is just obedient enough.
 * m0-sources: onelink/base onelink/wiznet */
#include "onelink/wiznet/w5500.h"
#include "rt.h"

#define MESSAGE_LEN 200 /* of a report's publish */

static uint8_t registers[32][0x40];
static uint32_t frames;
static uint32_t bytes; /* on the bus, without the chip's memory */
static struct ol_w5500 chip;
static struct ol_w5500_tcp tcp;
static struct ol_w5500_udp udp;
static struct ol_stream stream;
static struct ol_datagram datagram;
static uint8_t buf[MESSAGE_LEN];

static void take_command(uint8_t *r, uint8_t command)
{
    switch (command) {
    case 0x01: /* OPEN: pointers at 0, the memory is free */
        r[3] = (r[0] & 3) == 1 ? 0x13 : 0x22;
        r[0x20] = (uint8_t)(r[0x1F] * 4);
        break;
    case 0x04: /* CONNECT */
        r[3] = 0x17;
        r[2] |= 0x01;
        break;
    case 0x20: /* SEND: acknowledged at once */
        r[2] |= 0x10;
        break;
    default:
        break;
    }
}

static void write_register(unsigned block, unsigned at, uint8_t v)
{
    uint8_t *r = registers[block];
    if (block == 0 && at == 0 && v == 0x80) {
        r[0x2E] = 0xBF;
        r[0x39] = 4;
    } else if (block != 0 && at == 2) {
        r[2] &= (uint8_t)~v;
    } else if (block != 0 && at == 1) {
        take_command(r, v);
    } else {
        r[at] = v;
    }
}

static int32_t transfer(void *ctx, const struct ol_bus_frame *frame, uint32_t timeout_us)
{
    unsigned block = frame->header[2] >> 3;
    unsigned at = frame->header[1];
    uint8_t *data = frame->data;
    (void)ctx;
    (void)timeout_us;
    frames++;
    bytes += 3;
    if ((block & 3) >= 2) {
        return OL_OK;
    }
    bytes += (uint32_t)frame->len;
    for (size_t i = 0; i < frame->len; i++) {
        if (frame->dir == OL_BUS_WRITE) {
            write_register(block, at + (unsigned)i, data[i]);
        } else {
            data[i] = registers[block][at + i];
        }
    }
    return OL_OK;
}

static void reset_line(void *ctx, int level)
{
    (void)ctx;
    (void)level;
}

static int32_t fill(void *ctx, void *out, size_t len)
{
    uint8_t *p = out;
    (void)ctx;
    for (size_t i = 0; i < len; i++) {
        p[i] = 7;
    }
    return OL_OK;
}

static void start(ol_ms *now)
{
    static const struct ol_bus_ops ops = {.transfer = transfer, .reset_line = reset_line};
    const struct ol_w5500_config config = {.bus = {.ops = &ops},
                                           .entropy = {.fill = fill}};
    struct ol_w5500_event ev;

    m0_check(ol_w5500_init(&chip, &config) == OL_OK, "driver");
    ol_w5500_tcp_init(&tcp, &chip);
    ol_w5500_udp_init(&udp, &chip);
    stream = ol_w5500_tcp_stream(&tcp);
    datagram = ol_w5500_udp_datagram(&udp);
    for (unsigned i = 0; i < 4; i++) {
        ol_w5500_step(&chip, *now);
        *now = ol_w5500_deadline(&chip);
    }
    m0_check(ol_w5500_next_event(&chip, &ev) && ev.type == OL_W5500_EVENT_FOUND, "found");
}

static void connect_now(ol_ms now)
{
    static const struct ol_addr peer = {
        .family = OL_ADDR_IPV4, .bytes = {10, 0, 0, 2}, .port = 1883};
    const struct ol_netif_config config = {
        .address = {.family = OL_ADDR_IPV4, .bytes = {10, 0, 0, 1}}, .prefix_len = 24};
    struct ol_netif netif = ol_w5500_netif(&chip);

    m0_check(netif.ops->set_config(netif.ctx, &config) == OL_OK, "address");
    m0_check(stream.ops->open(stream.ctx, &peer, (struct ol_str){0}, now, OL_NEVER) ==
                 OL_OK,
             "open");
    ol_w5500_interrupt(&chip);
    ol_w5500_step(&chip, now);
    m0_check(stream.ops->state(stream.ctx) == OL_OK, "connected");
}

/* As an interrupt tells it. */
static int32_t receive(uint8_t len, ol_ms now)
{
    uint8_t *r = registers[1];
    r[0x27] = (uint8_t)(r[0x27] + len); /* RX_RSR, RX_WR */
    r[0x2B] = (uint8_t)(r[0x2B] + len);
    r[2] |= 0x04;
    ol_w5500_interrupt(&chip);
    ol_w5500_step(&chip, now);
    return stream.ops->recv(stream.ctx, buf, sizeof buf);
}

static void report(ol_ms now)
{
    frames = 0;
    bytes = 0;
    m0_begin("report: publish, PUBACK and reply on the bus");
    int32_t sent = stream.ops->send(stream.ctx, buf, sizeof buf);
    int32_t puback = receive(4, now);
    int32_t reply = receive(90, now);
    m0_end();
    m0_check(sent == MESSAGE_LEN && puback == 4 && reply == 90, "report");
    m0_figure("bus frames per report", frames, "frames");
    m0_figure("bus bytes per report", bytes, "bytes");
    m0_check(datagram.ops->open(datagram.ctx, 0) == OL_OK, "UDP");
    m0_begin("turn of the loop with nothing to do");
    ol_w5500_step(&chip, now);
    int32_t none = stream.ops->recv(stream.ctx, buf, sizeof buf);
    m0_end();
    m0_check(none == OL_E_AGAIN, "nothing");
}

int main(void)
{
    ol_ms now = 0xFFFFFFFFu - 10;
    m0_figure("context", sizeof chip + sizeof tcp + sizeof udp, "bytes");
    start(&now);
    connect_now(now);
    report(now);
    return 0;
}
