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
static inline bool ol_rp_ring_put(struct ol_rp_ring *ring, uint8_t byte)
{
    if (ol_rp_ring_room(ring) == 0) {
        return false;
    }
    ring->bytes[ring->put & (ring->size - 1u)] = byte;
    __asm__ volatile("" ::: "memory");
    ring->put = (uint16_t)(ring->put + 1u);
    return true;
}

/* false: empty. */
static inline bool ol_rp_ring_take(struct ol_rp_ring *ring, uint8_t *byte)
{
    if (ol_rp_ring_used(ring) == 0) {
        return false;
    }
    *byte = ring->bytes[ring->taken & (ring->size - 1u)];
    __asm__ volatile("" ::: "memory");
    ring->taken = (uint16_t)(ring->taken + 1u);
    return true;
}

#endif
