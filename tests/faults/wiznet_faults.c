/* SPDX-License-Identifier: MIT */
/* The W5500 driver against everything that can go wrong below it: an application that never
 * gives up must get its echoes again soon after the fault is over, and no call may do more than
 * a bounded number of transfers, which the bench checks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/unit/wiznet_bench.h"

#define ALL_SOCKETS 0xFF

static int setup(void **state)
{
    static struct bench b;
    bench_init(&b, 7, NULL);
    *state = &b;
    return 0;
}

static int teardown(void **state)
{
    bench_free(*state);
    return 0;
}

static void print(const struct bench *b, const char *what)
{
    const struct bench_node *n = &b->node[0];
    print_message(
        "%-24s lost %u (%s), resets %u, rounds %llu, failures %llu\n", what, n->lost,
        ol_w5500_reason_str(n->reason), (unsigned)ol_w5500_get_stats(&n->driver)->resets,
        (unsigned long long)b->life.rounds, (unsigned long long)b->life.failures);
}

/* What the driver must say of a fault; NONE: it may say nothing, the application notices. */
struct fault_case {
    const char *name;
    enum sim_w5500_fault fault;
    uint32_t arg;
    enum ol_w5500_reason reason;
    uint32_t within_ms;
    bool goes_on; /* echoes keep coming */
};

static const struct fault_case fault_cases[] = {
    {"MISO low", SIM_W5500_FAULT_MISO_LOW, 1, OL_W5500_REASON_SILENT, 1100, false},
    {"MISO high", SIM_W5500_FAULT_MISO_HIGH, 1, OL_W5500_REASON_SILENT, 1100, false},
    {"deaf", SIM_W5500_FAULT_DEAF, 1, OL_W5500_REASON_SILENT, 1100, false},
    {"CR stuck", SIM_W5500_FAULT_CR_STUCK, ALL_SOCKETS, OL_W5500_REASON_COMMAND, 3300,
     false},
    {"CR slow, 1 ms", SIM_W5500_FAULT_CR_SLOW, 1000, OL_W5500_REASON_NONE, 0, true},
    {"CR slow, 20 ms", SIM_W5500_FAULT_CR_SLOW, 20000, OL_W5500_REASON_NONE, 0, true},
    {"version 51", SIM_W5500_FAULT_VERSION, 0x51, OL_W5500_REASON_VERSION, 1100, false},
    {"RSR above the buffer", SIM_W5500_FAULT_RSR, 0xFFF0, OL_W5500_REASON_POINTER, 3300,
     false},
    {"RSR 5", SIM_W5500_FAULT_RSR, 5, OL_W5500_REASON_POINTER, 3300, false},
    {"FSR above the buffer", SIM_W5500_FAULT_FSR, 0xFFF0, OL_W5500_REASON_POINTER, 9000,
     false},
    {"FSR 7", SIM_W5500_FAULT_FSR, 7, OL_W5500_REASON_POINTER, 9000, false},
    {"pointers random", SIM_W5500_FAULT_POINTERS, 1, OL_W5500_REASON_POINTER, 1100,
     false},
    {"torn registers", SIM_W5500_FAULT_TORN, 1, OL_W5500_REASON_NONE, 0, true},
    {"no SENDOK", SIM_W5500_FAULT_NO_SENDOK, ALL_SOCKETS, OL_W5500_REASON_NONE, 0, true},
    {"no INTn", SIM_W5500_FAULT_NO_INT, 1, OL_W5500_REASON_NONE, 0, true},
    {"frozen", SIM_W5500_FAULT_FROZEN, 1, OL_W5500_REASON_COMMAND, 9000, false},
};

static bool is_lost(struct bench *b)
{
    return b->node[0].lost > 0;
}

static void run_fault(const struct fault_case *f)
{
    static struct bench b;
    bench_init(&b, 3, NULL);
    bench_live(&b);
    uint64_t rounds = b.life.rounds;
    sim_w5500_set_fault(b.node[0].chip, f->fault, f->arg);
    if (f->reason != OL_W5500_REASON_NONE) {
        bench_until(&b, is_lost, f->within_ms);
        assert_int_equal(b.node[0].reason, f->reason);
        assert_false(b.node[0].netif.ops->is_link_up(b.node[0].netif.ctx));
    }
    bench_run(&b, 20000);
    assert_true(b.node[0].lost < 60);
    assert_true(!f->goes_on || b.life.rounds > rounds + 10);
    assert_true(!f->goes_on || b.node[0].lost == 0);
    sim_w5500_set_fault(b.node[0].chip, f->fault, 0);
    bench_survives(&b, 15000);
    assert_int_equal(b.life.wrong, 0);
    print(&b, f->name);
    bench_free(&b);
}

static void test_every_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fault_cases / sizeof fault_cases[0]; i++) {
        run_fault(&fault_cases[i]);
    }
}

/* From power-on: the fault is there before the driver. */
static void test_every_fault_at_start(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fault_cases / sizeof fault_cases[0]; i++) {
        static struct bench b;
        bench_init(&b, 3, NULL);
        sim_w5500_set_fault(b.node[0].chip, fault_cases[i].fault, fault_cases[i].arg);
        bench_set_address(&b.node[0], 1);
        bench_set_address(&b.node[1], 2);
        bench_run(&b, 10000);
        sim_w5500_set_fault(b.node[0].chip, fault_cases[i].fault, 0);
        bench_run(&b, 5100);
        bench_live(&b);
        bench_free(&b);
    }
}

static void test_bus_fails(void **state)
{
    struct bench *b = *state;

    b->node[0].fails = true;
    bench_run(b, 20000);
    assert_true(b->node[0].lost >= 4 && b->node[0].lost < 20);
    assert_int_equal(b->node[0].reason, OL_W5500_REASON_BUS);
    b->node[0].fails = false;
    bench_run(b, 5100);
    bench_live(b);
}

/* One failing transfer at each place of start, connection, echo and close. */
static void test_transfer_error_everywhere(void **state)
{
    uint64_t count;
    (void)state;
    {
        static struct bench b;
        bench_init(&b, 11, NULL);
        bench_live(&b);
        bench_run(&b, 1000);
        bench_close(&b.node[0], 500);
        bench_run(&b, 1000);
        count = b.node[0].all_transfers;
        bench_free(&b);
    }
    assert_true(count > 60);
    for (uint64_t at = 1; at <= count; at++) {
        static struct bench b;
        bench_init(&b, 11, NULL);
        b.node[0].fail_transfer = at;
        bench_set_address(&b.node[0], 1);
        bench_run(&b, 3000);
        bench_live(&b);
        bench_run(&b, 1000);
        bench_close(&b.node[0], 500);
        bench_survives(&b, 8000);
        while (b.node[0].all_transfers < at) {
            bench_run(&b, 100);
        }
        bench_survives(&b, 8000);
        assert_true(b.node[0].lost == 1 && b.life.wrong == 0);
        bench_free(&b);
    }
    print_message("%llu places\n", (unsigned long long)count);
}

/* The chip resets itself at each byte on the bus of a connection and a few echoes. */
static void test_glitch_reset_everywhere(void **state)
{
    uint64_t first;
    uint64_t last;
    unsigned noticed = 0;
    unsigned wrong = 0;
    (void)state;
    {
        static struct bench b;
        bench_init(&b, 5, NULL);
        bench_up(&b);
        first = b.node[0].all_bytes;
        bench_live(&b);
        last = b.node[0].all_bytes;
        bench_free(&b);
    }
    assert_true(last > first + 300);
    for (uint64_t at = first + 1; at <= last; at++) {
        static struct bench b;
        bench_init(&b, 5, NULL);
        b.node[0].glitch_byte = at;
        bench_up(&b);
        bench_serve(&b, 1883);
        bench_live(&b); /* within its second, or not at all: below */
        bench_survives(&b, 12000);
        noticed += b.node[0].lost > 0;
        /* In the midst of a transfer out of its memory, zeros are read for data. */
        wrong += (unsigned)b.life.wrong;
        assert_true(b.node[0].lost <= 2);
        bench_free(&b);
    }
    print_message("%llu bytes, noticed %u times\n", (unsigned long long)(last - first),
                  noticed);
    assert_int_equal(noticed, last - first);
    assert_in_range(wrong, 1, 2 * (3 + 50)); /* two echoes */
}

/* Behind its back, while idle: noticed within about a second, everything is back. */
static void test_reset_behind_the_back(void **state)
{
    struct bench *b = *state;
    struct ol_addr to = bench_addr(0, 7000);
    struct ol_addr from;
    uint8_t buf[4];

    bench_up(b);
    bench_serve(b, 1883);
    assert_int_equal(bench_udp_open(&b->node[0], 7000), OL_OK);
    assert_int_equal(bench_udp_open(&b->node[1], 0), OL_OK);
    struct ol_addr peer = bench_addr(1, 1883);
    assert_int_equal(bench_open(&b->node[0], &peer, 1000), OL_OK);
    bench_until(b, bench_is_open, 1000);
    bench_run(b, 1500);
    sim_w5500_glitch_reset(b->node[0].chip, b->now_ns);
    bench_run(b, 1100);
    assert_int_equal(b->node[0].lost, 1);
    assert_int_equal(b->node[0].reason, OL_W5500_REASON_RESET);
    assert_int_equal(bench_state(&b->node[0]), OL_E_IO);
    assert_int_equal(bench_recv(&b->node[0], buf, 1), OL_E_CLOSED);
    bench_run(b, 4000);
    assert_int_equal(b->node[0].found, 2);
    assert_int_equal(b->node[0].link_ups, 2);
    assert_int_equal(bench_udp_send(&b->node[1], &to, "hi", 2), OL_OK);
    bench_run(b, 20);
    assert_int_equal(bench_udp_recv(&b->node[0], buf, 4, &from), 2);
    assert_int_equal(bench_open(&b->node[0], &peer, 1000), OL_OK);
    bench_until(b, bench_is_open, 1000);
    bench_echo(b, 500);
}

/* The cable is out for a while, from each 7 ms on. */
static void test_cable(void **state)
{
    (void)state;
    for (unsigned after = 0; after < 500; after += 7) {
        static struct bench b;
        bench_init(&b, after, NULL);
        bench_up(&b);
        bench_serve(&b, 1883);
        bench_live(&b);
        if (after % 2 == 0) {
            bench_close(&b.node[0], 100);
        }
        bench_run(&b, after);
        sim_w5500_link(b.node[0].chip, false, b.now_ns);
        bench_run(&b, 1100 + 10 * (after % 300));
        assert_int_equal(b.node[0].link_downs, 1);
        assert_false(b.node[0].netif.ops->is_link_up(b.node[0].netif.ctx));
        sim_w5500_link(b.node[0].chip, true, b.now_ns);
        bench_survives(&b, 12000);
        assert_true(b.node[0].lost == 0 && b.life.wrong == 0);
        bench_free(&b);
    }
}

/* Nothing comes through, but the link is up: keep-alive ends the stream. */
static void test_silence(void **state)
{
    struct bench *b = *state;
    struct ol_addr peer = bench_addr(1, 1883);

    bench_up(b);
    bench_serve(b, 1883);
    assert_int_equal(bench_open(&b->node[0], &peer, 1000), OL_OK);
    bench_until(b, bench_is_open, 1000);
    bench_echo(b, 10);
    b->cut = true;
    uint64_t at = b->now_ns;
    bench_until(b, bench_is_over, 200000);
    assert_int_equal(bench_state(&b->node[0]), OL_E_TIMEOUT);
    assert_in_range((b->now_ns - at) / BENCH_MS, 55000, 110000);
    assert_int_equal(b->node[0].lost, 0);
}

/* Only edges of INTn are told, and each of the first ones in turn is lost. */
static void test_lost_edges(void **state)
{
    (void)state;
    for (unsigned lost = 0; lost < 30; lost++) {
        static struct bench b;
        bench_init(&b, 9, NULL);
        b.node[0].edge_only = true;
        bench_up(&b);
        bench_serve(&b, 1883);
        bench_live(&b);
        bench_run(&b, lost * 37);
        b.node[0].skip_edge = true;
        bench_survives(&b, 4000);
        assert_int_equal(b.node[0].lost, 0);
        bench_free(&b);
    }
}

/* A datagram whose edge of INTn is lost comes a second later, not with the next edge. */
static void test_lost_edge_of_a_datagram(void **state)
{
    struct bench *b = *state;
    struct ol_addr to = bench_addr(0, 7000);
    struct ol_addr from;
    uint8_t buf[4];

    b->node[0].edge_only = true;
    bench_up(b);
    assert_int_equal(bench_udp_open(&b->node[0], 7000), OL_OK);
    assert_int_equal(bench_udp_open(&b->node[1], 0), OL_OK);
    bench_run(b, 1500);
    b->node[0].skip_edge = true;
    assert_int_equal(bench_udp_send(&b->node[1], &to, "hi", 2), OL_OK);
    bench_run(b, 1100);
    assert_false(b->node[0].skip_edge);
    assert_int_equal(bench_udp_recv(&b->node[0], buf, sizeof buf, &from), 2);
    assert_int_equal(b->node[0].lost, 0);
}

static void run_flips(uint64_t seed, uint32_t every)
{
    static struct bench b;
    bench_init(&b, seed, NULL);
    bench_live(&b);
    sim_w5500_set_fault(b.node[0].chip, SIM_W5500_FAULT_BIT_FLIPS, every);
    bench_run(&b, 30000);
    sim_w5500_set_fault(b.node[0].chip, SIM_W5500_FAULT_BIT_FLIPS, 0);
    bench_survives(&b, 20000);
    bench_free(&b);
}

static void test_bit_flips(void **state)
{
    const char *given = getenv("OL_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    (void)state;
    print_message("replay: OL_SEED=%llu test_wiznet_faults\n", (unsigned long long)seed);
    for (unsigned i = 0; i < 12; i++) {
        static const uint32_t every[] = {20, 100, 1000, 10000};
        run_flips(seed + i, every[i % 4]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_fault),
        cmocka_unit_test(test_every_fault_at_start),
        cmocka_unit_test_setup_teardown(test_bus_fails, setup, teardown),
        cmocka_unit_test(test_transfer_error_everywhere),
        cmocka_unit_test(test_glitch_reset_everywhere),
        cmocka_unit_test_setup_teardown(test_reset_behind_the_back, setup, teardown),
        cmocka_unit_test(test_cable),
        cmocka_unit_test_setup_teardown(test_silence, setup, teardown),
        cmocka_unit_test(test_lost_edges),
        cmocka_unit_test_setup_teardown(test_lost_edge_of_a_datagram, setup, teardown),
        cmocka_unit_test(test_bit_flips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
