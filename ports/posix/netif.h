/* SPDX-License-Identifier: MIT */
#ifndef PORTS_POSIX_NETIF_H
#define PORTS_POSIX_NETIF_H

#include "onelink/link/netif.h"

/* link/netif of a host whose system manages its addresses. It only reads:
 *
 * - is_link_up: some interface, the loopback one included, is up and has an IPv4
 *   address. Looked up at most once a second.
 * - get_mac: of the first interface that is up and not loopback, or zeros.
 * - get_config: address and prefix of that interface (else of the loopback one), default
 *   gateway, IPv4 name servers of resolv.conf; ntp is taken from struct ol_posix_netif.
 * - find_host: `localhost` and names below it are 127.0.0.1 (RFC 6761 6.3); else the
 *   IPv4 lines of the hosts file. */

struct ol_posix_netif {
    const char *resolv_path;                  /* name servers; NULL: /etc/resolv.conf */
    const char *hosts_path;                   /* known names; NULL: /etc/hosts */
    struct ol_addr ntp[OL_NETIF_SERVERS_MAX]; /* reported by get_config; may stay empty */
    /* private */
    ol_ms link_checked_at_ms;
    bool is_checked;
    bool is_up;
};

/* Zeroes *n: the system's own files, no time servers. Set the fields above `private`
 * then. */
void ol_posix_netif_init(struct ol_posix_netif *n);

/* The interface, `managed` set. Valid as long as *n, which must not move. */
struct ol_netif ol_posix_netif_link(struct ol_posix_netif *n);

#endif
