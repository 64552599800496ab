/* SPDX-License-Identifier: MIT */
#ifndef PORTS_TEMPLATE_CLOCK_H
#define PORTS_TEMPLATE_CLOCK_H

#include "onelink/link/clock.h"

/* The clocks of the board. See onelink/link/clock.h. */
struct ol_clock my_clock(void);

#endif
