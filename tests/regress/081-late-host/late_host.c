/* SPDX-License-Identifier: MIT */
/* A program that stood still for a while, erasing flash, say, found its chip reset. The driver
 * gives a command 100 ms to open or close a socket, and blamed the chip although nobody had looked
 * in that time. Found by the simulator of the board. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/wiznet_bench.h"

static unsigned skip;
static bool has_stood;

/* Once, in a turn in which the socket is being opened anew. */
static void stand_still(struct bench *b)
{
    const struct bench_node *n = &b->node[0];
    bool is_opening =
        ol_w5500_get_stats(&n->driver)->send_timeouts > 0 && n->udp.socket.late_at != 0;

    if (is_opening && !has_stood && skip-- == 0) {
        has_stood = true;
        b->now_ns += 500 * BENCH_MS;
    }
}

/* 10.0.0.77 does not exist: the datagram is given up, and the socket opened anew. */
static void run(unsigned turn)
{
    static struct bench b;
    const struct ol_addr nobody = ol_addr_ipv4(10, 0, 0, 77, 67);
    const struct ol_addr back = bench_addr(0, 68);
    struct ol_addr from;
    uint8_t answer[8];

    bench_init(&b, 81, NULL);
    bench_up(&b);
    skip = turn;
    has_stood = false;
    b.turn = stand_still;
    assert_int_equal(bench_udp_open(&b.node[0], 68), OL_OK);
    assert_int_equal(bench_udp_open(&b.node[1], 67), OL_OK);
    assert_int_equal(bench_udp_send(&b.node[0], &nobody, "hello", 5), OL_OK);
    bench_run(&b, 5000);
    assert_true(has_stood);
    assert_int_equal(bench_udp_send(&b.node[1], &back, "answer", 6), OL_OK);
    bench_run(&b, 100);
    assert_int_equal(bench_udp_recv(&b.node[0], answer, sizeof answer, &from), 6);
    assert_int_equal(b.node[0].lost, 0);
    bench_free(&b);
}

static void test_standing_still(void **state)
{
    (void)state;
    for (unsigned turn = 0; turn < 4; turn++) {
        run(turn);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_standing_still)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
