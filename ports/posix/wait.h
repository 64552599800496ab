/* SPDX-License-Identifier: MIT */
#ifndef PORTS_POSIX_WAIT_H
#define PORTS_POSIX_WAIT_H

#include <poll.h>
#include <stdbool.h>

#include "onelink/base/status.h"
#include "onelink/base/time.h"
#include "ports/posix/datagram.h"
#include "ports/posix/stream.h"

/* Sleeping until something happens, for the loop at the top of a program. Fill the list
 * anew in every turn:
 *
 *     ol_posix_wait_init(&wait);
 *     ol_posix_wait_add_stream(&wait, &stream, has_bytes_to_send);
 *     ol_posix_wait_add_fd(&wait, STDIN_FILENO, POLLIN);
 *     rc = ol_posix_wait(&wait, deadline);
 */

#define OL_POSIX_WAIT_MAX 16

/* Private. */
struct ol_posix_wait {
    struct pollfd fds[OL_POSIX_WAIT_MAX];
    uint8_t count;
    bool is_full; /* something was added that did not fit */
};

/* An empty list. */
void ol_posix_wait_init(struct ol_posix_wait *w);

/* Waits for the stream: bytes or the end when open, the outcome when opening or closing,
 * and room to send when wants_send. A stream that is closed or has failed is left out. */
void ol_posix_wait_add_stream(struct ol_posix_wait *w, const struct ol_posix_stream *s,
                              bool wants_send);

/* Waits for a datagram, and for room to send when wants_send. A closed one is left out.
 */
void ol_posix_wait_add_datagram(struct ol_posix_wait *w,
                                const struct ol_posix_datagram *d, bool wants_send);

/* Waits for any file descriptor; events as for poll(). A negative fd is left out. */
void ol_posix_wait_add_fd(struct ol_posix_wait *w, int fd, short events);

/* Sleeps until something of the list is ready, a signal was handled, or the monotonic
 * clock of ports/posix/clock.h shows until_ms (OL_NEVER: no limit). Returns how many are
 * ready, 0 after a signal or at the time limit; OL_E_NOSPC when more than
 * OL_POSIX_WAIT_MAX were added (fix the program), OL_E_IO when the system refuses. */
OL_MUST int32_t ol_posix_wait(struct ol_posix_wait *w, ol_ms until_ms);

/* What the last ol_posix_wait found for fd, as poll()'s revents; 0 for nothing or not
 * listed. */
short ol_posix_wait_get(const struct ol_posix_wait *w, int fd);

#endif
