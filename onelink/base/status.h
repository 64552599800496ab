/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_BASE_STATUS_H
#define ONELINK_BASE_STATUS_H

#include <stdint.h>

/* Conventions of the whole library. A header says so where it departs from one of them.
 *
 * - Nothing allocates, nothing waits, nothing reads a clock, nothing keeps a global. The
 *   caller owns every buffer and every context; there is nothing to free.
 * - A context is plain data. It may be copied with memcpy as long as the caller's buffers
 *   are copied with it, which is how tests take a snapshot and branch.
 * - A pointer may be NULL only where its length is 0 or where the header says so.
 * - One context belongs to one thread at a time. Nothing is safe in an interrupt.
 * - Configuration structs are filled with a designated initialiser; zero means the
 *   default.
 * - Lengths and counts are positive, statuses are zero or negative, so that a function
 *   that returns int32_t can give either.
 * - Bytes from a wire, a file or a person never reach an assert.
 */

/* Every function whose result matters is marked, so that ignoring it does not compile. */
#define OL_MUST __attribute__((warn_unused_result))

/* For a function of a few callers: even for size, compilers put it into each of them. */
#define OL_NOINLINE __attribute__((noinline))

/* Few codes, grouped by what the caller does next. */
enum ol_status {
    OL_OK = 0,
    OL_E_AGAIN = -1, /* nothing now, or more bytes needed: come back later */
    OL_E_NOSPC =
        -2,        /* a buffer or table of yours is full: drain it or give a larger one */
    OL_E_ARG = -3, /* the call is wrong: fix the program or the setting behind it */
    OL_E_PROTO = -4,   /* the peer broke the protocol: close the connection */
    OL_E_CLOSED = -5,  /* the connection is gone: open it anew */
    OL_E_TIMEOUT = -6, /* a deadline passed: retry or close */
    OL_E_AUTH = -7,    /* refused by the peer's access control: check credentials */
    OL_E_IO = -8,      /* the medium failed: reset it */
    OL_E_CORRUPT = -9, /* stored data is damaged: skip it */
    OL_E_NOENT = -10   /* no such thing: the name or entry does not exist */
};

/* The name of a status for a log ("timeout"), never NULL, static storage. Unknown values
 * give "unknown". */
const char *ol_status_str(int32_t status);

#endif
