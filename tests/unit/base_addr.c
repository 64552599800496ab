/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "onelink/base/addr.h"
#include "tests/support/battery.h"
#include "tests/support/guard.h"

static void good_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint8_t bytes[4];
    } rows[] = {
        {"0.0.0.0", {0, 0, 0, 0}},
        {"192.0.2.7", {192, 0, 2, 7}},
        {"255.255.255.255", {255, 255, 255, 255}},
        {"1.20.100.9", {1, 20, 100, 9}},
    };
    struct ol_guard g = ol_guard_open(32);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = strlen(rows[i].text);
        struct ol_addr a;
        struct ol_str text = ol_str_make(ol_guard_put(&g, rows[i].text, len), len);
        assert_int_equal(ol_addr_decode(text, 1883, &a), OL_OK);
        const uint8_t *b = rows[i].bytes;
        struct ol_addr want = ol_addr_ipv4(b[0], b[1], b[2], b[3], 1883);
        assert_true(ol_addr_equal(&a, &want));
        assert_int_equal(a.port, 1883);
        assert_int_equal(a.family, OL_ADDR_IPV4);
        assert_memory_equal(a.bytes, b, 4);
    }
    ol_guard_close(&g);
}

static void bad_addresses(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",          ".",         "1",           "1.2.3",
        "1.2.3.",    "1.2.3.4.",  "1.2.3.4.5",   "256.1.1.1",
        "1.1.1.256", "01.2.3.4",  "1.2.3.04",    "00.0.0.0",
        "1..2.3",    "1.2.3.4 ",  " 1.2.3.4",    "1.2.3.-4",
        "a.b.c.d",   "1,2,3,4",   "1.2.3.4:5",   "4294967296",
        "0x1.2.3.4", "1.2.3.1e1", "999.1.1.1",   "1.2.3.99999999999",
        "+1.2.3.4",  "1.2.3.4\n", "example.com",
    };
    struct ol_guard g = ol_guard_open(32);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = strlen(rows[i]);
        struct ol_addr a = ol_addr_ipv4(9, 9, 9, 9, 9);
        struct ol_str text = ol_str_make(ol_guard_put(&g, rows[i], len), len);
        assert_int_equal(ol_addr_decode(text, 1, &a), OL_E_ARG);
        assert_int_equal(a.port, 9);
    }
    ol_guard_close(&g);
}

/* What is accepted is written the same way again: there is one form only. */
static void check_canonical(void *ctx, const uint8_t *data, size_t len)
{
    (void)ctx;
    struct ol_addr a;
    char text[OL_ADDR_TEXT_CAP];
    if (ol_addr_decode(ol_str_make(data, len), 0, &a) == OL_OK) {
        assert_int_equal(ol_addr_encode(&a, text, sizeof text), len);
        assert_memory_equal(text, data, len);
    }
}

static void hostile_text(void **state)
{
    (void)state;
    ol_battery_truncations("255.255.255.255", 15, check_canonical, NULL);
    ol_battery_bit_flips("10.203.4.255", 12, check_canonical, NULL);
}

static void encode_at_every_capacity(void **state)
{
    (void)state;
    const char *want = "255.255.255.255:65535";
    struct ol_addr a = ol_addr_ipv4(255, 255, 255, 255, 65535);
    struct ol_guard g = ol_guard_open(OL_ADDR_TEXT_CAP);
    for (size_t cap = 0; cap <= OL_ADDR_TEXT_CAP; cap++) {
        char *out = (char *)ol_guard_room(&g, cap);
        int32_t len = ol_addr_encode(&a, out, cap);
        assert_int_equal(len, cap > strlen(want) ? (int32_t)strlen(want) : OL_E_NOSPC);
        if (len >= 0) {
            assert_string_equal(out, want);
        }
    }
    ol_guard_close(&g);
}

static void equality(void **state)
{
    (void)state;
    struct ol_addr a = ol_addr_ipv4(10, 0, 0, 1, 80);
    struct ol_addr b = ol_addr_ipv4(10, 0, 0, 1, 81);
    struct ol_addr c = ol_addr_ipv4(10, 0, 0, 2, 80);
    struct ol_addr none = {0};
    struct ol_addr six = {.family = OL_ADDR_IPV6, .bytes = {0x20, 0x01}, .port = 80};
    struct ol_addr other_six = six;
    assert_false(ol_addr_equal(&a, &b));
    assert_true(ol_addr_same_host(&a, &b));
    assert_false(ol_addr_same_host(&a, &c));
    assert_false(ol_addr_equal(&a, &none));
    assert_true(ol_addr_equal(&none, &none));
    assert_false(ol_addr_same_host(&a, &six));
    assert_true(ol_addr_equal(&six, &other_six));
    other_six.bytes[15] = 1;
    assert_false(ol_addr_equal(&six, &other_six));
    ol_addr_set_ipv4(&six, (const uint8_t[]){10, 0, 0, 1}, 80); /* whatever it was */
    assert_true(ol_addr_equal(&six, &a));
    a.bytes[4] = 99; /* beyond an IPv4 address: has no meaning */
    assert_true(ol_addr_same_host(&a, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_addresses), cmocka_unit_test(bad_addresses),
        cmocka_unit_test(hostile_text),   cmocka_unit_test(encode_at_every_capacity),
        cmocka_unit_test(equality),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
