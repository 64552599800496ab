/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim_lan_rig.h"

/* The switch: times, chances, rules, cables, capture. */

#define HELLO 7777

struct station_log {
    struct sim_lan *lan;
    unsigned count;
    uint64_t at[4096];
    uint32_t number[4096]; /* that the sender wrote into the frame */
    unsigned damaged;      /* frames whose filling is not what was sent */
};

static void log_frame(void *ctx, const uint8_t *frame, size_t len, uint64_t at_ns)
{
    struct station_log *log = ctx;
    if (log->count < 4096) {
        log->at[log->count] = at_ns;
        log->number[log->count] = (uint32_t)(frame[14] << 8 | frame[15]);
        log->count++;
    }
    for (size_t i = 16; i < len; i++) {
        log->damaged += frame[i] != 0x5A;
    }
}

static const uint8_t mac_a[6] = {2, 0, 0, 0, 0, 0xA};
static const uint8_t mac_b[6] = {2, 0, 0, 0, 0, 0xB};

struct bench {
    struct rig rig;
    uint32_t a, b;
    struct station_log at_a, at_b;
};

static void send(struct bench *w, uint32_t from, const uint8_t *to, uint32_t number,
                 size_t len)
{
    uint8_t f[SIM_LAN_FRAME_MAX];
    memset(f, 0x5A, sizeof f);
    memcpy(f, to, 6);
    memcpy(f + 6, from == w->a ? mac_a : mac_b, 6);
    f[12] = 0x88;
    f[13] = 0xB5; /* for experiments */
    f[14] = (uint8_t)(number >> 8);
    f[15] = (uint8_t)number;
    sim_lan_transmit(w->rig.lan, from, f, len, sim_lan_now(w->rig.lan));
}

/* Two stations that the switch knows already. */
static void open_bench(struct bench *w, uint64_t seed)
{
    memset(w, 0, sizeof *w);
    rig_open(&w->rig, seed);
    w->a = sim_lan_add_device(w->rig.lan,
                              &(struct sim_lan_device){&w->at_a, log_frame, NULL});
    w->b = sim_lan_add_device(w->rig.lan,
                              &(struct sim_lan_device){&w->at_b, log_frame, NULL});
    send(w, w->a, mac_b, 0, 100);
    send(w, w->b, mac_a, 0, 100);
    rig_run(&w->rig, 10 * RIG_MS);
    assert_int_equal(w->at_a.count, 1);
    assert_int_equal(w->at_b.count, 1);
    w->at_a.count = w->at_b.count = 0;
}

/* Frames 0..n-1 from a to b, one each 200 us. */
static void send_many(struct bench *w, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        send(w, w->a, mac_b, i, 200);
        rig_run(&w->rig, 200000);
    }
    rig_run(&w->rig, 100 * RIG_MS);
}

static void test_times(void **state)
{
    static struct bench w;
    (void)state;
    open_bench(&w, 1);
    uint64_t t = sim_lan_now(w.rig.lan);
    /* Two back to back: two wires of (8 + 1514 + 4) bytes and the delay; the second comes
     * one frame and a gap of 12 bytes later. */
    send(&w, w.a, mac_b, 1, 1514);
    send(&w, w.a, mac_b, 2, 1514);
    rig_run(&w.rig, 10 * RIG_MS);
    assert_int_equal(w.at_b.count, 2);
    assert_int_equal(w.at_b.at[0] - t, 2 * 1526 * 80 + 500000);
    assert_int_equal(w.at_b.at[1] - w.at_b.at[0], 1538 * 80);
    /* A short one is padded to 60. */
    t = sim_lan_now(w.rig.lan);
    send(&w, w.a, mac_b, 3, 20);
    rig_run(&w.rig, 10 * RIG_MS);
    assert_int_equal(w.at_b.at[2] - t, 2 * 72 * 80 + 500000);
    /* One that is given for later leaves then. */
    t = sim_lan_now(w.rig.lan);
    uint8_t f[60] = {2, 0, 0, 0, 0, 0xB, 2, 0, 0, 0, 0, 0xA};
    sim_lan_transmit(w.rig.lan, w.a, f, sizeof f, t + RIG_MS);
    rig_run(&w.rig, 10 * RIG_MS);
    assert_int_equal(w.at_b.at[3] - t, RIG_MS + 2 * 72 * 80 + 500000);
    /* Known addresses go to their port only. */
    assert_int_equal(w.rig.got_count, 1); /* the first that a ever sent was flooded */
    assert_int_equal(w.at_a.count, 0);
    rig_close(&w.rig);
}

static void test_invalid_lengths(void **state)
{
    static struct bench w;
    uint8_t f[1600] = {0};
    (void)state;
    open_bench(&w, 1);
    sim_lan_transmit(w.rig.lan, w.a, f, 13, 0);
    sim_lan_transmit(w.rig.lan, w.a, f, 1515, 0);
    sim_lan_transmit(w.rig.lan, 0, f, 60, 0);
    sim_lan_transmit(w.rig.lan, 15, f, 60, 0);
    sim_lan_transmit(w.rig.lan, 17, f, 60, 0);
    assert_int_equal(sim_lan_get_stats(w.rig.lan)->invalid, 5);
    rig_close(&w.rig);
}

/* Each chance at 20 %: about a fifth of the frames, and none other than that. */
static void test_chances(void **state)
{
    (void)state;
    for (int which = 0; which < 5; which++) {
        static struct bench w;
        struct sim_lan_wire wire = {.delay_ns = 500000};
        uint32_t *const ppm[] = {&wire.loss_ppm, &wire.duplicate_ppm, &wire.reorder_ppm,
                                 &wire.crc_ppm, &wire.flip_ppm};
        open_bench(&w, 7);
        *ppm[which] = 200000;
        sim_lan_set_wire(w.rig.lan, &wire);
        send_many(&w, 1000);
        const struct sim_lan_stats *s = sim_lan_get_stats(w.rig.lan);
        unsigned inversions = 0;
        for (unsigned i = 1; i < w.at_b.count; i++) {
            inversions += w.at_b.number[i] < w.at_b.number[i - 1];
        }
        static const unsigned low[] = {750, 1150, 1000, 750, 1000};
        static const unsigned high[] = {850, 1250, 1000, 850, 1000};
        assert_in_range(w.at_b.count, low[which], high[which]);
        assert_int_equal(s->lost, which == 0 ? 1000 - w.at_b.count : 0);
        assert_int_equal(s->duplicated, which == 1 ? w.at_b.count - 1000 : 0);
        assert_int_equal(s->damaged, which == 3 ? 1000 - w.at_b.count : 0);
        assert_true((inversions > 100) == (which == 2));
        if (which != 4) {
            assert_int_equal(w.at_b.damaged, 0);
        } else {
            assert_in_range(w.at_b.damaged, 150, 250);
        }
        rig_close(&w.rig);
    }
}

static void test_jitter_keeps_order(void **state)
{
    static struct bench w;
    (void)state;
    open_bench(&w, 9);
    sim_lan_set_wire(w.rig.lan,
                     &(struct sim_lan_wire){.delay_ns = 100000, .jitter_ns = 5 * RIG_MS});
    assert_int_equal(sim_lan_get_wire(w.rig.lan).jitter_ns, 5 * RIG_MS);
    send_many(&w, 500);
    assert_int_equal(w.at_b.count, 500);
    for (unsigned i = 1; i < 500; i++) {
        assert_true(w.at_b.number[i] == i && w.at_b.at[i] > w.at_b.at[i - 1]);
    }
    rig_close(&w.rig);
}

/* ---- Rules ---- */

static void test_rule_counts(void **state)
{
    static struct bench w;
    (void)state;
    open_bench(&w, 1);
    uint32_t rule = sim_lan_add_rule(
        w.rig.lan,
        &(struct sim_lan_rule){
            .from = w.a, .to = w.b, .ethertype = 0x88B5, .skip = 3, .count = 2});
    assert_true(rule != 0);
    send_many(&w, 10);
    assert_int_equal(w.at_b.count, 8);
    assert_int_equal(w.at_b.number[2], 2);
    assert_int_equal(w.at_b.number[3], 5);
    assert_int_equal(sim_lan_rule_hits(w.rig.lan, rule), 2);
    send(&w, w.b, mac_a, 1, 100);
    rig_run(&w.rig, 10 * RIG_MS);
    assert_int_equal(w.at_a.count, 1);
    sim_lan_remove_rule(w.rig.lan, rule);
    sim_lan_add_rule(w.rig.lan, &(struct sim_lan_rule){.ethertype = 0x88B6});
    w.at_b.count = 0;
    send_many(&w, 3);
    assert_int_equal(w.at_b.count, 3);
    rig_close(&w.rig);
}

static void test_rule_actions(void **state)
{
    static struct bench w;
    (void)state;
    open_bench(&w, 1);
    const struct sim_lan_rule rules[] = {
        {.from = w.a, .skip = 0, .count = 1, .action = SIM_LAN_CRC},
        {.from = w.a, .skip = 0, .count = 1, .action = SIM_LAN_DUPLICATE},
        {.from = w.a, .skip = 0, .count = 1, .action = SIM_LAN_DELAY, .arg = 500000},
        {.from = w.a, .skip = 0, .count = 1, .action = SIM_LAN_FLIP},
        {.from = w.a, .skip = 4, .count = 1, .action = SIM_LAN_PULL, .arg = w.b},
    };
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(sim_lan_add_rule(w.rig.lan, &rules[i]), i + 1);
    }
    send_many(&w, 10);
    /* 0 lost; 1 twice; 2 after 4; 3 damaged; 5 passes; 8 pulls while 6 and 7 are on their
     * way. */
    static const uint32_t order[] = {1, 1, 3, 4, 2, 5};
    assert_int_equal(w.at_b.count, 6);
    for (unsigned i = 0; i < 6; i++) {
        bool is_same = w.at_b.number[i] == order[i];
        assert_true(i == 2 ? is_same == (w.at_b.damaged == 1) : is_same);
    }
    assert_int_equal(sim_lan_get_stats(w.rig.lan)->damaged, 1);
    assert_int_equal(sim_lan_get_stats(w.rig.lan)->unplugged, 4);
    sim_lan_cable(w.rig.lan, w.b, true);
    send_many(&w, 1);
    assert_int_equal(w.at_b.count, 7);
    rig_close(&w.rig);
}

/* What rules see of IPv4. */
static void test_rule_fields(void **state)
{
    (void)state;
    static const struct sim_lan_rule matching[] = {
        {.ethertype = 0x0800},
        {.protocol = 17},
        {.address = RIG_DEVICE},
        {.address = RIG_PEER},
        {.port = 5000},
        {.port = HELLO},
        {.protocol = 17, .port = HELLO, .payload_min = 5},
    };
    static const struct sim_lan_rule others[] = {
        {.protocol = 6},    {.address = RIG_ROUTER}, {.port = 80},
        {.payload_min = 6}, {.tcp_flags = 2},        {.ethertype = 0x0806},
    };
    for (size_t i = 0; i < 13; i++) {
        static struct rig r;
        rig_open(&r, 1);
        const struct sim_lan_rule *rule = i < 7 ? &matching[i] : &others[i - 7];
        uint32_t n = sim_lan_add_rule(r.lan, rule);
        rig_udp(&r, RIG_DEVICE, 5000, RIG_PEER, HELLO, "hello", 5);
        rig_run(&r, 10 * RIG_MS);
        assert_true((sim_lan_rule_hits(r.lan, n) > 0) == (i < 7));
        rig_close(&r);
    }
}

/* SYN with and without ACK are told apart. */
static void test_rule_tcp_flags(void **state)
{
    static struct rig r;
    struct rig_end server = {0};
    struct rig_end client = {0};
    (void)state;
    rig_open(&r, 1);
    server.lan = client.lan = r.lan;
    struct sim_lan_tcp_owner s = rig_owner(&server);
    struct sim_lan_tcp_owner c = rig_owner(&client);
    sim_lan_tcp_listen(r.lan, r.router, RIG_ROUTER, 80, &s);
    uint32_t syn = sim_lan_add_rule(
        r.lan, &(struct sim_lan_rule){.tcp_flags = 2, .tcp_flags_not = 16, .count = 1});
    uint32_t syn_ack =
        sim_lan_add_rule(r.lan, &(struct sim_lan_rule){.tcp_flags = 18, .count = 1});
    client.conn = sim_lan_tcp_connect(r.lan, r.peer, RIG_ROUTER, 80, &c);
    rig_run(&r, 500 * RIG_MS);
    assert_int_equal(sim_lan_rule_hits(r.lan, syn), 1);
    rig_run(&r, 1500 * RIG_MS);
    assert_int_equal(sim_lan_rule_hits(r.lan, syn_ack), 1);
    assert_false(client.was_accepted);
    rig_run(&r, 5 * RIG_S);
    assert_true(client.was_accepted && server.was_accepted);
    rig_close(&r);
}

/* ---- Cables ---- */

static void test_cable(void **state)
{
    static struct rig r;
    size_t len;
    (void)state;
    rig_open(&r, 1);
    rig_announce(&r, RIG_DEVICE);
    rig_run(&r, 10 * RIG_MS);
    assert_int_equal(r.link_count, 0);
    sim_lan_udp_send(r.lan, r.router, 0, 1, RIG_DEVICE, 9, "x", 1);
    rig_run(&r, RIG_MS / 10); /* it is on its way */
    sim_lan_cable(r.lan, r.device, false);
    assert_int_equal(r.link_count, 0);
    assert_true(sim_lan_deadline(r.lan) == sim_lan_now(r.lan));
    rig_run(&r, 0);
    assert_int_equal(r.link_count, 1);
    assert_false(r.is_link_up);
    rig_run(&r, 10 * RIG_MS);
    assert_null(rig_find_udp(&r, 9, 0, &len, NULL, NULL));
    rig_udp(&r, RIG_DEVICE, 1, RIG_ROUTER, 9, "x", 1);
    rig_run(&r, 10 * RIG_MS);
    assert_int_equal(sim_lan_get_stats(r.lan)->unplugged, 2);
    sim_lan_cable(r.lan, r.device, true);
    rig_run(&r, 0);
    assert_int_equal(r.link_count, 2);
    sim_lan_udp_send(r.lan, r.router, 0, 1, RIG_DEVICE, 9, "x", 1);
    rig_run(&r, 10 * RIG_MS);
    assert_non_null(rig_find_udp(&r, 9, 0, &len, NULL, NULL));
    rig_close(&r);
}

/* ---- Capture ---- */

struct capture {
    unsigned calls;
    size_t len;
    uint8_t data[400];
};

static void take(void *ctx, const void *data, size_t len)
{
    struct capture *c = ctx;
    c->calls++;
    if (c->len + len <= sizeof c->data) {
        memcpy(c->data + c->len, data, len);
        c->len += len;
    }
}

static uint32_t get32le(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void test_pcap(void **state)
{
    static struct bench w;
    static struct capture c;
    (void)state;
    open_bench(&w, 1);
    sim_lan_set_pcap(w.rig.lan, &c, take);
    assert_int_equal(c.len, 24);
    assert_int_equal(get32le(c.data), 0xA1B23C4D);
    assert_int_equal(get32le(c.data + 20), 1);
    sim_lan_set_wall(w.rig.lan, INT64_C(1700000000999999000));
    sim_lan_set_wire(w.rig.lan, &(struct sim_lan_wire){.loss_ppm = 1000000});
    send(&w, w.a, mac_b, 77, 60);
    rig_run(&w.rig, 10 * RIG_MS);
    assert_int_equal(c.calls, 2);
    assert_int_equal(get32le(c.data + 24), 1700000001);
    assert_int_equal(get32le(c.data + 28), 72 * 80 - 1000);
    assert_int_equal(get32le(c.data + 32), 60);
    assert_int_equal(c.data[40 + 15], 77);
    sim_lan_set_pcap(w.rig.lan, NULL, NULL);
    send(&w, w.a, mac_b, 77, 60);
    rig_run(&w.rig, 10 * RIG_MS);
    assert_int_equal(c.calls, 2);
    rig_close(&w.rig);
}

static void test_bounds(void **state)
{
    static struct rig r;
    struct sim_lan_tcp_owner none = {0};
    struct sim_lan_udp udp = {NULL, NULL};
    (void)state;
    rig_open(&r, 1);
    for (int i = 3; i < SIM_LAN_STATIONS; i++) {
        assert_true(sim_lan_add_host(r.lan, &(struct sim_lan_host){.address = 1}) != 0);
    }
    assert_int_equal(sim_lan_add_host(r.lan, &(struct sim_lan_host){.address = 1}), 0);
    assert_int_equal(sim_lan_add_router(r.lan), 0);
    for (int i = 0; i < SIM_LAN_LISTENERS; i++) {
        assert_true(sim_lan_tcp_listen(r.lan, r.router, 0, 80, &none) != 0);
    }
    assert_int_equal(sim_lan_tcp_listen(r.lan, r.router, 0, 80, &none), 0);
    sim_lan_tcp_unlisten(r.lan, 3);
    assert_int_equal(sim_lan_tcp_listen(r.lan, r.router, 0, 80, &none), 3);
    for (int i = 0; i < SIM_LAN_RULES; i++) {
        assert_true(sim_lan_add_rule(r.lan, &(struct sim_lan_rule){.port = 1}) != 0);
    }
    assert_int_equal(sim_lan_add_rule(r.lan, &(struct sim_lan_rule){.port = 1}), 0);
    for (int i = 0; i < 8; i++) {
        assert_true(sim_lan_udp_bind(r.lan, r.router, 9, &udp) != 0);
    }
    assert_int_equal(sim_lan_udp_bind(r.lan, r.router, 9, &udp), 0);
    assert_int_equal(sim_lan_udp_bind(r.lan, r.device, 9, &udp), 0);
    assert_int_equal(sim_lan_add_dns(r.lan, r.device), 0);
    assert_int_equal(sim_lan_add_ntp(r.lan, 99), 0);
    assert_int_equal(sim_lan_tcp_connect(r.lan, r.device, 1, 1, &none), 0);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),       cmocka_unit_test(test_invalid_lengths),
        cmocka_unit_test(test_chances),     cmocka_unit_test(test_jitter_keeps_order),
        cmocka_unit_test(test_rule_counts), cmocka_unit_test(test_rule_actions),
        cmocka_unit_test(test_rule_fields), cmocka_unit_test(test_rule_tcp_flags),
        cmocka_unit_test(test_cable),       cmocka_unit_test(test_pcap),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
