/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_GUARD_H
#define TESTS_SUPPORT_GUARD_H

#include <stddef.h>
#include <stdint.h>

/* Memory that ends flush against a page without access, so that reading or writing one
 * byte past its end crashes at once, whatever sanitizer is or is not there. POSIX hosts
 * only.
 *
 *     struct ol_guard g = ol_guard_open(1024);
 *     const uint8_t *p = ol_guard_put(&g, packet, packet_len);   // p[packet_len] traps
 *     uint8_t *out = ol_guard_room(&g, 10);                      // out[10] traps
 *     ol_guard_close(&g);
 */
struct ol_guard {
    uint8_t *map;
    size_t map_len;
    size_t cap; /* usable bytes before the trapping page */
};

/* Memory for at least cap bytes (0 is allowed). Ends the program when the host has none.
 */
struct ol_guard ol_guard_open(size_t cap);

/* The last len bytes before the trapping page, filled with 0xA5. len is at most g->cap.
 * It is the same memory at each call: the former contents are gone. */
uint8_t *ol_guard_room(struct ol_guard *g, size_t len);

/* ol_guard_room with data[0..len) copied into it. */
uint8_t *ol_guard_put(struct ol_guard *g, const void *data, size_t len);

/* Gives the memory back. */
void ol_guard_close(struct ol_guard *g);

#endif
