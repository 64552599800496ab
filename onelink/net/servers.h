/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_NET_SERVERS_H
#define ONELINK_NET_SERVERS_H

#include <stdint.h>

#include "onelink/base/addr.h"

#define OL_NET_SERVERS_MAX 3

/* For the engines of this layer. Copies those of from[OL_NET_SERVERS_MAX] that are
 * addresses to the front of to[OL_NET_SERVERS_MAX], with `port` for port 0. Returns how
 * many. */
uint8_t ol_net_servers_set(struct ol_addr *to, const struct ol_addr *from, uint16_t port);

#endif
