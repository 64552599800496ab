/* SPDX-License-Identifier: MIT */
#include "firmware/uf2/uf2.h"

#include <stddef.h>
#include <string.h>

#include "firmware/boot/flash_map.h"
#include "firmware/boot/image.h"

/* The format is Microsoft's (github.com/microsoft/uf2); which of it the RP2040's boot ROM
 * insists on: all three magic numbers, the family, 256 bytes a block. */
#define MAGIC_START0  0x0a324655u
#define MAGIC_START1  0x9e5d5157u
#define MAGIC_END     0x0ab16f30u
#define FLAG_FAMILY   0x00002000u
#define FAMILY_RP2040 0xe48bff56u
#define DATA_AT       32u
#define END_AT        508u

#define BOOT2_LEN 252u
#define MARK_AT   offsetof(struct image_header, mark)

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

static void put32(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        p[i] = (uint8_t)(value >> (8 * i));
    }
}

uint32_t uf2_crc32(const uint8_t *data, size_t len)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < len; i++) {
        crc ^= (uint32_t)data[i] << 24;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 0x80000000u) != 0 ? crc << 1 ^ 0x04c11db7u : crc << 1;
        }
    }
    return crc;
}

/* Where the last word of the image stands, from its first; 0: nowhere in slot A. */
static uint32_t image_end(const struct uf2_flash *flash)
{
    uint32_t first = UF2_FLASH_BASE + FLASH_IMAGE_A_AT;
    uint32_t end =
        get32(flash->bytes + FLASH_IMAGE_A_AT + offsetof(struct image_header, end)) -
        first;
    bool is_inside = end % 4 == 0 && end >= FLASH_IMAGE_HEADER && end < FLASH_IMAGE_SIZE;
    return is_inside && flash->used[(FLASH_IMAGE_A_AT + end) / UF2_PAGE] ? end : 0;
}

/* Tells an image from every other: made of what stands before the mark, and behind it up to the
 * last word. */
static uint32_t image_mark(const uint8_t *image, uint32_t end)
{
    size_t behind = MARK_AT + 4;
    return uf2_crc32(image, MARK_AT) ^ uf2_crc32(image + behind, end - behind);
}

const char *uf2_flash_seal(struct uf2_flash *flash)
{
    uint8_t *image = flash->bytes + FLASH_IMAGE_A_AT;
    uint32_t end = image_end(flash);
    if (!flash->used[0]) {
        return "nothing at the start of the flash: no second stage";
    }
    if (get32(flash->bytes + BOOT2_LEN) != 0) {
        return "the second stage leaves no room for its CRC";
    }
    if (end == 0) {
        return "the last word of the image is not in slot A";
    }
    put32(flash->bytes + BOOT2_LEN, uf2_crc32(flash->bytes, BOOT2_LEN));
    put32(image + MARK_AT, image_mark(image, end));
    put32(image + end, image_mark(image, end) ^ IMAGE_MAGIC);
    return NULL;
}

size_t uf2_flash_len(const struct uf2_flash *flash)
{
    for (size_t page = UF2_PAGES; page > 0; page--) {
        if (flash->used[page - 1]) {
            return page * UF2_PAGE;
        }
    }
    return 0;
}

uint32_t uf2_flash_pages(const struct uf2_flash *flash)
{
    uint32_t count = 0;
    for (size_t page = 0; page < UF2_PAGES; page++) {
        count += flash->used[page];
    }
    return count;
}

void uf2_block_encode(uint8_t block[UF2_BLOCK], const struct uf2_flash *flash,
                      uint32_t page, uint32_t number, uint32_t count)
{
    const uint32_t head[] = {
        MAGIC_START0, MAGIC_START1, FLAG_FAMILY, UF2_FLASH_BASE + page * UF2_PAGE,
        UF2_PAGE,     number,       count,       FAMILY_RP2040};
    memset(block, 0, UF2_BLOCK);
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++) {
        put32(block + 4 * i, head[i]);
    }
    memcpy(block + DATA_AT, flash->bytes + page * UF2_PAGE, UF2_PAGE);
    put32(block + END_AT, MAGIC_END);
}

static const char *check_block(const uint8_t *block, uint32_t number, uint32_t count)
{
    if (get32(block) != MAGIC_START0 || get32(block + 4) != MAGIC_START1 ||
        get32(block + END_AT) != MAGIC_END) {
        return "a magic number is wrong";
    }
    if (get32(block + 8) != FLAG_FAMILY || get32(block + 28) != FAMILY_RP2040) {
        return "not for the RP2040's flash";
    }
    if (get32(block + 16) != UF2_PAGE) {
        return "a block does not carry 256 bytes";
    }
    if (get32(block + 20) != number || get32(block + 24) != count) {
        return "blocks are missing or out of order";
    }
    for (uint32_t i = DATA_AT + UF2_PAGE; i < END_AT; i++) {
        if (block[i] != 0) {
            return "padding is not zero";
        }
    }
    return NULL;
}

static const char *check_content(const struct uf2_flash *flash)
{
    const uint8_t *image = flash->bytes + FLASH_IMAGE_A_AT;
    uint32_t end = image_end(flash);
    if (!flash->used[0] ||
        get32(flash->bytes + BOOT2_LEN) != uf2_crc32(flash->bytes, BOOT2_LEN)) {
        return "the CRC of the second stage is wrong: the board would not boot";
    }
    if (get32(image) != IMAGE_MAGIC || get32(image + 4) != IMAGE_LAYOUT) {
        return "no image header in slot A: the board would not boot";
    }
    if (end == 0 || get32(image + MARK_AT) != image_mark(image, end) ||
        get32(image + end) != (get32(image + MARK_AT) ^ IMAGE_MAGIC)) {
        return "the mark of the image is wrong: the board would not boot";
    }
    for (size_t page = FLASH_IMAGE_B_AT / UF2_PAGE; page < UF2_PAGES; page++) {
        if (flash->used[page]) {
            return "writes outside of boot and image A";
        }
    }
    return NULL;
}

const char *uf2_check(struct uf2_flash *flash, const uint8_t *file, size_t len)
{
    memset(flash->bytes, 0xff, sizeof flash->bytes);
    memset(flash->used, 0, sizeof flash->used);
    if (len == 0 || len % UF2_BLOCK != 0 || len / UF2_BLOCK > UF2_PAGES) {
        return "not a whole number of 512-byte blocks";
    }
    uint32_t count = (uint32_t)(len / UF2_BLOCK);
    uint32_t next = UF2_FLASH_BASE;
    for (uint32_t number = 0; number < count; number++) {
        const uint8_t *block = file + (size_t)number * UF2_BLOCK;
        const char *error = check_block(block, number, count);
        uint32_t address = get32(block + 12);
        if (error != NULL) {
            return error;
        }
        if (address < next || address % UF2_PAGE != 0 ||
            address - UF2_FLASH_BASE >= UF2_FLASH_SIZE) {
            return "an address is outside of the flash, unaligned or not ascending";
        }
        uint32_t in_sector = number % UF2_SECTOR_PAGES;
        if (address / UF2_PAGE % UF2_SECTOR_PAGES != in_sector ||
            (in_sector != 0 && address != next)) {
            return "a sector is not whole: the boot ROM would erase what it wrote";
        }
        next = address + UF2_PAGE;
        flash->used[(address - UF2_FLASH_BASE) / UF2_PAGE] = true;
        memcpy(flash->bytes + (address - UF2_FLASH_BASE), block + DATA_AT, UF2_PAGE);
    }
    return check_content(flash);
}
