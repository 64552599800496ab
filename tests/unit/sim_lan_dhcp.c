/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim_lan_rig.h"

/* The DHCP servers as a client sees them, with messages written out here from RFC 2131. */

enum { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM };

#define XID    0x1234ABCDu
#define POOL   SIM_IP4(192, 168, 7, 100)
#define FORGED SIM_IP4(198, 51, 100, 66)

struct ask {
    uint8_t type;
    uint32_t ciaddr, requested, server;
    uint8_t flags; /* 0x80: broadcast */
    const char *parameters;
    const char *client_id;
    uint32_t from, to; /* 0: broadcast */
};

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static size_t put_option(uint8_t *m, size_t at, uint8_t code, const void *data,
                         size_t len)
{
    m[at] = code;
    m[at + 1] = (uint8_t)len;
    memcpy(m + at + 2, data, len);
    return at + 2 + len;
}

static size_t put_address(uint8_t *m, size_t at, uint8_t code, uint32_t address)
{
    uint8_t bytes[4];
    put32(bytes, address);
    return address != 0 ? put_option(m, at, code, bytes, 4) : at;
}

/* Sends, and runs until the answer is there. What was received before is gone. */
static void ask(struct rig *r, const struct ask *a)
{
    uint8_t m[400] = {1, 1, 6};
    size_t at = 240;
    put32(m + 4, XID);
    m[10] = a->flags;
    put32(m + 12, a->ciaddr);
    memcpy(m + 28, (const uint8_t[6]){2, 0, 0, 0, 0, 0x33}, 6);
    put32(m + 236, 0x63825363);
    at = put_option(m, at, 53, &a->type, 1);
    at = put_address(m, at, 50, a->requested);
    at = put_address(m, at, 54, a->server);
    at = put_option(m, at, 12, "board", 5);
    if (a->parameters != NULL) {
        at = put_option(m, at, 55, a->parameters, strlen(a->parameters));
    }
    if (a->client_id != NULL) {
        at = put_option(m, at, 61, a->client_id, strlen(a->client_id));
    }
    m[at++] = 255;
    r->got_count = 0;
    rig_udp(r, a->from, 68, a->to != 0 ? a->to : UINT32_MAX, 67, m, at);
    rig_run(r, 100 * RIG_MS);
}

/* The n-th reply; 0: there is none. */
static uint8_t reply(const struct rig *r, unsigned n, const uint8_t **data, size_t *len)
{
    *data = rig_find_udp(r, 68, n, len, NULL, NULL);
    return *data != NULL && *len > 242 && (*data)[240] == 53 ? (*data)[242] : 0;
}

static const uint8_t *option(const uint8_t *m, size_t len, uint8_t code, uint8_t *out)
{
    for (size_t i = 240; i + 1 < len && m[i] != 255; i += m[i] == 0 ? 1 : 2u + m[i + 1]) {
        if (m[i] == code) {
            *out = m[i + 1];
            return m + i + 2;
        }
    }
    return NULL;
}

static uint32_t option_address(const uint8_t *m, size_t len, uint8_t code)
{
    uint8_t n = 0;
    const uint8_t *p = option(m, len, code, &n);
    return p != NULL && n >= 4 ? get32(p) : 0;
}

/* Asks and says what kind of answer came (0: none) and its yiaddr. */
static uint8_t asked(struct rig *r, const struct ask *a, uint32_t *yiaddr)
{
    const uint8_t *m;
    size_t len;
    ask(r, a);
    uint8_t type = reply(r, 0, &m, &len);
    *yiaddr = type != 0 ? get32(m + 16) : 0;
    return type;
}

static const struct ask discover = {.type = DISCOVER};

static struct ask selecting(uint32_t address)
{
    return (struct ask){.type = REQUEST, .requested = address, .server = RIG_ROUTER};
}

static struct ask renewing(uint32_t address)
{
    return (struct ask){
        .type = REQUEST, .ciaddr = address, .from = address, .to = RIG_ROUTER};
}

static struct ask rebooting(uint32_t address)
{
    return (struct ask){.type = REQUEST, .requested = address};
}

/* Through DISCOVER and REQUEST to a lease of the first address. */
static void bind_first(struct rig *r)
{
    uint32_t address;
    assert_int_equal(asked(r, &discover, &address), OFFER);
    assert_int_equal(address, POOL);
    struct ask request = selecting(POOL);
    assert_int_equal(asked(r, &request, &address), ACK);
    assert_int_equal(address, POOL);
    rig_announce(r, POOL);
}

static const struct sim_lan_dhcp_stats *stats(const struct rig *r)
{
    return sim_lan_dhcp_get_stats(r->lan, 1);
}

/* ---- As it should be ---- */

static void test_lease(void **state)
{
    static struct rig r;
    const uint8_t *m;
    size_t len;
    uint8_t n = 0;
    (void)state;
    rig_open(&r, 1);
    bind_first(&r);
    assert_int_equal(reply(&r, 0, &m, &len), ACK);
    assert_int_equal(get32(m + 4), XID);
    assert_int_equal(option_address(m, len, 54), RIG_ROUTER);
    assert_int_equal(option_address(m, len, 1), 0xFFFFFF00);
    assert_int_equal(option_address(m, len, 3), RIG_ROUTER);
    assert_int_equal(option_address(m, len, 6), RIG_ROUTER);
    assert_int_equal(option_address(m, len, 42), SIM_IP4(203, 0, 113, 123));
    assert_int_equal(option_address(m, len, 51), 3600);
    assert_null(option(m, len, 58, &n));
    assert_memory_equal(option(m, len, 15, &n), "lan.test", 8);
    assert_int_equal(n, 8);
    assert_int_equal(stats(&r)->discovers, 1);
    assert_int_equal(stats(&r)->acks, 1);
    assert_int_equal(stats(&r)->wrong, 0);
    assert_int_equal(stats(&r)->last_bound, POOL);
    assert_int_equal(stats(&r)->last_state, SIM_LAN_DHCP_SELECTING);
    assert_memory_equal(stats(&r)->host_name, "board", 5);
    /* Unicast to the hardware address, for the broadcast flag was 0. */
    assert_int_equal(r.got[0][0], 2);
    rig_close(&r);
}

static void test_asked_options_only(void **state)
{
    static struct rig r;
    const uint8_t *m;
    size_t len;
    uint8_t n = 0;
    (void)state;
    rig_open(&r, 1);
    ask(&r, &(struct ask){.type = DISCOVER,
                          .parameters = "\x01\x06",
                          .client_id = "\x01me",
                          .flags = 0x80});
    assert_int_equal(reply(&r, 0, &m, &len), OFFER);
    assert_non_null(option(m, len, 1, &n));
    assert_non_null(option(m, len, 6, &n));
    assert_null(option(m, len, 3, &n));
    assert_null(option(m, len, 15, &n));
    assert_memory_equal(option(m, len, 61, &n), "\x01me", 3);
    assert_int_equal(r.got[0][0], 0xFF);
    assert_int_equal(stats(&r)->parameters_len, 2);
    rig_close(&r);
}

static void test_renew_rebind_reboot(void **state)
{
    static struct rig r;
    uint32_t address;
    (void)state;
    rig_open(&r, 1);
    bind_first(&r);
    struct ask a = renewing(POOL);
    assert_int_equal(asked(&r, &a, &address), ACK);
    assert_int_equal(address, POOL);
    assert_int_equal(stats(&r)->last_state, SIM_LAN_DHCP_RENEWING);
    a.to = 0;
    assert_int_equal(asked(&r, &a, &address), ACK);
    assert_int_equal(stats(&r)->last_state, SIM_LAN_DHCP_REBINDING);
    a = rebooting(POOL);
    assert_int_equal(asked(&r, &a, &address), ACK);
    assert_int_equal(stats(&r)->last_state, SIM_LAN_DHCP_INIT_REBOOT);
    a = rebooting(POOL + 5);
    assert_int_equal(asked(&r, &a, &address), NAK);
    assert_int_equal(stats(&r)->wrong, 0);
    /* The lease ends, or the server forgets it: it is nobody's. */
    rig_run(&r, 3601 * RIG_S);
    a = renewing(POOL);
    assert_int_equal(asked(&r, &a, &address), NAK);
    bind_first(&r);
    sim_lan_dhcp_forget(r.lan, 1);
    assert_int_equal(asked(&r, &a, &address), NAK);
    rig_close(&r);
}

static void test_release_and_decline(void **state)
{
    static struct rig r;
    uint32_t address;
    (void)state;
    rig_open(&r, 1);
    bind_first(&r);
    struct ask a = {.type = DECLINE, .requested = POOL, .server = RIG_ROUTER};
    assert_int_equal(asked(&r, &a, &address), 0);
    assert_int_equal(stats(&r)->last_declined, POOL);
    assert_int_equal(asked(&r, &discover, &address), OFFER);
    assert_int_equal(address, POOL + 1);
    a = selecting(POOL + 1);
    assert_int_equal(asked(&r, &a, &address), ACK);
    a = (struct ask){.type = RELEASE,
                     .ciaddr = POOL + 1,
                     .server = RIG_ROUTER,
                     .from = POOL + 1,
                     .to = RIG_ROUTER};
    assert_int_equal(asked(&r, &a, &address), 0);
    assert_int_equal(stats(&r)->last_released, POOL + 1);
    a = renewing(POOL + 1);
    assert_int_equal(asked(&r, &a, &address), NAK);
    assert_int_equal(stats(&r)->wrong, 0);
    rig_close(&r);
}

/* What RFC 2131 tables 4 and 5 forbid is noticed. */
static void test_notices_wrong_messages(void **state)
{
    static const struct ask wrong[] = {
        {.type = DISCOVER, .ciaddr = POOL},
        {.type = DISCOVER, .server = RIG_ROUTER},
        {.type = DISCOVER, .from = POOL},
        {.type = REQUEST, .server = RIG_ROUTER},
        {.type = REQUEST, .server = RIG_ROUTER, .requested = POOL, .ciaddr = POOL},
        {.type = REQUEST, .server = RIG_ROUTER, .requested = POOL, .from = POOL},
        {.type = REQUEST, .ciaddr = POOL, .from = POOL, .requested = POOL},
        {.type = REQUEST, .ciaddr = POOL},
        {.type = DECLINE, .requested = POOL},
        {.type = DECLINE, .server = RIG_ROUTER},
        {.type = DECLINE, .server = RIG_ROUTER, .requested = POOL, .parameters = "\x01"},
        {.type = RELEASE, .server = RIG_ROUTER, .from = POOL, .to = RIG_ROUTER},
        {.type = RELEASE, .server = RIG_ROUTER, .ciaddr = POOL, .from = POOL},
        {.type = ACK},
    };
    static struct rig r;
    (void)state;
    rig_open(&r, 1);
    for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ask(&r, &wrong[i]);
        assert_int_equal(stats(&r)->wrong, i + 1);
        assert_non_null(stats(&r)->wrong_text);
    }
    rig_close(&r);
}

/* ---- Faults ---- */

static void test_silent_and_nak(void **state)
{
    static struct rig r;
    uint32_t address;
    (void)state;
    rig_open(&r, 1);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DHCP_SILENT, 1);
    assert_int_equal(asked(&r, &discover, &address), 0);
    assert_int_equal(stats(&r)->discovers, 1);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DHCP_SILENT, 0);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DHCP_NAK, 1);
    assert_int_equal(asked(&r, &discover, &address), OFFER);
    struct ask a = selecting(address);
    assert_int_equal(asked(&r, &a, &address), NAK);
    assert_int_equal(r.got[0][0], 0xFF);
    assert_int_equal(stats(&r)->naks, 1);
    rig_close(&r);
}

static void test_offers_taken_address(void **state)
{
    static struct rig r;
    uint32_t address;
    (void)state;
    rig_open(&r, 1);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DHCP_OFFER, RIG_PEER);
    assert_int_equal(asked(&r, &discover, &address), OFFER);
    assert_int_equal(address, RIG_PEER);
    struct ask a = selecting(RIG_PEER);
    assert_int_equal(asked(&r, &a, &address), ACK);
    a = (struct ask){.type = DECLINE, .requested = RIG_PEER, .server = RIG_ROUTER};
    ask(&r, &a);
    assert_int_equal(asked(&r, &discover, &address), OFFER);
    assert_int_equal(address, POOL);
    rig_close(&r);
}

static void test_moves_at_renewal(void **state)
{
    (void)state;
    for (uint32_t how = 1; how <= 2; how++) {
        static struct rig r;
        uint32_t address;
        rig_open(&r, 1);
        bind_first(&r);
        sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DHCP_MOVE, how);
        struct ask a = renewing(POOL);
        assert_int_equal(asked(&r, &a, &address), how == 1 ? NAK : ACK);
        if (how == 1) {
            assert_int_equal(asked(&r, &discover, &address), OFFER);
            a = selecting(address);
            assert_int_equal(asked(&r, &a, &address), ACK);
        }
        assert_int_equal(address, POOL + 1);
        rig_close(&r);
    }
}

static void test_lease_and_no_renewal(void **state)
{
    static struct rig r;
    const uint8_t *m;
    size_t len;
    uint32_t address;
    (void)state;
    rig_open(&r, 1);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DHCP_LEASE, 80);
    bind_first(&r);
    assert_int_equal(reply(&r, 0, &m, &len), ACK);
    assert_int_equal(option_address(m, len, 51), 80);
    assert_int_equal(option_address(m, len, 58), 40);
    assert_int_equal(option_address(m, len, 59), 70);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DHCP_NO_RENEW, 1);
    struct ask a = renewing(POOL);
    assert_int_equal(asked(&r, &a, &address), 0);
    assert_int_equal(asked(&r, &discover, &address), OFFER);
    rig_close(&r);
}

static void test_delay_and_broadcast(void **state)
{
    static struct rig r;
    const uint8_t *m;
    size_t len;
    (void)state;
    rig_open(&r, 1);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DHCP_DELAY, 2000);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DHCP_BROADCAST, 1);
    ask(&r, &discover);
    assert_int_equal(reply(&r, 0, &m, &len), 0);
    rig_run(&r, 2 * RIG_S);
    assert_int_equal(reply(&r, 0, &m, &len), OFFER);
    assert_in_range(r.got_at[0], 2 * RIG_S, 2 * RIG_S + 2 * RIG_MS);
    assert_int_equal(r.got[0][0], 0xFF);
    rig_close(&r);
}

/* Each forged reply differs from a good one in the thing that it is named for, and offers
 * an address that shows who believed it. */
static void test_forged(void **state)
{
    static struct rig r;
    (void)state;
    rig_open(&r, 1);
    for (uint32_t kind = 1; kind <= SIM_LAN_FORGED_ALL; kind <<= 1) {
        const uint8_t *m;
        size_t len = 0;
        uint8_t n = 0;
        sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DHCP_FORGED, kind);
        ask(&r, &discover);
        m = rig_find_udp(&r, 68, 0, &len, NULL, NULL);
        assert_non_null(m);
        bool has_xid = get32(m + 4) == XID;
        assert_true(has_xid ==
                    ((kind & (SIM_LAN_FORGED_XID | SIM_LAN_FORGED_XID_NAK)) == 0));
        assert_true((m[33] == 0x33) == (kind != SIM_LAN_FORGED_CHADDR));
        assert_true((m[0] == 2) == (kind != SIM_LAN_FORGED_OP));
        assert_true((len < 240) == (kind == SIM_LAN_FORGED_SHORT));
        if (len > 240) {
            assert_true((get32(m + 236) == 0x63825363) ==
                        (kind != SIM_LAN_FORGED_COOKIE));
            assert_true((m[240] == 53) == (kind != SIM_LAN_FORGED_NO_TYPE) ||
                        kind == SIM_LAN_FORGED_RANDOM);
            assert_true((get32(m + 16) == FORGED) ==
                        (kind != SIM_LAN_FORGED_NO_IP && kind != SIM_LAN_FORGED_XID_NAK));
        }
        if (kind == SIM_LAN_FORGED_NO_SERVER) {
            assert_null(option(m, len, 54, &n));
        }
        if (kind == SIM_LAN_FORGED_LENGTHS) {
            assert_non_null(option(m, len, 54, &n));
            assert_int_equal(n, 3);
        }
        if (kind == SIM_LAN_FORGED_OVERRUN) {
            assert_true(249 + 2u + m[250] > len);
        }
        assert_int_equal(reply(&r, 1, &m, &len), OFFER);
        assert_int_equal(get32(m + 16), POOL);
    }
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DHCP_FORGED,
                      SIM_LAN_FORGED_XID | SIM_LAN_FORGED_ONLY);
    ask(&r, &discover);
    assert_int_equal(r.got_count, 1);
    rig_close(&r);
}

/* Two servers: both offer, the one that is not asked takes its offer back. */
static void test_two_servers(void **state)
{
    static struct rig r;
    const uint8_t *m;
    size_t len;
    uint32_t address;
    (void)state;
    rig_open(&r, 1);
    assert_int_equal(
        sim_lan_add_dhcp(
            r.lan, r.peer,
            &(struct sim_lan_dhcp){
                .first = POOL + 50, .count = 2, .lease_s = 100, .t1_s = 30, .t2_s = 60}),
        2);
    ask(&r, &discover);
    assert_int_equal(reply(&r, 0, &m, &len), OFFER);
    assert_int_equal(reply(&r, 1, &m, &len), OFFER);
    struct ask a = {.type = REQUEST, .requested = POOL + 50, .server = RIG_PEER};
    assert_int_equal(asked(&r, &a, &address), ACK);
    assert_int_equal(address, POOL + 50);
    assert_int_equal(reply(&r, 0, &m, &len), ACK);
    assert_int_equal(option_address(m, len, 58), 30);
    assert_int_equal(option_address(m, len, 59), 60);
    assert_int_equal(sim_lan_dhcp_get_stats(r.lan, 1)->acks, 0);
    assert_int_equal(sim_lan_dhcp_get_stats(r.lan, 2)->acks, 1);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_DHCP_SILENT, 2);
    ask(&r, &discover);
    assert_int_equal(reply(&r, 0, &m, &len), OFFER);
    assert_int_equal(option_address(m, len, 54), RIG_ROUTER);
    assert_int_equal(reply(&r, 1, &m, &len), 0);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lease),
        cmocka_unit_test(test_asked_options_only),
        cmocka_unit_test(test_renew_rebind_reboot),
        cmocka_unit_test(test_release_and_decline),
        cmocka_unit_test(test_notices_wrong_messages),
        cmocka_unit_test(test_silent_and_nak),
        cmocka_unit_test(test_offers_taken_address),
        cmocka_unit_test(test_moves_at_renewal),
        cmocka_unit_test(test_lease_and_no_renewal),
        cmocka_unit_test(test_delay_and_broadcast),
        cmocka_unit_test(test_forged),
        cmocka_unit_test(test_two_servers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
