/* SPDX-License-Identifier: MIT */
#ifndef PORTS_TEMPLATE_BUS_H
#define PORTS_TEMPLATE_BUS_H

#include "onelink/link/bus.h"

/* The wires to a network chip. See onelink/link/bus.h. */
struct ol_bus my_bus(void);

#endif
