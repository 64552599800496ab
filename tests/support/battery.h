/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_BATTERY_H
#define TESTS_SUPPORT_BATTERY_H

#include <stddef.h>
#include <stdint.h>

/* The standard battery for a parser: the same check function over systematic variants of
 * one good input. The check does its own asserts; each variant lies flush against a page
 * without access (guard.h) and lives only during the call. */

/* data[0..len) is one variant. */
typedef void (*ol_battery_check)(void *ctx, const uint8_t *data, size_t len);

/* Every prefix: len 0, 1, ... up to the whole input. */
void ol_battery_truncations(const void *data, size_t len, ol_battery_check check,
                            void *ctx);

/* Every input that differs in exactly one bit: 8 * len variants. */
void ol_battery_bit_flips(const void *data, size_t len, ol_battery_check check,
                          void *ctx);

/* The input in two pieces, each flush against a page without access of its own. */
typedef void (*ol_battery_split_check)(void *ctx, const uint8_t *head, size_t head_len,
                                       const uint8_t *tail, size_t tail_len);

/* Every split point, from an empty head to an empty tail: len + 1 variants. */
void ol_battery_splits(const void *data, size_t len, ol_battery_split_check check,
                       void *ctx);

#endif
