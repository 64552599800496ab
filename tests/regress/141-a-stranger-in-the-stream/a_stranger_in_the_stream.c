/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/wiznet_bench.h"

/* A connection that a server had handed out and that the chip lost was put to listening again
 * while its user still had it. The user was told "try later" instead of the end, and then read
 * and answered the next client as if it were the first. Found by reading. */

#define PORT 1883

static struct ol_w5500_server server;
static struct ol_w5500_tcp held;

static void turn(struct bench *b)
{
    bench_enter(&b->node[1]);
    ol_w5500_server_step(&server);
    bench_leave(&b->node[1]);
}

static void connect_now(struct bench *b)
{
    struct ol_addr peer = bench_addr(1, PORT);
    assert_int_equal(bench_open(&b->node[0], &peer, 1000), OL_OK);
    bench_run(b, 100);
}

static void lose_chip(struct bench *b)
{
    b->node[1].fails = true;
    bench_run(b, 1500);
    b->node[1].fails = false;
    bench_run(b, 3000);
    bench_set_address(&b->node[1], 2);
    bench_close(&b->node[0], 0);
    bench_run(b, 3000);
}

static void what_was_handed_out_is_not_taken_back(void **state)
{
    static struct bench b;
    struct ol_stream s = ol_w5500_tcp_stream(&held);
    (void)state;
    bench_init(&b, 1, NULL);
    bench_up(&b);
    ol_w5500_server_init(&server, &b.node[1].driver, &held, 1);
    assert_int_equal(ol_w5500_server_open(&server, PORT), OL_OK);
    b.turn = turn;
    bench_run(&b, 10);
    connect_now(&b);
    assert_ptr_equal(ol_w5500_server_accept(&server), &held);
    assert_int_equal(s.ops->state(s.ctx), OL_OK);

    lose_chip(&b);
    assert_int_equal(s.ops->state(s.ctx), OL_E_IO);
    connect_now(&b);
    assert_int_equal(s.ops->state(s.ctx), OL_E_IO);
    assert_null(ol_w5500_server_accept(&server));

    s.ops->close(s.ctx, bench_ms(&b), bench_ms(&b));
    bench_close(&b.node[0], 0);
    bench_run(&b, 100);
    connect_now(&b);
    assert_ptr_equal(ol_w5500_server_accept(&server), &held);
    assert_int_equal(s.ops->state(s.ctx), OL_OK);
    bench_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_handed_out_is_not_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
