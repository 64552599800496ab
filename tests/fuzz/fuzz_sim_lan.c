/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/lan/lan.h"
#include "tests/fuzz/fuzz.h"

/* The virtual network under a device that sends anything, with checksums right or wrong, and
 * owners that do anything: the input is a list of commands. */

struct run {
    struct fuzz_input in;
    struct sim_lan *lan;
    uint32_t device, router, peer;
    uint32_t conn;          /* the last that a listener or connect gave */
    uint32_t seq, ack;      /* what the device would say in the last connection it saw */
    uint16_t port, to_port; /* and its ports */
    uint32_t to;
    bool is_flipping;
};

static uint32_t next32(struct run *r)
{
    uint32_t v = fuzz_next(&r->in);
    v = v << 8 | fuzz_next(&r->in);
    v = v << 8 | fuzz_next(&r->in);
    return v << 8 | fuzz_next(&r->in);
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v & 0xFFFF);
}

static uint32_t fold(const uint8_t *p, size_t len, uint32_t s)
{
    for (size_t i = 0; i < len; i++) {
        s += (uint32_t)p[i] << (i % 2 == 0 ? 8 : 0);
    }
    s = (s >> 16) + (s & 0xFFFF);
    return ((s >> 16) + s) & 0xFFFF;
}

/* ---- What comes back ---- */

static void device_frame(void *ctx, const uint8_t *f, size_t len, uint64_t at_ns)
{
    struct run *r = ctx;
    require(len >= 14 && len <= SIM_LAN_FRAME_MAX && at_ns == sim_lan_now(r->lan));
    if (len < 54 || f[12] != 8 || f[13] != 0 || r->is_flipping) {
        return;
    }
    size_t total = (size_t)(f[16] << 8 | f[17]);
    require(total <= len - 14 && fold(f + 14, 20, 0) == 0xFFFF);
    if (f[23] == 6) {
        require(fold(f + 26, total - 12, 6 + (uint32_t)total - 20) == 0xFFFF);
        r->to = get32(f + 26);
        r->to_port = (uint16_t)(f[34] << 8 | f[35]);
        r->port = (uint16_t)(f[36] << 8 | f[37]);
        uint32_t payload = (uint32_t)total - 20 - (uint32_t)(f[46] >> 4) * 4;
        r->ack = get32(f + 38) + payload + ((f[47] & 3) != 0);
        r->seq = get32(f + 42);
    }
}

static void on_accept(void *ctx, uint32_t conn, const struct sim_lan_peer *peer)
{
    struct run *r = ctx;
    require(conn != 0 && peer->remote_port != 0);
    r->conn = conn;
}

static void on_data(void *ctx, uint32_t conn)
{
    struct run *r = ctx;
    uint8_t buf[700];
    if (conn % 2 == 0) {
        int32_t n = sim_lan_tcp_recv(r->lan, conn, buf, sizeof buf);
        require(n >= SIM_LAN_END && n <= (int32_t)sizeof buf);
        require(n <= 0 || sim_lan_tcp_send(r->lan, conn, buf, (size_t)n) <= (size_t)n);
    }
}

static void on_datagram(void *ctx, uint32_t from, uint16_t from_port, uint32_t to,
                        const uint8_t *data, size_t len)
{
    struct run *r = ctx;
    sim_lan_udp_send(r->lan, r->router, to, 7777, from, from_port, data, len);
}

/* ---- What is done ---- */

static void send_frame(struct run *r, uint8_t *f, size_t len)
{
    sim_lan_transmit(r->lan, r->device, f, len, sim_lan_now(r->lan));
}

static void raw(struct run *r)
{
    uint8_t f[1600] = {0};
    size_t len = fuzz_next(&r->in) * 7u;
    len = len < r->in.left ? len : r->in.left;
    memcpy(f, r->in.data, len);
    r->in.data += len;
    r->in.left -= len;
    send_frame(r, f, len);
}

static void arp(struct run *r)
{
    uint8_t f[42] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 0, 0x33, 8, 6,
                     0,    1,    8,    0,    6,    4,    0, 1, 2, 0, 0, 0,    0, 0x33};
    f[21] = fuzz_next(&r->in) & 3;
    put32(f + 28, SIM_IP4(192, 168, 7, fuzz_next(&r->in)));
    put32(f + 38, SIM_IP4(192, 168, 7, fuzz_next(&r->in) & 31));
    send_frame(r, f, sizeof f);
}

/* IPv4 to the router with right sums around a payload of the input. */
static void ip(struct run *r, uint8_t protocol, const uint8_t *head, size_t head_len)
{
    uint8_t f[SIM_LAN_FRAME_MAX] = {2, 0x4C, 0x41, 0x4E, 0, (uint8_t)r->router,
                                    2, 0,    0,    0,    0, 0x33};
    if (protocol == 17 && (fuzz_next(&r->in) & 1) != 0) {
        memset(f, 0xFF, 6);
    }
    size_t len = fuzz_next(&r->in) * 4u;
    len = len < r->in.left ? len : r->in.left;
    f[12] = 8;
    f[14] = 0x45;
    put16(f + 16, (uint32_t)(20 + head_len + len));
    f[22] = 64;
    f[23] = protocol;
    put32(f + 26, SIM_IP4(192, 168, 7, 30));
    put32(f + 30, protocol == 6 ? r->to : f[0] == 0xFF ? UINT32_MAX : r->to);
    put16(f + 24, ~fold(f + 14, 20, 0) & 0xFFFF);
    memcpy(f + 34, head, head_len);
    memcpy(f + 34 + head_len, r->in.data, len);
    r->in.data += len;
    r->in.left -= len;
    size_t total = head_len + len;
    if (protocol == 17) {
        put16(f + 38, (uint32_t)total);
    }
    uint32_t pseudo = protocol == 1 ? 0 : protocol + (uint32_t)total;
    size_t sum_at = protocol == 1 ? 36 : protocol == 6 ? 50 : 40;
    const uint8_t *from = protocol == 1 ? f + 34 : f + 26;
    put16(f + sum_at, ~fold(from, total + (protocol == 1 ? 0 : 8), pseudo) & 0xFFFF);
    send_frame(r, f, 34 + total);
}

static void udp(struct run *r)
{
    static const uint16_t ports[] = {53, 67, 123, 7777, 9};
    uint8_t head[8] = {0};
    put16(head, fuzz_next(&r->in) & 1 ? 68 : 40000);
    put16(head + 2, ports[fuzz_next(&r->in) % 5]);
    ip(r, 17, head, 8);
}

static void tcp(struct run *r)
{
    uint8_t head[20] = {0};
    uint8_t how = fuzz_next(&r->in);
    uint8_t off = fuzz_next(&r->in);
    if ((how & 1) != 0) {
        r->port = (uint16_t)(50000 + (off & 7));
        r->to_port = 1883;
        r->to = SIM_IP4(203, 0, 113, 5);
        r->seq = off;
        r->ack = 0;
    }
    put16(head, r->port);
    put16(head + 2, r->to_port);
    put32(head + 4, r->seq + (uint32_t)(int8_t)((how & 2) != 0 ? off : 0));
    put32(head + 8, r->ack + (uint32_t)(int8_t)((how & 4) != 0 ? off : 0));
    head[12] = (how & 8) != 0 ? (uint8_t)(off << 4) : 0x50;
    head[13] = fuzz_next(&r->in);
    put16(head + 14, (how & 16) != 0 ? off : 8192);
    ip(r, 6, head, 20);
}

static void owner(struct run *r)
{
    uint8_t buf[3000] = {0};
    struct sim_lan_tcp_owner o = {.ctx = r, .accept = on_accept, .data = on_data};
    switch (fuzz_next(&r->in) % 9) {
    case 0:
        (void)sim_lan_tcp_send(r->lan, r->conn, buf, fuzz_next(&r->in) * 11u);
        break;
    case 1:
        (void)sim_lan_tcp_recv(r->lan, r->conn, buf, fuzz_next(&r->in) * 11u);
        break;
    case 2:
        sim_lan_tcp_close(r->lan, r->conn);
        break;
    case 3:
        sim_lan_tcp_reset(r->lan, r->conn);
        break;
    case 4:
        sim_lan_tcp_silence(r->lan, r->conn, fuzz_next(&r->in) & 1);
        break;
    case 5:
        sim_lan_tcp_forget(r->lan, r->conn);
        break;
    case 6:
        sim_lan_tcp_restart(r->lan, 1883, fuzz_next(&r->in) & 1);
        break;
    case 7:
        (void)sim_lan_tcp_connect(r->lan, r->router, SIM_IP4(192, 168, 7, 30), 80, &o);
        break;
    default:
        r->conn = fuzz_next(&r->in);
        break;
    }
}

static void environment(struct run *r)
{
    struct sim_lan_wire w = {.delay_ns = 500000, .jitter_ns = fuzz_next(&r->in) * 10000u};
    switch (fuzz_next(&r->in) % 5) {
    case 0:
        w.loss_ppm = w.duplicate_ppm = fuzz_next(&r->in) * 1000u;
        w.reorder_ppm = w.crc_ppm = fuzz_next(&r->in) * 1000u;
        w.flip_ppm = (fuzz_next(&r->in) & 1) != 0 ? 100000 : 0;
        r->is_flipping = r->is_flipping || w.flip_ppm != 0;
        sim_lan_set_wire(r->lan, &w);
        break;
    case 1:
        sim_lan_cable(r->lan, fuzz_next(&r->in) % 20, fuzz_next(&r->in) & 1);
        break;
    case 2:
        r->is_flipping = true; /* the action may be that */
        (void)sim_lan_add_rule(
            r->lan,
            &(struct sim_lan_rule){.from = fuzz_next(&r->in) & 3,
                                   .protocol = fuzz_next(&r->in) & 7,
                                   .skip = fuzz_next(&r->in),
                                   .count = 1,
                                   .action = (enum sim_lan_action)(fuzz_next(&r->in) % 3),
                                   .arg = fuzz_next(&r->in)});
        break;
    case 3:
        sim_lan_set_tcp(
            r->lan, &(struct sim_lan_tcp){.mss = (uint16_t)(fuzz_next(&r->in) * 8),
                                          .window = (uint16_t)(fuzz_next(&r->in) * 64),
                                          .ack_delay_us = fuzz_next(&r->in) * 100u});
        break;
    default:
        sim_lan_udp_send(r->lan, r->peer, 0, 1, SIM_IP4(192, 168, 7, fuzz_next(&r->in)),
                         9, "x", 1);
        break;
    }
}

static void command(struct run *r)
{
    switch (fuzz_next(&r->in) % 10) {
    case 0:
        raw(r);
        break;
    case 1:
        arp(r);
        break;
    case 2:
        ip(r, 1, (const uint8_t[4]){8, 0, 0, 0}, 4);
        break;
    case 3:
        udp(r);
        break;
    case 4:
    case 5:
        tcp(r);
        break;
    case 6:
        owner(r);
        break;
    case 7:
        sim_lan_set_fault(r->lan, (enum sim_lan_fault)(fuzz_next(&r->in) % 40),
                          next32(r));
        break;
    case 8:
        environment(r);
        break;
    default:
        sim_lan_step(r->lan, sim_lan_now(r->lan) +
                                 (fuzz_next(&r->in) & 1 ? 100000000u : 1200000u));
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sim_lan *memory;
    if (memory == NULL) {
        memory = malloc(sim_lan_size());
        require(memory != NULL);
    }
    struct run r = {.in = {data, size}, .lan = memory};
    struct sim_lan_tcp_owner o = {.ctx = &r, .accept = on_accept, .data = on_data};
    sim_lan_init(r.lan, size);
    r.router = sim_lan_add_router(r.lan);
    r.peer = sim_lan_add_host(r.lan,
                              &(struct sim_lan_host){.address = SIM_IP4(192, 168, 7, 9)});
    r.device =
        sim_lan_add_device(r.lan, &(struct sim_lan_device){&r, device_frame, NULL});
    r.to = SIM_IP4(203, 0, 113, 5);
    sim_lan_dns_add_cname(r.lan, "broker.test", "a.test", 60);
    sim_lan_dns_add_a(r.lan, "a.test", r.to, 60);
    sim_lan_tcp_listen(r.lan, r.router, 0, 1883, &o);
    sim_lan_udp_bind(r.lan, r.router, 7777, &(struct sim_lan_udp){&r, on_datagram});
    while (r.in.left > 0) {
        command(&r);
        require(sim_lan_deadline(r.lan) >= sim_lan_now(r.lan));
        require(sim_lan_tcp_readable(r.lan, r.conn) <= 65535);
        require(sim_lan_tcp_unacked(r.lan, r.conn) <= SIM_LAN_BUFFER);
    }
    sim_lan_step(r.lan, sim_lan_now(r.lan) + UINT64_C(600000000000));
    return 0;
}
