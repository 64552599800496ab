/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_BOOT_FLASH_MAP_H
#define FIRMWARE_BOOT_FLASH_MAP_H

/* Where things lie in the 2 MB of flash that every supported board has. Fixed once: a board in
 * the field keeps its settings only as long as this does not change. The linker script and the
 * code take it from here, so these are plain numbers. Offsets from the start of the flash; all
 * are multiples of the 4 KB erase block.
 *
 *   0x000000   64 KB  boot: second stage (256 bytes), loader
 *   0x010000  640 KB  image A: what the UF2 file carries
 *   0x0B0000  640 KB  image B: room for the next image while A runs
 *   0x150000   64 KB  settings
 *   0x160000  512 KB  offline store
 *   0x1E0000  124 KB  reserve
 *   0x1FF000    4 KB  identity: stands in for the flash chip's own number where it has none
 */

#define FLASH_SIZE         0x200000
#define FLASH_ERASE_SIZE   4096
#define FLASH_PROGRAM_SIZE 256

#define FLASH_BOOT_AT       0x000000
#define FLASH_BOOT_SIZE     0x010000
#define FLASH_IMAGE_A_AT    0x010000
#define FLASH_IMAGE_B_AT    0x0B0000
#define FLASH_IMAGE_SIZE    0x0A0000
#define FLASH_SETTINGS_AT   0x150000
#define FLASH_SETTINGS_SIZE 0x010000
#define FLASH_STORE_AT      0x160000
#define FLASH_STORE_SIZE    0x080000
#define FLASH_RESERVE_AT    0x1E0000
#define FLASH_RESERVE_SIZE  0x01F000
#define FLASH_IDENTITY_AT   0x1FF000
#define FLASH_IDENTITY_SIZE 0x001000

/* The first 256 bytes of an image describe it (firmware/boot/image.h), its vector table
 * follows. */
#define FLASH_IMAGE_HEADER 0x100

/* The stack lies at the very start of RAM, so that one that grows too far leaves memory and
 * faults instead of writing over something. */
#define RAM_STACK_SIZE 0x1000

#endif
