/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_ACCESS_ACCESS_H
#define PLATFORM_ACCESS_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/time.h"
#include "platform/core/node.h"

struct event;
struct event_base;
struct ol_connection;

/* Moves bytes between devices and the access node, and turns the node's loop
 * (platform/core/node.h): everything that is ready is read, then one commit, then the
 * answers go out. One thread, one libevent base, which the HTTP API shares. */

/* What is read from one connection before the others have their turn: what a flood on
 * some connections costs the rest is this much of each. */
#define OL_ACCESS_READ_CAP 8192

struct ol_access_config {
    struct event_base *base;
    struct ol_node *node;
    int listen_fd; /* of ol_listen_open; the access takes it over */
    /* Gets what the node tells applications. */
    void (*on_event)(void *ctx, const struct ol_node_event *ev);
    void *ctx;
};

/* Memory of the owner; the fields are the access's. It stays where it is while open. */
struct ol_access {
    struct ol_access_config config;
    struct event *acceptor;
    struct event *timer;
    struct event *again; /* accepts again after the machine ran out of descriptors */
    struct ol_connection *connections;
    struct ol_connection *handled; /* what arrived on it, or its end, is being handled */
    uint8_t *buf;                  /* what was read last; shared by all */
    ol_ms now;                     /* of this turn; 0: not asked for yet */
    ol_ms timer_at;                /* what the timer is set to */
    uint32_t unstored;             /* bytes read since the last commit */
    bool stopping;
};

/* Starts to accept. OL_OK, OL_E_NOSPC (no memory; listen_fd is closed). */
OL_MUST int32_t ol_access_open(struct ol_access *a,
                               const struct ol_access_config *config);

/* The time of this turn, for whoever calls the node in it. */
ol_ms ol_access_now(struct ol_access *a);

/* Commits what came so far in this turn, so that an answer may tell of it. */
void ol_access_commit(struct ol_access *a);

/* The connection that what happens now is about: bytes of it, or its end, are being
 * handled. NULL: none, as when the time of something is over. */
const struct ol_connection *ol_access_handled(const struct ol_access *a);

/* The connection on which the device is logged in, or NULL. */
const struct ol_connection *ol_access_find(const struct ol_access *a, int64_t device);

/* The connection that waits longest for its login, or NULL. */
const struct ol_connection *ol_access_find_waiting(const struct ol_access *a);

/* The address at the other end of a connection, by the user of its session, in text:
 * ol_node_config.peer_str. */
void ol_access_peer_str(void *user, char text[OL_NODE_PEER_CAP]);

/* Runs turns until ol_access_stop(). */
void ol_access_run(struct ol_access *a);

/* Ends ol_access_run() after the turn. For a signal handler of the event base. */
void ol_access_stop(struct ol_access *a);

/* Ends every session in order, commits, closes everything. */
void ol_access_close(struct ol_access *a);

#endif
