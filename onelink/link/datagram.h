/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_LINK_DATAGRAM_H
#define ONELINK_LINK_DATAGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "onelink/base/addr.h"
#include "onelink/base/status.h"
#include "onelink/base/time.h"

/* A UDP socket. Part of the porting contract. No function waits. Datagrams may be lost,
 * doubled and reordered; each is whole or not there. */
struct ol_datagram_ops {
    /* Binds local_port on all own addresses; 0 picks a free port at random. OL_OK, OL_E_AGAIN
     * (still closing, call again), OL_E_NOSPC (no socket free, port taken), OL_E_IO. */
    int32_t (*open)(void *ctx, uint16_t local_port);

    /* Sends one datagram, whole. Returns OL_OK, OL_E_AGAIN (not now), OL_E_ARG (too long, or
     * no such address family), OL_E_CLOSED (not open), OL_E_IO (no route, medium failed).
     * OL_OK does not mean that it arrives. */
    int32_t (*send)(void *ctx, const struct ol_addr *to, const void *data, size_t len);

    /* The next datagram: up to cap bytes into buf, its source into *from. Returns its full
     * length, which is above cap when it was cut (the rest is lost), OL_E_AGAIN when none is
     * there, OL_E_CLOSED when not open. A datagram of length 0 is told as 0. */
    int32_t (*recv)(void *ctx, void *buf, size_t cap, struct ol_addr *from);

    /* Closes at once. Calling it when closed is fine. */
    void (*close)(void *ctx);
};

struct ol_datagram {
    void *ctx;
    const struct ol_datagram_ops *ops;
};

#endif
