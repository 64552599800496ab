/* SPDX-License-Identifier: MIT */
#include "tests/support/battery.h"

#include "tests/support/guard.h"

void ol_battery_truncations(const void *data, size_t len, ol_battery_check check,
                            void *ctx)
{
    struct ol_guard g = ol_guard_open(len);
    for (size_t n = 0; n <= len; n++) {
        check(ctx, ol_guard_put(&g, data, n), n);
    }
    ol_guard_close(&g);
}

void ol_battery_bit_flips(const void *data, size_t len, ol_battery_check check, void *ctx)
{
    struct ol_guard g = ol_guard_open(len);
    for (size_t bit = 0; bit < len * 8; bit++) {
        uint8_t *p = ol_guard_put(&g, data, len);
        p[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        check(ctx, p, len);
    }
    ol_guard_close(&g);
}

void ol_battery_splits(const void *data, size_t len, ol_battery_split_check check,
                       void *ctx)
{
    const uint8_t *bytes = data;
    struct ol_guard head = ol_guard_open(len);
    struct ol_guard tail = ol_guard_open(len);
    for (size_t n = 0; n <= len; n++) {
        const uint8_t *rest = len > 0 ? bytes + n : bytes;
        check(ctx, ol_guard_put(&head, data, n), n, ol_guard_put(&tail, rest, len - n),
              len - n);
    }
    ol_guard_close(&head);
    ol_guard_close(&tail);
}
