/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "sim_lan_rig.h"

/* The hosts' TCP across the wire, host to host. */

#define PORT 1883

struct pair {
    struct rig rig;
    struct rig_end server, client;
};

static void open_pair(struct pair *p, uint64_t seed, uint64_t up, uint64_t down)
{
    memset(p, 0, sizeof *p);
    rig_open(&p->rig, seed);
    p->server = (struct rig_end){.lan = p->rig.lan, .seed = 2, .to_send = down};
    p->client = (struct rig_end){.lan = p->rig.lan, .seed = 3, .to_send = up};
}

static void connect_pair(struct pair *p)
{
    struct sim_lan_tcp_owner s = rig_owner(&p->server);
    struct sim_lan_tcp_owner c = rig_owner(&p->client);
    if (p->server.conn == 0) {
        assert_true(sim_lan_tcp_listen(p->rig.lan, p->rig.router, 0, PORT, &s) != 0);
    }
    p->client.conn = sim_lan_tcp_connect(p->rig.lan, p->rig.peer, RIG_ROUTER, PORT, &c);
    assert_true(p->client.conn != 0);
}

static void check_intact(const struct pair *p)
{
    assert_int_equal(p->server.received, p->client.to_send);
    assert_int_equal(p->client.received, p->server.to_send);
    assert_int_equal(p->server.wrong + p->client.wrong, 0);
}

/* ---- Clean ---- */

static void test_opens_and_closes(void **state)
{
    static struct pair p;
    (void)state;
    open_pair(&p, 1, 10, 20);
    p.client.closes = true;
    connect_pair(&p);
    rig_run(&p.rig, RIG_S);
    check_intact(&p);
    assert_true(p.server.was_closed && p.server.why == SIM_LAN_CLOSED_NORMAL);
    assert_true(p.client.was_closed && p.client.why == SIM_LAN_CLOSED_NORMAL);
    /* ARP there and back, then SYN there and back: two round trips. */
    assert_in_range(p.client.accepted_at, 2 * RIG_MS, 2 * RIG_MS + RIG_MS / 10);
    rig_run(&p.rig, 10 * RIG_S);
    assert_true(sim_lan_deadline(p.rig.lan) == SIM_LAN_NEVER);
    rig_close(&p.rig);
}

/* Line rate: a frame of 1514 bytes takes 1538 byte times and carries 1460. */
static void test_line_rate(void **state)
{
    static struct pair p;
    (void)state;
    open_pair(&p, 2, 4000000, 0);
    p.client.closes = true;
    connect_pair(&p);
    rig_run(&p.rig, 10 * RIG_S);
    check_intact(&p);
    double s = (double)(p.server.ended_at - p.client.accepted_at) / 1e9;
    double mbit = 4000000.0 * 8 / s / 1e6;
    printf("4 MB host to host: %.2f Mbit/s\n", mbit);
    assert_true(mbit > 0.99 * 100 * 1460 / 1538 && mbit <= 100.0 * 1460 / 1538);
    assert_int_equal(sim_lan_get_stats(p.rig.lan)->tcp_retransmits, 0);
    rig_close(&p.rig);
}

/* A window below bandwidth times round trip: one window a round trip. */
static void test_window_limits_rate(void **state)
{
    static const uint16_t windows[] = {2920, 5840, 8760};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        static struct pair p;
        open_pair(&p, 3, 1000000, 0);
        sim_lan_set_tcp(p.rig.lan, &(struct sim_lan_tcp){.window = windows[i]});
        p.client.closes = true;
        connect_pair(&p);
        rig_run(&p.rig, 10 * RIG_S);
        check_intact(&p);
        double s = (double)(p.server.ended_at - p.client.accepted_at) / 1e9;
        /* A segment waits for two wires each way beside the delay; its ACK for two. */
        double rtt = 0.001 + 2 * (1526 + 72) * 8e-8;
        double expected = windows[i] / rtt;
        double rate = 1000000 / s;
        printf("window %u: %.2f Mbit/s of %.2f\n", windows[i], rate * 8e-6,
               expected * 8e-6);
        assert_true(rate > 0.9 * expected && rate < 1.02 * expected);
        rig_close(&p.rig);
    }
}

/* An owner that takes nothing closes the window; nothing is lost meanwhile. */
static void test_back_pressure(void **state)
{
    static struct pair p;
    (void)state;
    open_pair(&p, 4, 300000, 0);
    p.server.is_paused = true;
    p.client.closes = true;
    connect_pair(&p);
    rig_run(&p.rig, 30 * RIG_S);
    assert_int_equal(p.server.received, 0);
    assert_in_range(sim_lan_tcp_readable(p.rig.lan, p.server.conn), 60000, 65535);
    assert_true(p.client.sent < 140000); /* one buffer at either end */
    assert_true(sim_lan_get_stats(p.rig.lan)->tcp_window_closed > 1);
    assert_false(p.client.was_closed);
    p.server.is_paused = false;
    rig_pump(&p.server);
    rig_run(&p.rig, 30 * RIG_S);
    check_intact(&p);
    assert_true(p.client.was_closed && p.client.why == SIM_LAN_CLOSED_NORMAL);
    rig_close(&p.rig);
}

/* With delayed acknowledgements about every second segment is answered; one alone after the
 * delay. */
static void test_delayed_acks(void **state)
{
    static struct pair p;
    (void)state;
    open_pair(&p, 14, 1460000, 0);
    connect_pair(&p);
    rig_run(&p.rig, 5 * RIG_S);
    check_intact(&p);
    uint64_t at_once = sim_lan_get_stats(p.rig.lan)->sent;
    assert_in_range(at_once, 2000, 2020);
    sim_lan_set_tcp(p.rig.lan, &(struct sim_lan_tcp){.ack_delay_us = 40000});
    p.client.to_send += 1460000;
    rig_pump(&p.client);
    rig_run(&p.rig, 5 * RIG_S);
    check_intact(&p);
    assert_in_range(sim_lan_get_stats(p.rig.lan)->sent - at_once, 1500, 1510);
    p.client.to_send += 1;
    rig_pump(&p.client);
    rig_run(&p.rig, 40 * RIG_MS);
    assert_int_equal(sim_lan_tcp_unacked(p.rig.lan, p.client.conn), 1);
    rig_run(&p.rig, 2 * RIG_MS);
    assert_int_equal(sim_lan_tcp_unacked(p.rig.lan, p.client.conn), 0);
    rig_close(&p.rig);
}

static void test_small_segments(void **state)
{
    static struct pair p;
    (void)state;
    open_pair(&p, 15, 53600, 0);
    sim_lan_set_tcp(p.rig.lan, &(struct sim_lan_tcp){.mss = 536});
    uint32_t full = sim_lan_add_rule(
        p.rig.lan, &(struct sim_lan_rule){
                       .payload_min = 536, .count = UINT32_MAX, .action = SIM_LAN_DELAY});
    uint32_t more =
        sim_lan_add_rule(p.rig.lan, &(struct sim_lan_rule){.payload_min = 537});
    connect_pair(&p);
    rig_run(&p.rig, 5 * RIG_S);
    check_intact(&p);
    assert_in_range(sim_lan_rule_hits(p.rig.lan, full), 100, 110);
    assert_int_equal(sim_lan_rule_hits(p.rig.lan, more), 0);
    rig_close(&p.rig);
}

/* Who closes and waits for a peer that never does is told after a minute. */
static void test_peer_never_closes(void **state)
{
    static struct pair p;
    (void)state;
    open_pair(&p, 16, 10, 0);
    p.server.is_paused = true;
    p.client.closes = true;
    connect_pair(&p);
    rig_run(&p.rig, 59 * RIG_S);
    assert_false(p.client.was_closed);
    rig_run(&p.rig, 2 * RIG_S);
    assert_true(p.client.was_closed && p.client.why == SIM_LAN_CLOSED_TIMEOUT);
    p.server.is_paused = false;
    rig_pump(&p.server); /* closes too: nobody knows this connection any more */
    rig_run(&p.rig, RIG_S);
    assert_true(p.server.was_closed && p.server.why == SIM_LAN_CLOSED_RESET);
    rig_close(&p.rig);
}

/* ---- A bad wire ---- */

static void bad_wire(uint64_t seed, const struct sim_lan_wire *wire)
{
    static struct pair p;
    open_pair(&p, seed, 1000000, 1000000);
    sim_lan_set_wire(p.rig.lan, wire);
    p.client.closes = true;
    connect_pair(&p);
    rig_run(&p.rig, 600 * RIG_S);
    if (p.server.received != 1000000 || !p.client.was_closed) {
        print_error("seed %llu: %llu and %llu bytes came\n", (unsigned long long)seed,
                    (unsigned long long)p.server.received,
                    (unsigned long long)p.client.received);
    }
    check_intact(&p);
    assert_true(p.client.was_closed && p.client.why == SIM_LAN_CLOSED_NORMAL);
    assert_true(p.server.was_closed);
    rig_close(&p.rig);
}

static void test_loss(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        bad_wire(seed, &(struct sim_lan_wire){.delay_ns = 500000, .loss_ppm = 50000});
    }
}

static void test_duplicates_and_reorder(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        bad_wire(seed, &(struct sim_lan_wire){.delay_ns = 500000,
                                              .jitter_ns = 200000,
                                              .duplicate_ppm = 50000,
                                              .reorder_ppm = 50000});
    }
}

/* Everything at once, and bits that only checksums find. */
static void test_all_at_once(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        bad_wire(seed, &(struct sim_lan_wire){.delay_ns = 500000,
                                              .jitter_ns = 1000000,
                                              .loss_ppm = 30000,
                                              .duplicate_ppm = 30000,
                                              .reorder_ppm = 50000,
                                              .crc_ppm = 10000,
                                              .flip_ppm = 10000});
    }
}

/* ---- Faults ---- */

static void test_refused(void **state)
{
    static struct pair p;
    (void)state;
    open_pair(&p, 5, 10, 0);
    sim_lan_set_fault(p.rig.lan, SIM_LAN_FAULT_TCP_REFUSE, PORT);
    connect_pair(&p);
    rig_run(&p.rig, RIG_S);
    assert_true(p.client.was_closed && p.client.why == SIM_LAN_CLOSED_RESET);
    assert_false(p.server.was_accepted);
    assert_int_equal(sim_lan_get_stats(p.rig.lan)->tcp_refused, 1);
    /* Nobody listens at this one at all. */
    struct rig_end other = {.lan = p.rig.lan};
    struct sim_lan_tcp_owner o = rig_owner(&other);
    other.conn = sim_lan_tcp_connect(p.rig.lan, p.rig.peer, RIG_ROUTER, 80, &o);
    rig_run(&p.rig, RIG_S);
    assert_true(other.was_closed && other.why == SIM_LAN_CLOSED_RESET);
    rig_close(&p.rig);
}

static void test_silent_port(void **state)
{
    static struct pair p;
    (void)state;
    open_pair(&p, 6, 10, 0);
    sim_lan_set_fault(p.rig.lan, SIM_LAN_FAULT_TCP_SILENT, PORT);
    connect_pair(&p);
    rig_run(&p.rig, 2 * RIG_S);
    assert_false(p.client.was_accepted || p.client.was_closed || p.server.was_accepted);
    sim_lan_set_fault(p.rig.lan, SIM_LAN_FAULT_TCP_SILENT, 0);
    rig_run(&p.rig, 70 * RIG_S);
    check_intact(&p);
    rig_close(&p.rig);
}

static void test_silent_connection(void **state)
{
    static struct pair p;
    (void)state;
    open_pair(&p, 7, 10, 0);
    connect_pair(&p);
    rig_run(&p.rig, RIG_S);
    sim_lan_tcp_silence(p.rig.lan, p.server.conn, true);
    p.client.to_send = 20;
    rig_pump(&p.client);
    rig_run(&p.rig, 10 * RIG_S);
    assert_int_equal(p.server.received, 10);
    assert_int_equal(sim_lan_tcp_unacked(p.rig.lan, p.client.conn), 10);
    /* The other way its timers stand still, and none is due in the past when it wakes. */
    p.server.to_send = 5;
    rig_pump(&p.server);
    rig_run(&p.rig, 10 * RIG_S);
    sim_lan_tcp_silence(p.rig.lan, p.server.conn, false);
    assert_true(sim_lan_deadline(p.rig.lan) == sim_lan_now(p.rig.lan));
    rig_run(&p.rig, 60 * RIG_S);
    assert_int_equal(p.client.received, 5);
    assert_int_equal(p.server.received, 20);
    /* And for ever: the sender gives up. */
    sim_lan_tcp_silence(p.rig.lan, p.server.conn, true);
    p.client.to_send = 30;
    rig_pump(&p.client);
    rig_run(&p.rig, 600 * RIG_S);
    assert_true(p.client.was_closed && p.client.why == SIM_LAN_CLOSED_TIMEOUT);
    assert_false(p.server.was_closed);
    rig_close(&p.rig);
}

static void test_deaf_program(void **state)
{
    static struct pair p;
    (void)state;
    open_pair(&p, 8, 1000, 0);
    sim_lan_set_fault(p.rig.lan, SIM_LAN_FAULT_TCP_DEAF, PORT);
    connect_pair(&p);
    rig_run(&p.rig, 5 * RIG_S);
    assert_true(p.server.was_accepted);
    assert_int_equal(p.server.received, 0);
    assert_int_equal(sim_lan_tcp_unacked(p.rig.lan, p.client.conn), 0);
    sim_lan_set_fault(p.rig.lan, SIM_LAN_FAULT_TCP_DEAF, 0);
    rig_run(&p.rig, RIG_S);
    check_intact(&p);
    rig_close(&p.rig);
}

static void test_restart(void **state)
{
    (void)state;
    for (int with_reset = 0; with_reset <= 1; with_reset++) {
        static struct pair p;
        open_pair(&p, 9, 10, 0);
        connect_pair(&p);
        rig_run(&p.rig, RIG_S);
        sim_lan_tcp_restart(p.rig.lan, PORT, with_reset != 0);
        rig_run(&p.rig, RIG_S);
        assert_true(p.server.was_closed && p.server.why == SIM_LAN_CLOSED_LOCAL);
        assert_int_equal(p.client.was_closed, with_reset);
        p.client.to_send = 20;
        rig_pump(&p.client);
        rig_run(&p.rig, RIG_S);
        assert_true(p.client.was_closed && p.client.why == SIM_LAN_CLOSED_RESET);
        /* It still listens. */
        p.client = (struct rig_end){.lan = p.rig.lan, .seed = 3, .to_send = 7};
        p.server = (struct rig_end){.lan = p.rig.lan, .seed = 2, .conn = 1};
        connect_pair(&p);
        rig_run(&p.rig, RIG_S);
        check_intact(&p);
        rig_close(&p.rig);
    }
}

static void test_reset(void **state)
{
    static struct pair p;
    (void)state;
    open_pair(&p, 10, 10, 0);
    connect_pair(&p);
    rig_run(&p.rig, RIG_S);
    sim_lan_tcp_reset(p.rig.lan, p.server.conn);
    rig_run(&p.rig, RIG_S);
    assert_true(p.server.was_closed && p.server.why == SIM_LAN_CLOSED_LOCAL);
    assert_true(p.client.was_closed && p.client.why == SIM_LAN_CLOSED_RESET);
    rig_close(&p.rig);
}

static void test_cable(void **state)
{
    static struct pair p;
    (void)state;
    open_pair(&p, 11, 2000000, 0);
    connect_pair(&p);
    rig_run(&p.rig, 50 * RIG_MS);
    sim_lan_cable(p.rig.lan, p.rig.peer, false);
    rig_run(&p.rig, 5 * RIG_S);
    uint64_t before = p.server.received;
    rig_run(&p.rig, 5 * RIG_S);
    assert_true(before > 0 && before < 2000000 && p.server.received == before);
    assert_true(sim_lan_get_stats(p.rig.lan)->unplugged > 0);
    sim_lan_cable(p.rig.lan, p.rig.peer, true);
    rig_run(&p.rig, 60 * RIG_S);
    check_intact(&p);
    rig_close(&p.rig);
}

/* More connections than there is room for: the last SYN finds none, and one that closes makes
 * room again. */
static void test_connections_are_bounded(void **state)
{
    static struct rig r;
    static struct rig_end ends[SIM_LAN_CONNS];
    (void)state;
    rig_open(&r, 12);
    memset(ends, 0, sizeof ends);
    for (unsigned i = 0; i < SIM_LAN_CONNS; i++) {
        ends[i].lan = r.lan;
        struct sim_lan_tcp_owner o = rig_owner(&ends[i]);
        ends[i].conn = sim_lan_tcp_connect(r.lan, r.peer, RIG_ROUTER, 80, &o);
        assert_true(ends[i].conn != 0);
    }
    struct sim_lan_tcp_owner none = {0};
    assert_int_equal(sim_lan_tcp_connect(r.lan, r.peer, RIG_ROUTER, 80, &none), 0);
    rig_run(&r, RIG_S);
    for (unsigned i = 0; i < SIM_LAN_CONNS; i++) {
        assert_true(ends[i].was_closed && ends[i].why == SIM_LAN_CLOSED_RESET);
    }
    assert_true(sim_lan_tcp_connect(r.lan, r.peer, RIG_ROUTER, 80, &none) != 0);
    rig_close(&r);
}

/* ---- Determinism ---- */

static uint64_t fnv(uint64_t h, const void *data, size_t len)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < len; i++) {
        h = (h ^ p[i]) * UINT64_C(0x100000001B3);
    }
    return h;
}

static void hash_record(void *ctx, const void *data, size_t len)
{
    uint64_t *h = ctx;
    *h = fnv(*h, data, len);
}

static uint64_t run_hash(uint64_t seed, uint64_t step_ns)
{
    static struct pair p;
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    open_pair(&p, seed, 100000, 100000);
    sim_lan_set_pcap(p.rig.lan, &h, hash_record);
    sim_lan_set_wire(p.rig.lan, &(struct sim_lan_wire){.delay_ns = 500000,
                                                       .jitter_ns = 300000,
                                                       .loss_ppm = 30000,
                                                       .reorder_ppm = 30000});
    p.client.closes = true;
    connect_pair(&p);
    for (uint64_t t = 0; t < 30 * RIG_S; t += step_ns) {
        rig_run(&p.rig, step_ns);
    }
    check_intact(&p);
    rig_close(&p.rig);
    return h;
}

/* The same seed gives the same bytes at the same times, however finely it is stepped. */
static void test_deterministic(void **state)
{
    (void)state;
    uint64_t h = run_hash(1, 30 * RIG_S);
    assert_true(run_hash(1, 30 * RIG_S) == h);
    assert_true(run_hash(1, 100000) == h);
    assert_true(run_hash(2, 30 * RIG_S) != h);
}

/* memcpy is a snapshot. */
static void test_snapshot(void **state)
{
    static struct pair p;
    (void)state;
    open_pair(&p, 13, 500000, 0);
    connect_pair(&p);
    rig_run(&p.rig, 20 * RIG_MS);
    void *copy = malloc(sim_lan_size());
    assert_non_null(copy);
    memcpy(copy, p.rig.lan, sim_lan_size());
    struct rig_end server = p.server;
    struct rig_end client = p.client;
    rig_run(&p.rig, RIG_S);
    uint64_t at = p.server.last_at;
    check_intact(&p);
    memcpy(p.rig.lan, copy, sim_lan_size());
    p.server = server;
    p.client = client;
    rig_run(&p.rig, RIG_S);
    check_intact(&p);
    assert_int_equal(p.server.last_at, at);
    free(copy);
    rig_close(&p.rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_and_closes),
        cmocka_unit_test(test_line_rate),
        cmocka_unit_test(test_window_limits_rate),
        cmocka_unit_test(test_back_pressure),
        cmocka_unit_test(test_delayed_acks),
        cmocka_unit_test(test_small_segments),
        cmocka_unit_test(test_peer_never_closes),
        cmocka_unit_test(test_loss),
        cmocka_unit_test(test_duplicates_and_reorder),
        cmocka_unit_test(test_all_at_once),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_silent_port),
        cmocka_unit_test(test_silent_connection),
        cmocka_unit_test(test_deaf_program),
        cmocka_unit_test(test_restart),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_cable),
        cmocka_unit_test(test_connections_are_bounded),
        cmocka_unit_test(test_deterministic),
        cmocka_unit_test(test_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
