/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "onelink/agent/agent_dhcp.h"
#include "tests/unit/agent_bench.h"
#include "tests/unit/net_dhcp_build.h"

/* A board whose cable was moved to another network while it waited between two attempts (the
 * first network led nowhere, so somebody tried the next socket) kept the address of the first
 * network until its lease was half over: nobody looked at the cable during a back-off, so the
 * DHCP client did not ask again. Found by reading. */

struct lan {
    struct bench b;
    struct ol_agent_dhcp dhcp;
    struct ol_netif_ops netif;
    uint32_t address; /* what the server gives, all others it refuses */
    unsigned requests;
    uint8_t answer[OL_DHCP_MESSAGE_MAX];
    size_t answer_len;
};

static struct lan l;

static int32_t socket_open(void *ctx, uint16_t port)
{
    (void)ctx;
    (void)port;
    return OL_OK;
}

/* The address that a request asks for in option 50. */
static uint32_t wanted(const uint8_t *m, size_t len)
{
    for (size_t i = 240; i + 6 <= len && m[i] != 255; i += 2U + m[i + 1]) {
        if (m[i] == 50) {
            return (uint32_t)m[i + 2] << 24 | (uint32_t)m[i + 3] << 16 |
                   (uint32_t)m[i + 4] << 8 | m[i + 5];
        }
    }
    return 0;
}

static int32_t socket_send(void *ctx, const struct ol_addr *to, const void *data,
                           size_t len)
{
    const uint8_t *m = data;
    struct answer a = {.type = OL_DHCP_OFFER, .address = l.address};
    (void)ctx;
    (void)to;
    if (m[242] == OL_DHCP_REQUEST) {
        l.requests++;
        a.type = wanted(m, len) == l.address ? OL_DHCP_ACK : OL_DHCP_NAK;
    }
    l.answer_len = build(data, &a, l.answer);
    return OL_OK;
}

static int32_t socket_recv(void *ctx, void *buf, size_t cap, struct ol_addr *from)
{
    size_t len = l.answer_len;
    (void)ctx;
    assert_true(len <= cap);
    memcpy(buf, l.answer, len);
    *from = ol_addr_ipv4(192, 168, 1, 1, 67);
    l.answer_len = 0;
    return len > 0 ? (int32_t)len : OL_E_AGAIN;
}

static void socket_close(void *ctx)
{
    (void)ctx;
}

static void get_mac(void *ctx, uint8_t mac[6])
{
    (void)ctx;
    memcpy(mac, "\x02\x08\xDC\x01\x02\x03", 6);
}

static int32_t set_config(void *ctx, const struct ol_netif_config *config)
{
    (void)ctx;
    l.b.net = *config;
    return OL_OK;
}

static const struct ol_datagram_ops socket_ops = {
    .open = socket_open, .send = socket_send, .recv = socket_recv, .close = socket_close};

/* Bound to POOL; nobody takes connections, so it waits. */
static void wait_between_attempts(void)
{
    memset(&l, 0, sizeof l);
    bench_init(&l.b, 1000);
    l.netif = *l.b.config.netif.ops;
    l.netif.get_mac = get_mac;
    l.netif.set_config = set_config;
    l.netif.probe = NULL;
    l.b.config.netif.ops = &l.netif;
    memset(&l.b.net, 0, sizeof l.b.net);
    l.address = POOL;
    ol_agent_dhcp_init(&l.dhcp, (struct ol_datagram){&l, &socket_ops}, OL_STR("board"));
    l.b.config.dhcp = &l.dhcp;
    bench_open(&l.b);
    l.b.is_lively = true;
    bench_until(&l.b, OL_AGENT_CONNECT, 5000);
    bench_until(&l.b, OL_AGENT_BACKOFF, 20000);
    bench_until(&l.b, OL_AGENT_CONNECT, 70000);
    bench_until(&l.b, OL_AGENT_BACKOFF, 20000);
    bench_until(&l.b, OL_AGENT_CONNECT, 70000);
    bench_until(&l.b, OL_AGENT_BACKOFF, 20000);
    assert_int_equal(l.b.net.address.family, OL_ADDR_IPV4);
}

static void test_moved(void **state)
{
    (void)state;
    wait_between_attempts();
    l.b.is_link_up = false;
    bench_pass(&l.b, 2500); /* the shortest wait at this point is longer */
    assert_int_equal(ol_agent_get_state(&l.b.agent), OL_AGENT_BACKOFF);
    assert_int_equal(l.b.net.address.family, OL_ADDR_NONE);
    l.b.is_link_up = true;
    l.address = 0x0A000005;
    bench_until(&l.b, OL_AGENT_CONNECT, 80000);
    assert_memory_equal(l.b.net.address.bytes, "\x0A\0\0\x05", 4);
}

/* A cable that stays where it is costs no new lease at each attempt. */
static void test_not_moved(void **state)
{
    (void)state;
    wait_between_attempts();
    assert_int_equal(l.requests, 1);
    ol_ms at = ol_agent_deadline(&l.b.agent);
    assert_true(at > l.b.now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moved),
        cmocka_unit_test(test_not_moved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
