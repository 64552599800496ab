/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "platform/access/connection.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_ready(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    struct ol_connection *c = ctx;
    if ((what & EV_READ) != 0 && !ol_access_read(c->access, c)) {
        return;
    }
    if ((what & EV_WRITE) != 0) {
        ol_connection_flush(c->access, c);
    }
}

int ol_connection_fd(const struct ol_connection *c)
{
    return event_get_fd(&c->ev);
}

static void wait_for(struct ol_connection *c, short waits)
{
    if (waits == c->waits) {
        return;
    }
    int fd = ol_connection_fd(c);
    if (c->waits != 0) {
        event_del(&c->ev);
    }
    c->waits = 0;
    if (waits == 0) {
        return;
    }
    event_assign(&c->ev, c->access->config.base, fd, (short)(waits | EV_PERSIST),
                 on_ready, c);
    if (event_add(&c->ev, NULL) == 0) {
        c->waits = waits;
    }
}

static void link_in(struct ol_access *a, struct ol_connection *c)
{
    c->next = a->connections;
    if (c->next != NULL) {
        c->next->prev = c;
    }
    a->connections = c;
}

static void link_out(struct ol_access *a, struct ol_connection *c)
{
    if (c->prev != NULL) {
        c->prev->next = c->next;
    } else {
        a->connections = c->next;
    }
    if (c->next != NULL) {
        c->next->prev = c->prev;
    }
}

/* One number for one host: an IPv4 address, or the network part of an IPv6 one, of which
 * a single host has as many addresses as it likes. */
static uint64_t host_of(const struct ol_peer *peer)
{
    uint64_t host = 0;
    for (size_t i = 0; i < sizeof host; i++) {
        host = host << 8 | peer->address[i];
    }
    return host;
}

void ol_connection_open(struct ol_access *a, int fd, const struct ol_peer *peer)
{
    int on = 1;
    struct ol_connection *c = calloc(1, sizeof *c);
    if (c != NULL) {
        c->session.peer = host_of(peer);
    }
    if (c == NULL ||
        ol_node_open(a->config.node, &c->session, c, ol_access_now(a)) != OL_OK) {
        free(c);
        close(fd);
        return;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->access = a;
    c->peer = *peer;
    link_in(a, c);
    event_assign(&c->ev, a->config.base, fd, 0, on_ready, c);
    wait_for(c, EV_READ);
    if (c->waits == 0) {
        ol_connection_close(a, c);
    }
}

/* Bytes that nobody read make the kernel answer close() with a reset, which may overtake
 * what was sent last: the CONNACK that tells why. Bounded, for a peer that goes on
 * sending. */
static void discard_input(struct ol_access *a, int fd)
{
    (void)shutdown(fd, SHUT_WR);
    for (int i = 0; i < 64; i++) {
        if (recv(fd, a->buf, OL_ACCESS_READ_CAP, 0) <= 0) {
            return;
        }
    }
}

void ol_connection_close(struct ol_access *a, struct ol_connection *c)
{
    int fd = ol_connection_fd(c);
    wait_for(c, 0);
    a->handled = c;
    ol_node_close(a->config.node, &c->session, ol_access_now(a));
    a->handled = NULL;
    discard_input(a, fd);
    close(fd);
    link_out(a, c);
    free(c);
}

/* true: all was taken. false: the peer takes no more now. *lost: it is gone. */
static bool send_all(struct ol_access *a, struct ol_connection *c, bool *lost)
{
    size_t len = 0;
    for (;;) {
        const uint8_t *data = ol_session_output(&c->session, &len);
        if (len == 0) {
            return true;
        }
        ssize_t n = send(ol_connection_fd(c), data, len, MSG_NOSIGNAL);
        if (n < 0) {
            *lost = errno != EAGAIN && errno != EINTR;
            return false;
        }
        ol_node_output_done(a->config.node, &c->session, (size_t)n, ol_access_now(a));
    }
}

void ol_connection_hold(struct ol_connection *c)
{
    wait_for(c, c->waits & EV_WRITE);
}

void ol_connection_flush(struct ol_access *a, struct ol_connection *c)
{
    bool lost = false;
    bool sent = send_all(a, c, &lost);
    if (lost || ol_session_is_closed(&c->session)) {
        ol_connection_close(a, c);
        return;
    }
    wait_for(c, (short)((ol_session_is_reading(&c->session) ? EV_READ : 0) |
                        (sent ? 0 : EV_WRITE)));
}
