/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_STORE_RING_H
#define PLATFORM_STORE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"

/* Rings of bytes in one file, one for each key (a device), for the message log.
 *
 * The file is mapped into memory: adding is a copy, without a system call, and what was
 * added belongs to the kernel at once, so that no death of the process loses it. (A power
 * cut may; the log says what happened, the database holds what counts.) It consists of
 * blocks of OL_RING_BLOCK bytes that each say whose they are, in which order they came and
 * where in them an entry begins. Nothing else has to be right for the file to be read:
 * an entry that a crash cut short is skipped, and other processes read along without a
 * lock, looking before and after whether a block is still what it was.
 *
 * A ring is bounded, and so is the file; when all blocks are taken the longest ring gives
 * its oldest, so that one that is loud cannot push out the others. The file grows as it is
 * needed, and what cannot be had from the disk is taken from the longest ring too. */

#define OL_RING_BLOCK      512U
#define OL_RING_FILE_MAX   (64U << 20)
#define OL_RING_ENTRY_MAX  8192U
#define OL_RING_DEVICE_MIN 4096U

struct ol_ring;

/* Opens the file to add to it, or makes it; one that is not whole is begun anew. bytes
 * bounds each ring, OL_RING_DEVICE_MIN..OL_RING_FILE_MAX. Only one process may have it
 * open so. NULL: no file or no memory; errno tells. */
struct ol_ring *ol_ring_open(const char *path, uint32_t bytes);

/* Opens the file to read it, while another process may add to it. NULL: as above, also
 * ENOENT; EINVAL: it is no such file. */
struct ol_ring *ol_ring_view(const char *path);

/* The file that it reads or writes is still the one that has this name. */
bool ol_ring_is_at(const struct ol_ring *r, const char *path);

/* Harmless with NULL. */
void ol_ring_close(struct ol_ring *r);

/* The number that the last entry of any ring got, 0: none yet. */
uint64_t ol_ring_seq(const struct ol_ring *r);

/* A part of an entry. */
struct ol_ring_part {
    const void *data;
    size_t len;
};

/* Adds an entry of a few parts and gives it the next number. false: it is longer than
 * OL_RING_ENTRY_MAX, there is no memory, or the file is gone. Only after ol_ring_open(). */
bool ol_ring_add(struct ol_ring *r, int64_t key, const struct ol_ring_part *parts,
                 size_t count);

/* Calls row for every entry of a key whose number is above after, oldest first, until row
 * gives false. The entry lives during the call. OL_OK; OL_E_NOSPC: no memory;
 * OL_E_IO: the file is gone, as it was made shorter or the disk fails. */
OL_MUST int32_t ol_ring_each(struct ol_ring *r, int64_t key, uint64_t after,
                             bool (*row)(void *ctx, uint64_t seq, const uint8_t *entry,
                                         size_t len),
                             void *ctx);

/* Gives blocks of old entries back, in slices: looks at up to `blocks` blocks (at least
 * OL_RING_SLICE_MIN), beginning with the ring *at (0 at first, the next slice's to keep),
 * and gives back the oldest of each ring as long as is_old is true for every entry that
 * begins in them, down to a ring that is empty. is_old gets an entry as row does above. Its
 * bytes are wiped. *given grows by how many went. true: all rings have had their turn, and
 * *at is 0 again. Only after ol_ring_open(). */
#define OL_RING_SLICE_MIN 32U
bool ol_ring_trim(struct ol_ring *r, uint32_t *at, uint32_t blocks,
                  bool (*is_old)(void *ctx, const uint8_t *entry, size_t len), void *ctx,
                  uint64_t *given);

/* Gives back and wipes all blocks of a key. Only after ol_ring_open(). */
void ol_ring_drop(struct ol_ring *r, int64_t key);

/* A number that stands in the file, for those who read it: 0 at first. It survives like an
 * entry does. Setting it only after ol_ring_open(). */
int64_t ol_ring_note(const struct ol_ring *r);
void ol_ring_set_note(struct ol_ring *r, int64_t note);

#endif
