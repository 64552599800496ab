/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_FLASH_H
#define PORTS_RP2040_FLASH_H

#include <stdint.h>

#include "onelink/link/flash.h"

/* The flash that the program runs from. While it is erased (45 ms as a rule, 400 ms at worst) or
 * programmed (0.7 ms, 3 ms) nothing can be read from it, so interrupts are off and all code that
 * runs is in RAM; the network chip goes on by itself meanwhile, USB hosts wait, and the UART
 * loses what is typed. The boot ROM does the work; the second stage is run again afterwards. */

#define OL_RP_FLASH_ERASE   4096u
#define OL_RP_FLASH_PROGRAM 256u

struct ol_rp_flash {
    uint32_t at; /* offset of the region */
    uint32_t size;
};

/* Once, before any other function here. OL_E_IO: the boot ROM lacks a function. */
OL_MUST int32_t ol_rp_flash_init(void);

/* A region, which begins and ends at multiples of OL_RP_FLASH_ERASE. Each write is read back:
 * OL_E_IO when the flash did not take it. */
struct ol_flash ol_rp_flash(struct ol_rp_flash *region);

/* The flash chip's own number, 8 bytes that no other chip has. OL_E_NOENT: it has none (all
 * bits equal, which is what a chip that does not know the command gives). */
OL_MUST int32_t ol_rp_flash_chip_id(uint8_t id[8]);

#endif
