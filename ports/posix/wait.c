/* SPDX-License-Identifier: MIT */
#include "ports/posix/wait.h"

#include <errno.h>
#include <limits.h>

#include "ports/posix/clock.h"

void ol_posix_wait_init(struct ol_posix_wait *w)
{
    w->count = 0;
    w->is_full = false;
}

void ol_posix_wait_add_fd(struct ol_posix_wait *w, int fd, short events)
{
    if (fd < 0) {
        return;
    }
    if (w->count == OL_POSIX_WAIT_MAX) {
        w->is_full = true;
        return;
    }
    w->fds[w->count++] = (struct pollfd){.fd = fd, .events = events};
}

void ol_posix_wait_add_stream(struct ol_posix_wait *w, const struct ol_posix_stream *s,
                              bool wants_send)
{
    short events = ol_posix_stream_get_events(s, wants_send);
    if (events != 0) {
        ol_posix_wait_add_fd(w, s->fd, events);
    }
}

void ol_posix_wait_add_datagram(struct ol_posix_wait *w,
                                const struct ol_posix_datagram *d, bool wants_send)
{
    ol_posix_wait_add_fd(w, d->fd, (short)(POLLIN | (wants_send ? POLLOUT : 0)));
}

static int poll_timeout(ol_ms until_ms)
{
    if (until_ms == OL_NEVER) {
        return -1;
    }
    ol_ms now = ol_posix_now_ms();
    ol_ms left = until_ms > now ? until_ms - now : 0;
    return left < INT_MAX ? (int)left : INT_MAX;
}

int32_t ol_posix_wait(struct ol_posix_wait *w, ol_ms until_ms)
{
    if (w->is_full) {
        return OL_E_NOSPC;
    }
    int n = poll(w->fds, w->count, poll_timeout(until_ms));
    if (n < 0) {
        return errno == EINTR ? 0 : OL_E_IO;
    }
    return n;
}

short ol_posix_wait_get(const struct ol_posix_wait *w, int fd)
{
    for (uint8_t i = 0; i < w->count; i++) {
        if (w->fds[i].fd == fd) {
            return w->fds[i].revents;
        }
    }
    return 0;
}
