/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/copy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/guard.h"

#define SIZE 96

/* Every length, every alignment of both ends, not overlapping: against memcpy, and flush
 * against pages without access. */
static void copies_every_length_and_alignment(void **state)
{
    (void)state;
    struct ol_guard from = ol_guard_open(SIZE);
    struct ol_guard to = ol_guard_open(SIZE);
    uint8_t data[SIZE];
    for (size_t i = 0; i < SIZE; i++) {
        data[i] = (uint8_t)(i * 37 + 1);
    }
    for (size_t len = 0; len <= 40; len++) {
        for (size_t slack = 0; slack < 8; slack++) {
            const uint8_t *src = ol_guard_put(&from, data, len + slack);
            uint8_t *dst = ol_guard_room(&to, len);
            ol_mqtt_copy_down(dst, src + slack, len);
            assert_memory_equal(dst, data + slack, len);
            dst = ol_guard_room(&to, len + slack);
            ol_mqtt_copy_down(dst, src, len);
            assert_memory_equal(dst, data, len);
            for (size_t i = 0; i < slack; i++) {
                assert_int_equal(dst[len + i], 0xA5);
            }
        }
    }
    ol_guard_close(&from);
    ol_guard_close(&to);
}

static void moves_down_over_itself(void **state)
{
    (void)state;
    for (size_t distance = 0; distance <= 20; distance++) {
        for (size_t begin = 0; begin < 4; begin++) {
            for (size_t len = 0; len + distance + begin <= 64; len++) {
                _Alignas(8) uint8_t got[SIZE];
                _Alignas(8) uint8_t want[SIZE];
                for (size_t i = 0; i < SIZE; i++) {
                    got[i] = (uint8_t)(i * 91 + 5);
                }
                memcpy(want, got, SIZE);
                memmove(want + begin, want + begin + distance, len);
                ol_mqtt_copy_down(got + begin, got + begin + distance, len);
                assert_memory_equal(got, want, SIZE);
            }
        }
    }
}

static void wipes_exactly(void **state)
{
    (void)state;
    uint8_t bytes[8];
    memset(bytes, 0x55, sizeof bytes);
    ol_mqtt_wipe(bytes + 2, 4);
    assert_memory_equal(bytes, "\x55\x55\0\0\0\0\x55\x55", 8);
    ol_mqtt_wipe(bytes, 0);
    assert_int_equal(bytes[0], 0x55);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_every_length_and_alignment),
        cmocka_unit_test(moves_down_over_itself),
        cmocka_unit_test(wipes_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
