/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim_lan_rig.h"

/* DNS, NTP, UDP, ICMP and ARP of the hosts as a device sees them. */

#define CLIENT_PORT 40000
#define ANYWHERE    SIM_IP4(203, 0, 113, 123)

static uint32_t get16(const uint8_t *p)
{
    return (uint32_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) << 16 | get16(p + 2);
}

static void open_rig(struct rig *r)
{
    rig_open(r, 1);
    rig_announce(r, RIG_DEVICE);
    rig_run(r, 10 * RIG_MS);
    r->got_count = 0;
}

/* ---- DNS ---- */

#define ID 0xBEEF

/* A query for "broker.test" of this type. Answers are in got[]. */
static void query(struct rig *r, const char *wire_name, uint8_t type)
{
    uint8_t m[300] = {ID >> 8, ID & 0xFF, 1, 0, 0, 1};
    size_t len = strlen(wire_name) + 1;
    memcpy(m + 12, wire_name, len);
    m[12 + len + 1] = type;
    m[12 + len + 3] = 1;
    r->got_count = 0;
    rig_udp(r, RIG_DEVICE, CLIENT_PORT, RIG_ROUTER, 53, m, 12 + len + 4);
    rig_run(r, 10 * RIG_MS);
}

static const char broker[] = "\x06"
                             "broker\x04test";

static const uint8_t *answer(const struct rig *r, unsigned n, size_t *len)
{
    return rig_find_udp(r, CLIENT_PORT, n, len, NULL, NULL);
}

/* The first address in a right answer whose records are all of the question's name. */
static uint32_t first_address(const struct rig *r, unsigned n)
{
    size_t len;
    const uint8_t *m = answer(r, n, &len);
    assert_non_null(m);
    assert_int_equal(get16(m), ID);
    size_t at = 12 + sizeof broker + 4;
    assert_int_equal(get16(m + at), 0xC00C);
    assert_int_equal(get16(m + at + 2), 1);
    assert_int_equal(get16(m + at + 10), 4);
    assert_true(len >= at + 16);
    return get32(m + at + 12);
}

static void open_dns(struct rig *r)
{
    open_rig(r);
    assert_true(sim_lan_dns_add_a(r->lan, "Broker.test.", SIM_IP4(203, 0, 113, 5), 60));
}

static void test_dns_answers(void **state)
{
    static struct rig r;
    size_t len;
    (void)state;
    open_dns(&r);
    query(&r, broker, 1);
    const uint8_t *m = answer(&r, 0, &len);
    assert_non_null(m);
    assert_int_equal(get16(m + 2), 0x8580);
    assert_int_equal(get16(m + 6), 1);
    assert_int_equal(first_address(&r, 0), SIM_IP4(203, 0, 113, 5));
    assert_int_equal(len, 12 + sizeof broker + 4 + 16);
    /* The question's case comes back as it was. */
    query(&r,
          "\x06"
          "bRoKeR\x04TEST",
          1);
    m = answer(&r, 0, &len);
    assert_int_equal(get16(m + 6), 1);
    assert_memory_equal(m + 13, "bRoKeR", 6);
    /* Another type of a name that exists: no records, no error. */
    query(&r, broker, 28);
    m = answer(&r, 0, &len);
    assert_int_equal(get16(m + 2) & 15, 0);
    assert_int_equal(get16(m + 6), 0);
    query(&r, "\x04nope\x04test", 1);
    m = answer(&r, 0, &len);
    assert_int_equal(get16(m + 2) & 15, 3);
    assert_int_equal(sim_lan_dns_queries(r.lan), 4);
    sim_lan_dns_remove(r.lan, "broker.test");
    query(&r, broker, 1);
    assert_int_equal(get16(answer(&r, 0, &len) + 2) & 15, 3);
    rig_close(&r);
}

static void test_dns_cname_chain(void **state)
{
    static struct rig r;
    size_t len;
    (void)state;
    open_rig(&r);
    assert_true(sim_lan_dns_add_cname(r.lan, "broker.test", "a.example", 60));
    assert_true(sim_lan_dns_add_cname(r.lan, "a.example", "b.example", 60));
    assert_true(sim_lan_dns_add_a(r.lan, "b.example", SIM_IP4(203, 0, 113, 9), 60));
    query(&r, broker, 1);
    const uint8_t *m = answer(&r, 0, &len);
    assert_int_equal(get16(m + 6), 3);
    assert_int_equal(get32(m + len - 4), SIM_IP4(203, 0, 113, 9));
    size_t at = 12 + sizeof broker + 4;
    assert_int_equal(get16(m + at + 2), 5);
    assert_memory_equal(m + at + 12,
                        "\x01"
                        "a\x07"
                        "example",
                        11);
    /* The second record's owner is a pointer to the first one's target. */
    assert_int_equal(get16(m + at + 12 + 11), 0xC000 | (at + 12));
    rig_close(&r);
}

static void test_dns_names_are_checked(void **state)
{
    static struct rig r;
    char name[SIM_LAN_NAME_CAP + 2];
    (void)state;
    open_rig(&r);
    assert_false(sim_lan_dns_add_a(r.lan, "", 1, 1));
    assert_false(sim_lan_dns_add_a(r.lan, ".", 1, 1));
    assert_false(sim_lan_dns_add_a(r.lan, "a..b", 1, 1));
    memset(name, 'a', sizeof name);
    name[64] = 0;
    assert_false(sim_lan_dns_add_a(r.lan, name, 1, 1));
    name[63] = 0;
    assert_true(sim_lan_dns_add_a(r.lan, name, 1, 1));
    for (int i = 1; i < SIM_LAN_RECORDS; i++) {
        assert_true(sim_lan_dns_add_a(r.lan, "x.test", 1, 1));
    }
    assert_false(sim_lan_dns_add_a(r.lan, "x.test", 1, 1));
    sim_lan_dns_remove(r.lan, NULL);
    assert_true(sim_lan_dns_add_a(r.lan, "x.test", 1, 1));
    rig_close(&r);
}

/* Faults that replace the answer: what the only answer is like. */
static void test_dns_wrong_answers(void **state)
{
    static struct rig r;
    size_t len;
    uint16_t port = 0;
    (void)state;
    open_dns(&r);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_SILENT, 1);
    query(&r, broker, 1);
    assert_null(answer(&r, 0, &len));
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_SILENT, 0);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_WRONG_ID, 1);
    query(&r, broker, 1);
    assert_int_not_equal(get16(answer(&r, 0, &len)), ID);
    assert_null(answer(&r, 1, &len));
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_WRONG_ID, 0);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_WRONG_QUESTION, 1);
    query(&r, broker, 1);
    assert_int_equal(answer(&r, 0, &len)[13], 'x');
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_WRONG_QUESTION, 0);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_WRONG_SOURCE, 1);
    query(&r, broker, 1);
    assert_non_null(rig_find_udp(&r, CLIENT_PORT, 0, &len, NULL, &port));
    assert_int_not_equal(port, 53);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_WRONG_SOURCE, 0);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_RCODE, 2);
    query(&r, broker, 1);
    assert_int_equal(get16(answer(&r, 0, &len) + 2) & 15, 2);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_RCODE, 0);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_TRUNCATED, 1);
    query(&r, broker, 1);
    assert_int_equal(get16(answer(&r, 0, &len) + 2) & 0x0200, 0x0200);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_TRUNCATED, 0);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_WRONG_ADDRESS, SIM_IP4(203, 0, 113, 66));
    query(&r, broker, 1);
    assert_int_equal(first_address(&r, 0), SIM_IP4(203, 0, 113, 66));
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_WRONG_ADDRESS, 0);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_DELAY, 500);
    query(&r, broker, 1);
    assert_null(answer(&r, 0, &len));
    rig_run(&r, 500 * RIG_MS);
    assert_int_equal(first_address(&r, 0), SIM_IP4(203, 0, 113, 5));
    rig_close(&r);
}

static void test_dns_poison(void **state)
{
    static struct rig r;
    const uint32_t evil = SIM_IP4(198, 51, 100, 66);
    size_t len;
    uint32_t from = 0;
    uint16_t port = 0;
    (void)state;
    open_dns(&r);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_POISON, evil);
    query(&r, broker, 1);
    for (unsigned i = 0; i < 4; i++) {
        const uint8_t *m = rig_find_udp(&r, CLIENT_PORT, i, &len, &from, &port);
        assert_non_null(m);
        assert_int_equal(get32(m + len - 4), evil);
        assert_true((from != RIG_ROUTER) == (i == 0));
        assert_true((port != 53) == (i == 1));
        assert_true((get16(m) != ID) == (i == 2));
        assert_true((m[13] != 'b') == (i == 3));
    }
    assert_int_equal(first_address(&r, 4), SIM_IP4(203, 0, 113, 5));
    rig_close(&r);
}

static void test_dns_loops_and_garbage(void **state)
{
    static struct rig r;
    const size_t at = 12 + sizeof broker + 4;
    size_t len;
    (void)state;
    open_dns(&r);
    for (uint32_t kind = 1; kind <= 4; kind++) {
        sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_LOOP, kind);
        query(&r, broker, 1);
        const uint8_t *m = answer(&r, 0, &len);
        assert_non_null(m);
        size_t to = get16(m + at) & 0x3FFF;
        if (kind <= 3) {
            assert_int_equal(to, kind == 1 ? at : at + 16);
        } else {
            assert_int_equal(get16(m + 6), 3);
        }
    }
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_LOOP, 0);
    for (uint32_t kind = 1; kind <= 5; kind++) {
        sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DNS_GARBAGE, kind);
        query(&r, broker, 1);
        const uint8_t *m = answer(&r, 0, &len);
        assert_non_null(m);
        assert_int_equal(get16(m), ID);
        assert_true(kind != 2 || len == at + 10);
        assert_true(kind != 3 || get16(m + at + 10) == 0xFFFF);
        assert_true(kind != 4 || len == at);
        assert_true(kind != 5 || get16(m + 6) == 0xFFFF);
    }
    rig_close(&r);
}

/* ---- NTP ---- */

static const uint8_t *ntp(struct rig *r, size_t *len)
{
    uint8_t m[48] = {0x23, 0, 6};
    memcpy(m + 40, "\1\2\3\4\5\6\7\x8", 8);
    r->got_count = 0;
    rig_udp(r, RIG_DEVICE, CLIENT_PORT, ANYWHERE, 123, m, sizeof m);
    rig_run(r, 10 * RIG_MS);
    return rig_find_udp(r, CLIENT_PORT, 0, len, NULL, NULL);
}

static void test_ntp(void **state)
{
    static struct rig r;
    size_t len;
    (void)state;
    open_rig(&r);
    sim_lan_set_wall(r.lan, INT64_C(1700000000500000000));
    const uint8_t *m = ntp(&r, &len);
    assert_non_null(m);
    assert_int_equal(len, 48);
    assert_int_equal(m[0], 0x24);
    assert_int_equal(m[1], 2);
    assert_memory_equal(m + 24, "\1\2\3\4\5\6\7\x8", 8);
    assert_int_equal(get32(m + 32), 1700000000u + 2208988800u);
    /* half a second, and the half millisecond that the question took */
    double fraction = get32(m + 36) / 4294967296.0;
    assert_true(fraction > 0.5004 && fraction < 0.5006);
    assert_memory_equal(m + 32, m + 40, 8);
    assert_int_equal(sim_lan_ntp_queries(r.lan), 1);
    rig_close(&r);
}

static void test_ntp_faults(void **state)
{
    static struct rig r;
    size_t len;
    (void)state;
    open_rig(&r);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_NTP_SILENT, 1);
    assert_null(ntp(&r, &len));
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_NTP_SILENT, 0);
    static const char *const kisses[] = {"RATE", "DENY", "RSTR"};
    for (uint32_t k = 1; k <= 3; k++) {
        sim_lan_set_fault(r.lan, SIM_LAN_FAULT_NTP_KOD, k);
        const uint8_t *m = ntp(&r, &len);
        assert_int_equal(m[0] >> 6, 3);
        assert_int_equal(m[1], 0);
        assert_memory_equal(m + 12, kisses[k - 1], 4);
    }
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_NTP_KOD, 0);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_NTP_WRONG_ORIGINATE, 1);
    assert_int_equal(ntp(&r, &len)[31], 9);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_NTP_WRONG_ORIGINATE, 2);
    assert_int_equal(get32(ntp(&r, &len) + 24), 0);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_NTP_WRONG_ORIGINATE, 0);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_NTP_UNSYNCHRONISED, 1);
    assert_int_equal(ntp(&r, &len)[0] >> 6, 3);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_NTP_UNSYNCHRONISED, 0);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_NTP_SHORT, 1);
    assert_non_null(ntp(&r, &len));
    assert_int_equal(len, 47);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_NTP_SHORT, 0);
    uint32_t right = get32(ntp(&r, &len) + 40);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_NTP_OFFSET, (uint32_t)-3600);
    assert_in_range(right - get32(ntp(&r, &len) + 40), 3599, 3600);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_NTP_DELAY, 3000);
    assert_null(ntp(&r, &len));
    rig_run(&r, 3 * RIG_S);
    assert_non_null(rig_find_udp(&r, CLIENT_PORT, 0, &len, NULL, NULL));
    rig_close(&r);
}

/* ---- UDP, ICMP ---- */

struct inbox {
    unsigned count;
    uint32_t from, to;
    uint16_t from_port;
    size_t len;
    uint8_t data[100];
};

static void take_datagram(void *ctx, uint32_t from, uint16_t from_port, uint32_t to,
                          const uint8_t *data, size_t len)
{
    struct inbox *in = ctx;
    in->count++;
    in->from = from;
    in->from_port = from_port;
    in->to = to;
    in->len = len;
    memcpy(in->data, data, len < sizeof in->data ? len : sizeof in->data);
}

static void test_udp(void **state)
{
    static struct rig r;
    struct inbox in = {0};
    size_t len;
    uint32_t from = 0;
    (void)state;
    open_rig(&r);
    struct sim_lan_udp o = {&in, take_datagram};
    assert_true(sim_lan_udp_bind(r.lan, r.router, 7777, &o) != 0);
    rig_udp(&r, RIG_DEVICE, 5000, ANYWHERE, 7777, "hello", 5);
    rig_run(&r, 10 * RIG_MS);
    assert_int_equal(in.count, 1);
    assert_true(in.from == RIG_DEVICE && in.from_port == 5000 && in.to == ANYWHERE);
    assert_memory_equal(in.data, "hello", 5);
    rig_udp(&r, RIG_DEVICE, 5000, UINT32_MAX, 7777, "all", 3);
    rig_run(&r, 10 * RIG_MS);
    assert_int_equal(in.count, 2);
    /* From host to host, and multicast to whoever listens. */
    sim_lan_udp_send(r.lan, r.peer, 0, 1, RIG_ROUTER, 7777, "peer", 4);
    rig_run(&r, 10 * RIG_MS);
    sim_lan_udp_send(r.lan, r.peer, 0, 1, SIM_IP4(239, 129, 2, 3), 7777, "group", 5);
    rig_run(&r, 10 * RIG_MS);
    assert_int_equal(in.count, 4);
    assert_int_equal(in.to, SIM_IP4(239, 129, 2, 3));
    sim_lan_udp_send(r.lan, r.router, ANYWHERE, 99, RIG_DEVICE, 5000, "back", 4);
    rig_run(&r, 10 * RIG_MS);
    const uint8_t *m = rig_find_udp(&r, 5000, 0, &len, &from, NULL);
    assert_non_null(m);
    assert_memory_equal(m, "back", 4);
    assert_int_equal(from, ANYWHERE);
    /* 23 bits of the group stand in the hardware address. */
    bool found = false;
    for (unsigned i = 0; i < r.got_count; i++) {
        found = found || memcmp(r.got[i], "\x01\x00\x5E\x01\x02\x03", 6) == 0;
    }
    assert_true(found);
    rig_close(&r);
}

static void test_port_unreachable(void **state)
{
    static struct rig r;
    (void)state;
    open_rig(&r);
    rig_udp(&r, RIG_DEVICE, 5000, ANYWHERE, 9, "x", 1);
    rig_run(&r, 10 * RIG_MS);
    assert_int_equal(r.got_count, 1);
    const uint8_t *ip = r.got[0] + 14;
    assert_int_equal(ip[9], 1);
    assert_int_equal(get16(ip + 20), 0x0303);
    assert_int_equal(get32(ip + 28 + 16), ANYWHERE);
    assert_int_equal(get16(ip + 28 + 20), 5000);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_UNREACH_SILENT, 1);
    rig_udp(&r, RIG_DEVICE, 5000, ANYWHERE, 9, "x", 1);
    rig_run(&r, 10 * RIG_MS);
    assert_int_equal(r.got_count, 1);
    rig_close(&r);
}

static uint32_t sum_of(const uint8_t *p, size_t len)
{
    uint32_t s = 0;
    for (size_t i = 0; i < len; i++) {
        s += (uint32_t)p[i] << (i % 2 == 0 ? 8 : 0);
    }
    return ((s >> 16) + s) & 0xFFFF;
}

static void send_ping(struct rig *r)
{
    uint8_t icmp[] = {8, 0, 0, 0, 0x10, 0x09, 0x5B, 0x00, 'o', 'd', 'd'};
    r->got_count = 0;
    rig_ip(r, RIG_DEVICE, RIG_ROUTER, 1, icmp, sizeof icmp, 2);
    rig_run(r, 10 * RIG_MS);
}

static void test_ping(void **state)
{
    static struct rig r;
    (void)state;
    open_rig(&r);
    send_ping(&r);
    assert_int_equal(sim_lan_get_stats(r.lan)->bad_checksum, 0);
    assert_int_equal(r.got_count, 1);
    const uint8_t *ip = r.got[0] + 14;
    assert_int_equal(ip[20], 0);
    assert_memory_equal(ip + 24, "\x10\x09\x5B\x00odd", 7);
    assert_int_equal(sum_of(ip, 20), 0xFFFF);
    assert_int_equal(sum_of(ip + 20, 11), 0xFFFF);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_PING_SILENT, 1);
    send_ping(&r);
    assert_int_equal(r.got_count, 0);
    rig_close(&r);
}

/* ---- ARP ---- */

/* Who has target? The n-th answer's hardware address, NULL: none. */
static const uint8_t *who_has(struct rig *r, uint32_t sender, uint32_t target, unsigned n)
{
    uint8_t f[42] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 0, 0x33, 8, 6,
                     0,    1,    8,    0,    6,    4,    0, 1, 2, 0, 0, 0,    0, 0x33};
    for (int i = 0; i < 4; i++) {
        f[28 + i] = (uint8_t)(sender >> (24 - 8 * i));
        f[38 + i] = (uint8_t)(target >> (24 - 8 * i));
    }
    r->got_count = 0;
    sim_lan_transmit(r->lan, r->device, f, sizeof f, sim_lan_now(r->lan));
    rig_run(r, 10 * RIG_MS);
    for (unsigned i = 0; i < r->got_count; i++) {
        const uint8_t *arp = r->got[i] + 14;
        if (r->got[i][13] == 6 && arp[7] == 2 && get32(arp + 14) == target && n-- == 0) {
            assert_memory_equal(r->got[i], f + 6, 6);
            return arp + 8;
        }
    }
    return NULL;
}

static void test_arp(void **state)
{
    static struct rig r;
    (void)state;
    open_rig(&r);
    const uint8_t *mac = who_has(&r, RIG_DEVICE, RIG_ROUTER, 0);
    assert_non_null(mac);
    assert_memory_equal(mac, "\x02LAN\x00\x01", 6);
    assert_non_null(who_has(&r, 0, RIG_PEER, 0)); /* a probe, RFC 5227 */
    assert_null(who_has(&r, RIG_DEVICE, ANYWHERE, 0));
    assert_null(who_has(&r, RIG_DEVICE, RIG_DEVICE, 0));
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_ARP_SILENT, 1u << r.router);
    assert_null(who_has(&r, RIG_DEVICE, RIG_ROUTER, 0));
    assert_non_null(who_has(&r, RIG_DEVICE, RIG_PEER, 0));
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_ADDRESS_TAKEN, RIG_DEVICE);
    mac = who_has(&r, 0, RIG_DEVICE, 0);
    assert_non_null(mac);
    assert_memory_equal(mac, "\x02LAN\xFF\xFF", 6);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_ADDRESS_TAKEN, 0);
    /* A second host with the device's address claims it aloud. */
    sim_lan_host_set_address(r.lan, r.peer, RIG_DEVICE);
    r.got_count = 0;
    sim_lan_host_announce(r.lan, r.peer);
    rig_run(&r, 10 * RIG_MS);
    assert_int_equal(r.got_count, 1);
    assert_int_equal(get32(r.got[0] + 28), RIG_DEVICE);
    assert_int_equal(get32(r.got[0] + 38), RIG_DEVICE);
    assert_non_null(who_has(&r, 0, RIG_DEVICE, 0));
    rig_close(&r);
}

/* A host asks three times for an address that nobody has, and keeps no packet for it. */
static void test_arp_gives_up(void **state)
{
    static struct rig r;
    (void)state;
    open_rig(&r);
    sim_lan_udp_send(r.lan, r.peer, 0, 1, SIM_IP4(192, 168, 7, 199), 7, "x", 1);
    rig_run(&r, 10 * RIG_S);
    assert_int_equal(r.got_count, 3);
    assert_int_equal(get32(r.got[2] + 38), SIM_IP4(192, 168, 7, 199));
    /* More addresses than the table holds. */
    for (unsigned i = 0; i < 40; i++) {
        sim_lan_udp_send(r.lan, r.peer, 0, 1, SIM_IP4(192, 168, 7, 200) + i % 20, 7, "x",
                         1);
    }
    rig_run(&r, 10 * RIG_S);
    assert_true(sim_lan_deadline(r.lan) == SIM_LAN_NEVER);
    /* All slots are free again: so many frames fit. */
    for (unsigned i = 0; i < 512; i++) {
        sim_lan_udp_send(r.lan, r.peer, 0, 1, UINT32_MAX, 9, "x", 1);
    }
    assert_int_equal(sim_lan_get_stats(r.lan)->overrun, 0);
    sim_lan_udp_send(r.lan, r.peer, 0, 1, UINT32_MAX, 9, "x", 1);
    assert_int_equal(sim_lan_get_stats(r.lan)->overrun, 1);
    rig_close(&r);
}

static void test_fault_names(void **state)
{
    (void)state;
    for (int i = 0; i < SIM_LAN_FAULT_COUNT; i++) {
        const char *name = sim_lan_fault_str((enum sim_lan_fault)i);
        assert_non_null(name);
        assert_int_equal(sim_lan_fault_find(name), i);
    }
    assert_int_equal(sim_lan_fault_find("no-such"), SIM_LAN_FAULT_COUNT);
    assert_null(sim_lan_fault_str(SIM_LAN_FAULT_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dns_answers),
        cmocka_unit_test(test_dns_cname_chain),
        cmocka_unit_test(test_dns_names_are_checked),
        cmocka_unit_test(test_dns_wrong_answers),
        cmocka_unit_test(test_dns_poison),
        cmocka_unit_test(test_dns_loops_and_garbage),
        cmocka_unit_test(test_ntp),
        cmocka_unit_test(test_ntp_faults),
        cmocka_unit_test(test_udp),
        cmocka_unit_test(test_port_unreachable),
        cmocka_unit_test(test_ping),
        cmocka_unit_test(test_arp),
        cmocka_unit_test(test_arp_gives_up),
        cmocka_unit_test(test_fault_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
