/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_UF2_UF2_H
#define FIRMWARE_UF2_UF2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes and checks UF2 files for the RP2040: 512-byte blocks that the boot ROM's USB drive
 * writes to flash, 256 bytes each. A program of the build machine, not of the board. */

#define UF2_BLOCK      512u
#define UF2_PAGE       256u
#define UF2_FLASH_BASE 0x10000000u
#define UF2_FLASH_SIZE 0x00200000u
#define UF2_PAGES      (UF2_FLASH_SIZE / UF2_PAGE)

/* Pages that the flash erases at a time. */
#define UF2_SECTOR_PAGES 16u

/* The content of a flash, and which of its pages are given; the rest is FF. */
struct uf2_flash {
    uint8_t bytes[UF2_FLASH_SIZE];
    bool used[UF2_PAGES];
};

/* CRC-32/MPEG-2: what the boot ROM checks the second stage with. */
uint32_t uf2_crc32(const uint8_t *data, size_t len);

/* Clears the flash and puts into it what a 32-bit little-endian ARM ELF file loads there, in whole
 * sectors. NULL, or what is wrong with the file. */
const char *uf2_flash_load(struct uf2_flash *flash, const uint8_t *elf, size_t len);

/* Writes the CRC of the first 252 bytes behind them, and the mark of the image into its header and
 * its last word. NULL, or what is wrong: no page 0, bytes in the way, or no last word. */
const char *uf2_flash_seal(struct uf2_flash *flash);

/* Bytes from the start to the end of the last used page. */
size_t uf2_flash_len(const struct uf2_flash *flash);

/* Number of used pages, which is the number of blocks. */
uint32_t uf2_flash_pages(const struct uf2_flash *flash);

/* Block `number` of `count`, with page `page` of the flash. */
void uf2_block_encode(uint8_t block[UF2_BLOCK], const struct uf2_flash *flash,
                      uint32_t page, uint32_t number, uint32_t count);

/* Checks a whole file as the boot ROM will, and more: every field, order, whole sectors, padding,
 * the CRC of the second stage, header and mark of the image. Fills *flash. NULL, or what is wrong. */
const char *uf2_check(struct uf2_flash *flash, const uint8_t *file, size_t len);

#endif
