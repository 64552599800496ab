/* SPDX-License-Identifier: MIT */
/* A DHCP server that came back after minutes was answered by a reset of the chip. While no answer
 * came, nobody counted what was free in the chip's memory for datagrams, so after enough of them
 * the driver's own count went below zero; the first answer then seemed to contradict it. Found by
 * the simulator of the board. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/wiznet_bench.h"

static void test_answer_after_many(void **state)
{
    static struct bench b;
    const struct ol_addr to = bench_addr(1, 67);
    const struct ol_addr back = bench_addr(0, 68);
    struct ol_addr from;
    uint8_t message[300] = {0};
    uint8_t answer[16];

    (void)state;
    bench_init(&b, 80, NULL);
    bench_up(&b);
    assert_int_equal(bench_udp_open(&b.node[0], 68), OL_OK);
    assert_int_equal(bench_udp_open(&b.node[1], 67), OL_OK);
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(bench_udp_send(&b.node[0], &to, message, sizeof message), OL_OK);
        bench_run(&b, 100);
    }
    assert_int_equal(bench_udp_send(&b.node[1], &back, "offer", 5), OL_OK);
    bench_run(&b, 100);
    assert_int_equal(bench_udp_recv(&b.node[0], answer, sizeof answer, &from), 5);
    assert_memory_equal(answer, "offer", 5);
    assert_int_equal(b.node[0].lost, 0);
    bench_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_answer_after_many)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
