/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_BOOT_CLOCKS_H
#define FIRMWARE_BOOT_CLOCKS_H

#include <stdint.h>

/* Cycles of the crystal, by 256, until it counts as stable: 64 ms. About 1 ms is usual, the
 * W55RP20 gets 64 times that. */
#define BOOT_XOSC_STARTUP (12000000u / 1000u / 256u * 64u)

/* Starts the crystal (12 MHz), clk_sys at sys_hz from PLL_SYS, clk_peri from it, clk_usb and
 * clk_adc at 48 MHz from PLL_USB, the microsecond tick; takes the blocks that the port uses out
 * of reset. sys_hz: 125 or 133 MHz. A watchdog runs meanwhile, so that an oscillator that does
 * not start ends in a reset; it still runs on return, with a second left. Interrupt and fault
 * handlers may be used afterwards. */
void boot_clocks_start(uint32_t sys_hz);

#endif
