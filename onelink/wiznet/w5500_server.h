/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_WIZNET_W5500_SERVER_H
#define ONELINK_WIZNET_W5500_SERVER_H

#include "onelink/wiznet/w5500.h"

/* A TCP port that takes connections. The chip has no backlog: each listening socket becomes one
 * connection. So a server is given a set of sockets, all that are free listen, and one that its
 * user has closed listens again. */
struct ol_w5500_server {
    struct ol_w5500 *chip;
    struct ol_w5500_tcp *set;
    size_t count;
    uint16_t port; /* 0: closed */
};

/* Sets up a server over set[0..count), which it initialises and which must outlive it. Up to
 * `count` connections can be there at a time, as far as the chip has free sockets. */
void ol_w5500_server_init(struct ol_w5500_server *server, struct ol_w5500 *chip,
                          struct ol_w5500_tcp *set, size_t count);

/* Listens on port from the next step on. OL_OK, OL_E_ARG: port 0. */
OL_MUST int32_t ol_w5500_server_open(struct ol_w5500_server *server, uint16_t port);

/* Lets free sockets listen. Call it once a turn, after ol_w5500_step. */
void ol_w5500_server_step(struct ol_w5500_server *server);

/* The next connection that came, open, or NULL. It is the caller's until the caller closes its
 * stream, which it must do also when the peer was first or the chip lost it. */
struct ol_w5500_tcp *ol_w5500_server_accept(struct ol_w5500_server *server);

/* Listens no more. Connections that were accepted go on, others are dropped. */
void ol_w5500_server_close(struct ol_w5500_server *server);

#endif
