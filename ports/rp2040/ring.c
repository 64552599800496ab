/* SPDX-License-Identifier: MIT */
#include "ports/rp2040/ring.h"

bool ol_rp_ring_put(struct ol_rp_ring *ring, uint8_t byte)
{
    if (ol_rp_ring_room(ring) == 0) {
        return false;
    }
    ring->bytes[ring->put & (ring->size - 1u)] = byte;
    __asm__ volatile("" ::: "memory");
    ring->put = (uint16_t)(ring->put + 1u);
    return true;
}

bool ol_rp_ring_take(struct ol_rp_ring *ring, uint8_t *byte)
{
    if (ol_rp_ring_used(ring) == 0) {
        return false;
    }
    *byte = ring->bytes[ring->taken & (ring->size - 1u)];
    __asm__ volatile("" ::: "memory");
    ring->taken = (uint16_t)(ring->taken + 1u);
    return true;
}

size_t ol_rp_ring_read(struct ol_rp_ring *ring, uint8_t *to, size_t cap)
{
    size_t len = 0;
    while (len < cap && ol_rp_ring_take(ring, &to[len])) {
        len++;
    }
    return len;
}
