/* SPDX-License-Identifier: MIT */
/* The W5500 driver on a bus that lies: registers are a memory that the input changes at will,
 * reads are bent, transfers fail. The input also chooses the calls. No call may make more than
 * OL_W5500_TRANSFERS_MAX transfers, and streams and datagrams keep their contract. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/wiznet/w5500.h"
#include "onelink/wiznet/w5500_server.h"

#define CHECK(x)                                                                         \
    do {                                                                                 \
        if (!(x)) {                                                                      \
            abort();                                                                     \
        }                                                                                \
    } while (0)

struct input {
    const uint8_t *data;
    size_t len;
    size_t pos;
};

struct world {
    struct input in;
    uint8_t registers[32][0x40];
    unsigned transfers;
    unsigned fails; /* so many transfers to come fail */
    unsigned bends; /* so many reads to come are bent */
    ol_ms now;
    struct ol_w5500 chip;
    struct ol_w5500_tcp tcp;
    struct ol_w5500_udp udp;
    struct ol_w5500_server server;
    struct ol_w5500_tcp set[2];
};

static struct world w;

static uint8_t take(void)
{
    return w.in.pos < w.in.len ? w.in.data[w.in.pos++] : 0;
}

/* What a chip does by itself: commands are taken, sockets go to the state that was wanted. */
static void obey(unsigned block, uint8_t command)
{
    uint8_t *r = w.registers[block];
    switch (command) {
    case 0x01: /* OPEN */
        r[3] = (r[0] & 0x0F) == 1 ? 0x13 : 0x22;
        memset(r + 0x20, 0, 12);
        r[0x20] = (uint8_t)(r[0x1F] * 4);
        break;
    case 0x02:
        r[3] = 0x14;
        break;
    case 0x04:
        r[3] = 0x17;
        r[2] |= 0x01;
        break;
    case 0x08:
    case 0x10:
        r[3] = 0;
        break;
    case 0x20: /* SEND: gone and acknowledged at once */
        memcpy(r + 0x22, r + 0x24, 2);
        r[2] |= 0x10;
        break;
    case 0x40: {
        unsigned waiting = (unsigned)((r[0x2A] - r[0x28]) * 256 + r[0x2B] - r[0x29]);
        r[0x26] = (uint8_t)(waiting >> 8);
        r[0x27] = (uint8_t)waiting;
        break;
    }
    default:
        break;
    }
    r[1] = 0;
}

static void write_register(unsigned block, unsigned at, uint8_t v)
{
    uint8_t *r = w.registers[block];
    if (block == 0 && at == 0 && (v & 0x80) != 0) {
        memset(w.registers, 0, sizeof w.registers);
        w.registers[0][0x2E] = 0xBF;
        w.registers[0][0x39] = 4;
    } else if (block != 0 && at == 2) {
        r[2] &= (uint8_t)~v;
    } else if (at < 0x40 && at != 0x39 && at != 0x2E) {
        r[at] = v;
        if (block != 0 && at == 1) {
            obey(block, v);
        }
    }
}

static int32_t transfer(void *ctx, const struct ol_bus_frame *frame, uint32_t timeout_us)
{
    unsigned block = frame->header[2] >> 3;
    unsigned at = (unsigned)(frame->header[0] << 8 | frame->header[1]);
    bool is_memory = (block & 3) >= 2;
    uint8_t *data = frame->data;

    (void)ctx;
    CHECK(timeout_us > 0 && frame->header_len == 3 && frame->len <= 0x10000);
    w.transfers++;
    if (w.fails > 0) {
        w.fails--;
        return OL_E_IO;
    }
    for (size_t i = 0; i < frame->len; i++) {
        if (frame->dir == OL_BUS_WRITE) {
            if (!is_memory) {
                write_register(block, at + (unsigned)i, data[i]);
            }
        } else {
            data[i] = is_memory ? take() : w.registers[block][(at + i) & 0x3F];
        }
    }
    if (frame->dir == OL_BUS_READ && w.bends > 0 && frame->len > 0) {
        w.bends--;
        data[take() % frame->len] = take();
    }
    return OL_OK;
}

static void reset_line(void *ctx, int level)
{
    (void)ctx;
    if (level == 0) {
        write_register(0, 0, 0x80);
    }
}

static int32_t fill(void *ctx, void *buf, size_t len)
{
    (void)ctx;
    memset(buf, take(), len);
    return take() % 16 != 0 ? OL_OK : take() % 2 != 0 ? OL_E_AGAIN : OL_E_IO;
}

static bool is_status(int32_t rc)
{
    return rc <= OL_OK && rc >= OL_E_NOENT;
}

static void use_stream(struct ol_stream s, unsigned op)
{
    static uint8_t buf[2048];
    const struct ol_addr peer = ol_addr_ipv4(take(), 0, 0, 2, take());
    size_t cap = 1 + take() * 8u;
    int32_t rc;

    switch (op) {
    case 0:
        CHECK(is_status(
            s.ops->open(s.ctx, &peer, (struct ol_str){0}, w.now, w.now + take() * 16u)));
        break;
    case 1:
        s.ops->close(s.ctx, w.now, w.now + take() % 4 * 100u);
        break;
    case 2:
        rc = s.ops->send(s.ctx, buf, cap);
        CHECK(rc == OL_E_AGAIN || rc == OL_E_CLOSED || (rc > 0 && (size_t)rc <= cap));
        break;
    case 3:
        rc = s.ops->recv(s.ctx, buf, cap);
        CHECK(rc == OL_E_AGAIN || rc == OL_E_CLOSED || (rc > 0 && (size_t)rc <= cap));
        break;
    default:
        s.ops->step(s.ctx, w.now);
        CHECK(is_status(s.ops->state(s.ctx)));
        CHECK(s.ops->deadline(s.ctx) >= w.now);
        break;
    }
}

static void use_datagram(unsigned op)
{
    static uint8_t buf[2048];
    struct ol_datagram d = ol_w5500_udp_datagram(&w.udp);
    const struct ol_addr group = ol_addr_ipv4(224, 0, 0, 1, 99);
    struct ol_addr peer = ol_addr_ipv4(10, 0, 0, take(), 99);
    size_t len = take() * 8u;
    int32_t rc;

    switch (op) {
    case 0:
        CHECK(is_status(d.ops->open(d.ctx, take())));
        break;
    case 1:
        d.ops->close(d.ctx);
        break;
    case 2:
        CHECK(is_status(d.ops->send(d.ctx, &peer, buf, len)));
        break;
    case 3:
        memset(buf, 0xA5, sizeof buf);
        rc = d.ops->recv(d.ctx, buf, len, &peer);
        CHECK(rc == OL_E_AGAIN || rc == OL_E_CLOSED || (rc >= 0 && rc <= 0x4000));
        CHECK(buf[len] == 0xA5);
        break;
    default:
        CHECK(is_status(ol_w5500_udp_join(&w.udp, take() % 2 != 0 ? &group : NULL)));
        break;
    }
}

static void use_netif(void)
{
    struct ol_netif n = ol_w5500_netif(&w.chip);
    struct ol_netif_config config = {.address = ol_addr_ipv4(10, 0, 0, take() % 3, 0),
                                     .prefix_len = take() % 33};
    if (take() % 2 != 0) {
        CHECK(is_status(n.ops->set_config(n.ctx, &config)));
    } else {
        CHECK(is_status(n.ops->probe(n.ctx, &config.address, w.now)));
    }
    (void)n.ops->probe_result(n.ctx, w.now);
    (void)n.ops->is_link_up(n.ctx);
}

static void use_server(void)
{
    if (take() % 2 != 0) {
        CHECK(is_status(ol_w5500_server_open(&w.server, take())));
    } else if (take() % 4 == 0) {
        ol_w5500_server_close(&w.server);
    }
    ol_w5500_server_step(&w.server);
    struct ol_w5500_tcp *t = ol_w5500_server_accept(&w.server);
    if (t != NULL) {
        use_stream(ol_w5500_tcp_stream(t), take() % 5);
    }
}

static void change_chip(void)
{
    unsigned block = take() % 8 * 4 + 1;
    uint8_t *r = w.registers[take() % 4 != 0 ? block : 0];

    switch (take() % 5) {
    case 0:
        r[take() % 0x40] = take();
        break;
    case 1: { /* bytes arrive */
        unsigned n = take();
        unsigned wr = (unsigned)(r[0x2A] << 8 | r[0x2B]) + n;
        unsigned waiting = (unsigned)(r[0x26] << 8 | r[0x27]) + n;
        r[0x2A] = (uint8_t)(wr >> 8);
        r[0x2B] = (uint8_t)wr;
        r[0x26] = (uint8_t)(waiting >> 8);
        r[0x27] = (uint8_t)waiting;
        r[2] |= 4;
        break;
    }
    case 2:
        w.fails = take() % 4;
        break;
    case 3:
        w.bends = take();
        break;
    default:
        r[3] = take() % 2 != 0 ? 0x1C : 0x17;
        break;
    }
}

static void turn(void)
{
    struct ol_w5500_event ev;
    uint8_t op = take();

    w.transfers = 0;
    switch (op % 8) {
    case 0:
        use_stream(ol_w5500_tcp_stream(&w.tcp), op / 8 % 5);
        break;
    case 1:
        use_datagram(op / 8 % 5);
        break;
    case 2:
        use_netif();
        break;
    case 3:
        use_server();
        break;
    case 4:
        change_chip();
        break;
    case 5:
        ol_w5500_interrupt(&w.chip);
        break;
    default:
        w.now += op / 8;
        break;
    }
    CHECK(w.transfers <= 2 * OL_W5500_TRANSFERS_MAX); /* a server's turn is two calls */
    w.transfers = 0;
    ol_w5500_step(&w.chip, w.now);
    CHECK(w.transfers <= OL_W5500_TRANSFERS_MAX);
    CHECK(ol_w5500_deadline(&w.chip) >= w.now);
    for (unsigned i = 0; ol_w5500_next_event(&w.chip, &ev); i++) {
        CHECK(i < 4 && *ol_w5500_reason_str(ev.reason) != 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const struct ol_bus_ops ops = {.transfer = transfer, .reset_line = reset_line};

    memset(&w, 0, sizeof w);
    w.in = (struct input){.data = data, .len = len};
    w.now = 1000;
    write_register(0, 0, 0x80);
    const struct ol_w5500_config config = {.bus = {.ops = &ops},
                                           .entropy = {.fill = fill},
                                           .poll_ms = take() % 2 != 0 ? 10 : 0};
    CHECK(ol_w5500_init(&w.chip, &config) == OL_OK);
    ol_w5500_tcp_init(&w.tcp, &w.chip);
    ol_w5500_udp_init(&w.udp, &w.chip);
    ol_w5500_server_init(&w.server, &w.chip, w.set, 2);
    for (unsigned i = 0; i < 12; i++) { /* mostly the chip is up */
        ol_w5500_step(&w.chip, w.now += 2);
    }
    while (w.in.pos < len) {
        turn();
    }
    return 0;
}
