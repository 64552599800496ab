/* SPDX-License-Identifier: MIT */
/* The W5500 driver in odd moments: no random numbers, no sockets, datagrams and probes across
 * faults and resets of the chip. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/rng.h"
#include "tests/unit/wiznet_bench.h"

#define PORT 1883

static int setup(void **state)
{
    static struct bench b;
    bench_init(&b, 21, NULL);
    *state = &b;
    return 0;
}

static int teardown(void **state)
{
    bench_free(*state);
    return 0;
}

static bool is_probed(struct bench *b)
{
    struct ol_netif *netif = &b->node[0].netif;
    return netif->ops->probe_result(netif->ctx, bench_ms(b)) != OL_PROBE_BUSY;
}

static int32_t probe(struct bench *b, uint8_t last)
{
    struct ol_netif *netif = &b->node[0].netif;
    struct ol_addr candidate = ol_addr_ipv4(10, 0, 0, last, 0);
    bench_enter(&b->node[0]);
    int32_t rc = netif->ops->probe(netif->ctx, &candidate, bench_ms(b));
    bench_leave(&b->node[0]);
    return rc;
}

static void test_no_entropy(void **state)
{
    struct bench *b = *state;
    struct bench_node *n = &b->node[0];
    struct ol_addr peer = bench_addr(1, PORT);

    bench_up(b);
    bench_serve(b, PORT);
    n->entropy = OL_E_AGAIN;
    assert_int_equal(bench_open(n, &peer, 1000), OL_E_AGAIN);
    assert_int_equal(bench_udp_open(n, 0), OL_E_AGAIN);
    assert_int_equal(probe(b, 9), OL_E_AGAIN);
    assert_int_equal(bench_udp_open(n, 53), OL_OK); /* needs none */
    n->entropy = OL_E_IO;
    assert_int_equal(bench_open(n, &peer, 1000), OL_E_IO);
    assert_int_equal(bench_udp_open(n, 0), OL_E_IO);
    assert_int_equal(bench_state(n), OL_E_CLOSED);
    n->entropy = OL_OK;
    assert_int_equal(bench_open(n, &peer, 1000), OL_OK);
    bench_until(b, bench_is_open, 1000);
    assert_true(n->stream.ops->deadline(n->stream.ctx) == OL_NEVER);
    n->entropy = OL_E_IO; /* later ports need none */
    bench_close(n, 1000);
    assert_true(n->stream.ops->deadline(n->stream.ctx) <= bench_ms(b) + 1000);
    assert_int_equal(bench_open(n, &peer, 1000), OL_E_AGAIN); /* still closing */
    bench_close(n, 500);
    bench_until(b, bench_is_over, 1000);
    assert_int_equal(bench_open(n, &peer, 1000), OL_OK);
}

static void test_no_sockets(void **state)
{
    struct bench *b = *state;
    struct ol_w5500_udp many[8];
    struct ol_addr peer = bench_addr(1, PORT);

    bench_up(b);
    for (unsigned i = 0; i < 8; i++) {
        ol_w5500_udp_init(&many[i], &b->node[0].driver);
        struct ol_datagram d = ol_w5500_udp_datagram(&many[i]);
        assert_int_equal(d.ops->open(d.ctx, (uint16_t)(100 + i)), OL_OK);
    }
    assert_int_equal(bench_udp_open(&b->node[0], 103), OL_E_NOSPC); /* port taken */
    assert_int_equal(bench_udp_open(&b->node[0], 200), OL_E_NOSPC); /* no socket */
    assert_int_equal(bench_open(&b->node[0], &peer, 1000), OL_E_NOSPC);
    assert_true(b->node[0].stream.ops->deadline(b->node[0].stream.ctx) == OL_NEVER);
    assert_int_equal(probe(b, 9), OL_E_AGAIN);
    struct ol_datagram d = ol_w5500_udp_datagram(&many[3]);
    d.ops->close(d.ctx);
    d.ops->close(d.ctx);
    assert_int_equal(bench_udp_open(&b->node[0], 103), OL_OK);
}

static void test_listener_is_not_opened(void **state)
{
    struct bench *b = *state;
    struct ol_addr peer = bench_addr(0, 7);
    struct ol_addr who;
    uint8_t buf[4];

    bench_up(b);
    bench_serve(b, PORT);
    struct ol_w5500_tcp *tcp = &b->node[1].set[0];
    struct ol_stream s = ol_w5500_tcp_stream(tcp);
    assert_int_equal(s.ops->state(s.ctx), OL_E_AGAIN);
    assert_int_equal(s.ops->recv(s.ctx, buf, 4), OL_E_AGAIN);
    assert_int_equal(s.ops->open(s.ctx, &peer, (struct ol_str){0}, bench_ms(b), OL_NEVER),
                     OL_E_ARG);
    assert_int_equal(ol_w5500_tcp_get_peer(tcp, &who), OL_E_CLOSED);
}

/* A connection that came and went before anybody took it. */
static void test_not_accepted(void **state)
{
    struct bench *b = *state;
    struct ol_addr peer = bench_addr(1, PORT);
    struct ol_w5500_server *server = &b->node[1].server;

    bench_up(b);
    assert_int_equal(ol_w5500_server_open(server, PORT), OL_OK);
    for (unsigned i = 0; i < 20; i++) {
        ol_w5500_server_step(server);
        bench_run(b, 5);
        assert_int_equal(bench_open(&b->node[0], &peer, 1000), OL_OK);
        bench_until(b, bench_is_open, 1000);
        bench_run(b, 20);
        bench_close(&b->node[0], 0);
        bench_run(b, 50);
    }
    assert_int_equal(b->node[1].lost, 0);
    assert_int_equal(bench_open(&b->node[0], &peer, 1000), OL_OK);
    bench_run(b, 20);
    assert_non_null(ol_w5500_server_accept(server));
    ol_w5500_server_close(server);
    assert_null(ol_w5500_server_accept(server));
}

static void exchange_datagrams(struct bench *b, unsigned rounds)
{
    struct ol_addr to = bench_addr(1, 5000);
    struct ol_addr from;
    uint8_t buf[700];
    unsigned got = 0;

    for (unsigned i = 0; i < 2000 && got < rounds; i++) {
        (void)bench_udp_send(&b->node[0], &to, buf, 600);
        bench_run(b, 10);
        got += bench_udp_recv(&b->node[1], buf, sizeof buf, &from) == 600;
    }
    assert_int_equal(got, rounds);
}

static const struct {
    enum sim_w5500_fault fault;
    uint32_t arg;
} faults[] = {
    {SIM_W5500_FAULT_MISO_LOW, 1},    {SIM_W5500_FAULT_MISO_HIGH, 1},
    {SIM_W5500_FAULT_CR_STUCK, 0xFF}, {SIM_W5500_FAULT_CR_SLOW, 3000},
    {SIM_W5500_FAULT_BIT_FLIPS, 100}, {SIM_W5500_FAULT_BIT_FLIPS, 2000},
    {SIM_W5500_FAULT_RSR, 3},         {SIM_W5500_FAULT_FSR, 9},
    {SIM_W5500_FAULT_POINTERS, 1},    {SIM_W5500_FAULT_NO_SENDOK, 0xFF},
    {SIM_W5500_FAULT_FROZEN, 1},      {SIM_W5500_FAULT_TORN, 1},
};

#define FAULTY_ROUNDS (OL_TEST_SCALE > 1 ? 50u : 1000u)

static void test_datagrams_through_faults(void **state)
{
    struct ol_addr from;
    uint8_t buf[4];
    (void)state;
    for (size_t f = 0; f < sizeof faults / sizeof faults[0]; f++) {
        static struct bench b;
        struct ol_addr to = bench_addr(1, 5000);
        struct ol_addr back = bench_addr(0, 4000);
        bench_init(&b, 33, NULL);
        bench_up(&b);
        assert_int_equal(bench_udp_open(&b.node[0], 4000), OL_OK);
        assert_int_equal(bench_udp_open(&b.node[1], 5000), OL_OK);
        exchange_datagrams(&b, 5);
        sim_w5500_set_fault(b.node[0].chip, faults[f].fault, faults[f].arg);
        for (unsigned i = 0; i < FAULTY_ROUNDS; i++) {
            (void)bench_udp_send(&b.node[0], &to, buf, 4);
            (void)bench_udp_send(&b.node[1], &back, buf, 4);
            bench_run(&b, 20);
            int32_t rc = bench_udp_recv(&b.node[0], buf, sizeof buf, &from);
            assert_true(rc == OL_E_AGAIN || rc >= 0);
            while (bench_udp_recv(&b.node[1], buf, sizeof buf, &from) >= 0) {
            }
        }
        sim_w5500_set_fault(b.node[0].chip, faults[f].fault, 0);
        bench_run(&b, 9000);
        while (bench_udp_recv(&b.node[1], buf, sizeof buf, &from) >= 0) {
        }
        exchange_datagrams(&b, 5);
        bench_free(&b);
    }
}

/* The chip resets itself at each byte of a datagram's way. */
static void test_reset_under_datagrams(void **state)
{
    (void)state;
    for (uint64_t at = 1; at < 800; at += 3) {
        static struct bench b;
        bench_init(&b, 34, NULL);
        bench_up(&b);
        b.node[0].glitch_byte = b.node[0].all_bytes + at;
        int32_t rc = bench_udp_open(&b.node[0], 4000);
        if (rc != OL_OK) {
            assert_int_equal(rc, OL_E_IO);
            bench_run(&b, 5000);
            assert_int_equal(bench_udp_open(&b.node[0], 4000), OL_OK);
        }
        assert_int_equal(bench_udp_open(&b.node[1], 5000), OL_OK);
        exchange_datagrams(&b, 3);
        bench_run(&b, 5000);
        exchange_datagrams(&b, 2);
        assert_true(b.node[0].lost <= 2);
        bench_free(&b);
    }
}

/* A probe goes through resets of the chip, and its answer is right. */
static void test_probe_through_resets(void **state)
{
    (void)state;
    for (unsigned after = 0; after < 700; after += 50) {
        static struct bench b;
        bench_init(&b, 35, NULL);
        bench_up(&b);
        bench_set_address(&b.node[0], 1);
        assert_int_equal(probe(&b, after % 100 == 0 ? 77 : 2), OL_OK);
        if (after % 100 == 0) {
            bench_run(&b, after);
        }
        sim_w5500_glitch_reset(b.node[0].chip, b.now_ns);
        bench_until(&b, is_probed, 9000);
        enum ol_probe result =
            b.node[0].netif.ops->probe_result(b.node[0].netif.ctx, bench_ms(&b));
        if (after % 100 == 0) {
            assert_int_equal(result, OL_PROBE_FREE);
        }
        bench_free(&b);
    }
}

static void test_no_address(void **state)
{
    struct bench *b = *state;
    struct ol_netif *netif = &b->node[0].netif;
    const struct ol_netif_config none = {.prefix_len = 24,
                                         .gateway = ol_addr_ipv4(1, 2, 3, 4, 0)};
    bench_up(b);
    assert_int_equal(netif->ops->set_config(netif->ctx, &none), OL_OK);
    for (unsigned i = 1; i < 9; i++) { /* GAR, SUBR */
        assert_int_equal(sim_w5500_register(b->node[0].chip, 0, i), 0);
    }
    b->node[0].fails = true;
    bench_set_address(&b->node[0], 1);
}

static void test_no_keepalive(void **state)
{
    static const struct ol_w5500_config config = {
        .keepalive_5s = OL_W5500_NO_KEEPALIVE, .retry_ms = 100, .retry_count = 3};
    static struct bench b;
    struct ol_addr peer = ol_addr_ipv4(10, 0, 0, 88, PORT);
    (void)state;
    bench_init(&b, 1, &config);
    bench_up(&b);
    uint64_t at = b.now_ns;
    assert_int_equal(bench_open(&b.node[0], &peer, 5000), OL_OK);
    assert_int_equal(sim_w5500_register(b.node[0].chip, 1, 0x2F), 0); /* KPALVTR */
    bench_until(&b, bench_is_over, 5000);
    assert_in_range((b.now_ns - at) / BENCH_MS, 390, 520); /* 4 * 100 ms */
    bench_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_no_entropy, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_sockets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_listener_is_not_opened, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_accepted, setup, teardown),
        cmocka_unit_test(test_datagrams_through_faults),
        cmocka_unit_test(test_reset_under_datagrams),
        cmocka_unit_test(test_probe_through_resets),
        cmocka_unit_test_setup_teardown(test_no_address, setup, teardown),
        cmocka_unit_test(test_no_keepalive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
