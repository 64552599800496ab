/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_BOOT_CLOCKS_H
#define FIRMWARE_BOOT_CLOCKS_H

#include <stdint.h>

#include "ports/rp2040/regs.h"

#define BOOT_XOSC_HZ  12000000u
#define BOOT_XOSC_MHZ (BOOT_XOSC_HZ / 1000000u)

/* The tick that the watchdog counts is made from clk_ref, at first the ring oscillator at
 * anything between 2 and 12 MHz (6.5 as a rule). Twelve cycles of it and two counts a tick: 500 ms
 * as a rule, at most 1.6 s. */
#define BOOT_GUARD_COUNTS (500u * 2u * 6500u / BOOT_XOSC_MHZ)

/* Cycles of the crystal, by 256, until it counts as stable: 64 ms. About 1 ms is usual, the
 * W55RP20 gets 64 times that. */
#define BOOT_XOSC_STARTUP (BOOT_XOSC_HZ / 1000u / 256u * 64u)

#define BOOT_INLINE static inline __attribute__((always_inline))

/* For the loader too, which calls nothing of the image. */

BOOT_INLINE void boot_watchdog_start(uint32_t counts)
{
    RP_REG(RP_PSM_WDSEL) = RP_PSM_ALL & ~(RP_PSM_ROSC | RP_PSM_XOSC);
    RP_REG(RP_WATCHDOG_TICK) = RP_WATCHDOG_TICK_ON | BOOT_XOSC_MHZ;
    RP_REG(RP_WATCHDOG_LOAD) = counts;
    RP_SET(RP_WATCHDOG_CTRL) = RP_WATCHDOG_ENABLE;
}

/* Returns when the crystal is stable; the watchdog is the deadline. */
BOOT_INLINE void boot_xosc_start(void)
{
    /* No reset by the watchdog stops it: one that hangs in its start would hang in the next. */
    if ((RP_REG(RP_XOSC_STATUS) & RP_XOSC_STABLE) == 0) {
        RP_REG(RP_XOSC_CTRL) = RP_XOSC_1_15MHZ | RP_XOSC_DISABLE;
    }
    RP_REG(RP_XOSC_STARTUP) = BOOT_XOSC_STARTUP;
    RP_REG(RP_XOSC_CTRL) = RP_XOSC_1_15MHZ | RP_XOSC_ENABLE;
    while ((RP_REG(RP_XOSC_STATUS) & RP_XOSC_STABLE) == 0) {
    }
}

/* Starts the crystal (12 MHz), clk_sys at sys_hz from PLL_SYS, clk_peri from it, clk_usb and
 * clk_adc at 48 MHz from PLL_USB, the microsecond tick; takes the blocks that the port uses out
 * of reset. sys_hz: 125 or 133 MHz. A watchdog runs meanwhile, so that an oscillator that does
 * not start ends in a reset; it still runs on return, with a second left. Interrupt and fault
 * handlers may be used afterwards. */
void boot_clocks_start(uint32_t sys_hz);

#endif
