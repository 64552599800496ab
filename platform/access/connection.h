/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_ACCESS_CONNECTION_H
#define PLATFORM_ACCESS_CONNECTION_H

#include <event2/event_struct.h>

#include "platform/access/access.h"
#include "platform/access/listen.h"
#include "platform/core/session.h"

/* One TCP connection of a device: all that it costs while it is idle. */
struct ol_connection {
    struct event ev; /* holds the descriptor */
    struct ol_access *access;
    struct ol_connection *prev;
    struct ol_connection *next;
    struct ol_session session;
    struct ol_peer peer;
    short waits; /* for what: EV_READ, EV_WRITE */
};

/* Takes over the accepted descriptor; closes it when there is no room. */
void ol_connection_open(struct ol_access *a, int fd, const struct ol_peer *peer);

int ol_connection_fd(const struct ol_connection *c);

/* Sends what the session has, as far as the peer takes it, and waits for what comes next.
 * Closes the connection when the session says so. c is gone then. */
void ol_connection_flush(struct ol_access *a, struct ol_connection *c);

/* Stops reading; ol_connection_flush() begins again when the session does. */
void ol_connection_hold(struct ol_connection *c);

/* Tells the node and closes. c is gone then. */
void ol_connection_close(struct ol_access *a, struct ol_connection *c);

/* Something arrived. false: c is gone. */
bool ol_access_read(struct ol_access *a, struct ol_connection *c);

#endif
