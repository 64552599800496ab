/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sim_chip_rig.h"

/* ARP, IPv4, ICMP and the sockets of whole datagrams. Numbers are those of
 * docs/chip-model.md. */

static const uint8_t all[6] = {255, 255, 255, 255, 255, 255};
static const uint8_t nine_mac[6] = {2, 0, 0, 0, 0, 9};
static const uint8_t nine_ip[4] = {10, 0, 0, 9};

static uint64_t dropped(const struct node *n)
{
    return sim_w5500_get_stats(n->chip)->dropped;
}

/* 9.1, 7.2: the whole way between two chips, ARP first. */
static void test_datagram(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    uint8_t got[64];
    open_as(a, 0, 2, 1000);
    open_as(b, 7, 2, 2000);
    destination(a, 0, b->ip, 2000);
    assert_true(send_all(a, 0, "ping", 4));
    assert_int_equal(a->sent, 2);
    const uint8_t *arp = last(a, 1)->data;
    assert_memory_equal(arp, all, 6);
    assert_memory_equal(arp + 6, a->mac, 6);
    assert_memory_equal(arp + 12, ((const uint8_t[]){8, 6, 0, 1, 8, 0, 6, 4, 0, 1}), 10);
    assert_memory_equal(arp + 22, a->mac, 6);
    assert_memory_equal(arp + 28, a->ip, 4);
    assert_memory_equal(arp + 38, b->ip, 4);
    assert_true(sums_hold(last(a, 0)));
    assert_int_equal(last(a, 0)->len, 60);
    uint8_t dhar[6];
    rd(a, REGS(0), 0x06, dhar, 6);
    assert_memory_equal(dhar, b->mac, 6);
    assert_true(wait_bits(b, 7, 0x02, 0x04, SEC));
    assert_int_equal(take(b, 7, got, sizeof got), 12);
    assert_memory_equal(got, ((const uint8_t[]){10, 0, 0, 1, 0x03, 0xE8, 0, 4}), 8);
    assert_memory_equal(got + 8, "ping", 4);
    assert_int_equal(sim_w5500_get_stats(b->chip)->frames_in, 2);
    assert_int_equal(sim_w5500_get_stats(a->chip)->frames_in, 1);
    assert_int_equal(dropped(a) + dropped(b), 0);
    rig_free(r);
}

/* A vector by hand: the frame of a known datagram, byte for byte (9.1, 8.1). */
static void test_frame_vector(void **state)
{
    (void)state;
    static const uint8_t expected[60] = {
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01,
        0x08, 0x00, 0x45, 0x10, 0x00, 0x20, 0x00, 0x01, 0x40, 0x00, 0x20, 0x11,
        0x50, 0xBC, 0x0A, 0x00, 0x00, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x44,
        0x00, 0x43, 0x00, 0x0C, 0x30, 0x88, 0x61, 0x62, 0x63, 0x64};
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    wr8(n, REGS(0), 0x15, 0x10);
    wr8(n, REGS(0), 0x16, 0x20);
    open_as(n, 0, 2, 68);
    destination(n, 0, all, 67);
    assert_true(send_all(n, 0, "abcd", 4));
    assert_int_equal(last(n, 0)->len, 60);
    assert_memory_equal(last(n, 0)->data, expected, 60);
    rig_free(r);
}

/* 7.5: DHAR is kept per socket until the next hop changes; MR.FARP asks each time. */
static void test_arp_cache(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    open_as(a, 0, 2, 1000);
    open_as(a, 1, 2, 1001);
    destination(a, 0, b->ip, 2000);
    destination(a, 1, b->ip, 2000);
    assert_true(send_all(a, 0, "1", 1) && send_all(a, 0, "2", 1));
    assert_int_equal(a->sent, 3);
    assert_true(send_all(a, 1, "3", 1));
    assert_int_equal(a->sent, 5);
    wr8(a, 0, 0, 0x02);
    assert_true(send_all(a, 0, "4", 1));
    assert_int_equal(a->sent, 7);
    wr8(a, 0, 0, 0);
    command(a, 0, 0x10);
    command(a, 0, 0x01);
    assert_true(send_all(a, 0, "5", 1));
    assert_int_equal(a->sent, 9);
    rig_free(r);
}

/* One reply serves all sockets that wait for it, and no other. */
static void test_arp_shared(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    uint8_t f[SIM_FRAME_MAX];
    for (unsigned s = 0; s < 3; s++) {
        open_as(a, s, 2, 1000 + s);
        destination(a, s, s < 2 ? nine_ip : (const uint8_t[]){10, 0, 0, 77}, 2000);
        assert_true(put(a, s, "x", 1));
    }
    inject(a, f, build_arp(f, 2, a->mac, nine_mac, nine_ip, a->ip));
    rig_run(r, MS);
    assert_int_equal(rd8(a, REGS(0), 0x02), 0x10);
    assert_int_equal(rd8(a, REGS(1), 0x02), 0x10);
    assert_int_equal(rd8(a, REGS(2), 0x02), 0x00);
    rig_free(r);
}

/* TIMEOUT joins the bits that are there. */
static void test_timeout_joins(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    uint8_t f[SIM_FRAME_MAX];
    struct packet p = to_node(a, 17);
    open_as(a, 0, 2, 1000);
    inject(a, f, build_udp(f, &p, 9, 1000, "x", 1));
    destination(a, 0, (const uint8_t[]){10, 0, 0, 77}, 2000);
    assert_true(put(a, 0, "x", 1));
    rig_run(r, 2 * SEC);
    assert_int_equal(rd8(a, REGS(0), 0x02), 0x0C);
    rig_free(r);
}

/* 7.1: another subnet goes by the gateway. */
static void test_gateway(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    uint8_t f[SIM_FRAME_MAX];
    static const uint8_t gateway[4] = {10, 0, 0, 254};
    static const uint8_t far[4] = {192, 0, 2, 1};
    open_as(a, 0, 2, 1000);
    destination(a, 0, far, 53);
    assert_true(put(a, 0, "q", 1));
    assert_memory_equal(last(a, 0)->data + 38, gateway, 4);
    /* Not what was asked, not for us, then the answer. */
    inject(a, f, build_arp(f, 2, a->mac, nine_mac, far, a->ip));
    inject(a, f, build_arp(f, 2, all, nine_mac, gateway, a->ip));
    assert_int_equal(a->sent, 1);
    inject(a, f, build_arp(f, 2, a->mac, nine_mac, gateway, a->ip));
    rig_run(r, 10 * US);
    assert_int_equal(a->sent, 2);
    assert_memory_equal(last(a, 0)->data, nine_mac, 6);
    assert_memory_equal(last(a, 0)->data + 30, far, 4);
    rig_free(r);
}

/* 7.2: RCR repetitions, RTR apart, then TIMEOUT; the data is given up, the socket stays. */
static void test_arp_timeout(void **state)
{
    (void)state;
    static const struct {
        unsigned rtr, rcr, ms;
    } rows[] = {{2000, 8, 1800}, {1000, 2, 300}, {2000, 0, 200}, {10, 255, 256}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig *r = rig_new(1);
        struct node *n = &r->node[0];
        wr16(n, 0, 0x19, rows[i].rtr);
        wr8(n, 0, 0x1B, rows[i].rcr);
        open_as(n, 0, 2, 1000);
        destination(n, 0, (const uint8_t[]){10, 0, 0, 77}, 9);
        assert_true(put(n, 0, "x", 1));
        uint64_t start = last(n, 0)->at;
        assert_true(wait_bits(n, 0, 0x02, 0x08, 60 * SEC));
        assert_in_range(r->now - start, rows[i].ms * MS, rows[i].ms * MS + MS);
        assert_int_equal(n->sent, rows[i].rcr + 1);
        assert_int_equal(rd8(n, REGS(0), 0x03), 0x22);
        assert_int_equal(rd8(n, REGS(0), 0x02), 0x08);
        assert_int_equal(rd16(n, REGS(0), 0x20), 2048);
        rig_free(r);
    }
}

/* 7.4, 7.7: requests for our address are answered; somebody else with it is a conflict. */
static void test_arp_answers(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    uint8_t f[SIM_FRAME_MAX];
    r->is_joined = false;
    inject(n, f, build_arp(f, 1, all, nine_mac, nine_ip, n->ip));
    assert_int_equal(n->sent, 1);
    const uint8_t *reply = last(n, 0)->data;
    assert_memory_equal(reply, nine_mac, 6);
    assert_int_equal(reply[21], 2);
    assert_memory_equal(reply + 22, n->mac, 6);
    assert_memory_equal(reply + 28, n->ip, 4);
    assert_memory_equal(reply + 32, nine_mac, 6);
    assert_memory_equal(reply + 38, nine_ip, 4);
    inject(n, f, build_arp(f, 1, all, nine_mac, nine_ip, (const uint8_t[]){10, 0, 0, 3}));
    inject(n, f, build_arp(f, 1, all, nine_mac, nine_ip, (const uint8_t[]){0, 0, 0, 0}));
    assert_int_equal(n->sent, 1);
    assert_int_equal(rd8(n, 0, 0x15), 0);
    inject(n, f, build_arp(f, 1, all, nine_mac, n->ip, n->ip));
    assert_int_equal(rd8(n, 0, 0x15), 0x80);
    wr8(n, 0, 0x15, 0x80);
    inject(n, f, build_arp(f, 2, n->mac, nine_mac, n->ip, n->ip));
    assert_int_equal(rd8(n, 0, 0x15), 0x80);
    wr8(n, 0, 0x15, 0x80);
    /* An address of 0.0.0.0 is nobody's. */
    wr(n, 0, 0x0F, (const uint8_t[4]){0}, 4);
    inject(n, f,
           build_arp(f, 1, all, nine_mac, (const uint8_t[4]){0}, (const uint8_t[4]){0}));
    assert_int_equal(rd8(n, 0, 0x15), 0);
    rig_free(r);
}

/* 7.6: the address probe: own address 0.0.0.0, mask 0, UDP SEND to the address in question. */
static void test_probe(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    static const uint8_t none[8] = {0};
    wr(a, 0, 0x05, none, 4);
    wr(a, 0, 0x0F, none, 4);
    open_as(a, 0, 2, 1000);
    destination(a, 0, (const uint8_t[]){10, 0, 0, 77}, 9);
    assert_true(put(a, 0, "x", 1));
    assert_memory_equal(last(a, 0)->data + 28, none, 4);
    assert_true(wait_bits(a, 0, 0x02, 0x08, 3 * SEC));
    wr8(a, REGS(0), 0x02, 0x1F);
    destination(a, 0, b->ip, 9);
    assert_true(put(a, 0, "x", 1));
    assert_true(wait_bits(a, 0, 0x02, 0x10, SEC));
    assert_int_equal(rd8(a, REGS(0), 0x02), 0x10);
    rig_free(r);
}

/* 7.1: with mask and own address 0.0.0.0 set apart, the gateway is asked instead: the reason to
 * clear SUBR for a probe. */
static void test_probe_with_mask(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    wr(a, 0, 0x0F, (const uint8_t[4]){0}, 4);
    open_as(a, 0, 2, 1000);
    destination(a, 0, r->node[1].ip, 9);
    assert_true(put(a, 0, "x", 1));
    assert_memory_equal(last(a, 0)->data + 38, ((const uint8_t[]){10, 0, 0, 254}), 4);
    rig_free(r);
}

/* 8.3 */
static void test_ping(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    uint8_t f[SIM_FRAME_MAX];
    r->is_joined = false;
    struct packet p = to_node(n, 1);
    p.body_len = 1480;
    for (size_t i = 0; i < p.body_len; i++) {
        p.body[i] = (uint8_t)i;
    }
    p.body[0] = 8;
    p.body[1] = 0;
    inject(n, f, build(f, &p));
    assert_int_equal(n->sent, 1);
    const struct rig_frame *reply = last(n, 0);
    assert_int_equal(reply->len, 1514);
    assert_true(sums_hold(reply));
    assert_int_equal(reply->data[34], 0);
    assert_memory_equal(reply->data, nine_mac, 6);
    assert_memory_equal(reply->data + 30, nine_ip, 4);
    assert_memory_equal(reply->data + 38, p.body + 4, 1476);
    size_t len = build(f, &p);
    f[40]++;
    inject(n, f, len);
    assert_int_equal(n->sent, 1);
    wr8(n, 0, 0, 0x10);
    inject(n, f, build(f, &p));
    assert_int_equal(n->sent, 1);
    wr8(n, 0, 0, 0);
    memcpy(p.to_ip, (const uint8_t[]){10, 0, 0, 255}, 4);
    memcpy(p.to_mac, all, 6);
    inject(n, f, build(f, &p));
    assert_int_equal(n->sent, 1);
    rig_free(r);
}

/* 8.4 */
static void test_unreachable(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    uint8_t f[SIM_FRAME_MAX];
    struct packet p = to_node(n, 1);
    static const uint8_t body[] = {3,  3, 0, 0, 0,  0,  0, 0, 0x45, 0,  0, 32,
                                   0,  1, 0, 0, 64, 17, 0, 0, 10,   0,  0, 1,
                                   10, 0, 0, 9, 1,  2,  3, 4, 0,    12, 0, 0};
    memcpy(p.body, body, sizeof body);
    p.body_len = sizeof body;
    inject(n, f, build(f, &p));
    assert_int_equal(rd8(n, 0, 0x15), 0x40);
    uint8_t got[6];
    rd(n, 0, 0x28, got, 6);
    assert_memory_equal(got, ((const uint8_t[]){10, 0, 0, 9, 3, 4}), 6);
    wr8(n, 0, 0x15, 0x40);
    p.body[1] = 1; /* host, not port */
    inject(n, f, build(f, &p));
    p.body[1] = 3;
    p.body[23] = 2; /* not sent by us */
    inject(n, f, build(f, &p));
    p.body[23] = 1;
    p.body_len = sizeof body - 1;
    inject(n, f, build(f, &p));
    p.body_len = sizeof body;
    p.body[8] = 0x4F;
    inject(n, f, build(f, &p));
    assert_int_equal(rd8(n, 0, 0x15), 0);
    rig_free(r);
}

/* 8.2, 9.1: what is malformed is not even counted as received. */
static void test_malformed(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    uint8_t f[SIM_FRAME_MAX];
    open_as(n, 0, 2, 2000);
    struct packet p = to_node(n, 17);
    size_t len = build_udp(f, &p, 9, 2000, "abcdef", 6);
    static const struct {
        size_t at;
        uint8_t flip;
        bool fix_sum; /* of the IPv4 header */
    } rows[] = {{14, 0x20, true},  {14, 0x02, true},  {17, 0x10, true},
                {20, 0x20, true},  {21, 0x01, true},  {24, 0x01, false},
                {33, 0x01, true},  {5, 0x10, false},  {42, 0x01, false},
                {39, 0x02, false}, {39, 0x08, false}, {40, 0x01, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bad[SIM_FRAME_MAX];
        memcpy(bad, f, sizeof bad);
        bad[rows[i].at] ^= rows[i].flip;
        if (rows[i].fix_sum) {
            uint32_t sum = 0;
            bad[24] = bad[25] = 0;
            for (size_t k = 14; k < 14 + (bad[14] & 15U) * 4; k += 2) {
                sum += (uint32_t)(bad[k] << 8 | bad[k + 1]);
            }
            sum = (sum & 0xFFFF) + (sum >> 16);
            bad[24] = (uint8_t)(~sum >> 8);
            bad[25] = (uint8_t)~sum;
        }
        inject(n, bad, len);
        assert_int_equal(rd16(n, REGS(0), 0x26), 0);
    }
    for (size_t cut = 0; cut < len; cut++) {
        inject(n, f, cut);
        assert_int_equal(rd16(n, REGS(0), 0x26), 0);
    }
    assert_int_equal(sim_w5500_get_stats(n->chip)->frames_in, 0);
    inject(n, f, len);
    assert_int_equal(rd16(n, REGS(0), 0x26), 14);
    f[40] = f[41] = 0; /* no checksum: allowed */
    inject(n, f, len);
    assert_int_equal(rd16(n, REGS(0), 0x26), 28);
    assert_int_equal(sim_w5500_get_stats(n->chip)->frames_in, 2);
    rig_free(r);
}

/* 9.1: the socket is the one with that port; else the datagram is dropped. */
static void test_ports(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    uint8_t f[SIM_FRAME_MAX];
    struct packet p = to_node(n, 17);
    open_as(n, 2, 2, 2000);
    open_as(n, 4, 2, 4000);
    inject(n, f, build_udp(f, &p, 9, 4000, "x", 1));
    inject(n, f, build_udp(f, &p, 9, 3000, "x", 1));
    assert_int_equal(rd16(n, REGS(2), 0x26), 0);
    assert_int_equal(rd16(n, REGS(4), 0x26), 9);
    assert_int_equal(dropped(n), 1);
    rig_free(r);
}

/* 9.2, 9.3: which of unicast, broadcast and the group a socket takes. */
static void test_block_bits(void **state)
{
    (void)state;
    static const uint8_t group_ip[4] = {239, 1, 2, 3};
    static const uint8_t group_mac[6] = {0x01, 0x00, 0x5E, 0x01, 0x02, 0x03};
    static const struct {
        unsigned bits;
        bool unicast, broadcast, group;
    } rows[] = {{0x00, true, true, false}, {0x40, true, false, false},
                {0x10, true, true, false}, {0x80, true, true, true},
                {0x90, false, true, true}, {0xC0, true, false, true},
                {0xD0, false, false, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig *r = rig_new(1);
        struct node *n = &r->node[0];
        uint8_t f[SIM_FRAME_MAX];
        wr(n, REGS(0), 0x06, group_mac, 6);
        destination(n, 0, group_ip, 2000);
        open_as(n, 0, rows[i].bits | 2, 2000);
        struct packet p = to_node(n, 17);
        unsigned have = 0;
        inject(n, f, build_udp(f, &p, 9, 2000, "x", 1));
        have += rows[i].unicast ? 9 : 0;
        assert_int_equal(rd16(n, REGS(0), 0x26), have);
        memcpy(p.to_mac, all, 6);
        memcpy(p.to_ip, all, 4);
        inject(n, f, build_udp(f, &p, 9, 2000, "x", 1));
        have += rows[i].broadcast ? 9 : 0;
        assert_int_equal(rd16(n, REGS(0), 0x26), have);
        memcpy(p.to_ip, (const uint8_t[]){10, 0, 0, 255}, 4);
        inject(n, f, build_udp(f, &p, 9, 2000, "x", 1));
        have += rows[i].broadcast ? 9 : 0;
        assert_int_equal(rd16(n, REGS(0), 0x26), have);
        memcpy(p.to_mac, group_mac, 6);
        memcpy(p.to_ip, group_ip, 4);
        inject(n, f, build_udp(f, &p, 9, 2000, "x", 1));
        have += rows[i].group ? 9 : 0;
        assert_int_equal(rd16(n, REGS(0), 0x26), have);
        p.to_ip[3] = 4;
        p.to_mac[5] = 4;
        inject(n, f, build_udp(f, &p, 9, 2000, "x", 1));
        assert_int_equal(rd16(n, REGS(0), 0x26), have);
        rig_free(r);
    }
}

/* 9.3: report at OPEN, leave at CLOSE; what is sent to the group uses DHAR without ARP. */
static void test_multicast(void **state)
{
    (void)state;
    static const uint8_t group_ip[4] = {239, 1, 2, 3};
    static const uint8_t group_mac[6] = {0x01, 0x00, 0x5E, 0x01, 0x02, 0x03};
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    for (unsigned i = 0; i < 2; i++) {
        struct node *n = &r->node[i];
        wr(n, REGS(1), 0x06, group_mac, 6);
        destination(n, 1, group_ip, 2000);
        open_as(n, 1, 0x82, 2000);
        assert_int_equal(n->sent, 1);
        const uint8_t *igmp = last(n, 0)->data;
        assert_memory_equal(igmp, group_mac, 6);
        assert_int_equal(igmp[22], 1);
        assert_int_equal(igmp[23], 2);
        assert_int_equal(igmp[34], 0x16);
        assert_memory_equal(igmp + 38, group_ip, 4);
        assert_true(sums_hold(last(n, 0)));
    }
    assert_true(send_all(a, 1, "all", 3));
    assert_int_equal(a->sent, 2);
    assert_memory_equal(last(a, 0)->data, group_mac, 6);
    assert_true(wait_bits(b, 1, 0x02, 0x04, SEC));
    assert_int_equal(rd16(b, REGS(1), 0x26), 11);
    command(a, 1, 0x10);
    assert_int_equal(last(a, 0)->data[34], 0x17);
    assert_memory_equal(last(a, 0)->data + 30, ((const uint8_t[]){224, 0, 0, 2}), 4);
    open_as(a, 1, 0xA2, 2000);
    assert_int_equal(last(a, 0)->data[34], 0x12);
    unsigned sent = a->sent;
    command(a, 1, 0x10);
    assert_int_equal(a->sent, sent);
    rig_free(r);
}

/* 9.4: more than fits goes out in several datagrams, none of them a fragment. */
static void test_split(void **state)
{
    (void)state;
    static const struct {
        unsigned mss, len, frames, last_len;
    } rows[] = {{0, 1472, 1, 1472},
                {0, 1473, 2, 1},
                {0, 8192, 6, 832},
                {1000, 2500, 3, 500},
                {9000, 1473, 2, 1}};
    static uint8_t data[8192];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig *r = rig_new(1);
        struct node *n = &r->node[0];
        wr8(n, REGS(1), 0x1F, 0);
        wr8(n, REGS(2), 0x1F, 0);
        wr8(n, REGS(3), 0x1F, 0);
        wr8(n, REGS(0), 0x1F, 8);
        wr16(n, REGS(0), 0x12, rows[i].mss);
        open_as(n, 0, 2, 1000);
        destination(n, 0, all, 9);
        assert_true(send_all(n, 0, data, rows[i].len));
        assert_int_equal(n->sent, rows[i].frames);
        const uint8_t *udp = last(n, 0)->data + 34;
        assert_int_equal(udp[4] << 8 | udp[5], rows[i].last_len + 8);
        for (unsigned k = 0; k < n->sent; k++) {
            assert_true(sums_hold(last(n, k)));
            assert_int_equal(last(n, k)->data[20] & 0x3F, 0);
        }
        /* One after the other, at the pace of the wire: 80 ns a byte. */
        for (unsigned k = 0; k + 1 < n->sent; k++) {
            assert_true(last(n, k)->at - last(n, k + 1)->at ==
                        (last(n, k + 1)->len + 24) * 80);
        }
        rig_free(r);
    }
}

/* 9.5: what does not fit whole is dropped and leaves no trace; room comes with RECV. */
static void test_overflow(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    uint8_t f[SIM_FRAME_MAX];
    static uint8_t data[1472];
    uint8_t got[2048];
    struct packet p = to_node(n, 17);
    open_as(n, 0, 2, 2000);
    inject(n, f, build_udp(f, &p, 9, 2000, data, 1016));
    inject(n, f, build_udp(f, &p, 9, 2000, data, 1017));
    assert_int_equal(rd16(n, REGS(0), 0x26), 1024);
    assert_int_equal(rd16(n, REGS(0), 0x2A), 1024);
    assert_int_equal(dropped(n), 1);
    inject(n, f, build_udp(f, &p, 9, 2000, data, 1016));
    assert_int_equal(rd16(n, REGS(0), 0x26), 2048);
    inject(n, f, build_udp(f, &p, 9, 2000, data, 0));
    assert_int_equal(dropped(n), 2);
    rd(n, RX(0), 0, got, 2048);
    wr16(n, REGS(0), 0x28, 1024);
    inject(n, f, build_udp(f, &p, 9, 2000, data, 0));
    assert_int_equal(dropped(n), 3);
    command(n, 0, 0x40);
    assert_int_equal(rd16(n, REGS(0), 0x26), 1024);
    inject(n, f, build_udp(f, &p, 9, 2000, data, 0));
    assert_int_equal(rd16(n, REGS(0), 0x26), 1032);
    rig_free(r);
}

/* 9.6: SEND_MAC asks nobody; broadcast neither. */
static void test_send_mac(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    open_as(n, 0, 2, 1000);
    wr(n, REGS(0), 0x06, nine_mac, 6);
    destination(n, 0, nine_ip, 9);
    wr8(n, TX(0), 0, 'x');
    wr16(n, REGS(0), 0x24, 1);
    command(n, 0, 0x21);
    assert_true(wait_bits(n, 0, 0x02, 0x10, SEC));
    assert_int_equal(n->sent, 1);
    assert_memory_equal(last(n, 0)->data, nine_mac, 6);
    assert_memory_equal(last(n, 0)->data + 30, nine_ip, 4);
    wr8(n, REGS(0), 0x02, 0x1F);
    destination(n, 0, (const uint8_t[]){10, 0, 0, 255}, 9);
    assert_true(send_all(n, 0, "x", 1));
    assert_memory_equal(last(n, 0)->data, all, 6);
    assert_int_equal(n->sent, 2);
    rig_free(r);
}

/* 9.7: other protocols, 6 bytes before each packet. */
static void test_ipraw(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    uint8_t got[64];
    for (unsigned i = 0; i < 2; i++) {
        wr8(&r->node[i], REGS(3), 0x14, 253);
        open_as(&r->node[i], 3, 3, 0);
    }
    destination(a, 3, b->ip, 0);
    assert_true(send_all(a, 3, "raw", 3));
    assert_int_equal(last(a, 0)->data[23], 253);
    assert_true(wait_bits(b, 3, 0x02, 0x04, SEC));
    assert_int_equal(take(b, 3, got, sizeof got), 9);
    assert_memory_equal(got, ((const uint8_t[]){10, 0, 0, 1, 0, 3, 'r', 'a', 'w'}), 9);
    uint8_t f[SIM_FRAME_MAX];
    struct packet p = to_node(b, 252);
    p.body_len = 4;
    inject(b, f, build(f, &p));
    assert_int_equal(rd16(b, REGS(3), 0x26), 0);
    assert_int_equal(dropped(b), 1);
    rig_free(r);
}

/* 9.8: whole frames, length with itself before each; filters. */
static void test_macraw(void **state)
{
    (void)state;
    static const uint8_t group_mac[6] = {0x01, 0x00, 0x5E, 0x01, 0x02, 0x03};
    static const uint8_t other_mac[6] = {2, 0, 0, 0, 0, 8};
    static const struct {
        unsigned bits;
        bool own, other, broadcast, group, ipv6;
    } rows[] = {
        {0x00, true, true, true, true, true},  {0x80, true, false, true, true, true},
        {0x40, true, true, false, true, true}, {0x20, true, true, true, false, true},
        {0x10, true, true, true, true, false}, {0xF0, true, false, false, false, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig *r = rig_new(1);
        struct node *n = &r->node[0];
        open_as(n, 0, rows[i].bits | 4, 0);
        const struct {
            const uint8_t *to;
            unsigned type;
            bool is_taken;
        } frames[] = {{n->mac, 0x88B5, rows[i].own},
                      {other_mac, 0x88B5, rows[i].other},
                      {all, 0x88B5, rows[i].broadcast},
                      {group_mac, 0x88B5, rows[i].group},
                      {n->mac, 0x86DD, rows[i].ipv6}};
        for (size_t k = 0; k < 5; k++) {
            uint8_t f[64] = {0};
            uint8_t got[128];
            memcpy(f, frames[k].to, 6);
            memcpy(f + 6, nine_mac, 6);
            f[12] = (uint8_t)(frames[k].type >> 8);
            f[13] = (uint8_t)frames[k].type;
            f[63] = 0x77;
            inject(n, f, sizeof f);
            assert_int_equal(take(n, 0, got, sizeof got), frames[k].is_taken ? 66 : 0);
            if (frames[k].is_taken) {
                assert_int_equal(got[0] << 8 | got[1], 66);
                assert_memory_equal(got + 2, f, 64);
            }
        }
        rig_free(r);
    }
}

static void test_macraw_send(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    static uint8_t f[1515] = {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 0x88, 0xB5, 5};
    open_as(n, 0, 4, 0);
    assert_true(send_all(n, 0, f, 15));
    assert_int_equal(last(n, 0)->len, 60);
    assert_memory_equal(last(n, 0)->data, f, 60);
    assert_true(send_all(n, 0, f, 1514));
    assert_int_equal(last(n, 0)->len, 1514);
    assert_int_equal(sim_w5500_get_stats(n->chip)->misuse, 0);
    assert_true(send_all(n, 0, f, 1515));
    assert_int_equal(n->sent, 2);
    assert_int_equal(sim_w5500_get_stats(n->chip)->misuse, 1);
    rig_free(r);
}

/* 3.3: without a link nothing comes and nothing goes, and UDP fails by ARP. */
static void test_unplugged(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    open_as(a, 0, 2, 1000);
    open_as(b, 0, 2, 2000);
    cable(a, false);
    destination(a, 0, b->ip, 2000);
    assert_true(put(a, 0, "x", 1));
    assert_true(wait_bits(a, 0, 0x02, 0x08, 3 * SEC));
    assert_int_equal(a->sent, 0);
    uint8_t f[SIM_FRAME_MAX];
    struct packet p = to_node(a, 17);
    inject(a, f, build_udp(f, &p, 9, 1000, "x", 1));
    assert_int_equal(rd16(a, REGS(0), 0x26), 0);
    cable(a, true);
    rig_run(r, 3 * SEC);
    wr8(a, REGS(0), 0x02, 0x1F);
    assert_true(send_all(a, 0, "x", 1));
    assert_int_equal(rd16(b, REGS(0), 0x26), 9);
    rig_free(r);
}

/* 3.4: 10 Mbit/s is ten times slower. */
static void test_slow_wire(void **state)
{
    (void)state;
    static const struct {
        unsigned mode, ns;
    } rows[] = {{0, 800}, {1, 800}, {2, 80}, {3, 80}, {7, 80}};
    static uint8_t data[2048];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig *r = rig_new(1);
        struct node *n = &r->node[0];
        wr8(n, 0, 0x2E, 0x40 | rows[i].mode << 3);
        wr8(n, 0, 0x2E, 0xC0 | rows[i].mode << 3);
        rig_run(r, 4 * SEC);
        open_as(n, 0, 2, 1000);
        destination(n, 0, all, 9);
        assert_true(send_all(n, 0, data, 2048));
        assert_true(last(n, 0)->at - last(n, 1)->at == (1514 + 24) * rows[i].ns);
        rig_free(r);
    }
}

/* 6.3: SEND of nothing is done at once, and sends nothing. */
static void test_empty_send(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    open_as(n, 0, 2, 1000);
    destination(n, 0, all, 9);
    assert_true(send_all(n, 0, "", 0));
    assert_int_equal(n->sent, 0);
    rig_free(r);
}

/* CLOSE while ARP is under way ends it. */
static void test_close_in_arp(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    open_as(n, 0, 2, 1000);
    destination(n, 0, (const uint8_t[]){10, 0, 0, 77}, 9);
    assert_true(put(n, 0, "x", 1));
    command(n, 0, 0x10);
    unsigned sent = n->sent;
    rig_run(r, 5 * SEC);
    assert_int_equal(n->sent, sent);
    assert_int_equal(rd8(n, REGS(0), 0x02), 0);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_datagram),    cmocka_unit_test(test_frame_vector),
        cmocka_unit_test(test_arp_cache),   cmocka_unit_test(test_gateway),
        cmocka_unit_test(test_arp_shared),  cmocka_unit_test(test_timeout_joins),
        cmocka_unit_test(test_arp_timeout), cmocka_unit_test(test_arp_answers),
        cmocka_unit_test(test_probe),       cmocka_unit_test(test_probe_with_mask),
        cmocka_unit_test(test_ping),        cmocka_unit_test(test_unreachable),
        cmocka_unit_test(test_malformed),   cmocka_unit_test(test_ports),
        cmocka_unit_test(test_block_bits),  cmocka_unit_test(test_multicast),
        cmocka_unit_test(test_split),       cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_send_mac),    cmocka_unit_test(test_ipraw),
        cmocka_unit_test(test_macraw),      cmocka_unit_test(test_macraw_send),
        cmocka_unit_test(test_unplugged),   cmocka_unit_test(test_slow_wire),
        cmocka_unit_test(test_empty_send),  cmocka_unit_test(test_close_in_arp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
