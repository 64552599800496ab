/* SPDX-License-Identifier: MIT */
#include "ports/posix/datagram.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ports/posix/sockaddr.h"

static void datagram_close(void *ctx)
{
    struct ol_posix_datagram *d = ctx;
    if (d->fd >= 0) {
        (void)close(d->fd);
    }
    d->fd = -1;
}

static int32_t datagram_open(void *ctx, uint16_t local_port)
{
    struct ol_posix_datagram *d = ctx;
    datagram_close(d);
    int32_t fd = ol_posix_socket_open(SOCK_DGRAM);
    if (fd < 0) {
        return fd;
    }
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(local_port)};
    if (bind(fd, (struct sockaddr *)&own, sizeof own) != 0) {
        int32_t why = ol_posix_status(errno);
        (void)close(fd);
        return why == OL_E_NOSPC ? why : OL_E_IO;
    }
    d->fd = fd;
    return OL_OK;
}

static int32_t datagram_send(void *ctx, const struct ol_addr *to, const void *data,
                             size_t len)
{
    struct ol_posix_datagram *d = ctx;
    struct sockaddr_in peer;
    if (d->fd < 0) {
        return OL_E_CLOSED;
    }
    if (!ol_posix_sockaddr_encode(to, &peer)) {
        return OL_E_ARG;
    }
    if (sendto(d->fd, data, len, MSG_NOSIGNAL, (struct sockaddr *)&peer, sizeof peer) >=
        0) {
        return OL_OK;
    }
    if (errno == EMSGSIZE) {
        return OL_E_ARG;
    }
    int32_t why = ol_posix_status(errno);
    return why == OL_E_AGAIN || why == OL_E_NOSPC ? OL_E_AGAIN : OL_E_IO;
}

static int32_t datagram_recv(void *ctx, void *buf, size_t cap, struct ol_addr *from)
{
    struct ol_posix_datagram *d = ctx;
    struct sockaddr_in peer = {0};
    socklen_t peer_len = sizeof peer;
    if (d->fd < 0) {
        return OL_E_CLOSED;
    }
    /* MSG_TRUNC makes it the datagram's full length. An error here tells of an earlier
     * datagram (ICMP) and says nothing about the next one. */
    ssize_t n = recvfrom(d->fd, buf, cap, MSG_TRUNC, (struct sockaddr *)&peer, &peer_len);
    if (n < 0) {
        return OL_E_AGAIN;
    }
    *from = ol_posix_sockaddr_decode(&peer);
    return (int32_t)n;
}

void ol_posix_datagram_init(struct ol_posix_datagram *d)
{
    d->fd = -1;
}

struct ol_datagram ol_posix_datagram_link(struct ol_posix_datagram *d)
{
    static const struct ol_datagram_ops ops = {
        .open = datagram_open,
        .send = datagram_send,
        .recv = datagram_recv,
        .close = datagram_close,
    };
    return (struct ol_datagram){.ctx = d, .ops = &ops};
}

uint16_t ol_posix_datagram_get_port(const struct ol_posix_datagram *d)
{
    struct sockaddr_in own = {0};
    socklen_t len = sizeof own;
    if (d->fd < 0 || getsockname(d->fd, (struct sockaddr *)&own, &len) != 0) {
        return 0;
    }
    return ntohs(own.sin_port);
}
