/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_PIPE_STREAM_H
#define TESTS_SUPPORT_PIPE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/link/stream.h"
#include "tests/support/rng.h"

/* Two streams joined back to back in memory, as awkward as a network allows: seeded, they
 * take and give any number of bytes and say "later" without reason. End 0 opens; end 1 is
 * what the listener has accepted, open as soon as end 0 is. */

#define OL_PIPE_CAP 300

struct ol_pipe_way {
    uint8_t bytes[OL_PIPE_CAP];
    size_t len;
    size_t total;     /* bytes ever taken */
    size_t cut_after; /* breaks when that many were taken; SIZE_MAX: never */
    bool is_finished; /* nothing more will be sent */
};

struct ol_pipe_end {
    struct ol_pipe *pipe;
    uint8_t index;
    uint8_t phase;
    int32_t failure;
    ol_ms give_up_at_ms;
};

struct ol_pipe {
    struct ol_pipe_way way[2]; /* way[i] is filled by end i */
    struct ol_pipe_end end[2];
    struct ol_rng rng;
    size_t chunk_max;    /* bytes taken or given in one call, at most */
    unsigned later_of_8; /* how many of eight calls say OL_E_AGAIN */
    bool is_unreachable; /* open never comes to an end */
};

/* Not joined yet. Changes of the fields up to is_unreachable are welcome then. */
void ol_pipe_init(struct ol_pipe *p, uint64_t seed);

/* End 0 or 1. Valid as long as *p, which must not move. */
struct ol_stream ol_pipe_link(struct ol_pipe *p, unsigned index);

#endif
