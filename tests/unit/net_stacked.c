/* SPDX-License-Identifier: MIT */
#include "tests/support/stacked_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/pipe_stream.h"

#define T0  ((ol_ms)UINT32_MAX - 500)
#define KEY 0x0BADCAFEU

/* `depth` filters on either side of a pipe; the top ones are what is used. */
struct fixture {
    struct ol_pipe pipe;
    struct ol_stacked filter[2][2];
    struct ol_stream top[2];
    unsigned depth;
};

static uint64_t base_seed;

static void setup_with(struct fixture *f, unsigned depth, uint64_t seed)
{
    ol_pipe_init(&f->pipe, seed);
    f->depth = depth;
    for (unsigned side = 0; side < 2; side++) {
        f->top[side] = ol_pipe_link(&f->pipe, side);
        for (unsigned i = 0; i < depth; i++) {
            ol_stacked_init(&f->filter[side][i], f->top[side], KEY + i,
                            (uint32_t)seed + side * 77 + i);
            f->top[side] = ol_stacked_link(&f->filter[side][i]);
        }
    }
}

static int32_t state(struct fixture *f, unsigned side)
{
    return f->top[side].ops->state(f->top[side].ctx);
}

static void step(struct fixture *f, ol_ms now)
{
    for (unsigned side = 0; side < 2; side++) {
        f->top[side].ops->step(f->top[side].ctx, now);
    }
}

static void begin(struct fixture *f, ol_ms now, ol_ms give_up_at)
{
    struct ol_addr peer = ol_addr_ipv4(192, 0, 2, 1, 8883);
    assert_int_equal(f->top[0].ops->open(f->top[0].ctx, &peer, OL_STR("mqtts.example"),
                                         now, give_up_at),
                     OL_OK);
    for (unsigned i = 0; i < f->depth; i++) {
        ol_stacked_accept(&f->filter[1][i], now, give_up_at);
    }
}

/* Steps until neither side is on its way any more. */
static ol_ms settle(struct fixture *f, ol_ms now)
{
    for (int i = 0; i < 10000; i++) {
        step(f, now);
        if (state(f, 0) != OL_E_AGAIN && state(f, 1) != OL_E_AGAIN) {
            return now;
        }
        now++;
    }
    fail_msg("neither open nor closed");
    return now;
}

static ol_ms join(struct fixture *f, ol_ms now)
{
    begin(f, now, now + 60000);
    now = settle(f, now);
    assert_int_equal(state(f, 0), OL_OK);
    assert_int_equal(state(f, 1), OL_OK);
    return now;
}

static uint8_t byte_at(unsigned side, size_t pos)
{
    return (uint8_t)(pos * 7 + (pos >> 8) + side * 131);
}

/* Sends some of the pattern from pos on; how many bytes were taken. */
static size_t send_some(struct fixture *f, unsigned side, size_t pos, size_t left,
                        struct ol_rng *rng)
{
    uint8_t data[500];
    size_t len = 1 + (size_t)ol_rng_below(rng, sizeof data);
    len = len < left ? len : left;
    for (size_t i = 0; i < len; i++) {
        data[i] = byte_at(side, pos + i);
    }
    int32_t n = f->top[side].ops->send(f->top[side].ctx, data, len);
    assert_true(n != 0 && n <= (int32_t)len);
    if (n < 0) {
        assert_int_equal(n, OL_E_AGAIN);
        return 0;
    }
    return (size_t)n;
}

/* Receives what is there and checks it; how many bytes. *end: what ended it. */
static size_t recv_some(struct fixture *f, unsigned side, size_t pos, struct ol_rng *rng,
                        int32_t *end)
{
    uint8_t data[500];
    size_t cap = 1 + (size_t)ol_rng_below(rng, sizeof data);
    int32_t n = f->top[side].ops->recv(f->top[side].ctx, data, cap);
    assert_true(n != 0 && n <= (int32_t)cap);
    *end = n;
    for (int32_t i = 0; i < n; i++) {
        assert_int_equal(data[i], byte_at(1 - side, pos + (size_t)i));
    }
    return n > 0 ? (size_t)n : 0;
}

static void exchange(struct fixture *f, size_t total, ol_ms now, uint64_t seed)
{
    size_t sent[2] = {0, 0};
    size_t received[2] = {0, 0};
    struct ol_rng rng = ol_rng_make(seed);
    for (int turn = 0; turn < 200000; turn++) {
        step(f, now++);
        for (unsigned side = 0; side < 2; side++) {
            int32_t end;
            if (sent[side] < total) {
                sent[side] += send_some(f, side, sent[side], total - sent[side], &rng);
            }
            received[side] += recv_some(f, side, received[side], &rng, &end);
            assert_true(end > 0 || end == OL_E_AGAIN);
        }
        if (received[0] == total && received[1] == total) {
            return;
        }
    }
    fail_msg("bytes were lost");
}

static void test_integrity(void **unused)
{
    (void)unused;
    for (uint64_t i = 0; i < 60; i++) {
        struct fixture f;
        setup_with(&f, 1 + i % 2, base_seed + i);
        f.pipe.chunk_max = i % 3 == 0 ? 1 : 1 + (size_t)i * 5;
        f.pipe.later_of_8 = (unsigned)(i % 6);
        ol_ms now = join(&f, T0);
        assert_string_equal(f.filter[1][0].host, "mqtts.example");
        exchange(&f, 6000, now, base_seed ^ i);
    }
}

static void test_later_is_not_closed(void **unused)
{
    struct fixture f;
    uint8_t b[8];
    (void)unused;
    setup_with(&f, 1, base_seed);
    assert_int_equal(state(&f, 0), OL_E_CLOSED);
    assert_int_equal(f.top[0].ops->recv(f.top[0].ctx, b, sizeof b), OL_E_CLOSED);
    assert_int_equal(f.top[0].ops->send(f.top[0].ctx, b, sizeof b), OL_E_CLOSED);
    begin(&f, T0, T0 + 1000);
    assert_int_equal(state(&f, 0), OL_E_AGAIN);
    assert_int_equal(f.top[0].ops->recv(f.top[0].ctx, b, sizeof b), OL_E_AGAIN);
    assert_int_equal(f.top[0].ops->send(f.top[0].ctx, b, sizeof b), OL_E_AGAIN);
    (void)settle(&f, T0);
    assert_int_equal(f.top[0].ops->recv(f.top[0].ctx, b, sizeof b), OL_E_AGAIN);
    assert_int_equal(f.top[1].ops->recv(f.top[1].ctx, b, sizeof b), OL_E_AGAIN);
}

/* Nobody reads: send says "later" before long, and all that it took arrives. */
static void test_back_pressure(void **unused)
{
    struct fixture f;
    struct ol_rng rng = ol_rng_make(base_seed);
    size_t sent = 0;
    size_t received = 0;
    int32_t end = 1;
    (void)unused;
    setup_with(&f, 1, base_seed);
    ol_ms now = join(&f, T0);
    for (int i = 0; i < 100; i++) {
        sent += send_some(&f, 0, sent, 100000, &rng);
        f.top[0].ops->step(f.top[0].ctx, now);
    }
    assert_true(sent > 200 && sent < 2000);
    assert_true(f.top[0].ops->deadline(f.top[0].ctx) <= now + 20); /* unsent bytes */
    for (int i = 0; i < 2000; i++) {
        step(&f, ++now);
        received += recv_some(&f, 1, received, &rng, &end);
    }
    assert_int_equal(received, sent);
    assert_int_equal(f.top[0].ops->deadline(f.top[0].ctx), OL_NEVER);
}

static void test_orderly_close(void **unused)
{
    struct fixture f;
    uint8_t b[64];
    (void)unused;
    for (unsigned depth = 1; depth <= 2; depth++) {
        setup_with(&f, depth, base_seed);
        ol_ms now = join(&f, T0);
        assert_int_equal(f.top[0].ops->send(f.top[0].ctx, "last", 4), 4);
        f.top[0].ops->close(f.top[0].ctx, now, now + 1000);
        assert_int_equal(state(&f, 0), OL_E_AGAIN);
        f.top[1].ops->step(f.top[1].ctx, now);
        int32_t n;
        while ((n = f.top[1].ops->recv(f.top[1].ctx, b, sizeof b)) == OL_E_AGAIN) {
            step(&f, ++now);
        }
        assert_int_equal(n, 4);
        assert_memory_equal(b, "last", 4);
        while (f.top[1].ops->recv(f.top[1].ctx, b, sizeof b) == OL_E_AGAIN) {
            step(&f, ++now);
        }
        assert_int_equal(state(&f, 1), OL_E_CLOSED); /* closed, not failed */
        assert_int_equal(f.top[1].ops->send(f.top[1].ctx, b, 1), OL_E_CLOSED);
        f.top[1].ops->close(f.top[1].ctx, now, now + 1000);
        now = settle(&f, now);
        assert_int_equal(state(&f, 0), OL_E_CLOSED);
        assert_int_equal(state(&f, 1), OL_E_CLOSED);
        assert_int_equal(f.top[0].ops->deadline(f.top[0].ctx), OL_NEVER);
        now = join(&f, now); /* the same objects serve again */
        exchange(&f, 500, now, base_seed);
    }
}

/* The peer never closes: ours ends at its deadline. */
static void test_close_deadline(void **unused)
{
    struct fixture f;
    (void)unused;
    setup_with(&f, 1, base_seed);
    ol_ms now = join(&f, T0);
    f.top[0].ops->close(f.top[0].ctx, now, now + 300);
    f.top[0].ops->step(f.top[0].ctx, now + 299);
    assert_int_equal(state(&f, 0), OL_E_AGAIN);
    assert_true(f.top[0].ops->deadline(f.top[0].ctx) <= now + 300);
    struct ol_addr peer = {0};
    assert_int_equal(
        f.top[0].ops->open(f.top[0].ctx, &peer, OL_STR(""), now + 299, now + 999),
        OL_E_AGAIN);
    f.top[0].ops->step(f.top[0].ctx, now + 300);
    assert_int_equal(state(&f, 0), OL_E_CLOSED);
}

static void test_drop(void **unused)
{
    struct fixture f;
    uint8_t b[8];
    (void)unused;
    setup_with(&f, 1, base_seed);
    ol_ms now = join(&f, T0);
    f.top[0].ops->close(f.top[0].ctx, now, now);
    assert_int_equal(state(&f, 0), OL_E_CLOSED);
    step(&f, now);
    assert_int_equal(f.top[1].ops->recv(f.top[1].ctx, b, sizeof b), OL_E_CLOSED);
    assert_int_equal(state(&f, 1), OL_E_IO); /* a reset is a failure */
}

/* FIN below without the closing record: somebody cut the connection. */
static void test_truncation_is_failure(void **unused)
{
    struct fixture f;
    uint8_t b[8];
    (void)unused;
    setup_with(&f, 1, base_seed);
    ol_ms now = join(&f, T0);
    struct ol_stream raw = ol_pipe_link(&f.pipe, 0);
    raw.ops->close(raw.ctx, now, now + 1000);
    f.top[1].ops->step(f.top[1].ctx, now);
    assert_int_equal(f.top[1].ops->recv(f.top[1].ctx, b, sizeof b), OL_E_CLOSED);
    assert_int_equal(state(&f, 1), OL_E_IO);
}

static void test_connect_timeout(void **unused)
{
    struct fixture f;
    (void)unused;
    setup_with(&f, 1, base_seed);
    f.pipe.is_unreachable = true;
    begin(&f, T0, T0 + 400);
    assert_int_equal(f.top[0].ops->deadline(f.top[0].ctx), T0 + 400);
    step(&f, T0 + 399);
    assert_int_equal(state(&f, 0), OL_E_AGAIN);
    step(&f, T0 + 400);
    assert_int_equal(state(&f, 0), OL_E_TIMEOUT);
    step(&f, T0 + 401);
    assert_int_equal(state(&f, 0), OL_E_TIMEOUT);
    assert_int_equal(f.top[0].ops->deadline(f.top[0].ctx), OL_NEVER);
}

/* The peer is there and says nothing, on either side of the hand-shake. */
static void test_handshake_timeout(void **unused)
{
    (void)unused;
    for (unsigned silent = 0; silent < 2; silent++) {
        struct fixture f;
        unsigned live = 1 - silent;
        setup_with(&f, 1, base_seed);
        begin(&f, T0, T0 + 400);
        struct ol_stream raw = ol_pipe_link(&f.pipe, 0);
        raw.ops->step(raw.ctx, T0); /* joined below */
        f.top[live].ops->step(f.top[live].ctx, T0);
        f.top[live].ops->step(f.top[live].ctx, T0 + 399);
        assert_int_equal(state(&f, live), OL_E_AGAIN);
        assert_true(f.top[live].ops->deadline(f.top[live].ctx) <= T0 + 400);
        f.top[live].ops->step(f.top[live].ctx, T0 + 400);
        assert_int_equal(state(&f, live), OL_E_TIMEOUT);
        assert_int_equal(f.pipe.end[live].phase, 0); /* dropped below too */
    }
}

static void test_wrong_key(void **unused)
{
    struct fixture f;
    (void)unused;
    setup_with(&f, 1, base_seed);
    f.filter[0][0].key ^= 1;
    begin(&f, T0, T0 + 5000);
    for (int i = 0; i < 10; i++) {
        step(&f, T0 + (ol_ms)i);
    }
    assert_int_equal(state(&f, 1), OL_E_AUTH);
    f.top[1].ops->close(f.top[1].ctx, T0, T0);
    assert_int_equal(state(&f, 1), OL_E_AUTH); /* still says why */
    f.top[0].ops->step(f.top[0].ctx, T0 + 20);
    assert_int_equal(state(&f, 0), OL_E_IO);
}

/* One flipped bit on the way: told as a failure, never as data. */
static void test_damage(void **unused)
{
    (void)unused;
    for (size_t at = 0; at < 30; at++) {
        struct fixture f;
        uint8_t b[64];
        setup_with(&f, 1, base_seed);
        ol_ms now = join(&f, T0);
        assert_int_equal(f.top[0].ops->send(f.top[0].ctx, "twenty-three characters", 23),
                         23);
        f.pipe.way[0].bytes[at] ^= 0x10;
        (void)f.top[0].ops->send(f.top[0].ctx, b, 0); /* a following record */
        f.top[1].ops->step(f.top[1].ctx, now);
        int32_t n = f.top[1].ops->recv(f.top[1].ctx, b, sizeof b);
        assert_true(n < 0);
        if (n == OL_E_AGAIN) { /* a length that grew: waits for the rest */
            assert_true(at == 1 || at == 2);
            continue;
        }
        assert_int_equal(state(&f, 1), OL_E_IO);
    }
}

/* The connection breaks after every possible byte of the client's or the server's. */
static void test_cut_everywhere(void **unused)
{
    (void)unused;
    for (unsigned side = 0; side < 2; side++) {
        unsigned opened = 0;
        for (size_t cut = 1; cut < 400; cut++) {
            struct fixture f;
            struct ol_rng rng = ol_rng_make(base_seed + cut);
            size_t sent = 0;
            size_t received = 0;
            int32_t end = OL_E_AGAIN;
            setup_with(&f, 1 + cut % 2, base_seed + cut);
            f.pipe.way[side].cut_after = cut;
            begin(&f, T0, T0 + 5000);
            for (ol_ms now = T0; now < T0 + 5000 && end == OL_E_AGAIN; now++) {
                step(&f, now);
                if (state(&f, side) == OL_OK) {
                    sent += send_some(&f, side, sent, 10000, &rng);
                }
                do {
                    received += recv_some(&f, 1 - side, received, &rng, &end);
                } while (end > 0);
            }
            assert_true(received <= sent);
            assert_int_equal(end, OL_E_CLOSED);
            assert_int_equal(state(&f, 1 - side), OL_E_IO);
            opened += sent > 0 ? 1 : 0;
        }
        assert_true(opened > 200);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integrity),
        cmocka_unit_test(test_later_is_not_closed),
        cmocka_unit_test(test_back_pressure),
        cmocka_unit_test(test_orderly_close),
        cmocka_unit_test(test_close_deadline),
        cmocka_unit_test(test_drop),
        cmocka_unit_test(test_truncation_is_failure),
        cmocka_unit_test(test_connect_timeout),
        cmocka_unit_test(test_handshake_timeout),
        cmocka_unit_test(test_wrong_key),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_cut_everywhere),
    };
    base_seed = ol_rng_seed("test_net_stacked", 0x57AC4ED);
    return cmocka_run_group_tests_name("stacked stream", tests, NULL, NULL);
}
