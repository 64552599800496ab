/* SPDX-License-Identifier: MIT */
#include "onelink/net/dns.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/unit/net_dns_build.h"

#define T0 ((ol_ms)UINT32_MAX - 5000) /* so that every test crosses 2^32 ms */

struct fixture {
    struct ol_dns dns;
    struct ol_addr server[OL_DNS_SERVERS_MAX];
    struct ol_dns_answer answer;
};

static void setup_with(struct fixture *f, unsigned servers)
{
    struct ol_dns_config config = {0};
    for (unsigned i = 0; i < servers; i++) {
        config.servers[i] = ol_addr_ipv4(192, 0, 2, (uint8_t)(i + 1), i == 2 ? 5353 : 0);
        f->server[i] = config.servers[i];
        f->server[i].port = i == 2 ? 5353 : 53;
    }
    assert_int_equal(ol_dns_init(&f->dns, &config), OL_OK);
}

static void begin(struct fixture *f, const char *name, ol_ms now)
{
    assert_int_equal(ol_dns_open(&f->dns, ol_str_from(name), 0xC0FFEE11, now), OL_OK);
}

static int32_t status(struct fixture *f)
{
    return ol_dns_get_answer(&f->dns, &f->answer);
}

/* Takes the datagram that must be there. */
static struct dns_msg sent(struct fixture *f, unsigned server, ol_ms now)
{
    struct ol_addr to;
    struct dns_msg m;
    const uint8_t *data = ol_dns_output(&f->dns, &to, &m.len);
    assert_non_null(data);
    assert_true(ol_addr_equal(&to, &f->server[server]));
    memcpy(m.b, data, m.len);
    ol_dns_output_done(&f->dns, now);
    assert_null(ol_dns_output(&f->dns, &to, &m.len));
    return m;
}

static struct dns_msg address_for(const struct dns_msg *query, unsigned flags,
                                  uint32_t ttl)
{
    struct dns_msg m;
    dns_answer(&m, query->b, query->len, flags, 1);
    dns_pointer(&m, 12);
    dns_a(&m, ttl, 0xC6336401);
    return m;
}

static bool give(struct fixture *f, unsigned server, const struct dns_msg *m, ol_ms now)
{
    return ol_dns_input(&f->dns, &f->server[server], m->b, m->len, now);
}

static void test_init_arguments(void **state)
{
    struct ol_dns dns;
    struct ol_dns_answer a;
    struct ol_dns_config none = {0};
    struct ol_dns_config third = {.servers = {{0}, {0}, ol_addr_ipv4(1, 2, 3, 4, 0)}};
    (void)state;
    assert_int_equal(ol_dns_init(&dns, &none), OL_E_ARG);
    assert_int_equal(ol_dns_init(&dns, &third), OL_OK);
    assert_int_equal(ol_dns_get_answer(&dns, &a), OL_E_CLOSED);
    assert_int_equal(ol_dns_deadline(&dns), OL_NEVER);
    ol_dns_close(&dns);
    ol_dns_output_done(&dns, 0);
    ol_dns_step(&dns, OL_NEVER - 1);
    assert_int_equal(ol_dns_deadline(&dns), OL_NEVER);
}

static void test_answer(void **state)
{
    struct fixture f;
    (void)state;
    setup_with(&f, 1);
    begin(&f, "mqtts.example", T0);
    assert_int_equal(status(&f), OL_E_AGAIN);
    struct dns_msg q = sent(&f, 0, T0);
    struct dns_msg m = address_for(&q, DNS_USUAL, 600);
    assert_true(give(&f, 0, &m, T0 + 30));
    assert_int_equal(status(&f), OL_OK);
    assert_int_equal(f.answer.addr_count, 1);
    struct ol_addr expected = ol_addr_ipv4(198, 51, 100, 1, 0);
    assert_true(ol_addr_equal(&f.answer.addrs[0], &expected));
    assert_int_equal(f.answer.ttl_s, 600);
    assert_int_equal(ol_dns_deadline(&f.dns), OL_NEVER);
    assert_false(give(&f, 0, &m, T0 + 31)); /* a second copy */
}

static void test_bad_name(void **state)
{
    struct fixture f;
    struct ol_addr to;
    size_t len;
    (void)state;
    setup_with(&f, 1);
    begin(&f, "good", T0);
    assert_int_equal(ol_dns_open(&f.dns, OL_STR("not good"), 1, T0), OL_E_ARG);
    assert_int_equal(ol_dns_open(&f.dns, OL_STR(""), 1, T0), OL_E_ARG);
    assert_int_equal(status(&f), OL_E_CLOSED);
    assert_null(ol_dns_output(&f.dns, &to, &len));
    assert_int_equal(ol_dns_deadline(&f.dns), OL_NEVER);
}

/* RFC 1123 2.1: an address in text form never becomes a query. */
static void test_literal(void **state)
{
    struct fixture f;
    struct ol_addr to;
    size_t len;
    struct ol_addr expected = ol_addr_ipv4(192, 0, 2, 7, 0);
    (void)state;
    setup_with(&f, 1);
    begin(&f, "192.0.2.7", T0);
    assert_int_equal(status(&f), OL_OK);
    assert_int_equal(f.answer.addr_count, 1);
    assert_true(ol_addr_equal(&f.answer.addrs[0], &expected));
    assert_null(ol_dns_output(&f.dns, &to, &len));
}

/* Every query to a server is repeated, rounds double up to their limit, then it is over.
 */
static void test_silence(void **state)
{
    struct fixture f;
    ol_ms now = T0;
    static const ol_ms gaps[] = {2000, 4000, 8000};
    (void)state;
    setup_with(&f, 1);
    begin(&f, "a.example", now);
    struct dns_msg first = sent(&f, 0, now);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(ol_dns_deadline(&f.dns), now + gaps[i]);
        ol_dns_step(&f.dns, now + gaps[i] - 1);
        assert_int_equal(status(&f), OL_E_AGAIN);
        now += gaps[i];
        ol_dns_step(&f.dns, now);
        if (i < 2) {
            struct dns_msg again = sent(&f, 0, now);
            assert_int_equal(again.len, first.len);
            assert_memory_equal(again.b, first.b, first.len);
        }
    }
    assert_int_equal(status(&f), OL_E_TIMEOUT);
    assert_int_equal(f.answer.rcode, 0);
    assert_int_equal(f.answer.addr_count, 0);
    assert_int_equal(ol_dns_deadline(&f.dns), OL_NEVER);
    assert_int_equal(now - T0, 14000);
}

static void test_silence_of_three(void **state)
{
    struct fixture f;
    ol_ms now = T0;
    unsigned count = 0;
    (void)state;
    setup_with(&f, 3);
    begin(&f, "a.example", now);
    while (status(&f) == OL_E_AGAIN) {
        (void)sent(&f, count % 3, now);
        count++;
        now = ol_dns_deadline(&f.dns);
        ol_dns_step(&f.dns, now);
    }
    assert_int_equal(status(&f), OL_E_TIMEOUT);
    assert_int_equal(count, 9);
    assert_true(now - T0 <= 14000 && now - T0 > 13900); /* as long as with one */
}

/* A datagram that never leaves does not stop the clock. */
static void test_never_sent(void **state)
{
    struct fixture f;
    struct ol_addr to;
    size_t len;
    ol_ms now = T0;
    (void)state;
    setup_with(&f, 2);
    begin(&f, "a.example", now);
    while (status(&f) == OL_E_AGAIN) {
        assert_non_null(ol_dns_output(&f.dns, &to, &len));
        now = ol_dns_deadline(&f.dns);
        ol_dns_step(&f.dns, now);
    }
    assert_int_equal(status(&f), OL_E_TIMEOUT);
    assert_null(ol_dns_output(&f.dns, &to, &len));
    assert_true(now - T0 <= 14000);
}

/* The time of a try counts from when its datagram went out. */
static void test_sent_late(void **state)
{
    struct fixture f;
    (void)state;
    setup_with(&f, 1);
    begin(&f, "a.example", T0);
    (void)sent(&f, 0, T0 + 1500);
    assert_int_equal(ol_dns_deadline(&f.dns), T0 + 3500);
}

static void test_config_times(void **state)
{
    struct fixture f;
    struct ol_dns_config config = {.servers = {ol_addr_ipv4(192, 0, 2, 1, 0)},
                                   .round_ms = 100,
                                   .round_max_ms = 150,
                                   .round_count = 2};
    (void)state;
    assert_int_equal(ol_dns_init(&f.dns, &config), OL_OK);
    begin(&f, "a.example", 0);
    ol_dns_step(&f.dns, 100);
    assert_int_equal(ol_dns_deadline(&f.dns), 250);
    ol_dns_step(&f.dns, 250);
    assert_int_equal(status(&f), OL_E_TIMEOUT);
}

static void test_time_near_the_end(void **state)
{
    struct fixture f;
    (void)state;
    setup_with(&f, 1);
    begin(&f, "a.example", OL_NEVER - 10);
    assert_int_equal(ol_dns_deadline(&f.dns), OL_NEVER);
}

/* The first server is slow: its answer still counts after the second was asked. */
static void test_late_answer(void **state)
{
    struct fixture f;
    (void)state;
    setup_with(&f, 2);
    begin(&f, "a.example", T0);
    struct dns_msg q = sent(&f, 0, T0);
    struct dns_msg m = address_for(&q, DNS_USUAL, 60);
    assert_false(give(&f, 1, &m, T0)); /* it was not asked yet */
    ol_dns_step(&f.dns, T0 + 1000);
    (void)sent(&f, 1, T0 + 1000);
    assert_true(give(&f, 0, &m, T0 + 1200));
    assert_int_equal(status(&f), OL_OK);
}

/* RFC 5452: who may answer what. */
static void test_poisoning(void **state)
{
    struct fixture f;
    (void)state;
    setup_with(&f, 1);
    begin(&f, "a.example", T0);
    struct dns_msg q = sent(&f, 0, T0);
    struct dns_msg good = address_for(&q, DNS_USUAL, 60);
    struct ol_addr wrong = f.server[0];
    wrong.port = 5353;
    assert_false(ol_dns_input(&f.dns, &wrong, good.b, good.len, T0));
    wrong = ol_addr_ipv4(192, 0, 2, 2, 53);
    assert_false(ol_dns_input(&f.dns, &wrong, good.b, good.len, T0));
    wrong = (struct ol_addr){.family = OL_ADDR_IPV6, .port = 53};
    assert_false(ol_dns_input(&f.dns, &wrong, good.b, good.len, T0));
    struct dns_msg m = good;
    m.b[1] ^= 1;
    assert_false(give(&f, 0, &m, T0));
    m = good;
    m.b[13] = 'x';
    assert_false(give(&f, 0, &m, T0));
    m = good;
    m.len--;
    assert_false(give(&f, 0, &m, T0));
    m.len = 0;
    assert_false(give(&f, 0, &m, T0));
    assert_int_equal(status(&f), OL_E_AGAIN);
    assert_int_equal(ol_dns_deadline(&f.dns), T0 + 2000); /* none of it moved the clock */
    assert_true(give(&f, 0, &good, T0));
    assert_int_equal(status(&f), OL_OK);
}

static void test_identifiers_differ(void **state)
{
    struct fixture f;
    uint8_t seen[8192] = {0};
    unsigned repeats = 0;
    (void)state;
    setup_with(&f, 1);
    for (uint32_t i = 0; i < 200; i++) {
        assert_int_equal(
            ol_dns_open(&f.dns, OL_STR("a.example"), i * UINT32_C(0x9E3779B9), T0),
            OL_OK);
        struct dns_msg q = sent(&f, 0, T0);
        unsigned id = (unsigned)q.b[0] << 8 | q.b[1];
        repeats += ((unsigned)seen[id / 8] >> id % 8 & 1U) != 0 ? 1 : 0;
        seen[id / 8] |= (uint8_t)(1U << id % 8);
    }
    assert_true(repeats < 5);
}

static void test_no_such_name(void **state)
{
    struct fixture f;
    (void)state;
    setup_with(&f, 2);
    begin(&f, "nope.example", T0);
    struct dns_msg m = sent(&f, 0, T0);
    dns_flags(&m, DNS_USUAL | OL_DNS_NXDOMAIN, 0);
    assert_true(give(&f, 0, &m, T0));
    assert_int_equal(status(&f), OL_E_NOENT);
    assert_int_equal(f.answer.rcode, OL_DNS_NXDOMAIN);
}

/* RFC 2308 2.2: the name exists and has no address. */
static void test_no_address(void **state)
{
    struct fixture f;
    (void)state;
    setup_with(&f, 2);
    begin(&f, "mail.example", T0);
    struct dns_msg m = sent(&f, 0, T0);
    dns_flags(&m, DNS_USUAL, 0);
    assert_true(give(&f, 0, &m, T0));
    assert_int_equal(status(&f), OL_E_NOENT);
    assert_int_equal(f.answer.rcode, OL_DNS_NOERROR);
}

/* Servers that cannot help: SERVFAIL, REFUSED, a referral, a truncated answer. */
static void test_next_server_at_once(void **state)
{
    static const unsigned flags[] = {
        DNS_USUAL | OL_DNS_SERVFAIL, DNS_USUAL | OL_DNS_REFUSED,
        DNS_USUAL | OL_DNS_FORMERR, DNS_QR | DNS_RD, DNS_USUAL | DNS_TC};
    (void)state;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        struct fixture f;
        setup_with(&f, 2);
        begin(&f, "a.example", T0);
        struct dns_msg q = sent(&f, 0, T0);
        struct dns_msg m = q;
        dns_flags(&m, flags[i], 0);
        assert_true(give(&f, 0, &m, T0 + 5));
        assert_true(
            give(&f, 0, &m, T0 + 5)); /* again: does not pass over the second one */
        (void)sent(&f, 1, T0 + 5);
        m = address_for(&q, DNS_USUAL, 60);
        assert_true(give(&f, 1, &m, T0 + 9));
        assert_int_equal(status(&f), OL_OK);
        assert_int_equal(f.answer.rcode, 0);
    }
}

/* All refuse: no tight loop, the tries run as in silence, and the reason is told. */
static void test_all_refuse(void **state)
{
    struct fixture f;
    ol_ms now = T0;
    unsigned count = 0;
    (void)state;
    setup_with(&f, 2);
    begin(&f, "a.example", now);
    while (status(&f) == OL_E_AGAIN) {
        struct dns_msg m = sent(&f, count % 2, now);
        dns_flags(&m, DNS_USUAL | OL_DNS_REFUSED, 0);
        assert_true(give(&f, count % 2, &m, now));
        count++;
        if (count % 2 == 0) {
            now = ol_dns_deadline(&f.dns);
            ol_dns_step(&f.dns, now);
        }
    }
    assert_int_equal(status(&f), OL_E_TIMEOUT);
    assert_int_equal(f.answer.rcode, OL_DNS_REFUSED);
    assert_int_equal(count, 6);
    assert_true(now - T0 >= 6900);
}

/* The server gives the alias alone: the engine asks for its target. */
static void test_alias_is_asked(void **state)
{
    struct fixture f;
    (void)state;
    setup_with(&f, 2);
    begin(&f, "www.example", T0);
    struct dns_msg q = sent(&f, 0, T0);
    struct dns_msg m;
    dns_answer(&m, q.b, q.len, DNS_USUAL, 1);
    dns_pointer(&m, 12);
    dns_cname(&m, 50, "cdn.example");
    assert_true(give(&f, 0, &m, T0));
    assert_int_equal(status(&f), OL_E_AGAIN);
    struct dns_msg next = sent(&f, 0, T0);
    assert_memory_equal(next.b + 12, "\3cdn\7example\0\0\1\0\1", 17);
    assert_int_equal(next.len, 12 + 17);
    assert_memory_not_equal(next.b, q.b, 2); /* a new identifier */
    assert_false(give(&f, 0, &m, T0));       /* an old answer is none to the new query */
    m = address_for(&next, DNS_USUAL, 600);
    assert_true(give(&f, 0, &m, T0));
    assert_int_equal(status(&f), OL_OK);
    assert_int_equal(f.answer.ttl_s, 50); /* the least of the whole chain */
}

/* A server that always points on: not more than OL_DNS_CHAIN_MAX times. */
static void test_alias_without_end(void **state)
{
    struct fixture f;
    unsigned count = 0;
    (void)state;
    setup_with(&f, 1);
    begin(&f, "a", T0);
    while (status(&f) == OL_E_AGAIN && count < 100) {
        struct dns_msg q = sent(&f, 0, T0);
        struct dns_msg m;
        dns_answer(&m, q.b, q.len, DNS_USUAL, 1);
        dns_pointer(&m, 12);
        dns_cname(&m, 50, count % 2 == 0 ? "b" : "a");
        assert_true(give(&f, 0, &m, T0));
        count++;
    }
    assert_int_equal(status(&f), OL_E_NOENT);
    assert_int_equal(count, OL_DNS_CHAIN_MAX + 1);
}

static void test_truncated_with_address(void **state)
{
    struct fixture f;
    (void)state;
    setup_with(&f, 1);
    begin(&f, "a.example", T0);
    struct dns_msg q = sent(&f, 0, T0);
    struct dns_msg m = address_for(&q, DNS_USUAL | DNS_TC, 60);
    dns_flags(&m, DNS_USUAL | DNS_TC, 40);
    assert_true(give(&f, 0, &m, T0));
    assert_int_equal(status(&f), OL_OK);
}

static void test_close_and_reopen(void **state)
{
    struct fixture f;
    struct ol_addr to;
    size_t len;
    (void)state;
    setup_with(&f, 1);
    begin(&f, "a.example", T0);
    struct dns_msg q = sent(&f, 0, T0);
    ol_dns_close(&f.dns);
    assert_int_equal(status(&f), OL_E_CLOSED);
    assert_null(ol_dns_output(&f.dns, &to, &len));
    struct dns_msg m = address_for(&q, DNS_USUAL, 60);
    assert_false(give(&f, 0, &m, T0));
    assert_int_equal(ol_dns_open(&f.dns, OL_STR("b.example"), 7, T0), OL_OK);
    (void)sent(&f, 0, T0);
    assert_false(give(&f, 0, &m, T0));
    assert_int_equal(status(&f), OL_E_AGAIN);
}

/* Copied contexts go their own ways (no interior pointers). */
static void test_context_is_plain_data(void **state)
{
    struct fixture f;
    (void)state;
    setup_with(&f, 1);
    begin(&f, "a.example", T0);
    struct dns_msg q = sent(&f, 0, T0);
    struct fixture branch = f;
    struct dns_msg m = address_for(&q, DNS_USUAL, 60);
    assert_true(give(&branch, 0, &m, T0));
    assert_int_equal(status(&branch), OL_OK);
    assert_int_equal(status(&f), OL_E_AGAIN);
    memset(&branch, 0, sizeof branch);
    assert_true(give(&f, 0, &m, T0));
    assert_int_equal(status(&f), OL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init_arguments),
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_bad_name),
        cmocka_unit_test(test_literal),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_silence_of_three),
        cmocka_unit_test(test_never_sent),
        cmocka_unit_test(test_sent_late),
        cmocka_unit_test(test_config_times),
        cmocka_unit_test(test_time_near_the_end),
        cmocka_unit_test(test_late_answer),
        cmocka_unit_test(test_poisoning),
        cmocka_unit_test(test_identifiers_differ),
        cmocka_unit_test(test_no_such_name),
        cmocka_unit_test(test_no_address),
        cmocka_unit_test(test_next_server_at_once),
        cmocka_unit_test(test_all_refuse),
        cmocka_unit_test(test_alias_is_asked),
        cmocka_unit_test(test_alias_without_end),
        cmocka_unit_test(test_truncated_with_address),
        cmocka_unit_test(test_close_and_reopen),
        cmocka_unit_test(test_context_is_plain_data),
    };
    return cmocka_run_group_tests_name("net/dns", tests, NULL, NULL);
}
