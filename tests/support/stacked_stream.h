/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_STACKED_STREAM_H
#define TESTS_SUPPORT_STACKED_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/link/stream.h"

/* A stream stacked on a stream, of the shape of TLS but without its secrecy: records, a
 * hand-shake of two round trips, buffers of its own in both directions, a closing record,
 * deadlines. It is there to prove that whoever uses link/stream is ready for TLS. Never
 * use it for real.
 *
 * Record: type (1 byte), payload length (2), payload scrambled with a keyed sequence,
 * checksum of the plain record and its number (4). Hand-shake: hello (nonce, host name)
 * and hello (nonce), then proof of the key and proof of the key. */

#define OL_STACKED_CAP      200 /* payload of a record */
#define OL_STACKED_OVERHEAD 7
#define OL_STACKED_HOST_MAX 64

struct ol_stacked {
    struct ol_stream below;
    bool is_server;
    uint32_t key;
    uint32_t nonce;
    uint32_t peer_nonce;
    uint8_t phase;
    uint8_t received; /* hand-shake records */
    bool has_peer_closed;
    int32_t failure;
    ol_ms give_up_at_ms;
    ol_ms stepped_at_ms;
    uint32_t rx_number;
    uint32_t tx_number;
    size_t rx_len; /* of a record that is not whole */
    size_t plain_pos;
    size_t plain_len;
    size_t tx_pos;
    size_t tx_len;
    char host[OL_STACKED_HOST_MAX + 1]; /* what the client opened, NUL-terminated */
    uint8_t rx[OL_STACKED_CAP + OL_STACKED_OVERHEAD];
    uint8_t plain[OL_STACKED_CAP];
    uint8_t tx[3 * (OL_STACKED_CAP + OL_STACKED_OVERHEAD)];
};

/* A closed filter over `below`, whose calls it owns from now on. Both sides need the same
 * key; nonce may be anything. */
void ol_stacked_init(struct ol_stacked *s, struct ol_stream below, uint32_t key,
                     uint32_t nonce);

/* The interface on top. Valid as long as *s, which must not move. */
struct ol_stream ol_stacked_link(struct ol_stacked *s);

/* The server's counterpart of open: `below` is open, or opening by a like call. The peer
 * must finish its hand-shake before give_up_at. */
void ol_stacked_accept(struct ol_stacked *s, ol_ms now, ol_ms give_up_at);

#endif
