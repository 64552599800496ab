/* SPDX-License-Identifier: MIT */
#ifndef PORTS_POSIX_SOCKADDR_H
#define PORTS_POSIX_SOCKADDR_H

#include <netinet/in.h>
#include <stdbool.h>

#include "onelink/base/addr.h"

/* For the files of this port: between the library's addresses and the system's, IPv4
 * alone. */

/* false when addr is not IPv4; *out is then untouched. */
bool ol_posix_sockaddr_encode(const struct ol_addr *addr, struct sockaddr_in *out);

/* in as an address with its port. */
struct ol_addr ol_posix_sockaddr_decode(const struct sockaddr_in *in);

/* A non-blocking, close-on-exec socket. Returns the descriptor (0 or above), OL_E_NOSPC
 * (too many open) or OL_E_IO. */
int32_t ol_posix_socket_open(int type);

/* errno as a status: OL_E_AGAIN (later, interrupted), OL_E_NOSPC (out of descriptors,
 * ports or memory), OL_E_TIMEOUT, else OL_E_IO. */
int32_t ol_posix_status(int error);

#endif
