/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_RING_H
#define PORTS_RP2040_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes on their way between an interrupt handler and the program: one side puts, the other
 * takes, and neither needs a lock. The size is a power of two up to 32768. */
struct ol_rp_ring {
    uint8_t *bytes;
    uint16_t size;
    volatile uint16_t put; /* counts on; the index is the rest by size */
    volatile uint16_t taken;
};

static inline size_t ol_rp_ring_used(const struct ol_rp_ring *ring)
{
    return (uint16_t)(ring->put - ring->taken);
}

static inline size_t ol_rp_ring_room(const struct ol_rp_ring *ring)
{
    return ring->size - ol_rp_ring_used(ring);
}

/* false: full, the byte is not kept. */
bool ol_rp_ring_put(struct ol_rp_ring *ring, uint8_t byte);

/* false: empty. */
bool ol_rp_ring_take(struct ol_rp_ring *ring, uint8_t *byte);

/* Takes up to cap bytes; returns how many. */
size_t ol_rp_ring_read(struct ol_rp_ring *ring, uint8_t *to, size_t cap);

#endif
