/* SPDX-License-Identifier: MIT */
#ifndef PORTS_POSIX_STREAM_H
#define PORTS_POSIX_STREAM_H

#include <stdbool.h>

#include "onelink/link/stream.h"

/* link/stream over a non-blocking TCP socket. What the calls do is said in
 * onelink/link/stream.h; here only what is particular:
 *
 * - IPv4 alone; the host name given to open is not used.
 * - TCP_NODELAY is set: a packet goes out when it is handed over.
 * - close with time left sends FIN and waits for the peer's; close without resets the
 *   connection, so that nothing lingers in the kernel.
 * - Refused, unreachable and reset give OL_E_IO; no answer gives OL_E_TIMEOUT.
 * - No call raises SIGPIPE. */

/* Private, but for its size. */
struct ol_posix_stream {
    int fd; /* -1: none */
    int phase;
    int32_t failure; /* why the last connection failed, OL_OK: it did not */
    ol_ms give_up_at_ms;
};

/* A closed stream. Memory only. */
void ol_posix_stream_init(struct ol_posix_stream *s);

/* The interface to hand to whoever uses the stream. Valid as long as *s, which must not
 * move. */
struct ol_stream ol_posix_stream_link(struct ol_posix_stream *s);

/* What poll() has to wait for, 0 when nothing can come any more: closed or failed.
 * wants_send: there are bytes to send. ports/posix/wait.h uses it. */
short ol_posix_stream_get_events(const struct ol_posix_stream *s, bool wants_send);

/* Frees the socket at once, whatever the state. For the end of the program. */
void ol_posix_stream_reset(struct ol_posix_stream *s);

#endif
