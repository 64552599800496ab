/* SPDX-License-Identifier: MIT */
#ifndef PORTS_POSIX_DATAGRAM_H
#define PORTS_POSIX_DATAGRAM_H

#include "onelink/link/datagram.h"

/* link/datagram over a non-blocking UDP socket, IPv4. See onelink/link/datagram.h. Local
 * port 0 leaves the choice to the kernel, which picks at random. */

/* Private, but for its size. */
struct ol_posix_datagram {
    int fd; /* -1: closed */
};

/* A closed socket. Memory only. */
void ol_posix_datagram_init(struct ol_posix_datagram *d);

/* The interface to hand to whoever uses it. Valid as long as *d, which must not move. */
struct ol_datagram ol_posix_datagram_link(struct ol_posix_datagram *d);

/* The local port in host order, 0 when closed. */
uint16_t ol_posix_datagram_get_port(const struct ol_posix_datagram *d);

#endif
