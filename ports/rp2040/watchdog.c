/* SPDX-License-Identifier: MIT */
#include "ports/rp2040/watchdog.h"

#include "ports/rp2040/regs.h"

/* Two counts a microsecond: erratum RP2040-E1. */
#define COUNTS (OL_RP_WATCHDOG_MS * 1000u * 2u)

_Static_assert(COUNTS <= RP_WATCHDOG_LOAD_MAX, "the counter has 24 bits");

void ol_rp_watchdog_start(void)
{
    RP_REG(RP_WATCHDOG_LOAD) = COUNTS;
    RP_SET(RP_WATCHDOG_CTRL) = RP_WATCHDOG_ENABLE;
}

void ol_rp_watchdog_feed(void)
{
    RP_REG(RP_WATCHDOG_LOAD) = COUNTS;
}
