/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "firmware/uf2/uf2.h"

/* ELF, System V ABI: the few fields of a 32-bit little-endian file that say what is loaded. */
#define EHDR_LEN    52u
#define PHDR_LEN    32u
#define E_MACHINE   18u
#define E_PHOFF     28u
#define E_PHENTSIZE 42u
#define E_PHNUM     44u
#define P_OFFSET    4u
#define P_PADDR     12u
#define P_FILESZ    16u
#define PT_LOAD     1u
#define EM_ARM      40u

static uint32_t get16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) | get16(p + 2) << 16;
}

static const char *load_segment(struct uf2_flash *flash, const uint8_t *elf, size_t len,
                                const uint8_t *header)
{
    uint32_t offset = get32(header + P_OFFSET);
    uint32_t address = get32(header + P_PADDR);
    uint32_t size = get32(header + P_FILESZ);
    if (get32(header) != PT_LOAD || size == 0) {
        return NULL;
    }
    if (offset > len || size > len - offset) {
        return "the ELF file is cut off";
    }
    if (address < UF2_FLASH_BASE || address - UF2_FLASH_BASE > UF2_FLASH_SIZE ||
        size > UF2_FLASH_SIZE - (address - UF2_FLASH_BASE)) {
        return "a segment lies outside of the flash";
    }
    uint32_t at = address - UF2_FLASH_BASE;
    memcpy(flash->bytes + at, elf + offset, size);
    for (uint32_t page = at / UF2_PAGE; page <= (at + size - 1) / UF2_PAGE; page++) {
        flash->used[page] = true;
    }
    return NULL;
}

/* Gives each sector that has a page all of them. The boot ROM erases a sector at each sixteenth
 * block, whatever the address (erratum RP2040-E14): behind a part of a sector it would erase what
 * it has just written. */
static void fill_sectors(struct uf2_flash *flash)
{
    for (uint32_t first = 0; first < UF2_PAGES; first += UF2_SECTOR_PAGES) {
        bool *used = flash->used + first;
        if (memchr(used, true, UF2_SECTOR_PAGES) != NULL) {
            memset(used, true, UF2_SECTOR_PAGES);
        }
    }
}

const char *uf2_flash_load(struct uf2_flash *flash, const uint8_t *elf, size_t len)
{
    static const uint8_t ident[] = {0x7f, 'E', 'L', 'F', 1, 1, 1};
    memset(flash->bytes, 0xff, sizeof flash->bytes);
    memset(flash->used, 0, sizeof flash->used);
    if (len < EHDR_LEN || memcmp(elf, ident, sizeof ident) != 0 ||
        get16(elf + E_MACHINE) != EM_ARM) {
        return "not an ELF file for ARM";
    }
    uint32_t at = get32(elf + E_PHOFF);
    uint32_t count = get16(elf + E_PHNUM);
    if (get16(elf + E_PHENTSIZE) != PHDR_LEN || at > len ||
        count > (len - at) / PHDR_LEN) {
        return "the ELF file is cut off";
    }
    for (uint32_t i = 0; i < count; i++) {
        const char *error =
            load_segment(flash, elf, len, elf + at + (size_t)i * PHDR_LEN);
        if (error != NULL) {
            return error;
        }
    }
    fill_sectors(flash);
    return NULL;
}
