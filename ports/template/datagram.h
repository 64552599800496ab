/* SPDX-License-Identifier: MIT */
#ifndef PORTS_TEMPLATE_DATAGRAM_H
#define PORTS_TEMPLATE_DATAGRAM_H

#include <stdbool.h>

#include "onelink/link/datagram.h"

/* State of one UDP socket; hold in it what the driver needs. */
struct my_datagram {
    bool is_open;
};

/* A closed socket. */
void my_datagram_init(struct my_datagram *d);

/* The interface. Valid as long as *d, which must not move. */
struct ol_datagram my_datagram_link(struct my_datagram *d);

#endif
