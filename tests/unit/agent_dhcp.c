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

/* An agent that gets its address itself: cable, server and the wire's other owners are the
 * test's. */

struct lan {
    struct bench b;
    struct ol_agent_dhcp dhcp;
    struct ol_netif_ops netif;
    /* The socket on port 68. */
    bool is_open;
    unsigned opens;
    uint8_t request[OL_DHCP_MESSAGE_MAX];
    size_t request_len; /* 0: nothing new */
    unsigned requests[8];
    uint8_t answer[OL_DHCP_MESSAGE_MAX];
    size_t answer_len;
    /* The interface. */
    unsigned probes;
    enum ol_probe probe;
    int32_t probe_rc;
    int32_t config_rc;
    unsigned configs;
    /* The server: what it answers with; lease_s 0: silent. */
    uint32_t lease_s;
    uint32_t address;
    bool is_refusing;
    /* What was told and is forgotten by the bench. */
    unsigned told[OL_DHCP_EVENT_COUNT];
    unsigned lost_address; /* connections that ended because of it */
};

static struct lan
    *lan; /* the socket's functions have it as ctx, the interface has the bench */

static int32_t socket_open(void *ctx, uint16_t port)
{
    struct lan *l = ctx;

    assert_int_equal(port, 68);
    assert_false(l->is_open);
    l->is_open = true;
    l->opens++;
    return OL_OK;
}

static int32_t socket_send(void *ctx, const struct ol_addr *to, const void *data,
                           size_t len)
{
    struct lan *l = ctx;

    assert_true(l->is_open);
    assert_int_equal(to->port, 67);
    assert_in_range(len, 300, sizeof l->request);
    memcpy(l->request, data, len);
    l->request_len = len;
    uint8_t type = l->request[242];
    l->requests[type]++;
    struct answer a = {.lease_s = l->lease_s, .address = l->address};
    if (l->lease_s == 0 || (type != OL_DHCP_DISCOVER && type != OL_DHCP_REQUEST)) {
        return OL_OK;
    }
    a.type = type == OL_DHCP_DISCOVER ? OL_DHCP_OFFER : OL_DHCP_ACK;
    if (type == OL_DHCP_REQUEST && l->is_refusing) {
        a.type = OL_DHCP_NAK;
    }
    l->answer_len = build(l->request, &a, l->answer);
    return OL_OK;
}

static int32_t socket_recv(void *ctx, void *buf, size_t cap, struct ol_addr *from)
{
    struct lan *l = ctx;
    size_t len = l->answer_len;

    assert_true(l->is_open);
    if (len == 0) {
        return OL_E_AGAIN;
    }
    assert_true(len <= cap);
    memcpy(buf, l->answer, len);
    *from = ol_addr_ipv4(192, 168, 1, 1, 67);
    l->answer_len = 0;
    return (int32_t)len;
}

static void socket_close(void *ctx)
{
    ((struct lan *)ctx)->is_open = false;
}

static void get_mac(void *ctx, uint8_t mac[6])
{
    static const uint8_t ours[6] = {0x02, 0x08, 0xDC, 1, 2, 3};

    (void)ctx;
    memcpy(mac, ours, sizeof ours);
}

static int32_t set_config(void *ctx, const struct ol_netif_config *config)
{
    (void)ctx;
    lan->configs++;
    if (lan->config_rc == OL_OK) {
        lan->b.net = *config;
    }
    return lan->config_rc;
}

static int32_t probe(void *ctx, const struct ol_addr *candidate, ol_ms now)
{
    (void)ctx;
    (void)candidate;
    (void)now;
    lan->probes++;
    return lan->probe_rc;
}

static enum ol_probe probe_result(void *ctx, ol_ms now)
{
    (void)ctx;
    (void)now;
    return lan->probe;
}

static void start(struct lan *l)
{
    static const struct ol_datagram_ops ops = {.open = socket_open,
                                               .send = socket_send,
                                               .recv = socket_recv,
                                               .close = socket_close};

    memset(l, 0, sizeof *l);
    lan = l;
    bench_init(&l->b, 1000);
    l->netif = *l->b.config.netif.ops;
    l->netif.get_mac = get_mac;
    l->netif.set_config = set_config;
    l->netif.probe = probe;
    l->netif.probe_result = probe_result;
    l->b.config.netif.ops = &l->netif;
    memset(&l->b.net, 0, sizeof l->b.net);
    l->probe = OL_PROBE_FREE;
    l->lease_s = 3600;
    l->address = POOL;
    ol_agent_dhcp_init(&l->dhcp, (struct ol_datagram){l, &ops}, OL_STR("board"));
    l->b.config.dhcp = &l->dhcp;
    bench_open(&l->b);
    l->b.is_lively = true;
}

/* Keeps count of the events, so that long times do not overflow the bench. */
static void sum_up(struct lan *l)
{
    for (size_t i = 0; i < l->b.event_count; i++) {
        const struct ol_agent_event *ev = &l->b.event[i].ev;
        if (ev->kind == OL_AGENT_EVENT_DHCP) {
            l->told[ev->dhcp.kind]++;
        } else if (ev->kind == OL_AGENT_EVENT_STATE) {
            l->lost_address += ev->state.cause == OL_AGENT_CAUSE_ADDRESS ? 1 : 0;
        }
    }
    bench_forget(&l->b);
}

static unsigned count(struct lan *l, enum ol_dhcp_event_kind kind)
{
    sum_up(l);
    return l->told[kind];
}

/* Minutes and hours, with a platform that answers pings. */
static void pass_long(struct lan *l, ol_ms ms)
{
    for (ol_ms end = l->b.now + ms; l->b.now < end;) {
        bench_pass(&l->b, 1000);
        sum_up(l);
        for (struct bench_packet p = bench_read(&l->b); p.type != 0;
             p = bench_read(&l->b)) {
            if (p.type == OL_MQTT_PINGREQ) {
                memcpy(l->b.in + l->b.in_len, "\xD0", 2);
                l->b.in_len += 2;
            }
        }
    }
}

static void go_online(struct lan *l)
{
    bench_until(&l->b, OL_AGENT_CONNECT, 5000);
    assert_int_equal(count(l, OL_DHCP_EVENT_BOUND), 1);
    bench_pass(&l->b, 2000); /* logins are spaced */
    bench_login(&l->b);
    l->b.out_pos = l->b.out_len;
    bench_forget(&l->b);
}

static void test_gets_an_address_and_goes_on(void **state)
{
    struct lan l;
    (void)state;

    start(&l);
    go_online(&l);
    assert_memory_equal(l.b.net.address.bytes, "\xC0\xA8\x01\x32", 4);
    assert_int_equal(l.b.net.prefix_len, 24);
    assert_int_equal(l.probes, 1);
    assert_false(l.is_open); /* a chip has few sockets: none is kept between renewals */
    pass_long(&l, 1900000);
    assert_int_equal(l.requests[OL_DHCP_REQUEST], 2);
    assert_int_equal(ol_agent_get_state(&l.b.agent), OL_AGENT_ONLINE);
    assert_non_null(ol_agent_dhcp_get_lease(&l.dhcp, NULL));
}

static void test_waits_for_a_silent_server(void **state)
{
    struct lan l;
    (void)state;

    start(&l);
    l.lease_s = 0;
    pass_long(&l, 300000);
    assert_int_equal(ol_agent_get_state(&l.b.agent), OL_AGENT_ADDRESS);
    assert_int_equal(count(&l, OL_DHCP_EVENT_SILENT), 1);
    l.lease_s = 3600;
    bench_until(&l.b, OL_AGENT_CONNECT, 70000);
}

static void test_declines_what_is_taken(void **state)
{
    struct lan l;
    (void)state;

    start(&l);
    l.probe = OL_PROBE_TAKEN;
    bench_pass(&l.b, 5000);
    assert_int_equal(l.requests[OL_DHCP_DECLINE], 1);
    assert_int_equal(count(&l, OL_DHCP_EVENT_TAKEN), 1);
    assert_int_equal(l.b.net.address.family, OL_ADDR_NONE);
    l.probe = OL_PROBE_FREE;
    l.address = POOL + 1;
    bench_until(&l.b, OL_AGENT_CONNECT, 20000);
    assert_memory_equal(l.b.net.address.bytes, "\xC0\xA8\x01\x33", 4);
}

static void test_probe_without_an_end(void **state)
{
    struct lan l;
    (void)state;

    start(&l);
    l.probe = OL_PROBE_BUSY;
    bench_pass(&l.b, OL_AGENT_PROBE_MS - 100);
    assert_int_equal(ol_agent_get_state(&l.b.agent), OL_AGENT_ADDRESS);
    bench_until(&l.b, OL_AGENT_CONNECT, 1000);

    start(&l);
    l.probe_rc = OL_E_AGAIN;
    bench_pass(&l.b, 1000);
    assert_true(l.probes > 10);
    assert_int_equal(ol_agent_get_state(&l.b.agent), OL_AGENT_ADDRESS);
    l.probe_rc = OL_OK;
    bench_until(&l.b, OL_AGENT_CONNECT, 1000);
}

/* An interface that cannot ask: nothing is waited for. */
static void test_no_probe(void **state)
{
    struct lan l;
    (void)state;

    start(&l);
    l.netif.probe = NULL;
    bench_turn(&l.b);
    assert_int_equal(l.b.net.address.family, OL_ADDR_IPV4);
}

static void pull_and_replug(struct lan *l, ol_ms out_ms)
{
    l->b.is_link_up = false;
    bench_pass(&l->b, out_ms);
    assert_int_equal(l->b.net.address.family, OL_ADDR_NONE);
    assert_false(l->is_open);
    l->b.is_link_up = true;
}

static void test_cable_pulled_asks_for_the_same(void **state)
{
    struct lan l;
    (void)state;

    start(&l);
    go_online(&l);
    unsigned discovers = l.requests[OL_DHCP_DISCOVER];
    pull_and_replug(&l, 10000);
    bench_until(&l.b, OL_AGENT_CONNECT, 70000);
    assert_int_equal(l.requests[OL_DHCP_DISCOVER], discovers);
    assert_memory_equal(l.b.net.address.bytes, "\xC0\xA8\x01\x32", 4);

    /* Another network: it says no. */
    pull_and_replug(&l, 10000);
    l.is_refusing = true;
    l.address = 0x0A000005;
    pass_long(&l, 15000);
    assert_true(count(&l, OL_DHCP_EVENT_REFUSED) > 0);
    l.is_refusing = false;
    bench_until(&l.b, OL_AGENT_CONNECT, 70000);
    assert_memory_equal(l.b.net.address.bytes, "\x0A\0\0\x05", 4);
}

static void test_new_address_ends_the_connection(void **state)
{
    struct lan l;
    (void)state;

    start(&l);
    go_online(&l);
    l.address = POOL + 7;
    pass_long(&l, 1801000);
    assert_memory_equal(l.b.net.address.bytes, "\xC0\xA8\x01\x39", 4);
    sum_up(&l);
    assert_int_equal(l.lost_address, 1);
    bench_until(&l.b, OL_AGENT_CONNECT, 5000);
}

static void test_lease_ends(void **state)
{
    struct lan l;
    (void)state;

    start(&l);
    l.lease_s = 600;
    go_online(&l);
    l.lease_s = 0;
    pass_long(&l, 610000);
    assert_int_equal(count(&l, OL_DHCP_EVENT_LOST), 1);
    assert_int_equal(l.b.net.address.family, OL_ADDR_NONE);
    assert_int_equal(ol_agent_get_state(&l.b.agent), OL_AGENT_ADDRESS);
    l.lease_s = 600;
    bench_until(&l.b, OL_AGENT_CONNECT, 70000);
}

static void test_goodbye_gives_it_back(void **state)
{
    struct lan l;
    (void)state;

    start(&l);
    go_online(&l);
    ol_agent_close(&l.b.agent, l.b.now);
    l.b.stream_state = OL_E_CLOSED;
    bench_until(&l.b, OL_AGENT_CLOSED, 2100);
    assert_int_equal(l.requests[OL_DHCP_RELEASE], 1);
    assert_int_equal(l.b.net.address.family, OL_ADDR_NONE);
    assert_false(l.is_open);

    /* Before there was one: nothing to give back. */
    start(&l);
    l.lease_s = 0;
    bench_pass(&l.b, 1000);
    ol_agent_close(&l.b.agent, l.b.now);
    bench_until(&l.b, OL_AGENT_CLOSED, 2100);
    assert_int_equal(l.requests[OL_DHCP_RELEASE], 0);
    assert_false(l.is_open);
}

/* The interface does not take the address: a chip that stopped answering. */
static void test_interface_fails(void **state)
{
    struct lan l;
    (void)state;

    start(&l);
    l.config_rc = OL_E_IO;
    pass_long(&l, 20000);
    assert_true(ol_agent_get_state(&l.b.agent) <= OL_AGENT_ADDRESS ||
                ol_agent_get_state(&l.b.agent) == OL_AGENT_BACKOFF);
    l.config_rc = OL_OK;
    bench_until(&l.b, OL_AGENT_CONNECT, 70000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gets_an_address_and_goes_on),
        cmocka_unit_test(test_waits_for_a_silent_server),
        cmocka_unit_test(test_declines_what_is_taken),
        cmocka_unit_test(test_probe_without_an_end),
        cmocka_unit_test(test_no_probe),
        cmocka_unit_test(test_cable_pulled_asks_for_the_same),
        cmocka_unit_test(test_new_address_ends_the_connection),
        cmocka_unit_test(test_lease_ends),
        cmocka_unit_test(test_goodbye_gives_it_back),
        cmocka_unit_test(test_interface_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
