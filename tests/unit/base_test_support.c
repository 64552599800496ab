/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/battery.h"
#include "tests/support/guard.h"
#include "tests/support/rng.h"
#include "tests/support/vectors.h"

/* The helpers that other tests lean on must themselves be able to fail. */

/* How a child ends that touches p[0]: the signal, or 0 when it lives. */
static int touch_in_child(volatile uint8_t *p)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        signal(SIGBUS, SIG_DFL);
        *p = 1;
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void guard_traps_the_byte_past_the_end(void **state)
{
    (void)state;
    struct ol_guard g = ol_guard_open(5000);
    for (size_t len = 1; len <= 5000; len += 1666) {
        uint8_t *p = ol_guard_room(&g, len);
        assert_int_equal(touch_in_child(p + len - 1), 0);
        assert_int_not_equal(touch_in_child(p + len), 0);
    }
    assert_int_not_equal(touch_in_child(ol_guard_put(&g, NULL, 0)), 0);
    assert_memory_equal(ol_guard_put(&g, "abc", 3), "abc", 3);
    ol_guard_close(&g);
}

struct seen {
    size_t calls;
    size_t bytes;
    uint32_t sum;
};

static void count(void *ctx, const uint8_t *data, size_t len)
{
    struct seen *s = ctx;
    s->calls++;
    s->bytes += len;
    for (size_t i = 0; i < len; i++) {
        s->sum += data[i];
    }
}

static void count_split(void *ctx, const uint8_t *head, size_t head_len,
                        const uint8_t *tail, size_t tail_len)
{
    struct seen *s = ctx;
    char whole[3];
    memcpy(whole, head, head_len);
    memcpy(whole + head_len, tail, tail_len);
    assert_memory_equal(whole, "xyz", 3);
    s->calls++;
}

static void battery_makes_every_variant(void **state)
{
    (void)state;
    struct seen s = {0};
    ol_battery_truncations("\1\2\3", 3, count, &s);
    assert_int_equal(s.calls, 4);
    assert_int_equal(s.bytes, 0 + 1 + 2 + 3);
    assert_int_equal(s.sum, 1 + 3 + 6);
    s = (struct seen){0};
    ol_battery_bit_flips("\0", 1, count, &s);
    assert_int_equal(s.calls, 8);
    assert_int_equal(s.sum, 255);
    s = (struct seen){0};
    ol_battery_splits("xyz", 3, count_split, &s);
    assert_int_equal(s.calls, 4);
}

static void vectors_give_bytes(void **state)
{
    (void)state;
    uint8_t out[4];
    assert_int_equal(ol_vectors_bytes(OL_STR("hex:00 fF7e"), out, sizeof out), 3);
    assert_memory_equal(out, "\x00\xff\x7e", 3);
    assert_int_equal(ol_vectors_bytes(OL_STR("he"), out, sizeof out), 2);
    assert_memory_equal(out, "he", 2);
    struct ol_vectors v = ol_vectors_open("json/rfc8259.tsv");
    struct ol_vector row;
    assert_true(ol_vectors_next(&v, &row));
    assert_true(row.count >= 3 && row.line > 1);
    ol_vectors_close(&v);
}

static void rng_is_splitmix64(void **state)
{
    (void)state;
    /* The published first outputs of splitmix64 for seed 1234567. */
    struct ol_rng r = ol_rng_make(1234567);
    assert_true(ol_rng_u64(&r) == UINT64_C(6457827717110365317));
    assert_true(ol_rng_u64(&r) == UINT64_C(3203168211198807973));
    uint8_t a[9];
    uint8_t b[9];
    struct ol_rng again = r;
    ol_rng_fill(&r, a, sizeof a);
    ol_rng_fill(&again, b, sizeof b);
    assert_memory_equal(a, b, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guard_traps_the_byte_past_the_end),
        cmocka_unit_test(battery_makes_every_variant),
        cmocka_unit_test(vectors_give_bytes),
        cmocka_unit_test(rng_is_splitmix64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
