/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_LINK_STREAM_H
#define ONELINK_LINK_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "onelink/base/addr.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/base/time.h"

/* A reliable byte stream to one peer: a TCP socket, a socket of a network chip, or a stream
 * stacked on another stream (TLS). Part of the porting contract.
 *
 * No function waits. Life of a stream: closed -> open() -> opening -> open -> close() -> closing
 * -> closed. A stream object is used again for the next connection after it is closed.
 *
 * Rules for implementers and users:
 * - Partial sends and receives are normal. "Try later" (OL_E_AGAIN) is not "closed"
 *   (OL_E_CLOSED), and neither is ever told as 0.
 * - step() makes progress (hand-shakes, buffered bytes of a stacked stream) and notices
 *   deadlines. Call it before looking at state(), whenever deadline() has come and whenever
 *   the medium may have something. It must be cheap when nothing is to be done.
 * - A stream that failed says why once asked by state(), until the next open().
 * - A stacked stream owns the calls to the stream below it.
 */
struct ol_stream_ops {
    /* Begins to connect. host is the name that was resolved (for TLS; may be empty), read only
     * during the call. Gives up at give_up_at. OL_OK: under way or open already. OL_E_AGAIN:
     * the last connection is still closing, call again. OL_E_ARG: address not usable here.
     * OL_E_NOSPC: no socket free. OL_E_IO: the medium failed. */
    int32_t (*open)(void *ctx, const struct ol_addr *peer, struct ol_str host, ol_ms now,
                    ol_ms give_up_at);

    /* Drives the stream. Errors show in state(). */
    void (*step)(void *ctx, ol_ms now);

    /* OL_OK: open, send and recv may be called. OL_E_AGAIN: opening or closing.
     * OL_E_CLOSED: closed, by us, by the peer in order, or never opened. Otherwise why the
     * last connection failed: OL_E_TIMEOUT (no answer), OL_E_AUTH (TLS peer not trusted),
     * OL_E_IO (refused, reset, medium failed). Bytes received before the end may still be
     * there: recv until it says OL_E_CLOSED. */
    int32_t (*state)(const void *ctx);

    /* Takes up to len bytes (len > 0). Returns how many were taken (> 0), OL_E_AGAIN when none
     * can be taken now, OL_E_CLOSED when none ever will. data is not kept. */
    int32_t (*send)(void *ctx, const void *data, size_t len);

    /* Gives up to cap bytes (cap > 0). Returns how many (> 0), OL_E_AGAIN when none is there,
     * OL_E_CLOSED when none will come. */
    int32_t (*recv)(void *ctx, void *buf, size_t cap);

    /* Begins to close; what was taken by send is still delivered where the medium can. With
     * give_up_at <= now the connection is dropped at once. Calling it when closed is fine. */
    void (*close)(void *ctx, ol_ms now, ol_ms give_up_at);

    /* When step must be called at the latest; OL_NEVER when only the medium can bring news. */
    ol_ms (*deadline)(const void *ctx);
};

struct ol_stream {
    void *ctx;
    const struct ol_stream_ops *ops;
};

#endif
