/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "onelink/base/buf.h"
#include "tests/support/battery.h"
#include "tests/support/guard.h"

static void reads_in_network_order(void **state)
{
    (void)state;
    struct ol_reader r = ol_reader_make("\x01\x02\x03\x84\x05\x06\xF7xyz", 10);
    assert_int_equal(ol_reader_left(&r), 10);
    assert_int_equal(ol_reader_u8(&r), 1);
    assert_int_equal(ol_reader_u16(&r), 0x0203);
    assert_true(ol_reader_u32(&r) == 0x840506F7);
    struct ol_str none = ol_reader_bytes(&r, 0);
    assert_int_equal(none.len, 0);
    assert_true(ol_str_equal(ol_reader_bytes(&r, 3), OL_STR("xyz")));
    assert_int_equal(ol_reader_left(&r), 0);
    assert_false(r.bad);
}

static void gets_in_network_order(void **state)
{
    static const uint8_t bytes[] = {0xFF, 0xFE, 0x01, 0x80, 0x02};
    (void)state;
    assert_int_equal(ol_get_u16(bytes), 0xFFFE);
    assert_int_equal(ol_get_u16(bytes + 3), 0x8002);
    assert_int_equal(ol_get_u32(bytes), 0xFFFE0180);
    assert_int_equal(ol_get_u32(bytes + 1), 0xFE018002);
}

static void short_read_is_sticky(void **state)
{
    (void)state;
    struct ol_reader r = ol_reader_make("abc", 3);
    assert_int_equal(ol_reader_u8(&r), 'a');
    assert_true(ol_reader_u32(&r) == 0);
    assert_true(r.bad);
    assert_int_equal(ol_reader_left(&r), 0);
    assert_int_equal(ol_reader_u8(&r), 0);
    assert_int_equal(ol_reader_u16(&r), 0);
    assert_null(ol_reader_bytes(&r, 1).ptr);
    assert_int_equal(ol_reader_bytes(&r, 0).len, 0);
    r = ol_reader_make("abc", 3);
    assert_int_equal(ol_reader_bytes(&r, SIZE_MAX).len, 0);
    assert_true(r.bad);
    r = ol_reader_make(NULL, 0);
    assert_int_equal(ol_reader_bytes(&r, 0).len, 0);
    assert_false(r.bad);
    assert_int_equal(ol_reader_u16(&r), 0);
    assert_true(r.bad);
}

static void check_reads(void *ctx, const uint8_t *data, size_t len)
{
    (void)ctx;
    struct ol_reader r = ol_reader_make(data, len);
    uint8_t a = ol_reader_u8(&r);
    uint16_t b = ol_reader_u16(&r);
    uint32_t c = ol_reader_u32(&r);
    struct ol_str d = ol_reader_bytes(&r, 2);
    assert_true(r.bad == (len < 9));
    assert_int_equal(a, len >= 1 ? 1 : 0);
    assert_int_equal(b, len >= 3 ? 0x0203 : 0);
    assert_true(c == (len >= 7 ? 0x04050607U : 0));
    assert_int_equal(d.len, len >= 9 ? 2 : 0);
}

static void truncated_reads(void **state)
{
    (void)state;
    ol_battery_truncations("\1\2\3\4\5\6\7\10\11\12", 10, check_reads, NULL);
}

static void write_all(struct ol_writer *w)
{
    ol_writer_u8(w, 0xF1);
    ol_writer_u16(w, 0xF203);
    ol_writer_u32(w, 0xF4050607);
    ol_writer_bytes(w, NULL, 0);
    ol_writer_bytes(w, "xy", 2);
    ol_writer_str(w, (struct ol_str){NULL, 0});
    ol_writer_str(w, OL_STR("z"));
}

/* How much stands there when the first write that does not fit stops all others. */
static size_t length_at(size_t cap)
{
    static const size_t ends[] = {10, 9, 7, 3, 1, 0};
    for (size_t i = 0;; i++) {
        if (cap >= ends[i]) {
            return ends[i];
        }
    }
}

static void write_at_every_capacity(void **state)
{
    (void)state;
    static const char want[] = "\xF1\xF2\x03\xF4\x05\x06\x07xyz";
    struct ol_guard g = ol_guard_open(32);
    for (size_t cap = 0; cap <= 12; cap++) {
        uint8_t *out = ol_guard_room(&g, cap);
        struct ol_writer w = ol_writer_make(cap == 0 ? NULL : out, cap);
        write_all(&w);
        assert_int_equal(w.len, length_at(cap));
        assert_int_equal(ol_writer_status(&w), cap >= 10 ? OL_OK : OL_E_NOSPC);
        assert_memory_equal(out, want, w.len);
        for (size_t i = w.len; i < cap; i++) {
            assert_int_equal(out[i], 0xA5);
        }
    }
    ol_guard_close(&g);
}

static void overflow_is_sticky(void **state)
{
    (void)state;
    uint8_t out[4];
    struct ol_writer w = ol_writer_make(out, sizeof out);
    ol_writer_u8(&w, 1);
    ol_writer_u32(&w, 2);
    ol_writer_u8(&w, 3);
    ol_writer_bytes(&w, "", 0);
    assert_int_equal(w.len, 1);
    assert_int_equal(ol_writer_status(&w), OL_E_NOSPC);
    w = ol_writer_make(out, sizeof out);
    ol_writer_bytes(&w, out, SIZE_MAX);
    assert_int_equal(w.len, 0);
    assert_true(w.over);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_in_network_order),
        cmocka_unit_test(gets_in_network_order),
        cmocka_unit_test(short_read_is_sticky),
        cmocka_unit_test(truncated_reads),
        cmocka_unit_test(write_at_every_capacity),
        cmocka_unit_test(overflow_is_sticky),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
