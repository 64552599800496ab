/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_ROM_H
#define PORTS_RP2040_ROM_H

#include <stdint.h>

#include "ports/rp2040/regs.h"

/* A function of the boot ROM by its two letters (RP2040 datasheet, "Bootrom Contents"), NULL
 * when it has none of that name. The caller casts it to its type. */
static inline __attribute__((always_inline)) void *ol_rp_rom_function(char c1, char c2)
{
    typedef void *(*lookup)(const uint16_t *table, uint32_t code);
    uint16_t at = *(const volatile uint16_t *)RP_ROM_LOOKUP;
    uint16_t table = *(const volatile uint16_t *)RP_ROM_TABLE;
    return ((lookup)(uintptr_t)at)((const uint16_t *)(uintptr_t)table,
                                   (uint32_t)(uint8_t)c1 | (uint32_t)(uint8_t)c2 << 8);
}

typedef void (*ol_rp_rom_usb_boot)(uint32_t activity_pins, uint32_t disabled_interfaces);

#endif
