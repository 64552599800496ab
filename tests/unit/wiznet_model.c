/* SPDX-License-Identifier: MIT */
/* The W5500 driver on two chip models back to back: what it is for. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/wiznet_bench.h"

#define PORT 1883

static int setup(void **state)
{
    static struct bench b;
    bench_init(&b, 42, NULL);
    *state = &b;
    return 0;
}

static int teardown(void **state)
{
    bench_free(*state);
    return 0;
}

static void connect_now(struct bench *b)
{
    struct ol_addr peer = bench_addr(1, PORT);
    assert_int_equal(bench_open(&b->node[0], &peer, 5000), OL_OK);
    bench_until(b, bench_is_open, 5000);
}

static void test_found(void **state)
{
    struct bench *b = *state;
    uint8_t mac[6];

    bench_up(b);
    assert_int_equal(b->node[0].found, 1);
    assert_int_equal(b->node[0].lost, 0);
    assert_int_equal(b->node[0].link_ups, 1);
    assert_int_equal(ol_w5500_get_stats(&b->node[0].driver)->resets, 1);
    assert_true(b->now_ns < 4000 * BENCH_MS);
    b->node[0].netif.ops->get_mac(b->node[0].netif.ctx, mac);
    assert_memory_equal(mac, ((uint8_t[]){2, 0, 0, 0, 0, 1}), 6);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(sim_w5500_register(b->node[0].chip, 0, 9 + i), mac[i]);
    }
}

static void test_echo(void **state)
{
    struct bench *b = *state;
    bench_up(b);
    bench_serve(b, PORT);
    connect_now(b);
    bench_echo(b, 5);
    bench_echo(b, 100000);
    assert_int_equal(b->accepted, 1);
    bench_close(&b->node[0], 2000);
    assert_int_equal(bench_state(&b->node[0]), OL_E_AGAIN);
    bench_until(b, bench_is_over, 2000);
    assert_int_equal(bench_state(&b->node[0]), OL_E_CLOSED);
    assert_int_equal(sim_w5500_get_stats(b->node[0].chip)->misuse, 0);
    assert_true(ol_w5500_get_stats(&b->node[0].driver)->rereads < 10);
    assert_int_equal(b->node[0].lost, 0);
    assert_int_equal(b->node[1].lost, 0);
}

static void test_refused(void **state)
{
    struct bench *b = *state;
    struct ol_addr peer = bench_addr(1, 9);

    bench_up(b);
    uint64_t at = b->now_ns;
    assert_int_equal(bench_open(&b->node[0], &peer, 5000), OL_OK);
    assert_int_equal(bench_state(&b->node[0]), OL_E_AGAIN);
    bench_until(b, bench_is_over, 5000);
    assert_int_equal(bench_state(&b->node[0]), OL_E_IO);
    assert_true(b->now_ns - at < 200 * BENCH_MS);
    bench_run(b, 3000);
    assert_int_equal(b->node[0].lost, 0);
    bench_serve(b, PORT);
    connect_now(b);
    bench_echo(b, 100);
}

static void test_nobody(void **state)
{
    struct bench *b = *state;
    struct ol_addr peer = ol_addr_ipv4(10, 0, 0, 77, PORT);

    bench_up(b);
    uint64_t at = b->now_ns;
    assert_int_equal(bench_open(&b->node[0], &peer, 5000), OL_OK);
    bench_until(b, bench_is_over, 5000);
    assert_int_equal(bench_state(&b->node[0]), OL_E_TIMEOUT);
    assert_in_range((b->now_ns - at) / BENCH_MS, 1700, 2000); /* ARP: 9 * 200 ms */
    at = b->now_ns;
    assert_int_equal(bench_open(&b->node[0], &peer, 700), OL_OK);
    bench_until(b, bench_is_over, 5000);
    assert_int_equal(bench_state(&b->node[0]), OL_E_TIMEOUT);
    assert_in_range((b->now_ns - at) / BENCH_MS, 699, 702);
}

static void test_arguments(void **state)
{
    struct bench *b = *state;
    struct bench_node *n = &b->node[0];
    struct ol_addr peer = bench_addr(1, PORT);
    struct ol_addr none = {0};
    struct ol_addr everybody = ol_addr_ipv4(255, 255, 255, 255, 1);
    struct ol_addr port0 = bench_addr(1, 0);

    assert_int_equal(bench_state(n), OL_E_CLOSED);
    assert_int_equal(bench_open(n, &peer, 10), OL_E_IO); /* no chip yet */
    bench_close(n, 0);
    bench_up(b);
    assert_int_equal(bench_open(n, &none, 10), OL_E_ARG);
    assert_int_equal(bench_open(n, &everybody, 10), OL_E_ARG);
    assert_int_equal(bench_open(n, &port0, 10), OL_E_ARG);
    assert_int_equal(bench_send(n, "x", 1), OL_E_CLOSED);
    assert_int_equal(bench_recv(n, &peer, 1), OL_E_CLOSED);
    assert_int_equal(bench_open(n, &peer, 1000), OL_OK);
    assert_int_equal(bench_send(n, "x", 1), OL_E_AGAIN);
    assert_int_equal(bench_recv(n, &peer, 1), OL_E_AGAIN);
    assert_int_equal(bench_open(n, &peer, 1000), OL_OK); /* under way */
    bench_close(n, 1000);
    assert_int_equal(bench_state(n), OL_E_CLOSED);
}

static void test_peer_closes(void **state)
{
    struct bench *b = *state;
    uint8_t buf[64];

    bench_up(b);
    bench_serve(b, PORT);
    b->deaf = true;
    connect_now(b);
    bench_run(b, 50);
    struct ol_w5500_tcp *peer =
        b->node[1].set[0].is_given ? &b->node[1].set[0] : &b->node[1].set[1];
    struct ol_stream s = ol_w5500_tcp_stream(peer);
    struct ol_addr who;
    assert_int_equal(ol_w5500_tcp_get_peer(peer, &who), OL_OK);
    assert_true(ol_addr_same_host(
        &who, &(struct ol_addr){.family = OL_ADDR_IPV4, .bytes = {10, 0, 0, 1}}));
    assert_true(who.port >= 49152);
    assert_int_equal(s.ops->send(s.ctx, "last words", 10), 10);
    s.ops->close(s.ctx, bench_ms(b), bench_ms(b) + 1000);
    bench_run(b, 300);
    assert_int_equal(bench_state(&b->node[0]), OL_E_CLOSED);
    assert_int_equal(bench_send(&b->node[0], "x", 1), OL_E_CLOSED);
    assert_int_equal(bench_recv(&b->node[0], buf, 4), 4);
    assert_int_equal(bench_recv(&b->node[0], buf + 4, 60), 6);
    assert_memory_equal(buf, "last words", 10);
    assert_int_equal(bench_recv(&b->node[0], buf, 4), OL_E_CLOSED);
    bench_run(b, 300);
