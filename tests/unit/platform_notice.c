/* SPDX-License-Identifier: MIT */
/* Lines for the person who runs the platform: how many, how often, what of a stranger's
 * text is shown. */
#define _POSIX_C_SOURCE 200809L

#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "platform/notice.h"

#define TEXT_CAP 65536
#define STAMP    20 /* "2026-01-31 12:34:56 " */

struct fixture {
    struct event_base *base;
    struct ol_notice notice;
    int pipe[2];
    char text[TEXT_CAP];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->base = event_base_new();
    assert_int_equal(pipe(f->pipe), 0);
    assert_int_equal(ol_notice_open(&f->notice, f->base, f->pipe[1]), OL_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    ol_notice_close(&f->notice);
    event_base_free(f->base);
    close(f->pipe[0]);
    close(f->pipe[1]);
    free(f);
    return 0;
}

/* What was written so far, with the times cut off. */
static const char *written(struct fixture *f)
{
    struct pollfd p = {.fd = f->pipe[0], .events = POLLIN};
    char raw[TEXT_CAP];
    size_t have = 0;
    size_t at = 0;
    while (poll(&p, 1, 0) == 1) {
        ssize_t n = read(f->pipe[0], raw + have, sizeof raw - have);
        assert_true(n > 0);
        have += (size_t)n;
    }
    for (size_t i = 0; i < have;) {
        assert_true(i + STAMP < have);
        assert_int_equal(raw[i + 4], '-');
        assert_int_equal(raw[i + 13], ':');
        assert_int_equal(raw[i + STAMP - 1], ' ');
        char *end = memchr(raw + i, '\n', have - i);
        assert_non_null(end);
        size_t len = (size_t)(end - raw) + 1 - i - STAMP;
        memcpy(f->text + at, raw + i + STAMP, len);
        at += len;
        i += STAMP + len;
    }
    f->text[at] = '\0';
    return f->text;
}

static void say(struct fixture *f, const char *text, ol_ms now)
{
    if (ol_notice_take(&f->notice, now)) {
        char buf[64];
        struct ol_writer w = ol_writer_make(buf, sizeof buf);
        ol_writer_str(&w, ol_str_from(text));
        ol_notice_write(&f->notice, &w);
    }
}

static void test_lines(void **state)
{
    struct fixture *f = *state;
    say(f, "one", 1000);
    say(f, "two", 1000);
    assert_string_equal(written(f), "one\ntwo\n");
}

static void test_rate(void **state)
{
    struct fixture *f = *state;
    char expected[256] = "";
    for (int i = 0; i < OL_NOTICE_RATE; i++) {
        strcat(expected, "x\n");
    }
    for (int i = 0; i < OL_NOTICE_RATE + 7; i++) {
        say(f, "x", 5000 + (ol_ms)i);
    }
    assert_string_equal(written(f), expected);
    say(f, "late", 5999);
    assert_string_equal(written(f), "");
    say(f, "next second", 6000);
    assert_string_equal(written(f), "8 more lines left out\nnext second\n");
    say(f, "no more", 7000);
    assert_string_equal(written(f), "no more\n");
}

/* Nothing else happens: the number comes by itself. */
static void test_rate_told_later(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < OL_NOTICE_RATE + 1; i++) {
        say(f, "x", 5000);
    }
    (void)written(f);
    assert_int_equal(event_base_loop(f->base, EVLOOP_ONCE), 0);
    assert_string_equal(written(f), "1 more line left out\n");
}

static void test_told_at_the_end(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < OL_NOTICE_RATE + 2; i++) {
        say(f, "x", 5000);
    }
    (void)written(f);
    ol_notice_close(&f->notice);
    assert_string_equal(written(f), "2 more lines left out\n");
}

/* A full pipe costs lines, never time; they are told when there is room again. */
static void test_slow_reader(void **state)
{
    struct fixture *f = *state;
    char junk[4096];
    memset(junk, 'j', sizeof junk);
    assert_int_equal(fcntl(f->pipe[1], F_SETFL, O_NONBLOCK), 0);
    while (write(f->pipe[1], junk, sizeof junk) > 0) {
    }
    assert_int_equal(fcntl(f->pipe[1], F_SETFL, 0), 0);
    say(f, "lost", 1000);
    say(f, "lost too", 2000);
    assert_int_equal(fcntl(f->pipe[0], F_SETFL, O_NONBLOCK), 0);
    while (read(f->pipe[0], junk, sizeof junk) > 0) {
    }
    say(f, "heard", 3000);
    assert_string_equal(written(f), "2 more lines left out\nheard\n");
}

static void test_no_reader(void **state)
{
    struct fixture *f = *state;
    f->notice.fd = -1;
    say(f, "x", 1000);
    assert_int_equal(f->notice.left_out, 1);
    f->notice.fd = f->pipe[1];
}

static void test_seen(void **state)
{
    struct fixture *f = *state;
    uint64_t a = ol_notice_hash(OL_NOTICE_HASH, "a", 1);
    uint64_t b = ol_notice_hash(OL_NOTICE_HASH, "b", 1);
    assert_int_equal(a, UINT64_C(0xAF63DC4C8601EC8C)); /* FNV-1a, by its authors */
    assert_false(ol_notice_is_seen(&f->notice, a, OL_NEVER, 10));
    ol_notice_see(&f->notice, a, 10);
    assert_true(ol_notice_is_seen(&f->notice, a, OL_NEVER, 10));
    assert_true(ol_notice_is_seen(&f->notice, a, OL_NEVER, 1u << 30));
    assert_false(ol_notice_is_seen(&f->notice, b, OL_NEVER, 10));
    assert_true(ol_notice_is_seen(&f->notice, a, 100, 109));
    assert_false(ol_notice_is_seen(&f->notice, a, 100, 110));
    /* One that takes its place. */
    ol_notice_see(&f->notice, a + OL_NOTICE_SEEN, 20);
    assert_false(ol_notice_is_seen(&f->notice, a, OL_NEVER, 20));
}

static void check_text(void (*append)(struct ol_writer *w, struct ol_str s, size_t max),
                       struct ol_str text, size_t max, const char *expected)
{
    char buf[256] = "";
    struct ol_writer w = ol_writer_make(buf, sizeof buf - 1);
    append(&w, text, max);
    assert_string_equal(buf, expected);
}

static void test_text(void **state)
{
    (void)state;
    check_text(ol_notice_text, OL_STR(""), 10, "");
    check_text(ol_notice_text, OL_STR("led-1_a ~!"), 10, "led-1_a ~!");
    check_text(ol_notice_text, OL_STR("a\nb\r\x1b[2J"), 10, "a\\x0ab\\x0d\\x1b[2J");
    check_text(ol_notice_text, OL_STR("\0\x7f\xc2\x9b"), 10, "\\x00\\x7f\\xc2\\x9b");
    check_text(ol_notice_text, OL_STR("\\x0a"), 10, "\\\\x0a");
    check_text(ol_notice_text, OL_STR("0123456789"), 10, "0123456789");
    check_text(ol_notice_text, OL_STR("0123456789a"), 10, "0123456789...");
    check_text(ol_notice_text, OL_STR("a=b"), 10, "a=b");
    check_text(ol_notice_name, OL_STR(""), 10, "");
    check_text(ol_notice_name, OL_STR("thing/\t"), 10, "thing/\\x09");
    check_text(ol_notice_name, OL_STR("version=2018-10-31&res=x&sign=y"), 64,
               "(31 bytes, not shown)");
    check_text(ol_notice_name, OL_STR("c2VjcmV0c2VjcmV0czA="), 4,
               "(20 bytes, not shown)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rate, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rate_told_later, setup, teardown),
        cmocka_unit_test_setup_teardown(test_told_at_the_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_slow_reader, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_reader, setup, teardown),
        cmocka_unit_test_setup_teardown(test_seen, setup, teardown),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
