/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "onelink/net/dhcp.h"
#include "tests/unit/net_dhcp_build.h"

/* An address was used up to four seconds after its lease had ended, when the lease was put in
 * force past T1: one that was short, or that still ran a little when the cable came back and no
 * server answered. The client then waited four seconds before it looked at the time again (RFC
 * 2131 4.4.5: the client must stop at once). A probe that took longer than the lease put an
 * address in force whose lease had ended. While another address was probed, nobody looked at the
 * end of the lease in force. Found by reading and by the fuzzer. */

static const uint8_t mac[6] = {0x02, 0x08, 0xDC, 1, 2, 3};

struct bench {
    struct ol_dhcp d;
    ol_ms now;
    uint8_t request[OL_DHCP_MESSAGE_MAX];
    bool is_lost;
    bool is_probing;
    bool is_bound;
};

static void turn(struct bench *b)
{
    struct ol_dhcp_event ev;
    struct ol_addr to;

    ol_dhcp_step(&b->d, b->now);
    while (ol_dhcp_next_event(&b->d, &ev)) {
        b->is_lost = b->is_lost || ev.kind == OL_DHCP_EVENT_LOST;
        b->is_probing = ev.kind == OL_DHCP_EVENT_PROBE;
        b->is_bound = ev.kind == OL_DHCP_EVENT_BOUND ||
                      (b->is_bound && ev.kind != OL_DHCP_EVENT_LOST);
    }
    if (ol_dhcp_has_output(&b->d)) {
        assert_true(ol_dhcp_output(&b->d, b->request, sizeof b->request, &to, b->now) >
                    0);
        ol_dhcp_output_done(&b->d, b->now);
    }
}

static void answer(struct bench *b, uint8_t type, uint32_t lease_s)
{
    struct answer a = {.type = type, .lease_s = lease_s};
    struct ol_addr from = ol_addr_ipv4(192, 168, 1, 1, 67);
    uint8_t m[OL_DHCP_MESSAGE_MAX];
    size_t len = build(b->request, &a, m);

    assert_true(ol_dhcp_input(&b->d, &from, m, len, b->now));
    turn(b);
}

/* As far as the probe. */
static void start(struct bench *b, uint32_t lease_s)
{
    struct ol_dhcp_config config = {.hostname = OL_STR("board")};

    memset(b, 0, sizeof *b);
    memcpy(config.mac, mac, sizeof mac);
    b->now = 1000000;
    assert_int_equal(ol_dhcp_init(&b->d, &config), OL_OK);
    ol_dhcp_open(&b->d, 0x12345678, b->now);
    turn(b);
    answer(b, OL_DHCP_OFFER, lease_s);
    answer(b, OL_DHCP_ACK, lease_s);
    assert_true(b->is_probing);
}

/* With no server any more: the address goes when the lease ends, and the client never sleeps on
 * a time that is over. */
static void expect_end(struct bench *b, ol_ms end_at)
{
    while (!b->is_lost) {
        ol_ms at = ol_dhcp_deadline(&b->d);
        assert_true(at > b->now);
        assert_true(at <= end_at);
        b->now = at;
        turn(b);
    }
    assert_int_equal(b->now, end_at);
    assert_null(ol_dhcp_get_lease(&b->d, NULL));
}

static void test_short_lease(void **state)
{
    struct bench b;
    (void)state;

    for (uint32_t lease_s = 1; lease_s < 20; lease_s++) {
        start(&b, lease_s);
        ol_ms end_at = b.now + lease_s * 1000;
        b.now += 900;
        ol_dhcp_probe_done(&b.d, false, b.now);
        turn(&b);
        assert_true(b.is_bound);
        expect_end(&b, end_at);
    }
}

static void test_little_is_left(void **state)
{
    struct bench b;
    (void)state;

    start(&b, 600);
    ol_ms end_at = b.now + 600000;
    ol_dhcp_probe_done(&b.d, false, b.now);
    turn(&b);
    ol_dhcp_close(&b.d);
    b.now = end_at - 16000;
    b.is_bound = false;
    ol_dhcp_open(&b.d, 0x23456789, b.now);
    for (turn(&b); !b.is_probing; turn(&b)) {
        b.now = ol_dhcp_deadline(&b.d);
        assert_true(b.now < end_at);
    }
    b.now = end_at - 1000;
    ol_dhcp_probe_done(&b.d, false, b.now);
    turn(&b);
    assert_true(b.is_bound);
    expect_end(&b, end_at);
}

static void test_probe_outlasts_the_lease(void **state)
{
    struct bench b;
    (void)state;

    start(&b, 3);
    b.now += 3500;
    ol_dhcp_probe_done(&b.d, false, b.now);
    turn(&b);
    assert_false(b.is_bound);
    assert_null(ol_dhcp_get_lease(&b.d, NULL));
    assert_true(ol_dhcp_deadline(&b.d) > b.now);
}

/* Another address is granted a moment before the end, and asking for it takes longer. */
static void test_new_address_is_probed(void **state)
{
    struct bench b;
    struct ol_addr from = ol_addr_ipv4(192, 168, 1, 1, 67);
    uint8_t m[OL_DHCP_MESSAGE_MAX];
    (void)state;

    start(&b, 600);
    ol_ms end_at = b.now + 600000;
    ol_dhcp_probe_done(&b.d, false, b.now);
    turn(&b);
    b.now = end_at - 1000;
    turn(&b);
    struct answer a = {.type = OL_DHCP_ACK, .lease_s = 600, .address = POOL + 1};
    size_t len = build(b.request, &a, m);
    assert_true(ol_dhcp_input(&b.d, &from, m, len, b.now));
    turn(&b);
    assert_true(b.is_probing);
    assert_false(b.is_lost);
    b.now = ol_dhcp_deadline(&b.d);
    assert_int_equal(b.now, end_at);
    turn(&b);
    assert_true(b.is_lost);
    assert_int_equal(ol_dhcp_deadline(&b.d), OL_NEVER);
    ol_dhcp_probe_done(&b.d, false, b.now + 500);
    turn(&b);
    assert_true(b.is_bound);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_lease),
        cmocka_unit_test(test_little_is_left),
        cmocka_unit_test(test_probe_outlasts_the_lease),
        cmocka_unit_test(test_new_address_is_probed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
