/* SPDX-License-Identifier: MIT */
#ifndef PORTS_TEMPLATE_NETIF_H
#define PORTS_TEMPLATE_NETIF_H

#include "onelink/link/netif.h"

/* State of the interface; hold in it what the driver needs. */
struct my_netif {
    struct ol_netif_config config; /* in force */
};

/* No address yet. */
void my_netif_init(struct my_netif *n);

/* The interface. Valid as long as *n, which must not move. */
struct ol_netif my_netif_link(struct my_netif *n);

#endif
