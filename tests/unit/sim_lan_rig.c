/* SPDX-License-Identifier: MIT */
#include "sim_lan_rig.h"

#include <stdlib.h>
#include <string.h>

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

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void device_frame(void *ctx, const uint8_t *frame, size_t len, uint64_t at_ns)
{
    struct rig *r = ctx;
    assert_true(len >= 14 && len <= SIM_LAN_FRAME_MAX);
    assert_true(at_ns == sim_lan_now(r->lan));
    if (r->got_count < 64) {
        memcpy(r->got[r->got_count], frame, len);
        r->got_len[r->got_count] = len;
        r->got_at[r->got_count] = at_ns;
        r->got_count++;
    }
}

static void device_link(void *ctx, bool is_up, uint64_t at_ns)
{
    struct rig *r = ctx;
    (void)at_ns;
    r->link_count++;
    r->is_link_up = is_up;
}

void rig_open(struct rig *r, uint64_t seed)
{
    memset(r, 0, sizeof *r);
    r->lan = malloc(sim_lan_size());
    assert_non_null(r->lan);
    sim_lan_init(r->lan, seed);
    r->router = sim_lan_add_router(r->lan);
    r->peer = sim_lan_add_host(
        r->lan, &(struct sim_lan_host){.address = RIG_PEER, .gateway = RIG_ROUTER});
    r->device = sim_lan_add_device(
        r->lan, &(struct sim_lan_device){r, device_frame, device_link});
    assert_true(r->router != 0 && r->peer != 0 && r->device != 0);
}

void rig_close(struct rig *r)
{
    free(r->lan);
}

void rig_run(struct rig *r, uint64_t ns)
{
    sim_lan_step(r->lan, sim_lan_now(r->lan) + ns);
}

static const uint8_t device_mac[6] = {2, 0, 0, 0, 0, 0x33};

static uint32_t sum(const uint8_t *p, size_t len, uint32_t start)
{
    uint32_t s = start;
    for (size_t i = 0; i < len; i++) {
        s += (uint32_t)p[i] << (i % 2 == 0 ? 8 : 0);
    }
    return s;
}

static uint32_t fold(uint32_t s)
{
    while (s >> 16 != 0) {
        s = (s & 0xFFFF) + (s >> 16);
    }
    return ~s & 0xFFFF;
}

void rig_ip(struct rig *r, uint32_t from, uint32_t to, uint8_t protocol, uint8_t *data,
            size_t len, size_t sum_at)
{
    uint8_t f[SIM_LAN_FRAME_MAX] = {2, 0x4C, 0x41, 0x4E, 0, (uint8_t)r->router};
    if (to == UINT32_MAX) {
        memset(f, 0xFF, 6);
    }
    memcpy(f + 6, device_mac, 6);
    put16(f + 12, 0x0800);
    uint8_t *ip = f + 14;
    ip[0] = 0x45;
    put16(ip + 2, (uint32_t)(20 + len));
    ip[8] = 64;
    ip[9] = protocol;
    put32(ip + 12, from);
    put32(ip + 16, to);
    put16(ip + 10, fold(sum(ip, 20, 0)));
    memcpy(ip + 20, data, len);
    if (sum_at != 0) {
        bool is_icmp = protocol == 1;
        uint32_t s = is_icmp ? sum(ip + 20, len, 0)
                             : sum(ip + 12, 8 + len, protocol + (uint32_t)len);
        put16(ip + 20 + sum_at, fold(s) != 0 ? fold(s) : 0xFFFF);
    }
    sim_lan_transmit(r->lan, r->device, f, 34 + len, sim_lan_now(r->lan));
}

void rig_udp(struct rig *r, uint32_t from, uint16_t from_port, uint32_t to,
             uint16_t to_port, const void *data, size_t len)
{
    uint8_t udp[8 + 1472] = {0};
    assert_true(len <= 1472);
    put16(udp, from_port);
    put16(udp + 2, to_port);
    put16(udp + 4, (uint32_t)(8 + len));
    memcpy(udp + 8, data, len);
    rig_ip(r, from, to, 17, udp, 8 + len, 6);
}

void rig_announce(struct rig *r, uint32_t address)
{
    uint8_t f[42] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    static const uint8_t arp[8] = {0, 1, 8, 0, 6, 4, 0, 1};
    memcpy(f + 6, device_mac, 6);
    put16(f + 12, 0x0806);
    memcpy(f + 14, arp, 8);
    memcpy(f + 22, device_mac, 6);
    put32(f + 28, address);
    put32(f + 38, RIG_ROUTER);
    sim_lan_transmit(r->lan, r->device, f, sizeof f, sim_lan_now(r->lan));
}

const uint8_t *rig_find_udp(const struct rig *r, uint16_t to_port, unsigned n,
                            size_t *len, uint32_t *from, uint16_t *from_port)
{
    for (unsigned i = 0; i < r->got_count; i++) {
        const uint8_t *ip = r->got[i] + 14;
        if (r->got[i][12] != 8 || r->got[i][13] != 0 || ip[9] != 17 ||
            (ip[22] << 8 | ip[23]) != to_port || n-- > 0) {
            continue;
        }
        *len = (size_t)(ip[24] << 8 | ip[25]) - 8;
        if (from != NULL) {
            *from = get32(ip + 12);
        }
        if (from_port != NULL) {
            *from_port = (uint16_t)(ip[20] << 8 | ip[21]);
        }
        return ip + 28;
    }
    return NULL;
}

/* ---- TCP ends ---- */

static uint8_t pattern(uint64_t seed, uint64_t i)
{
    uint64_t z = (i >> 3) * UINT64_C(0x9E3779B97F4A7C15) + seed;
    z = (z ^ z >> 31) * UINT64_C(0xBF58476D1CE4E5B9);
    return (uint8_t)(z >> (i & 7) * 8);
}

static void send_more(struct rig_end *e)
{
    uint8_t buf[4096];
    while (e->sent < e->to_send) {
        uint64_t left = e->to_send - e->sent;
        size_t len = left < sizeof buf ? (size_t)left : sizeof buf;
        for (size_t i = 0; i < len; i++) {
            buf[i] = pattern(e->seed, e->sent + i);
        }
        size_t n = sim_lan_tcp_send(e->lan, e->conn, buf, len);
        e->sent += n;
        if (n < len) {
            return;
        }
    }
    if (e->closes) {
        sim_lan_tcp_close(e->lan, e->conn);
    }
}

static void take_all(struct rig_end *e)
{
    uint8_t buf[3000];
    int32_t n;
    while (!e->is_paused &&
           (n = sim_lan_tcp_recv(e->lan, e->conn, buf, sizeof buf)) != 0) {
        e->last_at = sim_lan_now(e->lan);
        if (n == SIM_LAN_END) {
            e->was_ended = true;
            e->ended_at = e->last_at;
            e->closes = true;
            send_more(e);
            return;
        }
        uint64_t seed = e->echoes ? e->seed : e->seed ^ 1;
        for (int32_t i = 0; i < n; i++) {
            e->wrong += buf[i] != pattern(seed, e->received + (uint64_t)i);
        }
        e->received += (uint64_t)n;
    }
}

void rig_pump(struct rig_end *e)
{
    send_more(e);
    take_all(e);
}

static void on_accept(void *ctx, uint32_t conn, const struct sim_lan_peer *peer)
{
    struct rig_end *e = ctx;
    assert_true(peer->local != 0 && peer->remote != 0 && peer->remote_port != 0);
    e->conn = conn;
    e->was_accepted = true;
    e->accepted_at = sim_lan_now(e->lan);
    send_more(e);
}

static void on_data(void *ctx, uint32_t conn)
{
    struct rig_end *e = ctx;
    assert_int_equal(conn, e->conn);
    take_all(e);
}

static void on_writable(void *ctx, uint32_t conn)
{
    struct rig_end *e = ctx;
    assert_int_equal(conn, e->conn);
    send_more(e);
}

static void on_closed(void *ctx, uint32_t conn, enum sim_lan_closed why)
{
    struct rig_end *e = ctx;
    assert_int_equal(conn, e->conn);
    assert_false(e->was_closed);
    e->was_closed = true;
    e->why = why;
    assert_int_equal(sim_lan_tcp_send(e->lan, conn, "x", 1), 0);
    assert_int_equal(sim_lan_tcp_recv(e->lan, conn, &(char){0}, 1), SIM_LAN_END);
}

struct sim_lan_tcp_owner rig_owner(struct rig_end *e)
{
    return (struct sim_lan_tcp_owner){.ctx = e,
                                      .accept = on_accept,
                                      .data = on_data,
                                      .writable = on_writable,
                                      .closed = on_closed};
}
