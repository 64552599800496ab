/* SPDX-License-Identifier: MIT */
#include "ports/posix/stream.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ports/posix/sockaddr.h"

enum phase {
    PHASE_CLOSED,
    PHASE_OPENING,
    PHASE_OPEN,
    PHASE_FAILED, /* the socket may still hold bytes that came before the failure */
    PHASE_CLOSING /* FIN sent, waiting for the peer's */
};

static void drop(struct ol_posix_stream *s)
{
    if (s->fd >= 0) {
        (void)close(s->fd);
    }
    s->fd = -1;
    s->phase = PHASE_CLOSED;
    s->give_up_at_ms = OL_NEVER;
}

/* Nothing more can be sent; what was received stays readable. */
static void fail(struct ol_posix_stream *s, int32_t why)
{
    s->failure = why;
    s->phase = PHASE_FAILED;
    s->give_up_at_ms = OL_NEVER;
}

/* close() then resets the connection instead of delivering what is left. */
static void set_no_linger(int fd)
{
    struct linger none = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

static int32_t stream_open(void *ctx, const struct ol_addr *peer, struct ol_str host,
                           ol_ms now, ol_ms give_up_at)
{
    struct ol_posix_stream *s = ctx;
    struct sockaddr_in to;
    (void)host;
    (void)now;
    if (s->phase == PHASE_CLOSING) {
        return OL_E_AGAIN;
    }
    if (s->phase == PHASE_OPENING || s->phase == PHASE_OPEN || peer->port == 0 ||
        !ol_posix_sockaddr_encode(peer, &to)) {
        return OL_E_ARG;
    }
    drop(s);
    s->failure = OL_OK;
    int32_t fd = ol_posix_socket_open(SOCK_STREAM);
    if (fd < 0) {
        return fd;
    }
    int one = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS &&
        errno != EINTR) {
        int32_t why = ol_posix_status(errno);
        (void)close(fd);
        s->failure = why == OL_E_NOSPC ? OL_OK : OL_E_IO;
        return why == OL_E_NOSPC ? why : OL_E_IO;
    }
    s->fd = fd;
    s->phase = PHASE_OPENING;
    s->give_up_at_ms = give_up_at;
    return OL_OK;
}

static bool is_ready(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};
    return poll(&p, 1, 0) > 0;
}

/* On one machine a connect to a port that nobody listens on can meet itself, when the
 * kernel picks just that port as the local one (TCP's simultaneous open). */
static bool is_self(int fd)
{
    struct sockaddr_in own;
    struct sockaddr_in peer;
    socklen_t own_len = sizeof own;
    socklen_t peer_len = sizeof peer;
    return getsockname(fd, (struct sockaddr *)&own, &own_len) == 0 &&
           getpeername(fd, (struct sockaddr *)&peer, &peer_len) == 0 &&
           own.sin_port == peer.sin_port && own.sin_addr.s_addr == peer.sin_addr.s_addr;
}

static void abandon(struct ol_posix_stream *s, int32_t why)
{
    set_no_linger(s->fd);
    drop(s);
    s->failure = why;
}

static void step_opening(struct ol_posix_stream *s, ol_ms now)
{
    int error = 0;
    socklen_t len = sizeof error;
    if (!is_ready(s->fd, POLLOUT)) {
        if (now >= s->give_up_at_ms) {
            abandon(s, OL_E_TIMEOUT);
        }
        return;
    }
    if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0) {
        error = errno;
    }
    if (error != 0 || is_self(s->fd)) {
        abandon(s, error == ETIMEDOUT ? OL_E_TIMEOUT : OL_E_IO);
        return;
    }
    s->phase = PHASE_OPEN;
    s->give_up_at_ms = OL_NEVER;
}

/* What the peer still sends is read and forgotten: unread bytes would turn our FIN into a
 * reset. */
static void step_closing(struct ol_posix_stream *s, ol_ms now)
{
    char waste[512];
    ssize_t n = recv(s->fd, waste, sizeof waste, 0);
    bool is_over = n == 0 || (n < 0 && ol_posix_status(errno) != OL_E_AGAIN);
    if (is_over) {
        drop(s);
    } else if (now >= s->give_up_at_ms) {
        set_no_linger(s->fd);
        drop(s);
    }
}

static void stream_step(void *ctx, ol_ms now)
{
    struct ol_posix_stream *s = ctx;
    if (s->phase == PHASE_OPENING) {
        step_opening(s, now);
    } else if (s->phase == PHASE_CLOSING) {
        step_closing(s, now);
    }
}

static int32_t stream_state(const void *ctx)
{
    const struct ol_posix_stream *s = ctx;
    switch (s->phase) {
    case PHASE_OPEN:
        return OL_OK;
    case PHASE_OPENING:
    case PHASE_CLOSING:
        return OL_E_AGAIN;
    default:
        return s->failure != OL_OK ? s->failure : OL_E_CLOSED;
    }
}

static int32_t stream_send(void *ctx, const void *data, size_t len)
{
    struct ol_posix_stream *s = ctx;
    if (s->phase != PHASE_OPEN) {
        return s->phase == PHASE_OPENING ? OL_E_AGAIN : OL_E_CLOSED;
    }
    size_t part = len < INT32_MAX ? len : INT32_MAX;
    ssize_t n = send(s->fd, data, part, MSG_NOSIGNAL);
    if (n > 0) {
        return (int32_t)n;
    }
    int32_t why = n < 0 ? ol_posix_status(errno) : OL_E_AGAIN;
    if (why == OL_E_AGAIN || why == OL_E_NOSPC) {
        return OL_E_AGAIN;
    }
    fail(s, why);
    return OL_E_CLOSED;
}

static int32_t stream_recv(void *ctx, void *buf, size_t cap)
{
    struct ol_posix_stream *s = ctx;
    if (s->phase == PHASE_OPENING) {
        return OL_E_AGAIN;
    }
    if (s->phase != PHASE_OPEN && s->phase != PHASE_FAILED) {
        return OL_E_CLOSED;
    }
    ssize_t n = recv(s->fd, buf, cap < INT32_MAX ? cap : INT32_MAX, 0);
    if (n > 0) {
        return (int32_t)n;
    }
    int32_t why = n < 0 ? ol_posix_status(errno) : OL_E_CLOSED;
    if (why == OL_E_AGAIN && s->phase == PHASE_OPEN) {
        return OL_E_AGAIN;
    }
    if (s->phase == PHASE_OPEN && why != OL_E_CLOSED) {
        s->failure = why == OL_E_TIMEOUT ? why : OL_E_IO;
    }
    drop(s);
    return OL_E_CLOSED;
}

static void stream_close(void *ctx, ol_ms now, ol_ms give_up_at)
{
    struct ol_posix_stream *s = ctx;
    if (s->phase == PHASE_CLOSED) {
        return;
    }
    if (s->phase == PHASE_CLOSING) {
        s->give_up_at_ms = ol_ms_min(s->give_up_at_ms, give_up_at);
        stream_step(s, now);
        return;
    }
    if (s->phase != PHASE_OPEN || give_up_at <= now || shutdown(s->fd, SHUT_WR) != 0) {
        set_no_linger(s->fd);
        drop(s);
        return;
    }
    s->phase = PHASE_CLOSING;
    s->give_up_at_ms = give_up_at;
}

static ol_ms stream_deadline(const void *ctx)
{
    const struct ol_posix_stream *s = ctx;
    return s->give_up_at_ms;
}

void ol_posix_stream_init(struct ol_posix_stream *s)
{
    *s = (struct ol_posix_stream){
        .fd = -1, .phase = PHASE_CLOSED, .failure = OL_OK, .give_up_at_ms = OL_NEVER};
}

struct ol_stream ol_posix_stream_link(struct ol_posix_stream *s)
{
    static const struct ol_stream_ops ops = {
        .open = stream_open,
        .step = stream_step,
        .state = stream_state,
        .send = stream_send,
        .recv = stream_recv,
        .close = stream_close,
        .deadline = stream_deadline,
    };
    return (struct ol_stream){.ctx = s, .ops = &ops};
}

void ol_posix_stream_reset(struct ol_posix_stream *s)
{
    if (s->fd >= 0) {
        set_no_linger(s->fd);
    }
    drop(s);
    s->failure = OL_OK;
}

short ol_posix_stream_get_events(const struct ol_posix_stream *s, bool wants_send)
{
    switch (s->phase) {
    case PHASE_OPENING:
        return POLLOUT;
    case PHASE_OPEN:
        return (short)(POLLIN | (wants_send ? POLLOUT : 0));
    case PHASE_CLOSING:
        return POLLIN;
    default:
        return 0;
    }
}
