/* SPDX-License-Identifier: MIT */
#include "onelink/net/sntp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/battery.h"

#define T0        ((ol_ms)UINT32_MAX - 5000) /* so that every test crosses 2^32 ms */
#define NTP_2024  UINT32_C(3913056000)       /* 2024-01-01 in seconds since 1900 */
#define UNIX_2024 INT64_C(1704067200000)
#define NTP_2026  (NTP_2024 + 731 * 86400U)
#define UNIX_2026 (UNIX_2024 + INT64_C(731) * 86400000)
#define LEN       OL_SNTP_MESSAGE_LEN

static const uint8_t random_bytes[OL_SNTP_RANDOM_LEN] = {
    1,   2,   3,   4,   5,   6,   7,   8,   101, 102, 103, 104,
    105, 106, 107, 108, 201, 202, 203, 204, 205, 206, 207, 208};

static void put_u32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> (24 - 8 * i));
    }
}

/* A good answer: version 4, mode 4, stratum 2, originate as asked, times given as NTP
 * seconds and fractions. */
static void put_answer(uint8_t m[LEN], const uint8_t nonce[8], uint32_t rx_s,
                       uint32_t rx_f, uint32_t tx_s, uint32_t tx_f)
{
    memset(m, 0, LEN);
    m[0] = 0x24;
    m[1] = 2;
    put_u32(m + 4, 0x00000800);
    put_u32(m + 8, 0x00000400);
    memcpy(m + 24, nonce, 8);
    put_u32(m + 32, rx_s);
    put_u32(m + 36, rx_f);
    put_u32(m + 40, tx_s);
    put_u32(m + 44, tx_f);
}

static void usual(uint8_t m[LEN])
{
    put_answer(m, random_bytes, NTP_2026, 0x40000000, NTP_2026, 0x80000000);
}

static enum ol_sntp_verdict verdict(const uint8_t m[LEN])
{
    struct ol_sntp_answer a;
    assert_int_equal(ol_sntp_answer_decode(m, LEN, random_bytes, &a), OL_OK);
    return a.verdict;
}

/* RFC 4330 5: what a client sends, and nothing else about itself. */
static void test_request_bytes(void **state)
{
    uint8_t m[LEN];
    uint8_t zero[LEN] = {0};
    (void)state;
    ol_sntp_request_encode(random_bytes, m);
    assert_int_equal(m[0], 0x23);
    assert_memory_equal(m + 1, zero, 39);
    assert_memory_equal(m + 40, random_bytes, 8);
}

static void test_times(void **state)
{
    uint8_t m[LEN];
    struct ol_sntp_answer a;
    (void)state;
    put_answer(m, random_bytes, NTP_2026, 0x40000000, NTP_2026 + 1, 0xFFFFFFFF);
    assert_int_equal(ol_sntp_answer_decode(m, LEN, random_bytes, &a), OL_OK);
    assert_int_equal(a.verdict, OL_SNTP_TIME);
    assert_int_equal(a.stratum, 2);
    assert_true(a.receive_unix_ms == UNIX_2026 + 250);
    assert_true(a.transmit_unix_ms == UNIX_2026 + 1999);
}

/* RFC 4330 3: era 0 ends 2036-02-07T06:28:16Z, and time goes on. */
static void test_era(void **state)
{
    uint8_t m[LEN];
    struct ol_sntp_answer a;
    const int64_t turn = INT64_C(2085978496000);
    (void)state;
    put_answer(m, random_bytes, UINT32_MAX, 0xC0000000, 0, 1);
    assert_int_equal(ol_sntp_answer_decode(m, LEN, random_bytes, &a), OL_OK);
    assert_int_equal(a.verdict, OL_SNTP_TIME);
    assert_true(a.receive_unix_ms == turn - 250);
    assert_true(a.transmit_unix_ms == turn);
    put_answer(m, random_bytes, 0x7FFFFFFF, 0, 0x7FFFFFFF, 0);
    assert_int_equal(ol_sntp_answer_decode(m, LEN, random_bytes, &a), OL_OK);
    assert_true(a.transmit_unix_ms == turn + INT64_C(0x7FFFFFFF) * 1000);
}

/* RFC 4330 5: no answer to this request. */
static void test_not_our_answer(void **state)
{
    uint8_t m[LEN];
    struct ol_sntp_answer a;
    (void)state;
    for (unsigned mode = 0; mode < 8; mode++) {
        usual(m);
        m[0] = (uint8_t)(0x20 | mode);
        assert_int_equal(ol_sntp_answer_decode(m, LEN, random_bytes, &a),
                         mode == 4 ? OL_OK : OL_E_PROTO);
    }
    usual(m);
    m[0] = 0x04; /* version 0 */
    assert_int_equal(ol_sntp_answer_decode(m, LEN, random_bytes, &a), OL_E_PROTO);
    m[0] = 0x1C; /* version 3 is fine */
    assert_int_equal(ol_sntp_answer_decode(m, LEN, random_bytes, &a), OL_OK);
    for (size_t i = 24; i < 32; i++) {
        usual(m);
        m[i] ^= 0x80;
        assert_int_equal(ol_sntp_answer_decode(m, LEN, random_bytes, &a), OL_E_PROTO);
    }
}

static void test_unusable(void **state)
{
    uint8_t m[LEN];
    (void)state;
    usual(m);
    m[0] |= 0x80; /* leap indicator 2: a leap second comes, the time is good */
    assert_int_equal(verdict(m), OL_SNTP_TIME);
    m[0] |= 0xC0; /* 3: not synchronised */
    assert_int_equal(verdict(m), OL_SNTP_UNUSABLE);
    for (unsigned stratum = 1; stratum < 256; stratum++) {
        usual(m);
        m[1] = (uint8_t)stratum;
        assert_int_equal(verdict(m), stratum <= 15 ? OL_SNTP_TIME : OL_SNTP_UNUSABLE);
    }
    put_answer(m, random_bytes, NTP_2026, 0, 0, 0); /* no transmit time */
    assert_int_equal(verdict(m), OL_SNTP_UNUSABLE);
    put_answer(m, random_bytes, 0, 0, NTP_2026, 0); /* no receive time */
    assert_int_equal(verdict(m), OL_SNTP_UNUSABLE);
    put_answer(m, random_bytes, NTP_2024 - 1, 0, NTP_2024, 0); /* a clock nobody set */
    assert_int_equal(verdict(m), OL_SNTP_UNUSABLE);
    put_answer(m, random_bytes, NTP_2024, 0, NTP_2024, 0);
    assert_int_equal(verdict(m), OL_SNTP_TIME);
    put_answer(m, random_bytes, NTP_2026, 0x80000000, NTP_2026,
               0); /* sent before received */
    assert_int_equal(verdict(m), OL_SNTP_UNUSABLE);
}

/* RFC 5905 4: MAXDISP. */
static void test_root_distance(void **state)
{
    static const struct {
        uint32_t delay;
        uint32_t dispersion;
        enum ol_sntp_verdict expected;
    } rows[] = {
        {0, 0, OL_SNTP_TIME},
        {0, 0x000FFFFF, OL_SNTP_TIME},
        {0, 0x00100000, OL_SNTP_UNUSABLE},
        {0, 0xFFFFFFFF, OL_SNTP_UNUSABLE},
        {0x00100000, 0x0007FFFF, OL_SNTP_TIME},
        {0x00100000, 0x00080000, OL_SNTP_UNUSABLE},
        {0x7FFFFFFF, 0, OL_SNTP_UNUSABLE},
        {0xFFFFFFFF, 0, OL_SNTP_TIME}, /* negative: RFC 4330 4 allows it */
    };
    uint8_t m[LEN];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        usual(m);
        put_u32(m + 4, rows[i].delay);
        put_u32(m + 8, rows[i].dispersion);
        assert_int_equal(verdict(m), rows[i].expected);
    }
}

/* RFC 4330 8. */
static void test_kiss_codes(void **state)
{
    static const struct {
        const char *code;
        enum ol_sntp_verdict expected;
    } rows[] = {
        {"DENY", OL_SNTP_KISS_DENY}, {"RSTR", OL_SNTP_KISS_DENY},
        {"RATE", OL_SNTP_KISS_RATE}, {"INIT", OL_SNTP_UNUSABLE},
        {"STEP", OL_SNTP_UNUSABLE},  {"deny", OL_SNTP_UNUSABLE},
    };
    uint8_t m[LEN];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        usual(m);
        m[0] |= 0xC0;
        m[1] = 0;
        memcpy(m + 12, rows[i].code, 4);
        assert_int_equal(verdict(m), rows[i].expected);
    }
}

static void check_cut(void *ctx, const uint8_t *data, size_t len)
{
    struct ol_sntp_answer a;
    (void)ctx;
    assert_int_equal(ol_sntp_answer_decode(data, len, random_bytes, &a),
                     len >= LEN ? OL_OK : OL_E_PROTO);
}

static void check_flip(void *ctx, const uint8_t *data, size_t len)
{
    struct ol_sntp_answer a;
    unsigned *times = ctx;
    if (ol_sntp_answer_decode(data, len, random_bytes, &a) == OL_OK &&
        a.verdict == OL_SNTP_TIME) {
        (*times)++;
        assert_true(a.transmit_unix_ms >= a.receive_unix_ms);
        assert_true(a.receive_unix_ms >= UNIX_2024);
    }
}

static void test_batteries(void **state)
{
    uint8_t m[LEN + 20] = {0}; /* with an extension behind it */
    unsigned times = 0;
    (void)state;
    usual(m);
    ol_battery_truncations(m, sizeof m, check_cut, NULL);
    ol_battery_bit_flips(m, LEN, check_flip, &times);
    assert_true(times > 100 && times < LEN * 8 - 64);
}

struct fixture {
    struct ol_sntp sntp;
    struct ol_addr server[OL_SNTP_SERVERS_MAX];
    struct ol_sntp_sample sample;
    uint8_t nonce[8];
};

static void setup_with(struct fixture *f, unsigned servers)
{
    struct ol_sntp_config config = {0};
    for (unsigned i = 0; i < servers; i++) {
        config.servers[i] = ol_addr_ipv4(203, 0, 113, (uint8_t)(i + 1), 0);
        f->server[i] = config.servers[i];
        f->server[i].port = 123;
    }
    assert_int_equal(ol_sntp_init(&f->sntp, &config), OL_OK);
    ol_sntp_open(&f->sntp, random_bytes, T0);
}

static int32_t status(struct fixture *f)
{
    return ol_sntp_get_sample(&f->sntp, &f->sample);
}

/* Takes the request that must be there. */
static void sent(struct fixture *f, unsigned server, ol_ms now)
{
    struct ol_addr to;
    size_t len;
    const uint8_t *data = ol_sntp_output(&f->sntp, &to, &len);
    assert_non_null(data);
    assert_int_equal(len, LEN);
    assert_true(ol_addr_equal(&to, &f->server[server]));
    assert_true(ol_sntp_is_busy(&f->sntp));
    memcpy(f->nonce, data + 40, 8);
    ol_sntp_output_done(&f->sntp, now);
    assert_null(ol_sntp_output(&f->sntp, &to, &len));
    assert_true(ol_sntp_is_busy(&f->sntp));
}

static bool give(struct fixture *f, unsigned server, const uint8_t m[LEN], ol_ms now)
{
    return ol_sntp_input(&f->sntp, &f->server[server], m, LEN, now);
}

static void give_kiss(struct fixture *f, unsigned server, const char *code, ol_ms now)
{
    uint8_t m[LEN];
    put_answer(m, f->nonce, NTP_2026, 0, NTP_2026, 0);
    m[0] |= 0xC0;
    m[1] = 0;
    memcpy(m + 12, code, 4);
    assert_false(give(f, server, m, now));
}

static void give_time(struct fixture *f, unsigned server, ol_ms now)
{
    uint8_t m[LEN];
    put_answer(m, f->nonce, NTP_2026, 0, NTP_2026, 0);
    assert_true(give(f, server, m, now));
}

static void test_init_arguments(void **state)
{
    struct ol_sntp sntp;
    struct ol_sntp_sample sample;
    struct ol_addr to;
    size_t len;
    struct ol_sntp_config config = {0};
    (void)state;
    assert_int_equal(ol_sntp_init(&sntp, &config), OL_E_ARG);
    config.servers[2] = ol_addr_ipv4(203, 0, 113, 1, 0);
    assert_int_equal(ol_sntp_init(&sntp, &config), OL_OK);
    assert_int_equal(ol_sntp_get_sample(&sntp, &sample), OL_E_CLOSED);
    assert_int_equal(ol_sntp_deadline(&sntp), OL_NEVER);
    assert_false(ol_sntp_is_busy(&sntp));
    ol_sntp_step(&sntp, OL_NEVER);
    ol_sntp_output_done(&sntp, 1);
    assert_null(ol_sntp_output(&sntp, &to, &len));
    ol_sntp_close(&sntp);
    assert_int_equal(ol_sntp_get_sample(&sntp, &sample), OL_E_CLOSED);
}

/* RFC 4330 5: half of the way there and back, without the time at the server. */
static void test_round_trip(void **state)
{
    struct fixture f;
    uint8_t m[LEN];
    (void)state;
    setup_with(&f, 1);
    assert_int_equal(status(&f), OL_E_AGAIN);
    sent(&f, 0, T0 + 7);
    put_answer(m, f.nonce, NTP_2026, 0x40000000, NTP_2026, 0x80000000);
    assert_true(give(&f, 0, m, T0 + 7 + 250 + 120));
    assert_int_equal(status(&f), OL_OK);
    assert_true(f.sample.wall.unix_ms == UNIX_2026 + 500 + 60);
    assert_int_equal(f.sample.wall.quality, OL_CLOCK_SYNCED);
    assert_true(f.sample.at_ms == T0 + 377);
    assert_int_equal(f.sample.error_ms, 61);
    assert_int_equal(f.sample.stratum, 2);
    assert_int_equal(f.sample.server, 0);
    assert_false(ol_sntp_is_busy(&f.sntp));
    assert_false(give(&f, 0, m, T0 + 400)); /* a second copy */
}

/* The server claims more time than passed here: clocks differ, nothing goes negative. */
static void test_negative_trip(void **state)
{
    struct fixture f;
    uint8_t m[LEN];
    (void)state;
    setup_with(&f, 1);
    sent(&f, 0, T0);
    put_answer(m, f.nonce, NTP_2026, 0, NTP_2026 + 5000000, 0);
    assert_true(give(&f, 0, m, T0 + 10));
    assert_int_equal(status(&f), OL_OK);
    assert_true(f.sample.wall.unix_ms == UNIX_2026 + INT64_C(5000000000));
    assert_int_equal(f.sample.error_ms, 1);
}

static void test_forged(void **state)
{
    struct fixture f;
    uint8_t m[LEN];
    struct ol_addr wrong = ol_addr_ipv4(203, 0, 113, 1, 124);
    (void)state;
    setup_with(&f, 2);
    put_answer(m, random_bytes, NTP_2026, 0, NTP_2026, 0);
    assert_false(give(&f, 0, m, T0)); /* before anything was sent */
    sent(&f, 0, T0);
    put_answer(m, f.nonce, NTP_2026, 0, NTP_2026, 0);
    assert_false(ol_sntp_input(&f.sntp, &wrong, m, LEN, T0));
    assert_false(give(&f, 1, m, T0)); /* a server that was not asked */
    assert_false(ol_sntp_input(&f.sntp, &f.server[0], m, LEN - 1, T0));
    m[31] ^= 1;
    assert_false(give(&f, 0, m, T0));
    m[1] = 0; /* a forged kiss does not silence us either */
    memcpy(m + 12, "DENY", 4);
    assert_false(give(&f, 0, m, T0));
    assert_int_equal(ol_sntp_deadline(&f.sntp), T0 + 3000);
    give_time(&f, 0, T0 + 1);
    assert_int_equal(status(&f), OL_OK);
}

/* No two requests are alike, and no server sees another's bytes. */
static void test_nonces(void **state)
{
    struct fixture f;
    uint8_t first[8];
    ol_ms now = T0;
    (void)state;
    setup_with(&f, 2);
    sent(&f, 0, now);
    memcpy(first, f.nonce, 8);
    ol_sntp_step(&f.sntp, now + 3000);
    sent(&f, 1, now + 3000);
    assert_memory_not_equal(first, f.nonce, 8);
    assert_memory_not_equal(first + 4, f.nonce + 4, 4);
    ol_sntp_step(&f.sntp, now + 6000);
    now = ol_sntp_deadline(&f.sntp);
    ol_sntp_step(&f.sntp, now);
    sent(&f, 1, now);
    ol_sntp_step(&f.sntp, now + 3000);
    sent(&f, 0, now + 3000);
    assert_memory_not_equal(first, f.nonce, 8);
}

/* Distances between rounds: 15 s, then doubling to 1024 s; up to an eighth more each. */
static void test_backoff(void **state)
{
    struct fixture f;
    ol_ms now = T0;
    ol_ms expected = 15000;
    (void)state;
    setup_with(&f, 1);
    for (int i = 0; i < 12; i++) {
        sent(&f, 0, now);
        ol_ms asked_at = now;
        ol_sntp_step(&f.sntp, now + 2999);
        assert_true(ol_sntp_is_busy(&f.sntp));
        ol_sntp_step(&f.sntp, now + 3000);
        assert_false(ol_sntp_is_busy(&f.sntp));
        assert_int_equal(status(&f), OL_E_TIMEOUT);
        now = ol_sntp_deadline(&f.sntp);
        assert_true(now - asked_at >= expected);
        assert_true(now - asked_at <= expected + expected / 8);
        ol_sntp_step(&f.sntp, now - 1);
        assert_false(ol_sntp_is_busy(&f.sntp));
        ol_sntp_step(&f.sntp, now);
        expected = expected * 2 < 1024000 ? expected * 2 : 1024000;
    }
}

/* RFC 4330 10: never twice within 15 s to one server, whatever the others do. */
static void test_spacing(void **state)
{
    struct fixture f;
    ol_ms asked_at[2] = {0, 0};
    ol_ms now = T0;
    unsigned server = 0;
    struct ol_addr to;
    size_t len;
    (void)state;
    setup_with(&f, 2);
    for (int i = 0; i < 60; i++) {
        ol_sntp_step(&f.sntp, now);
        if (ol_sntp_output(&f.sntp, &to, &len) != NULL) {
            server = ol_addr_equal(&to, &f.server[0]) ? 0 : 1;
            assert_true(asked_at[server] == 0 || now - asked_at[server] >= 15000);
            asked_at[server] = now;
            sent(&f, server, now);
            if (i % 3 == 0) { /* some answer at once, of no use */
                uint8_t m[LEN];
                put_answer(m, f.nonce, 1, 0, 0, 0);
                assert_false(give(&f, server, m, now));
                continue;
            }
        }
        now = ol_sntp_deadline(&f.sntp);
    }
    assert_true(asked_at[0] != 0 && asked_at[1] != 0);
}

static void test_poll(void **state)
{
    struct fixture f;
    ol_ms now;
    (void)state;
    setup_with(&f, 2);
    sent(&f, 0, T0);
    ol_sntp_step(&f.sntp, T0 + 3000);
    sent(&f, 1, T0 + 3000);
    give_time(&f, 1, T0 + 3020);
    assert_int_equal(f.sntp.sample.server, 1);
    now = ol_sntp_deadline(&f.sntp);
    assert_true(now >= T0 + 3603000 && now <= T0 + 3603000 + 450000);
    ol_sntp_step(&f.sntp, now);
    sent(&f, 1, now); /* the one that answered last goes first */
    ol_sntp_step(&f.sntp, now + 3000);
    sent(&f, 0, now + 3000);
    ol_sntp_step(&f.sntp, now + 6000);
    assert_int_equal(status(&f), OL_OK); /* the old sample stays */
    assert_true(f.sample.at_ms == T0 + 3020);
    assert_true(ol_sntp_deadline(&f.sntp) <= now + 3000 + 16875);
}

/* A late answer of the server before the present one is not believed: its round trip
 * would be counted from the wrong instant. */
static void test_late_answer(void **state)
{
    struct fixture f;
    uint8_t m[LEN];
    (void)state;
    setup_with(&f, 2);
    sent(&f, 0, T0);
    put_answer(m, f.nonce, NTP_2026, 0, NTP_2026, 0);
    assert_false(give(&f, 0, m, T0 + 3000)); /* its time is over, stepped or not */
    ol_sntp_step(&f.sntp, T0 + 3000);
    assert_false(give(&f, 0, m, T0 + 3001));
    sent(&f, 1, T0 + 3002);
    assert_false(give(&f, 0, m, T0 + 3003));
    assert_false(give(&f, 1, m, T0 + 3003));
    give_time(&f, 1, T0 + 3004);
}

static void test_denied(void **state)
{
    struct fixture f;
    ol_ms now = T0;
    (void)state;
    setup_with(&f, 2);
    sent(&f, 0, now);
    give_kiss(&f, 0, "DENY", now);
    sent(&f, 1, now);
    ol_sntp_step(&f.sntp, now + 3000);
    assert_int_equal(status(&f), OL_E_TIMEOUT);
    for (int i = 0; i < 5; i++) {
        now = ol_sntp_deadline(&f.sntp);
        ol_sntp_step(&f.sntp, now);
        sent(&f, 1, now); /* the other one alone */
        ol_sntp_step(&f.sntp, now + 3000);
        assert_false(ol_sntp_is_busy(&f.sntp));
    }
    now = ol_sntp_deadline(&f.sntp);
    ol_sntp_step(&f.sntp, now);
    sent(&f, 1, now);
    give_kiss(&f, 1, "RSTR", now);
    assert_int_equal(status(&f), OL_E_AUTH);
    assert_int_equal(ol_sntp_deadline(&f.sntp), OL_NEVER);
    ol_sntp_open(&f.sntp, random_bytes, now + 20000);
    sent(&f, 0, now + 20000);
    assert_int_equal(status(&f), OL_E_AGAIN);
}

static void test_denied_after_success(void **state)
{
    struct fixture f;
    (void)state;
    setup_with(&f, 1);
    sent(&f, 0, T0);
    give_time(&f, 0, T0);
    ol_ms now = ol_sntp_deadline(&f.sntp);
    ol_sntp_step(&f.sntp, now);
    sent(&f, 0, now);
    give_kiss(&f, 0, "DENY", now);
    assert_int_equal(status(&f), OL_OK);
    assert_int_equal(ol_sntp_deadline(&f.sntp), OL_NEVER);
}

/* RFC 4330 8: less often. */
static void test_rate(void **state)
{
    struct fixture f;
    (void)state;
    setup_with(&f, 1);
    sent(&f, 0, T0);
    give_kiss(&f, 0, "RATE", T0 + 5);
    assert_int_equal(status(&f), OL_E_TIMEOUT);
    ol_ms now = ol_sntp_deadline(&f.sntp);
    assert_true(now >= T0 + 1024000);
    ol_sntp_step(&f.sntp, now);
    sent(&f, 0, now);
    give_time(&f, 0, now);
    assert_int_equal(status(&f), OL_OK);
}

static void test_unusable_goes_on(void **state)
{
    struct fixture f;
    uint8_t m[LEN];
    (void)state;
    setup_with(&f, 3);
    sent(&f, 0, T0);
    put_answer(m, f.nonce, NTP_2026, 0, NTP_2026, 0);
    m[0] |= 0xC0;
    assert_false(give(&f, 0, m, T0 + 4));
    sent(&f, 1, T0 + 4);
    put_answer(m, f.nonce, NTP_2026, 0, NTP_2026, 0);
    m[1] = 16;
    assert_false(give(&f, 1, m, T0 + 8));
    sent(&f, 2, T0 + 8);
    give_time(&f, 2, T0 + 9);
    assert_int_equal(f.sntp.sample.server, 2);
}

static void test_never_sent(void **state)
{
    struct fixture f;
    struct ol_addr to;
    size_t len;
    (void)state;
    setup_with(&f, 1);
    assert_non_null(ol_sntp_output(&f.sntp, &to, &len));
    ol_sntp_step(&f.sntp, T0 + 3000);
    assert_int_equal(status(&f), OL_E_TIMEOUT);
    assert_null(ol_sntp_output(&f.sntp, &to, &len));
}

static void test_close(void **state)
{
    struct fixture f;
    struct ol_addr to;
    size_t len;
    (void)state;
    setup_with(&f, 1);
    sent(&f, 0, T0);
    give_time(&f, 0, T0);
    ol_sntp_close(&f.sntp);
    assert_int_equal(status(&f), OL_OK);
    assert_int_equal(ol_sntp_deadline(&f.sntp), OL_NEVER);
    ol_sntp_step(&f.sntp, OL_NEVER);
    assert_null(ol_sntp_output(&f.sntp, &to, &len));
    ol_sntp_open(&f.sntp, random_bytes, T0);
    assert_int_equal(status(&f), OL_E_AGAIN);
    ol_sntp_close(&f.sntp);
    assert_int_equal(status(&f), OL_E_CLOSED);
}

/* Settings below what RFC 4330 10 allows are raised. */
static void test_config_limits(void **state)
{
    struct fixture f;
    struct ol_sntp_config config = {.servers = {ol_addr_ipv4(203, 0, 113, 1, 1123)},
                                    .timeout_ms = 50,
                                    .retry_ms = 1,
                                    .retry_max_ms = 1,
                                    .poll_ms = 1};
    (void)state;
    f.server[0] = config.servers[0];
    assert_int_equal(ol_sntp_init(&f.sntp, &config), OL_OK);
    ol_sntp_open(&f.sntp, random_bytes, 1000);
    sent(&f, 0, 1000);
    ol_sntp_step(&f.sntp, 1050);
    assert_in_range(ol_sntp_deadline(&f.sntp), 16000, 17875);
    ol_sntp_step(&f.sntp, 17875);
    sent(&f, 0, 17875);
    give_time(&f, 0, 17900);
    assert_in_range(ol_sntp_deadline(&f.sntp), 32875, 34750);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_bytes),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_era),
        cmocka_unit_test(test_not_our_answer),
        cmocka_unit_test(test_unusable),
        cmocka_unit_test(test_root_distance),
        cmocka_unit_test(test_kiss_codes),
        cmocka_unit_test(test_batteries),
        cmocka_unit_test(test_init_arguments),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_negative_trip),
        cmocka_unit_test(test_forged),
        cmocka_unit_test(test_nonces),
        cmocka_unit_test(test_backoff),
        cmocka_unit_test(test_spacing),
        cmocka_unit_test(test_poll),
        cmocka_unit_test(test_late_answer),
        cmocka_unit_test(test_denied),
        cmocka_unit_test(test_denied_after_success),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_unusable_goes_on),
        cmocka_unit_test(test_never_sent),
        cmocka_unit_test(test_close),
        cmocka_unit_test(test_config_limits),
    };
    return cmocka_run_group_tests_name("net/sntp", tests, NULL, NULL);
}
