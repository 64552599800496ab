/* SPDX-License-Identifier: MIT */
#include "firmware/boot/image.h"
#include "firmware/boot/clocks.h"
#include "firmware/boot/flash_map.h"
#include "ports/rp2040/regs.h"
#include "ports/rp2040/rom.h"

/* The loader: starts the image in slot A, or the boot ROM's USB drive when there is none. It
 * stands alone in the boot region, so that an image can be exchanged without touching it, and
 * uses nothing of the image: no data, no library. */

#define LOADER __attribute__((section(".loader"), noinline, used))

extern uint32_t loader_stack[]; /* the linker script: the top of RAM */

LOADER static void usb_drive(void)
{
    /* The boot ROM's function goes through a reset by the watchdog, for which it takes the
     * crystal for running. One that hangs is tried again. */
    boot_watchdog_start(BOOT_GUARD_COUNTS);
    boot_xosc_start();
    ol_rp_rom_usb_boot reboot = (ol_rp_rom_usb_boot)ol_rp_rom_function('U', 'B');
    reboot(0, 0);
}

LOADER static void start(uint32_t slot)
{
    const volatile struct image_header *image =
        (const volatile struct image_header *)(RP_XIP + slot);
    const volatile uint32_t *vectors =
        (const volatile uint32_t *)(RP_XIP + slot + FLASH_IMAGE_HEADER);
    if (image->magic != IMAGE_MAGIC || image->layout != IMAGE_LAYOUT ||
        image->vectors != RP_XIP + slot + FLASH_IMAGE_HEADER ||
        RP_REG(RP_XIP + (image->end & (FLASH_SIZE - 4u))) !=
            (image->mark ^ IMAGE_MAGIC)) {
        return; /* nothing, or a copy that was interrupted */
    }
    RP_REG(RP_SCB_VTOR) = (uint32_t)(uintptr_t)vectors;
    __asm__ volatile("msr msp, %0\n\tbx %1" ::"r"(vectors[0]), "r"(vectors[1]));
    __builtin_unreachable();
}

LOADER static void loader(void)
{
    start(FLASH_IMAGE_A_AT);
    usb_drive();
    for (;;) {
    }
}

/* All that the loader's own vector table needs: no interrupt is on while it runs. */
__attribute__((section(".loader_vectors"),
               used)) static void (*const loader_vectors[])(void) = {
    (void (*)(void))loader_stack, loader, loader, loader};
