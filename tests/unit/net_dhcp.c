/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "onelink/net/dhcp.h"
#include "tests/unit/net_dhcp_build.h"

/* The client against a server of a few lines that answers as it is told. */

#define NOW0 1000000

static const uint8_t mac[6] = {0x02, 0x08, 0xDC, 1, 2, 3};

struct bench {
    struct ol_dhcp d;
    ol_ms now;
    /* The last request. */
    uint8_t request[OL_DHCP_MESSAGE_MAX];
    size_t request_len;
    struct ol_addr to;
    uint8_t type;
    /* Events, as letters: P B L T R S. */
    char events[32];
    struct ol_addr probe;
    struct ol_addr bound;
};

static const uint8_t *find(const uint8_t *m, size_t len, uint8_t code, uint8_t *out_len)
{
    for (size_t i = 240; i < len && m[i] != 255;) {
        if (m[i] == 0) {
            i++;
            continue;
        }
        if (m[i] == code) {
            *out_len = m[i + 1];
            return m + i + 2;
        }
        i += 2U + m[i + 1];
    }
    return NULL;
}

static uint8_t option_u8(const struct bench *b, uint8_t code)
{
    uint8_t len = 0;
    const uint8_t *data = find(b->request, b->request_len, code, &len);

    return data != NULL && len == 1 ? data[0] : 0;
}

static uint32_t option_u32(const struct bench *b, uint8_t code)
{
    uint8_t len = 0;
    const uint8_t *d = find(b->request, b->request_len, code, &len);

    return d != NULL && len == 4
               ? (uint32_t)d[0] << 24 | (uint32_t)d[1] << 16 | (uint32_t)d[2] << 8 | d[3]
               : 0;
}

static unsigned secs_of(const struct bench *b)
{
    return (unsigned)b->request[8] << 8 | b->request[9];
}

static void take_events(struct bench *b)
{
    static const char letters[] = {
        [OL_DHCP_EVENT_PROBE] = 'P',   [OL_DHCP_EVENT_BOUND] = 'B',
        [OL_DHCP_EVENT_LOST] = 'L',    [OL_DHCP_EVENT_TAKEN] = 'T',
        [OL_DHCP_EVENT_REFUSED] = 'R', [OL_DHCP_EVENT_SILENT] = 'S'};
    struct ol_dhcp_event ev;

    while (ol_dhcp_next_event(&b->d, &ev)) {
        size_t len = strlen(b->events);
        assert_true(len + 1 < sizeof b->events);
        b->events[len] = letters[ev.kind];
        b->events[len + 1] = '\0';
        if (ev.kind == OL_DHCP_EVENT_PROBE) {
            b->probe = ev.lease->address;
        } else if (ev.kind == OL_DHCP_EVENT_BOUND) {
            b->bound = ev.lease->address;
        }
    }
}

/* Takes what goes out now; 0: nothing. */
static uint8_t sent(struct bench *b)
{
    ol_dhcp_step(&b->d, b->now);
    take_events(b);
    b->type = 0;
    if (!ol_dhcp_has_output(&b->d)) {
        return 0;
    }
    int32_t len = ol_dhcp_output(&b->d, b->request, sizeof b->request, &b->to, b->now);
    assert_in_range(len, 300, OL_DHCP_REQUEST_MAX);
    b->request_len = (size_t)len;
    b->type = option_u8(b, 53);
    ol_dhcp_output_done(&b->d, b->now);
    return b->type;
}

/* Lets time pass until the next message or for at most limit_ms. Returns its type. */
static uint8_t wait_sent(struct bench *b, ol_ms limit_ms)
{
    ol_ms until = b->now + limit_ms;

    for (;;) {
        uint8_t type = sent(b);
        if (type != 0) {
            return type;
        }
        ol_ms at = ol_dhcp_deadline(&b->d);
        if (at > until) {
            b->now = until;
            return sent(b);
        }
        assert_true(at >= b->now);
        b->now = at;
    }
}

static bool give_raw(struct bench *b, const uint8_t *m, size_t len)
{
    struct ol_addr from = ol_addr_ipv4(192, 168, 1, 1, 67);
    bool is_taken = ol_dhcp_input(&b->d, &from, m, len, b->now);

    take_events(b);
    return is_taken;
}

static bool give(struct bench *b, struct answer a)
{
    uint8_t m[OL_DHCP_MESSAGE_MAX];
    size_t len = build(b->request, &a, m);

    return give_raw(b, m, len);
}

static void start(struct bench *b)
{
    struct ol_dhcp_config config = {.hostname = OL_STR("board-7")};

    memset(b, 0, sizeof *b);
    memcpy(config.mac, mac, sizeof mac);
    b->now = NOW0;
    assert_int_equal(ol_dhcp_init(&b->d, &config), OL_OK);
    assert_int_equal(ol_dhcp_deadline(&b->d), OL_NEVER);
    ol_dhcp_open(&b->d, 0x12345678, b->now);
}

static void get_lease(struct bench *b, struct answer ack)
{
    ack.type = OL_DHCP_OFFER;
    assert_int_equal(sent(b), OL_DHCP_DISCOVER);
    assert_true(give(b, ack));
    assert_int_equal(sent(b), OL_DHCP_REQUEST);
    ack.type = OL_DHCP_ACK;
    assert_true(give(b, ack));
    assert_string_equal(b->events, "P");
    ol_dhcp_probe_done(&b->d, false, b->now);
    take_events(b);
    assert_string_equal(b->events, "PB");
    assert_int_equal(ol_dhcp_get_state(&b->d), OL_DHCP_BOUND);
    b->events[0] = '\0';
}

/* RFC 2131 3.1. */
static void test_four_messages(void **state)
{
    static const uint8_t more[] = {3,   4,   192, 168, 1,  254, 6,   8,   1,   1, 1,  1,
                                   8,   8,   8,   8,   42, 4,   10,  0,   0,   1, 15, 4,
                                   'h', 'o', 'm', 'e', 1,  4,   255, 255, 252, 0};
    struct bench b;
    uint8_t len;
    (void)state;

    start(&b);
    assert_int_equal(sent(&b), OL_DHCP_DISCOVER);
    assert_int_equal(b.to.port, 67);
    assert_memory_equal(b.to.bytes, "\xff\xff\xff\xff", 4);
    assert_memory_equal(b.request, "\x01\x01\x06\x00", 4);
    assert_memory_equal(b.request + 10, "\x80\x00\0\0\0\0", 6); /* broadcast, ciaddr 0 */
    assert_memory_equal(find(b.request, b.request_len, 12, &len), "board-7", 7);
    assert_memory_equal(find(b.request, b.request_len, 61, &len), "\x01\x02\x08\xDC", 4);
    assert_non_null(find(b.request, b.request_len, 55, &len));

    struct answer a = {.type = OL_DHCP_OFFER, .more = more, .more_len = sizeof more};
    assert_true(give(&b, a));
    assert_int_equal(sent(&b), OL_DHCP_REQUEST);
    assert_int_equal(option_u32(&b, 50), POOL);
    assert_int_equal(option_u32(&b, 54), SERVER);
    a.type = OL_DHCP_ACK;
    assert_true(give(&b, a));
    assert_null(ol_dhcp_get_lease(&b.d, NULL));
    ol_dhcp_probe_done(&b.d, false, b.now);

    ol_ms end_at;
    const struct ol_dhcp_lease *lease = ol_dhcp_get_lease(&b.d, &end_at);
    assert_non_null(lease);
    assert_int_equal(end_at, b.now + 3600000);
    assert_memory_equal(lease->address.bytes, "\xC0\xA8\x01\x32", 4);
    assert_memory_equal(lease->gateway.bytes, "\xC0\xA8\x01\xFE", 4);
    assert_memory_equal(lease->dns[1].bytes, "\x08\x08\x08\x08", 4);
    assert_int_equal(lease->dns[2].family, OL_ADDR_NONE);
    assert_memory_equal(lease->ntp[0].bytes, "\x0a\0\0\x01", 4);
    assert_int_equal(lease->prefix_len, 22);
    assert_string_equal(lease->domain, "home");
    assert_int_equal(ol_dhcp_deadline(&b.d), b.now + 1800000);
}

/* RFC 2131 4.1: 4, 8, 16, 32, 64, 64 s, each a second shorter or longer. */
static void test_silence(void **state)
{
    static const ol_ms steps[] = {4000, 8000, 16000, 32000, 64000, 64000, 64000};
    struct bench b;
    (void)state;

    start(&b);
    assert_int_equal(sent(&b), OL_DHCP_DISCOVER);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        ol_ms before = b.now;
        assert_int_equal(wait_sent(&b, 100000), OL_DHCP_DISCOVER);
        assert_in_range(b.now - before, steps[i] - 1000, steps[i] + 1000);
    }
    assert_string_equal(b.events, "S");
    assert_true(b.request[9] >= 250 - 5 || b.request[8] > 0); /* secs */
    assert_in_range(secs_of(&b), (b.now - NOW0) / 1000 - 1, (b.now - NOW0) / 1000);
}

/* RFC 2131 2: right to a thousandth until two bytes are not enough. */
static void test_secs(void **state)
{
    struct bench b;
    (void)state;

    start(&b);
    assert_int_equal(sent(&b), OL_DHCP_DISCOVER);
    assert_int_equal(secs_of(&b), 0);
    b.now = NOW0 + 65534000;
    assert_int_equal(sent(&b), OL_DHCP_DISCOVER);
    assert_in_range(secs_of(&b), 65534 - 66, 65534);
    b.now = NOW0 + 70000000;
    assert_int_equal(sent(&b), OL_DHCP_DISCOVER);
    assert_int_equal(secs_of(&b), 65535);

    /* A renewal counts from its own begin, also when it becomes a rebinding. */
    start(&b);
    get_lease(&b, (struct answer){.lease_s = 3600, .renew_s = 1000, .rebind_s = 2000});
    assert_int_equal(wait_sent(&b, 4000000), OL_DHCP_REQUEST);
    assert_int_equal(secs_of(&b), 0);
    while (b.to.bytes[0] != 255) {
        assert_int_equal(wait_sent(&b, 4000000), OL_DHCP_REQUEST);
    }
    assert_in_range(secs_of(&b), 998, 1000);
}

/* Boards that were switched on together do not ask together for ever. */
static void test_jitter(void **state)
{
    ol_ms shortest = 8000, longest = 0;
    (void)state;

    for (uint32_t i = 1; i <= 30; i++) {
        struct bench b;
        start(&b);
        ol_dhcp_open(&b.d, i * 2654435761U, b.now);
        assert_int_equal(sent(&b), OL_DHCP_DISCOVER);
        ol_ms before = b.now;
        assert_int_equal(wait_sent(&b, 100000), OL_DHCP_DISCOVER);
        ol_ms waited = b.now - before;
        shortest = waited < shortest ? waited : shortest;
        longest = waited > longest ? waited : longest;
    }
    assert_in_range(shortest, 3000, 3400);
    assert_in_range(longest, 4600, 5000);
}

static void test_request_unanswered_starts_over(void **state)
{
    struct bench b;
    (void)state;

    start(&b);
    assert_int_equal(sent(&b), OL_DHCP_DISCOVER);
    assert_true(give(&b, (struct answer){.type = OL_DHCP_OFFER}));
    for (int i = 0; i < 4; i++) {
        assert_int_equal(wait_sent(&b, 100000), OL_DHCP_REQUEST);
    }
    assert_int_equal(wait_sent(&b, 100000), OL_DHCP_DISCOVER);
    assert_string_equal(b.events, "S");
}

/* RFC 2131 3.1 5, 4.4.1. */
static void test_taken_is_declined(void **state)
{
    struct bench b;
    (void)state;

    start(&b);
    assert_int_equal(sent(&b), OL_DHCP_DISCOVER);
    assert_true(give(&b, (struct answer){.type = OL_DHCP_OFFER}));
    assert_int_equal(sent(&b), OL_DHCP_REQUEST);
    assert_true(give(&b, (struct answer){.type = OL_DHCP_ACK}));
    ol_dhcp_probe_done(&b.d, true, b.now);
    assert_int_equal(sent(&b), OL_DHCP_DECLINE);
    assert_int_equal(option_u32(&b, 50), POOL);
    assert_int_equal(option_u32(&b, 54), SERVER);
    assert_memory_equal(b.request + 12, "\0\0\0\0", 4);
    assert_string_equal(b.events, "PT");
    ol_ms declined_at = b.now;
    assert_int_equal(wait_sent(&b, 100000), OL_DHCP_DISCOVER);
    assert_in_range(b.now - declined_at, 10000, 11000);
    assert_null(ol_dhcp_get_lease(&b.d, NULL));
}

static void test_nak_begins_anew_and_waits_when_repeated(void **state)
{
    struct bench b;
    ol_ms last = 0;
    (void)state;

    start(&b);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(wait_sent(&b, 200000), OL_DHCP_DISCOVER);
        assert_true(i < 2 || b.now - last >= 3000);
        assert_true(give(&b, (struct answer){.type = OL_DHCP_OFFER}));
        assert_int_equal(sent(&b), OL_DHCP_REQUEST);
        assert_true(give(&b, (struct answer){.type = OL_DHCP_NAK}));
        last = b.now;
    }
    assert_string_equal(b.events, "RRRRRR");
}

/* RFC 2131 4.4.5, table 5. */
static void test_renew_rebind_expire(void **state)
{
    struct bench b;
    (void)state;

    start(&b);
    get_lease(&b, (struct answer){.lease_s = 3600, .renew_s = 1000, .rebind_s = 2000});
    ol_ms t0 = b.now;
    assert_int_equal(wait_sent(&b, 4000000), OL_DHCP_REQUEST);
    assert_int_equal(b.now - t0, 1000000);
    assert_memory_equal(b.to.bytes, "\xC0\xA8\x01\x01", 4);
    assert_memory_equal(b.request + 12, "\xC0\xA8\x01\x32", 4); /* ciaddr */
    assert_memory_equal(b.request + 10, "\0\0", 2);
    assert_int_equal(option_u32(&b, 50), 0);
    assert_int_equal(option_u32(&b, 54), 0);
    assert_string_equal(b.events, "");

    /* Unanswered: half of what is left, at least a minute. */
    assert_int_equal(wait_sent(&b, 4000000), OL_DHCP_REQUEST);
    assert_int_equal(b.now - t0, 1500000);
    assert_string_equal(b.events, "S");
    while (b.to.bytes[0] != 255) {
        assert_int_equal(wait_sent(&b, 4000000), OL_DHCP_REQUEST);
    }
    assert_int_equal(b.now - t0, 2000000);
    assert_memory_equal(b.request + 12, "\xC0\xA8\x01\x32", 4);
    assert_non_null(ol_dhcp_get_lease(&b.d, NULL));
    for (;;) {
        uint8_t type = wait_sent(&b, 4000000);
        if (type == OL_DHCP_DISCOVER) {
            break;
        }
        assert_int_equal(type, OL_DHCP_REQUEST);
    }
    assert_int_equal(b.now - t0, 3600000);
    assert_string_equal(b.events, "SL");
    assert_null(ol_dhcp_get_lease(&b.d, NULL));
}

static void test_renewed(void **state)
{
    struct bench b;
    (void)state;

    start(&b);
    get_lease(&b, (struct answer){.lease_s = 100});
    for (int i = 0; i < 5; i++) {
        ol_ms before = b.now;
        assert_int_equal(wait_sent(&b, 4000000), OL_DHCP_REQUEST);
        assert_int_equal(b.now - before, 50000);
        assert_true(give(&b, (struct answer){.type = OL_DHCP_ACK, .lease_s = 100}));
    }
    assert_string_equal(b.events, "BBBBB");
    /* A server that gives another address: it is probed first. */
    assert_int_equal(wait_sent(&b, 4000000), OL_DHCP_REQUEST);
    assert_true(give(
        &b, (struct answer){.type = OL_DHCP_ACK, .lease_s = 100, .address = POOL + 1}));
    assert_string_equal(b.events, "BBBBBP");
    ol_dhcp_probe_done(&b.d, false, b.now);
    take_events(&b);
    assert_memory_equal(b.bound.bytes, "\xC0\xA8\x01\x33", 4);
    /* One that takes it back. */
    assert_int_equal(wait_sent(&b, 4000000), OL_DHCP_REQUEST);
    assert_true(give(&b, (struct answer){.type = OL_DHCP_NAK}));
    assert_string_equal(b.events, "BBBBBPBLR");
    assert_int_equal(sent(&b), OL_DHCP_DISCOVER);
}

/* RFC 2131 3.2, 4.4.2. */
static void test_init_reboot(void **state)
{
    struct bench b;
    (void)state;

    start(&b);
    get_lease(&b, (struct answer){.lease_s = 3600});
    ol_ms end = b.now + 3600000;
    ol_dhcp_close(&b.d);
    b.now += 60000;
    ol_dhcp_open(&b.d, 77, b.now);
    assert_null(ol_dhcp_get_lease(&b.d, NULL));
    assert_int_equal(sent(&b), OL_DHCP_REQUEST);
    assert_int_equal(option_u32(&b, 50), POOL);
    assert_int_equal(option_u32(&b, 54), 0);
    assert_memory_equal(b.request + 12, "\0\0\0\0", 4);
    assert_true(give(&b, (struct answer){.type = OL_DHCP_ACK}));
    ol_dhcp_probe_done(&b.d, false, b.now);
    take_events(&b);
    assert_string_equal(b.events, "PB");

    /* Nobody answers: the lease is used to its end, RFC 2131 3.2 4. */
    end = b.now + 3600000;
    ol_dhcp_close(&b.d);
    b.now += 60000;
    ol_dhcp_open(&b.d, 78, b.now);
    assert_int_equal(sent(&b), OL_DHCP_REQUEST);
    assert_int_equal(wait_sent(&b, 100000), OL_DHCP_REQUEST);
    b.events[0] = '\0';
    assert_int_equal(wait_sent(&b, 15000), 0);
    assert_string_equal(b.events, "SP");
    ol_dhcp_probe_done(&b.d, false, b.now);
    take_events(&b);
    ol_ms end_at;
    assert_non_null(ol_dhcp_get_lease(&b.d, &end_at));
    assert_int_equal(end_at, end);
    assert_int_equal(wait_sent(&b, 4000000), OL_DHCP_REQUEST); /* T1 */

    /* It ran out meanwhile: from the beginning. */
    ol_dhcp_close(&b.d);
    b.now = end;
    ol_dhcp_open(&b.d, 79, b.now);
    assert_int_equal(sent(&b), OL_DHCP_DISCOVER);
}

static void test_release(void **state)
{
    struct bench b;
    (void)state;

    start(&b);
    get_lease(&b, (struct answer){.lease_s = 3600});
    ol_dhcp_release(&b.d, b.now);
    assert_true(ol_dhcp_is_busy(&b.d));
    assert_int_equal(sent(&b), OL_DHCP_RELEASE);
    assert_memory_equal(b.to.bytes, "\xC0\xA8\x01\x01", 4);
    assert_memory_equal(b.request + 12, "\xC0\xA8\x01\x32", 4);
    assert_int_equal(option_u32(&b, 54), SERVER);
    b.now = ol_dhcp_deadline(&b.d);
    assert_int_equal(sent(&b), 0);
    assert_int_equal(ol_dhcp_get_state(&b.d), OL_DHCP_CLOSED);
    assert_false(ol_dhcp_is_busy(&b.d));
    ol_dhcp_open(&b.d, 5, b.now);
    assert_int_equal(sent(&b), OL_DHCP_DISCOVER); /* it is forgotten */
}

static uint32_t xid_of(const uint8_t *m)
{
    return (uint32_t)m[4] << 24 | (uint32_t)m[5] << 16 | (uint32_t)m[6] << 8 | m[7];
}

/* RFC 2131 4.1: a number that nobody guesses, another one for each transaction. An answer that
 * comes late to one transaction is none to the next. */
static void test_transactions_differ(void **state)
{
    uint32_t seen[50];
    struct bench b;
    uint8_t late[OL_DHCP_MESSAGE_MAX];
    (void)state;

    for (uint32_t i = 0; i < 50; i++) {
        start(&b);
        ol_dhcp_open(&b.d, i + 1, b.now);
        assert_int_equal(sent(&b), OL_DHCP_DISCOVER);
        seen[i] = xid_of(b.request);
        for (uint32_t k = 0; k < i; k++) {
            assert_int_not_equal(seen[k], seen[i]);
        }
    }

    start(&b);
    get_lease(&b, (struct answer){.lease_s = 3600});
    uint32_t first = xid_of(b.request);
    assert_int_equal(wait_sent(&b, 1800000), OL_DHCP_REQUEST); /* T1 */
    uint32_t renewal = xid_of(b.request);
    assert_int_not_equal(renewal, first);
    size_t len = build(b.request, &(struct answer){.type = OL_DHCP_ACK}, late);
    put_u32(late + 4, first);
    assert_false(give_raw(&b, late, len));
    b.now = NOW0 + 3150000; /* T2 */
    assert_int_equal(sent(&b), OL_DHCP_REQUEST);
    assert_int_equal(ol_dhcp_get_state(&b.d), OL_DHCP_REBINDING);
    assert_int_not_equal(xid_of(b.request), renewal);
    put_u32(late + 4, renewal);
    assert_false(give_raw(&b, late, len));
    put_u32(late + 4, xid_of(b.request));
    assert_true(give_raw(&b, late, len));
}

/* What a client must not take for an answer. */
static void test_ignored(void **state)
{
    struct bench b;
    uint8_t m[OL_DHCP_MESSAGE_MAX];
    struct answer offer = {.type = OL_DHCP_OFFER};
    (void)state;

    start(&b);
    assert_int_equal(sent(&b), OL_DHCP_DISCOVER);
    size_t len = build(b.request, &offer, m);
    static const struct {
        size_t at;
        uint8_t value;
    } rows[] = {
        {0, 1},     /* a request */
        {1, 6},     /* another medium */
        {2, 16},    /* another address length */
        {4, 0xEE},  /* another transaction */
        {28, 0xAA}, /* another client */
        {236, 0},   /* no cookie */
        {242, 5},   /* an ACK to a DISCOVER */
        {242, 9},   /* no such type */
        {16, 127},  /* loopback */
        {16, 239},  /* multicast */
        {16, 0},    /* nothing */
        {19, 0},    /* the network itself */
        {19, 255},  /* its broadcast address */
        {240, 52},  /* no type */
        {244, 5},   /* option 54 that is too long: the rest is out of step */
        {245, 0},   /* a server 0.x */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t was = m[rows[i].at];
        m[rows[i].at] = rows[i].value;
        if (give_raw(&b, m, len)) {
            fail_msg("row %zu was taken", i);
        }
        m[rows[i].at] = was;
    }
    struct ol_addr from = ol_addr_ipv4(192, 168, 1, 1, 68);
    assert_false(ol_dhcp_input(&b.d, &from, m, len, b.now));
    static const uint8_t past_the_end[] = {6, 200, 1, 1, 1, 1};
    assert_false(give(&b, (struct answer){.type = OL_DHCP_OFFER,
                                          .more = past_the_end,
                                          .more_len = sizeof past_the_end}));
    for (size_t cut = 0; cut < len; cut++) {
        /* Behind the last option that matters a cut does no harm. */
        assert_true(!give_raw(&b, m, cut) || cut == len - 1);
        if (ol_dhcp_get_state(&b.d) != OL_DHCP_SELECTING) {
            break;
        }
    }

    start(&b);
    assert_int_equal(sent(&b), OL_DHCP_DISCOVER);
    assert_true(give(&b, offer));
    assert_int_equal(sent(&b), OL_DHCP_REQUEST);
    struct answer ack = {.type = OL_DHCP_ACK, .server = SERVER + 1};
    assert_false(give(&b, ack)); /* of another server */
    ack.server = SERVER;
    assert_true(give(&b, ack));
    assert_false(give(&b, ack)); /* twice */
}

/* Times that cannot be, and a lease for ever. RFC 2131 4.4.5, 3.3. */
static void test_odd_times(void **state)
{
    static const struct {
        uint32_t lease;
        uint32_t renew;
        uint32_t rebind;
        ol_ms first; /* seconds */
    } rows[] = {
        {1000, 0, 0, 500},     {1000, 900, 0, 500},   {1000, 2000, 3000, 500},
        {1000, 0, 400, 200},   {1000, 400, 300, 150}, {1, 0, 0, 1},
        {2, 0, 0, 1},          {1000, 1, 2, 1},       {0xFFFFFFFE, 0, 0, 0x7FFFFFFF},
        {0xFFFFFFFF, 5, 6, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        start(&b);
        get_lease(&b, (struct answer){.lease_s = rows[i].lease,
                                      .renew_s = rows[i].renew,
                                      .rebind_s = rows[i].rebind});
        ol_ms at = ol_dhcp_deadline(&b.d);
        ol_ms expected = rows[i].first != 0 ? b.now + rows[i].first * 1000 : OL_NEVER;
        if (at != expected) {
            fail_msg("row %zu: after %lld ms", i, (long long)(at - b.now));
        }
    }
}

/* RFC 2131 4.1, RFC 2132 9.3. */
static void test_overload(void **state)
{
    struct bench b;
    uint8_t m[OL_DHCP_MESSAGE_MAX];
    (void)state;

    start(&b);
    assert_int_equal(sent(&b), OL_DHCP_DISCOVER);
    size_t len = build(b.request, &(struct answer){.type = OL_DHCP_OFFER}, m);
    memcpy(m + len - 1, "\x34\x01\x03\xff", 4);
    memcpy(m + 108, "\x06\x04\x01\x02\x03\x04\xff", 7); /* file */
    memcpy(m + 44, "\x2a\x04\x05\x06\x07\x08\xff", 7);  /* sname */
    assert_true(give_raw(&b, m, len + 3));
    assert_memory_equal(b.d.next.dns[0].bytes, "\x01\x02\x03\x04", 4);
    assert_memory_equal(b.d.next.ntp[0].bytes, "\x05\x06\x07\x08", 4);
}

static void test_bad_config(void **state)
{
    struct ol_dhcp d;
    struct ol_dhcp_config config = {0};
    static const char name[] =
        "0123456789012345678901234567890123456789012345678901234567890123";
    (void)state;

    assert_int_equal(ol_dhcp_init(&d, &config), OL_E_ARG);
    config.mac[0] = 1;
    assert_int_equal(ol_dhcp_init(&d, &config), OL_E_ARG);
    config.mac[0] = 2;
    config.hostname = ol_str_make(name, 64);
    assert_int_equal(ol_dhcp_init(&d, &config), OL_E_ARG);
    config.hostname.len = 63;
    assert_int_equal(ol_dhcp_init(&d, &config), OL_OK);
    ol_dhcp_open(&d, 0, 0);
    uint8_t buf[OL_DHCP_REQUEST_MAX];
    struct ol_addr to;
    assert_in_range(ol_dhcp_output(&d, buf, sizeof buf, &to, 0), 300, sizeof buf);
    assert_int_equal(ol_dhcp_output(&d, buf, 299, &to, 0), OL_E_NOSPC);
    assert_int_equal(ol_dhcp_output(&d, buf, sizeof buf - 1, &to, 0), OL_E_NOSPC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_four_messages),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_secs),
        cmocka_unit_test(test_jitter),
        cmocka_unit_test(test_request_unanswered_starts_over),
        cmocka_unit_test(test_taken_is_declined),
        cmocka_unit_test(test_nak_begins_anew_and_waits_when_repeated),
        cmocka_unit_test(test_renew_rebind_expire),
        cmocka_unit_test(test_renewed),
        cmocka_unit_test(test_init_reboot),
        cmocka_unit_test(test_release),
        cmocka_unit_test(test_transactions_differ),
        cmocka_unit_test(test_ignored),
        cmocka_unit_test(test_odd_times),
        cmocka_unit_test(test_overload),
        cmocka_unit_test(test_bad_config),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
