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
        b->node[1].set[0].socket.is_given ? &b->node[1].set[0] : &b->node[1].set[1];
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
    assert_false(peer->socket.is_given); /* over, and listens again */
    connect_now(b);
}

static void test_window(void **state)
{
    struct bench *b = *state;
    uint8_t data[1000] = {0};
    uint64_t sent = 0;

    bench_up(b);
    bench_serve(b, PORT);
    b->deaf = true;
    connect_now(b);
    for (unsigned i = 0; i < 300; i++) {
        int32_t rc = bench_send(&b->node[0], data, sizeof data);
        assert_true(rc > 0 || rc == OL_E_AGAIN);
        sent += rc > 0 ? (uint64_t)rc : 0;
        bench_run(b, 10);
    }
    assert_in_range(sent, 3000, 4096); /* both memories are full */
    assert_int_equal(bench_state(&b->node[0]), OL_OK);
    uint64_t before = b->node[0].all_transfers;
    bench_run(b, 1000);
    assert_true(b->node[0].all_transfers - before < 120);
    b->deaf = false;
    for (unsigned i = 0; i < 100 && b->served < sent; i++) {
        (void)bench_recv(&b->node[0], data, sizeof data);
        bench_run(b, 10);
    }
    assert_int_equal(b->served, sent);
}

static void test_many(void **state)
{
    struct bench *b = *state;
    uint16_t last = 0;

    bench_up(b);
    bench_serve(b, PORT);
    for (unsigned i = 0; i < 200; i++) {
        connect_now(b);
        bench_echo(b, 20);
        uint16_t port = b->node[0].tcp.socket.port;
        assert_true(port >= 49152 && port != last);
        last = port;
        bench_close(&b->node[0], i % 3 == 0 ? 0 : 1000);
        bench_until(b, bench_is_over, 2000);
        bench_run(b, i % 5);
    }
    assert_int_equal(b->accepted, 200);
    for (unsigned i = 0; i < 2; i++) {
        const struct sim_w5500_stats *stats = sim_w5500_get_stats(b->node[i].chip);
        if (stats->misuse != 0) {
            fail_msg("%u times: %s", (unsigned)stats->misuse, stats->misuse_text);
        }
    }
    assert_int_equal(b->node[0].lost + b->node[1].lost, 0);
}

static void test_udp(void **state)
{
    struct bench *b = *state;
    uint8_t data[1473];
    uint8_t buf[1472];
    struct ol_addr from;
    struct ol_addr to = bench_addr(1, 5000);
    struct ol_addr nobody = ol_addr_ipv4(10, 0, 0, 77, 5000);

    memset(data, 7, sizeof data);
    bench_up(b);
    assert_int_equal(bench_udp_recv(&b->node[0], buf, 1, &from), OL_E_CLOSED);
    assert_int_equal(bench_udp_send(&b->node[0], &to, data, 1), OL_E_CLOSED);
    assert_int_equal(bench_udp_open(&b->node[0], 0), OL_OK);
    assert_int_equal(bench_udp_open(&b->node[1], 5000), OL_OK);
    assert_int_equal(bench_udp_send(&b->node[0], &to, data, 1473), OL_E_ARG);
    assert_int_equal(bench_udp_send(&b->node[0], &to, data, 1472), OL_OK);
    bench_run(b, 20);
    assert_int_equal(bench_udp_recv(&b->node[1], buf, 100, &from), 1472);
    assert_int_equal(from.port, b->node[0].udp.socket.port);
    assert_int_equal(from.bytes[3], 1);
    assert_memory_equal(buf, data, 100);
    assert_int_equal(bench_udp_recv(&b->node[1], buf, 100, &from), OL_E_AGAIN);
    /* Nobody there: the next one goes out all the same. */
    assert_int_equal(bench_udp_send(&b->node[0], &nobody, data, 500), OL_OK);
    assert_int_equal(bench_udp_send(&b->node[0], &to, data, 3), OL_E_AGAIN);
    bench_run(b, 2500);
    assert_int_equal(ol_w5500_get_stats(&b->node[0].driver)->send_timeouts, 1);
    for (uint8_t i = 1; i < 100; i++) {
        data[0] = i;
        assert_int_equal(bench_udp_send(&b->node[0], &to, data, i), OL_OK);
        bench_run(b, 5);
        assert_int_equal(bench_udp_recv(&b->node[1], buf, sizeof buf, &from), i);
        assert_int_equal(buf[0], i);
    }
    assert_int_equal(b->node[0].lost + b->node[1].lost, 0);
    assert_int_equal(sim_w5500_get_stats(b->node[0].chip)->misuse, 0);
    b->node[0].datagram.ops->close(b->node[0].datagram.ctx);
    assert_int_equal(bench_udp_recv(&b->node[0], buf, 1, &from), OL_E_CLOSED);
}

static bool are_linked(struct bench *b)
{
    return b->node[0].link_ups > 0 && b->node[1].link_ups > 0;
}

static void test_broadcast(void **state)
{
    struct bench *b = *state;
    struct ol_addr everybody = ol_addr_ipv4(255, 255, 255, 255, 67);
    struct ol_addr from;
    uint8_t buf[300] = {0};

    bench_until(b, are_linked, 10000); /* without addresses */
    assert_int_equal(bench_udp_open(&b->node[0], 68), OL_OK);
    assert_int_equal(bench_udp_open(&b->node[1], 67), OL_OK);
    bench_set_address(&b->node[1], 2);
    assert_int_equal(bench_udp_send(&b->node[0], &everybody, buf, 300), OL_OK);
    bench_run(b, 20);
    assert_int_equal(bench_udp_recv(&b->node[1], buf, 300, &from), 300);
    assert_true(from.bytes[0] == 0 && from.bytes[3] == 0 && from.port == 68);
    everybody.port = 68;
    assert_int_equal(bench_udp_send(&b->node[1], &everybody, buf, 200), OL_OK);
    bench_run(b, 20);
    assert_int_equal(bench_udp_recv(&b->node[0], buf, 300, &from), 200);
    assert_int_equal(from.bytes[3], 2);
    assert_int_equal(sim_w5500_get_stats(b->node[0].chip)->misuse, 0);
}

static void test_multicast(void **state)
{
    struct bench *b = *state;
    struct ol_addr group = ol_addr_ipv4(239, 1, 2, 3, 6000);
    struct ol_addr not_group = ol_addr_ipv4(10, 1, 2, 3, 6000);
    struct ol_addr from;
    uint8_t buf[8] = "hello";

    bench_up(b);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(ol_w5500_udp_join(&b->node[i].udp, &not_group), OL_E_ARG);
        assert_int_equal(ol_w5500_udp_join(&b->node[i].udp, &group), OL_OK);
        assert_int_equal(bench_udp_open(&b->node[i], 6000), OL_OK);
    }
    bench_run(b, 20);
    assert_int_equal(bench_udp_send(&b->node[0], &group, buf, 5), OL_OK);
    bench_run(b, 20);
    assert_int_equal(bench_udp_recv(&b->node[1], buf, 8, &from), 5);
    assert_int_equal(from.bytes[3], 1);
    assert_int_equal(ol_w5500_udp_join(&b->node[0].udp, NULL), OL_OK);
}

static bool is_probed(struct bench *b)
{
    struct ol_netif *netif = &b->node[0].netif;
    return netif->ops->probe_result(netif->ctx, bench_ms(b)) != OL_PROBE_BUSY;
}

static void test_probe(void **state)
{
    struct bench *b = *state;
    struct ol_netif *netif = &b->node[0].netif;
    struct ol_addr taken = bench_addr(1, 0);
    struct ol_addr free_one = ol_addr_ipv4(10, 0, 0, 50, 0);

    bench_until(b, are_linked, 10000);
    bench_set_address(&b->node[1], 2);
    assert_int_equal(netif->ops->probe(netif->ctx, &taken, bench_ms(b)), OL_OK);
    assert_int_equal(netif->ops->probe_result(netif->ctx, bench_ms(b)), OL_PROBE_BUSY);
    assert_int_equal(netif->ops->probe(netif->ctx, &taken, bench_ms(b)), OL_E_AGAIN);
    bench_until(b, is_probed, 1000);
    assert_int_equal(netif->ops->probe_result(netif->ctx, bench_ms(b)), OL_PROBE_TAKEN);
    uint64_t at = b->now_ns;
    assert_int_equal(netif->ops->probe(netif->ctx, &free_one, bench_ms(b)), OL_OK);
    bench_until(b, is_probed, 3000);
    assert_int_equal(netif->ops->probe_result(netif->ctx, bench_ms(b)), OL_PROBE_FREE);
    assert_in_range((b->now_ns - at) / BENCH_MS, 500, 800);
    bench_run(b, 2000);
    assert_int_equal(b->node[0].lost, 0);
    assert_int_equal(sim_w5500_register(b->node[0].chip, 0, 0x1B), 8);
    assert_int_equal(sim_w5500_get_stats(b->node[0].chip)->misuse, 0);
}

static void test_address_changes(void **state)
{
    struct bench *b = *state;
    struct ol_netif_config config;

    bench_up(b);
    bench_serve(b, PORT);
    connect_now(b);
    bench_set_address(&b->node[0], 1);
    assert_int_equal(bench_state(&b->node[0]), OL_OK);
    bench_set_address(&b->node[0], 3);
    assert_int_equal(bench_state(&b->node[0]), OL_E_IO);
    connect_now(b);
    bench_echo(b, 100);
    b->node[0].netif.ops->get_config(b->node[0].netif.ctx, &config);
    assert_int_equal(config.address.bytes[3], 3);
    assert_int_equal(config.prefix_len, 24);
}

static void test_idle_cost(void **state)
{
    struct bench *b = *state;

    bench_up(b);
    bench_serve(b, PORT);
    connect_now(b);
    assert_int_equal(bench_udp_open(&b->node[0], 0), OL_OK);
    bench_echo(b, 100);
    bench_run(b, 2000);
    uint64_t before = b->node[0].all_transfers;
    bench_run(b, 60000);
    assert_in_range(b->node[0].all_transfers - before, 100, 122);
    assert_int_equal(b->node[0].lost, 0);
}

static void test_server(void **state)
{
    struct bench *b = *state;
    struct ol_w5500_tcp more;
    struct ol_addr peer = bench_addr(1, PORT);
    struct ol_str no_name = {0};

    bench_up(b);
    bench_serve(b, PORT);
    assert_int_equal(ol_w5500_server_open(&b->node[1].server, 0), OL_E_ARG);
    connect_now(b);
    ol_w5500_tcp_init(&more, &b->node[0].driver);
    struct ol_stream s = ol_w5500_tcp_stream(&more);
    assert_int_equal(s.ops->open(s.ctx, &peer, no_name, bench_ms(b), OL_NEVER), OL_OK);
    bench_run(b, 100);
    assert_int_equal(s.ops->state(s.ctx), OL_OK);
    bench_echo(b, 3000);
    assert_int_equal(b->accepted, 2);
    ol_w5500_server_close(&b->node[1].server);
    bench_echo(b, 3000);
    s.ops->close(s.ctx, bench_ms(b), bench_ms(b));
    bench_run(b, 1000);
    assert_int_equal(s.ops->open(s.ctx, &peer, no_name, bench_ms(b), OL_NEVER), OL_OK);
    bench_run(b, 500);
    assert_int_equal(s.ops->state(s.ctx), OL_E_IO);
}

/* All memory for one socket. How many of the bytes on the bus are payload, which is how near
 * the clock of the bus a transfer can come. */
static void test_efficiency(void **state)
{
    static const struct ol_w5500_config config = {.rx_kb = {16}, .tx_kb = {16}};
    static struct bench b;
    uint8_t data[1460] = {0};
    size_t sent = 0;
    (void)state;

    bench_init(&b, 1, &config);
    struct bench_node *n = &b.node[0];
    bench_up(&b);
    bench_serve(&b, PORT);
    connect_now(&b);
    assert_int_equal(bench_udp_open(n, 0), OL_E_NOSPC);
    b.deaf = true;
    uint64_t before = n->all_bytes;
    while (sent < 30000) {
        int32_t rc = bench_send(n, data, sizeof data);
        sent += rc > 0 ? (size_t)rc : 0;
        if (rc < 0 || sent % 7300 == 0) {
            bench_run(&b, 1);
        }
    }
    double out = (double)sent / (double)(n->all_bytes - before);
    b.deaf = false;
    size_t received = 0;
    before = n->all_bytes;
    while (received < sent) {
        int32_t rc = bench_recv(n, data, sizeof data);
        received += rc > 0 ? (size_t)rc : 0;
        if (rc < 0) {
            bench_run(&b, 2);
        }
    }
    double in = (double)received / (double)(n->all_bytes - before);
    print_message("payload of the bytes on the bus: out %.3f, in %.3f\n", out, in);
    assert_true(out > 0.95 && in > 0.95);
    assert_int_equal(sim_w5500_get_stats(n->chip)->misuse, 0);
    bench_free(&b);
}

/* INTn hangs low although nothing is the matter. */
static void test_false_interrupts(void **state)
{
    struct bench *b = *state;

    bench_up(b);
    assert_int_equal(bench_udp_open(&b->node[0], 0), OL_OK);
    for (unsigned i = 0; i < 100; i++) {
        uint64_t before = b->node[0].all_transfers;
        ol_w5500_interrupt(&b->node[0].driver);
        assert_true(ol_w5500_deadline(&b->node[0].driver) <= bench_ms(b));
        ol_w5500_step(&b->node[0].driver, bench_ms(b));
        assert_true(b->node[0].all_transfers - before <= 3);
    }
    bench_run(b, 3000);
    assert_int_equal(b->node[0].lost, 0);
}

/* INTn is not wired. */
static void test_polled(void **state)
{
    static const struct ol_w5500_config config = {.poll_ms = 10};
    static struct bench b;
    (void)state;
    bench_init(&b, 1, &config);
    b.node[0].edge_only = true;
    b.node[1].edge_only = true;
    bench_up(&b);
    bench_serve(&b, PORT);
    for (unsigned i = 0; i < 2; i++) {
        b.node[i].skip_edge = true;
    }
    connect_now(&b);
    uint64_t at = b.now_ns;
    bench_echo(&b, 1000);
    assert_true(b.now_ns - at < 100 * BENCH_MS);
    assert_int_equal(b.node[0].lost, 0);
    bench_free(&b);
}

static void test_late_start(void **state)
{
    struct bench *b = *state;

    b->now_ns = (0x100000000ULL - 5000) * BENCH_MS; /* 2^32 ms pass soon */
    bench_up(b);
    bench_serve(b, PORT);
    for (unsigned i = 0; i < 5; i++) {
        connect_now(b);
        bench_echo(b, 2000);
        bench_run(b, 2000);
        bench_close(&b->node[0], 1000);
        bench_until(b, bench_is_over, 2000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_echo, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(test_arguments, setup, teardown),
        cmocka_unit_test_setup_teardown(test_peer_closes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_window, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many, setup, teardown),
        cmocka_unit_test_setup_teardown(test_udp, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broadcast, setup, teardown),
        cmocka_unit_test_setup_teardown(test_multicast, setup, teardown),
        cmocka_unit_test_setup_teardown(test_probe, setup, teardown),
        cmocka_unit_test_setup_teardown(test_address_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_idle_cost, setup, teardown),
        cmocka_unit_test_setup_teardown(test_server, setup, teardown),
        cmocka_unit_test_setup_teardown(test_late_start, setup, teardown),
        cmocka_unit_test_setup_teardown(test_false_interrupts, setup, teardown),
        cmocka_unit_test(test_efficiency),
        cmocka_unit_test(test_polled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
