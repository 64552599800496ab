/* SPDX-License-Identifier: MIT */
#include "onelink/net/dns_message.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/support/battery.h"
#include "tests/support/guard.h"
#include "tests/unit/net_dns_build.h"

#define QUESTION 12 /* where the question's name is in every message */

struct query {
    uint8_t b[OL_DNS_QUERY_CAP];
    size_t len;
};

static struct query ask(const char *name)
{
    struct query q;
    int32_t len = ol_dns_query_encode(ol_str_from(name), 0x1234, q.b, sizeof q.b);
    assert_true(len > 0);
    q.len = (size_t)len;
    return q;
}

static int32_t decode(const struct dns_msg *m, const struct query *q,
                      struct ol_dns_answer *out)
{
    struct ol_guard g = ol_guard_open(sizeof m->b);
    int32_t rc =
        ol_dns_answer_decode(ol_guard_put(&g, m->b, m->len), m->len, q->b, q->len, out);
    ol_guard_close(&g);
    return rc;
}

static void assert_ipv4(const struct ol_addr *addr, uint32_t expected)
{
    assert_int_equal(addr->family, OL_ADDR_IPV4);
    assert_int_equal(addr->port, 0);
    uint32_t got = (uint32_t)addr->bytes[0] << 24 | (uint32_t)addr->bytes[1] << 16 |
                   (uint32_t)addr->bytes[2] << 8 | addr->bytes[3];
    assert_int_equal(got, expected);
}

/* RFC 1035 4.1.1, 4.1.2: the exact bytes. */
static void test_query_bytes(void **state)
{
    static const uint8_t expected[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
                                      "\x05mqtts\x08heclouds\x03"
                                      "com\x00\x00\x01\x00\x01";
    (void)state;
    struct query q = ask("mqtts.heclouds.com");
    assert_int_equal(q.len, sizeof expected - 1);
    assert_memory_equal(q.b, expected, q.len);
    struct query dotted = ask("mqtts.heclouds.com.");
    assert_int_equal(dotted.len, q.len);
    assert_memory_equal(dotted.b, expected, q.len);
}

static int32_t encode_len(const char *name)
{
    uint8_t buf[OL_DNS_QUERY_CAP];
    return ol_dns_query_encode(ol_str_from(name), 1, buf, sizeof buf);
}

/* RFC 1035 2.3.1, 2.3.4; RFC 1123 2.1 (a digit may come first). */
static void test_names_allowed(void **state)
{
    static const char *const good[] = {"a",     "3com.com", "_srv._tcp.a",
                                       "a-b.c", "A.Z9",     "x."};
    static const char *const bad[] = {
        "",     ".",   "..",    "a..b", ".a",  "a..",   "-a.b",        "a-.b",
        "a.-",  "a b", "a/b",   "a\tb", "a:1", "a\\.b", "caf\xc3\xa9", "a%b",
        "a*.b", "a@b", "a\x7f", "a.b ", "[a]", "a`b",   "{a.com",      "a^b",
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(encode_len(good[i]) > 0);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(encode_len(bad[i]), OL_E_ARG);
    }
    assert_int_equal(ol_dns_query_encode(ol_str_make("a\0b", 3), 1, (uint8_t[64]){0}, 64),
                     OL_E_ARG);
}

/* RFC 1035 2.3.4: labels of 63, names of 255 bytes on the wire, 253 as text. */
static void test_name_limits(void **state)
{
    char name[260];
    (void)state;
    memset(name, 'a', sizeof name);
    name[63] = '\0';
    assert_int_equal(encode_len(name), 12 + 1 + 63 + 1 + 4);
    name[63] = 'a';
    name[64] = '\0';
    assert_int_equal(encode_len(name), OL_E_ARG);
    name[64] = 'a';
    name[63] = name[127] = name[191] = '.';
    name[253] = '\0';
    assert_int_equal(encode_len(name), OL_DNS_QUERY_CAP);
    name[253] = '.'; /* the final dot is not counted */
    name[254] = '\0';
    assert_int_equal(encode_len(name), OL_DNS_QUERY_CAP);
    name[253] = 'a';
    assert_int_equal(encode_len(name), OL_E_ARG);
}

static void test_query_room(void **state)
{
    struct ol_guard g = ol_guard_open(64);
    (void)state;
    for (size_t cap = 0; cap < 12 + 5 + 4; cap++) {
        assert_int_equal(
            ol_dns_query_encode(OL_STR("a.b"), 1, ol_guard_room(&g, cap), cap),
            OL_E_NOSPC);
    }
    assert_int_equal(ol_dns_query_encode(OL_STR("a.b"), 1, ol_guard_room(&g, 21), 21),
                     21);
    ol_guard_close(&g);
}

/* Addresses in the server's order, TTL the smallest, the question's case not ours. */
static void test_addresses(void **state)
{
    struct query q = ask("a.example");
    struct dns_msg m;
    struct ol_dns_answer a;
    (void)state;
    dns_answer(&m, q.b, q.len, DNS_USUAL, 6);
    m.b[13] = 'A'; /* RFC 4343 */
    for (uint32_t i = 0; i < 6; i++) {
        dns_pointer(&m, QUESTION);
        dns_a(&m, 300 - i, 0xC0000200 + i);
    }
    assert_int_equal(decode(&m, &q, &a), OL_OK);
    assert_int_equal(a.addr_count, OL_DNS_ADDRS_MAX);
    for (uint32_t i = 0; i < OL_DNS_ADDRS_MAX; i++) {
        assert_ipv4(&a.addrs[i], 0xC0000200 + i);
    }
    assert_int_equal(a.ttl_s, 295);
    assert_int_equal(a.chain_len, 0);
    assert_int_equal(a.alias_pos, 0);
    assert_true(a.is_conclusive);
}

/* RFC 1034 3.6.2, and records of a chain in any order. */
static void test_chain(void **state)
{
    struct query q = ask("www.example");
    struct dns_msg m;
    struct ol_dns_answer a;
    (void)state;
    dns_answer(&m, q.b, q.len, DNS_USUAL, 5);
    dns_name(&m, "END.example");
    dns_a(&m, 60, 0x0A000001);
    dns_name(&m, "mid.example");
    dns_cname(&m, 40, "end.example");
    dns_name(&m, "other.example"); /* not on the way */
    dns_a(&m, 1, 0x0A000002);
    dns_pointer(&m, QUESTION);
    dns_record(&m, 16, 5, 2); /* TXT of the name itself is of no use */
    dns_u16(&m, 0x0141);
    dns_pointer(&m, QUESTION);
    dns_cname(&m, 50, "mid.example");
    assert_int_equal(decode(&m, &q, &a), OL_OK);
    assert_int_equal(a.addr_count, 1);
    assert_ipv4(&a.addrs[0], 0x0A000001);
    assert_int_equal(a.chain_len, 2);
    assert_int_equal(a.ttl_s, 40);
    assert_int_equal(a.alias_pos, 0);
}

static void test_chain_left_open(void **state)
{
    struct query q = ask("www.example");
    struct dns_msg m;
    struct ol_dns_answer a;
    uint8_t next[OL_DNS_QUERY_CAP];
    (void)state;
    dns_answer(&m, q.b, q.len, DNS_USUAL, 1);
    dns_pointer(&m, QUESTION);
    dns_record(&m, 5, 77, 6); /* cdn.example, the second label compressed */
    size_t target = m.len;
    dns_u8(&m, 3);
    dns_u8(&m, 'c');
    dns_u8(&m, 'd');
    dns_u8(&m, 'n');
    dns_pointer(&m, QUESTION + 4);
    assert_int_equal(decode(&m, &q, &a), OL_OK);
    assert_int_equal(a.addr_count, 0);
    assert_int_equal(a.alias_pos, target);
    assert_int_equal(a.ttl_s, 77);
    struct query cdn = ask("cdn.example");
    int32_t len =
        ol_dns_query_encode_alias(m.b, m.len, a.alias_pos, 0x1234, next, sizeof next);
    assert_int_equal(len, cdn.len);
    assert_memory_equal(next, cdn.b, cdn.len);
    assert_int_equal(
        ol_dns_query_encode_alias(m.b, m.len, a.alias_pos, 1, next, cdn.len - 1),
        OL_E_NOSPC);
}

/* A chain of n CNAME records n0 -> n1 -> ... with the address at its end. */
static void put_chain(struct dns_msg *m, const struct query *q, unsigned n)
{
    char name[] = "n0";
    dns_answer(m, q->b, q->len, DNS_USUAL, n + 1);
    for (unsigned i = 0; i < n; i++) {
        name[1] = (char)('0' + i);
        dns_name(m, name);
        name[1] = (char)('0' + i + 1);
        dns_cname(m, 9, name);
    }
    dns_name(m, name);
    dns_a(m, 9, 0x01020304);
}

static void test_chain_limit(void **state)
{
    struct query q = ask("n0");
    struct dns_msg m;
    struct ol_dns_answer a;
    (void)state;
    put_chain(&m, &q, OL_DNS_CHAIN_MAX);
    assert_int_equal(decode(&m, &q, &a), OL_OK);
    assert_int_equal(a.addr_count, 1);
    assert_int_equal(a.chain_len, OL_DNS_CHAIN_MAX);
    put_chain(&m, &q, OL_DNS_CHAIN_MAX + 1);
    assert_int_equal(decode(&m, &q, &a), OL_OK);
    assert_int_equal(a.addr_count, 0);
    assert_int_equal(a.chain_len, OL_DNS_CHAIN_MAX);
    assert_int_not_equal(a.alias_pos, 0);
}

static void test_chain_loop(void **state)
{
    struct query q = ask("a");
    struct dns_msg m;
    struct ol_dns_answer a;
    (void)state;
    dns_answer(&m, q.b, q.len, DNS_USUAL, 2);
    dns_name(&m, "a");
    dns_cname(&m, 9, "b");
    dns_name(&m, "b");
    dns_cname(&m, 9, "a");
    assert_int_equal(decode(&m, &q, &a), OL_OK);
    assert_int_equal(a.addr_count, 0);
    assert_int_equal(a.chain_len, OL_DNS_CHAIN_MAX);
}

static void one_address(struct dns_msg *m, const struct query *q, unsigned flags)
{
    dns_answer(m, q->b, q->len, flags, 1);
    dns_pointer(m, QUESTION);
    dns_a(m, 300, 0xC0000201);
}

static void test_rcodes(void **state)
{
    struct query q = ask("a.b");
    struct dns_msg m;
    struct ol_dns_answer a;
    (void)state;
    for (unsigned rcode = 1; rcode < 16; rcode++) {
        one_address(&m, &q, DNS_USUAL | rcode);
        assert_int_equal(decode(&m, &q, &a), OL_OK);
        assert_int_equal(a.rcode, rcode);
        assert_int_equal(a.addr_count, 0);
    }
}

/* Who may say "no address": RFC 2308 2.2, and a lame server's referral may not. */
static void test_conclusive(void **state)
{
    static const struct {
        unsigned flags;
        bool expected;
    } rows[] = {
        {DNS_QR, false},
        {DNS_QR | DNS_RA, true},
        {DNS_QR | DNS_AA, true},
        {DNS_USUAL, true},
        {DNS_USUAL | DNS_TC, false},
        {DNS_QR | DNS_RD, false},
        {DNS_QR | DNS_TC, false},
        {DNS_QR | DNS_AA | DNS_TC, false},
    };
    struct query q = ask("a.b");
    struct dns_msg m;
    struct ol_dns_answer a;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        dns_answer(&m, q.b, q.len, rows[i].flags, 0);
        assert_int_equal(decode(&m, &q, &a), OL_OK);
        assert_int_equal(a.is_conclusive, rows[i].expected);
        assert_int_equal(a.addr_count, 0);
        assert_int_equal(a.ttl_s, UINT32_MAX);
    }
}

/* RFC 2181 9: what is whole in a truncated message may be used. */
static void test_truncated(void **state)
{
    struct query q = ask("a.b");
    struct dns_msg m;
    struct ol_dns_answer a;
    (void)state;
    one_address(&m, &q, DNS_USUAL | DNS_TC);
    dns_flags(&m, DNS_USUAL | DNS_TC, 2);
    size_t whole = m.len;
    dns_pointer(&m, QUESTION);
    dns_a(&m, 300, 0xC0000202);
    for (; m.len >= whole; m.len--) {
        dns_flags(&m, DNS_USUAL | DNS_TC, 2);
        assert_int_equal(decode(&m, &q, &a), OL_OK);
        assert_true(a.addr_count >= 1);
        assert_ipv4(&a.addrs[0], 0xC0000201);
        dns_flags(&m, DNS_USUAL, 2);
        int32_t rc = decode(&m, &q, &a);
        assert_int_equal(rc, m.len == whole + 16 ? OL_OK : OL_E_PROTO);
    }
}

/* RFC 5452 9.1: what makes a message an answer to this query. */
static void test_not_our_answer(void **state)
{
    struct query q = ask("a.b");
    struct dns_msg good;
    struct ol_dns_answer a;
    (void)state;
    one_address(&good, &q, DNS_USUAL);
    assert_int_equal(decode(&good, &q, &a), OL_OK);
    static const struct {
        size_t pos;
        uint8_t value;
    } rows[] = {
        {0, 0x13},           /* identifier */
        {1, 0x35},           /* identifier */
        {2, 0x01},           /* a query */
        {2, 0x89},           /* opcode 1 */
        {2, 0xF9},           /* opcode 15 */
        {4, 1},              /* 257 questions */
        {5, 0},              /* no question */
        {5, 2},              /* two questions */
        {QUESTION + 1, 'x'}, /* another name */
        {QUESTION + 3, 'x'}, /* another name */
        {QUESTION, 2},       /* other labels */
        {QUESTION + 6, 28},  /* another type */
        {QUESTION + 8, 3},   /* another class */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct dns_msg m = good;
        m.b[rows[i].pos] = rows[i].value;
        assert_int_equal(decode(&m, &q, &a), OL_E_PROTO);
    }
}

static void test_longer_question(void **state)
{
    struct query q = ask("a.b");
    struct query longer = ask("a.b.c");
    struct dns_msg m;
    struct ol_dns_answer a;
    (void)state;
    one_address(&m, &longer, DNS_USUAL);
    assert_int_equal(decode(&m, &q, &a), OL_E_PROTO);
    one_address(&m, &q, DNS_USUAL);
    assert_int_equal(decode(&m, &longer, &a), OL_E_PROTO);
}

static void test_malformed_records(void **state)
{
    struct query q = ask("a.b");
    struct dns_msg good;
    struct ol_dns_answer a;
    (void)state;
    one_address(&good, &q, DNS_USUAL);
    size_t record = q.len;
    struct dns_msg m = good;
    m.b[record + 11] = 3; /* an A record of 3 bytes */
    m.len--;
    assert_int_equal(decode(&m, &q, &a), OL_E_PROTO);
    m = good;
    m.b[record + 11] = 5; /* of 5 */
    m.len++;
    assert_int_equal(decode(&m, &q, &a), OL_E_PROTO);
    m = good;
    m.b[record + 10] = 0xFF; /* data far beyond the end */
    assert_int_equal(decode(&m, &q, &a), OL_E_PROTO);
    m = good;
    dns_flags(&m, DNS_USUAL, 0xFFFF); /* more answers than there are */
    assert_int_equal(decode(&m, &q, &a), OL_E_PROTO);
    dns_answer(&m, q.b, q.len, DNS_USUAL, 1);
    dns_pointer(&m, QUESTION);
    dns_record(&m, 5, 1, 4); /* a CNAME that ends before its data does */
    dns_u16(&m, 0x0141);
    dns_u16(&m, 0);
    assert_int_equal(decode(&m, &q, &a), OL_E_PROTO);
    m.b[m.len - 5] = 2; /* and one that ends behind it */
    assert_int_equal(decode(&m, &q, &a), OL_E_PROTO);
    m.b[m.len - 5] = 3; /* as long as it says */
    assert_int_equal(decode(&m, &q, &a), OL_OK);
    assert_int_equal(a.alias_pos, m.len - 4);
}

/* RFC 1035 3.2.4: records of other classes say nothing. RFC 2181 8: TTL is 31 bits. */
static void test_class_and_ttl(void **state)
{
    struct query q = ask("a.b");
    struct dns_msg m;
    struct ol_dns_answer a;
    (void)state;
    one_address(&m, &q, DNS_USUAL);
    m.b[q.len + 5] = 3;
    assert_int_equal(decode(&m, &q, &a), OL_OK);
    assert_int_equal(a.addr_count, 0);
    one_address(&m, &q, DNS_USUAL);
    m.b[q.len + 6] = 0x7F;
    assert_int_equal(decode(&m, &q, &a), OL_OK);
    assert_int_equal(a.ttl_s, 0x7F00012C);
    m.b[q.len + 6] = 0x80;
    assert_int_equal(decode(&m, &q, &a), OL_OK);
    assert_int_equal(a.ttl_s, 0);
}

static int32_t decode_with_owner(unsigned first, unsigned second)
{
    struct query q = ask("a.b");
    struct dns_msg m;
    struct ol_dns_answer a;
    dns_answer(&m, q.b, q.len, DNS_USUAL, 1);
    dns_u8(&m, first);
    dns_u8(&m, second);
    dns_a(&m, 300, 0xC0000201);
    return decode(&m, &q, &a);
}

/* RFC 1035 4.1.4: a pointer leads to a prior name. */
static void test_pointers(void **state)
{
    unsigned record = 12 + 5 + 4;
    (void)state;
    assert_int_equal(decode_with_owner(0xC0, QUESTION), OL_OK);
    assert_int_equal(decode_with_owner(0xC0, QUESTION + 2), OL_OK);      /* "b" */
    assert_int_equal(decode_with_owner(0xC0, 0), OL_E_PROTO);            /* the header */
    assert_int_equal(decode_with_owner(0xC0, QUESTION - 1), OL_E_PROTO); /* the header */
    assert_int_equal(decode_with_owner(0xC0, record), OL_E_PROTO);       /* itself */
    assert_int_equal(decode_with_owner(0xC0, record + 2), OL_E_PROTO);   /* forward */
    assert_int_equal(decode_with_owner(0xC0, record + 16), OL_E_PROTO);  /* the end */
    assert_int_equal(decode_with_owner(0xFF, 0xFF), OL_E_PROTO);         /* beyond it */
    assert_int_equal(decode_with_owner(0x40, QUESTION), OL_E_PROTO); /* reserved type */
    assert_int_equal(decode_with_owner(0x80, QUESTION), OL_E_PROTO); /* reserved type */
    assert_int_equal(decode_with_owner(0xC0, QUESTION + 5 + 1),
                     OL_E_PROTO); /* label of 1, 0 */
}

/* The owner of a record is a chain of `hops` pointers, laid out in the data of the one
 * before. */
static int32_t decode_with_hops(unsigned hops)
{
    struct query q = ask("a.b");
    struct dns_msg m;
    struct ol_dns_answer a;
    dns_answer(&m, q.b, q.len, DNS_USUAL, 2);
    dns_u8(&m, 0);
    dns_record(&m, 16, 1, (size_t)(hops - 1) * 2);
    size_t target = QUESTION;
    for (unsigned i = 1; i < hops; i++) {
        size_t at = m.len;
        dns_pointer(&m, target);
        target = at;
    }
    dns_pointer(&m, target);
    dns_a(&m, 300, 0xC0000201);
    int32_t rc = decode(&m, &q, &a);
    assert_true(rc != OL_OK || a.addr_count == 1);
    return rc;
}

static void test_pointer_limit(void **state)
{
    (void)state;
    assert_int_equal(decode_with_hops(16), OL_OK);
    assert_int_equal(decode_with_hops(17), OL_E_PROTO);
    assert_int_equal(decode_with_hops(200), OL_E_PROTO);
}

/* A label, then a pointer back to it: backwards, and yet a loop. */
static void test_pointer_loop(void **state)
{
    struct query q = ask("a.b");
    struct dns_msg m;
    struct ol_dns_answer a;
    (void)state;
    for (unsigned label_len = 1; label_len < 64; label_len += 31) {
        dns_answer(&m, q.b, q.len, DNS_USUAL, 1);
        size_t at = m.len;
        dns_u8(&m, label_len);
        memset(m.b + m.len, 'x', label_len);
        m.len += label_len;
        dns_pointer(&m, at);
        dns_a(&m, 300, 0xC0000201);
        assert_int_equal(decode(&m, &q, &a), OL_E_PROTO);
    }
}

/* A name of 255 bytes is the longest, compressed or not. */
static void test_wire_limit(void **state)
{
    struct query q = ask("a.b");
    struct dns_msg m;
    struct ol_dns_answer a;
    (void)state;
    for (unsigned last = 61; last <= 62; last++) {
        dns_answer(&m, q.b, q.len, DNS_USUAL, 1);
        for (unsigned i = 0; i < 4; i++) {
            unsigned len = i < 3 ? 63 : last;
            dns_u8(&m, len);
            memset(m.b + m.len, 'x', len);
            m.len += len;
        }
        dns_u8(&m, 0);
        dns_a(&m, 300, 0xC0000201);
        assert_int_equal(decode(&m, &q, &a), last == 61 ? OL_OK : OL_E_PROTO);
    }
}

/* RFC 1035 4.1.4: the example of the RFC, F.ISI.ARPA at 20, FOO.F.ISI.ARPA at 40, ARPA by
 * a pointer to 26 at 64, the root at 92. */
static void test_rfc1035_example(void **state)
{
    static const struct {
        uint16_t pos;
        const char *wire;
        size_t len;
    } rows[] = {
        {20, "\1F\3ISI\4ARPA", 12},
        {40, "\3FOO\1F\3ISI\4ARPA", 16},
        {64, "\4ARPA", 6},
        {92, "", 1},
    };
    uint8_t msg[93] = {0};
    uint8_t out[OL_DNS_QUERY_CAP];
    (void)state;
    memcpy(msg + 20, "\1F\3ISI\4ARPA", 12);
    memcpy(msg + 40, "\3FOO\xC0\x14", 6);
    memcpy(msg + 64, "\xC0\x1A", 2);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int32_t len =
            ol_dns_query_encode_alias(msg, sizeof msg, rows[i].pos, 7, out, sizeof out);
        assert_int_equal(len, 12 + rows[i].len + 4);
        assert_memory_equal(out + 12, rows[i].wire, rows[i].len);
    }
    assert_int_equal(ol_dns_query_encode_alias(msg, sizeof msg, 93, 7, out, sizeof out),
                     OL_E_PROTO);
}

static struct dns_msg chain_message(const struct query *q)
{
    struct dns_msg m;
    dns_answer(&m, q->b, q->len, DNS_USUAL, 2);
    dns_pointer(&m, QUESTION);
    size_t target = dns_cname(&m, 300, "mqtts.example");
    dns_pointer(&m, target);
    dns_a(&m, 300, 0xC0000201);
    return m;
}

static void check_cut(void *ctx, const uint8_t *data, size_t len)
{
    struct query q = ask("p.example");
    struct ol_dns_answer a;
    size_t whole = *(const size_t *)ctx;
    int32_t rc = ol_dns_answer_decode(data, len, q.b, q.len, &a);
    assert_int_equal(rc, len == whole ? OL_OK : OL_E_PROTO);
}

static void test_every_truncation(void **state)
{
    struct query q = ask("p.example");
    struct dns_msg m = chain_message(&q);
    (void)state;
    ol_battery_truncations(m.b, m.len, check_cut, &m.len);
}

static void check_flip(void *ctx, const uint8_t *data, size_t len)
{
    struct query q = ask("p.example");
    struct ol_dns_answer a;
    unsigned *accepted = ctx;
    int32_t rc = ol_dns_answer_decode(data, len, q.b, q.len, &a);
    assert_true(rc == OL_OK || rc == OL_E_PROTO);
    if (rc == OL_OK) {
        (*accepted)++;
        assert_true(a.addr_count <= OL_DNS_ADDRS_MAX && a.chain_len <= OL_DNS_CHAIN_MAX);
        assert_true(a.alias_pos < len);
    }
}

static void test_every_bit_flip(void **state)
{
    struct query q = ask("p.example");
    struct dns_msg m = chain_message(&q);
    unsigned accepted = 0;
    (void)state;
    ol_battery_bit_flips(m.b, m.len, check_flip, &accepted);
    /* Flips in flags, TTL, address and letter case are not noticed, many others are. */
    assert_true(accepted > 100 && accepted < m.len * 8 - 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query_bytes),       cmocka_unit_test(test_names_allowed),
        cmocka_unit_test(test_name_limits),       cmocka_unit_test(test_query_room),
        cmocka_unit_test(test_addresses),         cmocka_unit_test(test_chain),
        cmocka_unit_test(test_chain_left_open),   cmocka_unit_test(test_chain_limit),
        cmocka_unit_test(test_chain_loop),        cmocka_unit_test(test_rcodes),
        cmocka_unit_test(test_conclusive),        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_not_our_answer),    cmocka_unit_test(test_longer_question),
        cmocka_unit_test(test_malformed_records), cmocka_unit_test(test_class_and_ttl),
        cmocka_unit_test(test_pointers),          cmocka_unit_test(test_pointer_limit),
        cmocka_unit_test(test_pointer_loop),      cmocka_unit_test(test_wire_limit),
        cmocka_unit_test(test_rfc1035_example),   cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_every_bit_flip),
    };
    return cmocka_run_group_tests_name("net/dns_message", tests, NULL, NULL);
}
