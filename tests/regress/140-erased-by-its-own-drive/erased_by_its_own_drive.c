/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/boot/flash_map.h"
#include "firmware/boot/image.h"
#include "firmware/uf2/uf2.h"

/* An image dragged onto the USB drive of a real board would not have started. The boot ROM erases
 * a sector whenever a block's number, not its address, begins another sixteen (erratum
 * RP2040-E14, RP2040 datasheet 2.8.4.2). The file had two pages of the first sector and then the
 * image, so fourteen pages of each of its sectors were erased behind the write. The emulator
 * erased by address and saw nothing. Found by reading what the boot ROM does. */

#define IMAGE_LEN 20000u

static struct uf2_flash flash;
static uint8_t elf[IMAGE_LEN + 1024];
static uint8_t board[UF2_FLASH_SIZE];

static void put32(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        p[i] = (uint8_t)(value >> (8 * i));
    }
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

static void segment(unsigned n, uint32_t address, uint32_t offset, uint32_t len)
{
    uint8_t *header = elf + 52 + 32 * n;
    put32(header, 1);
    put32(header + 4, offset);
    put32(header + 12, address);
    put32(header + 16, len);
}

/* A second stage and loader of two pages, and an image. */
static size_t make_elf(void)
{
    static const uint8_t ident[] = {0x7f, 'E', 'L', 'F', 1, 1, 1};
    size_t at = 52 + 2 * 32;
    memcpy(elf, ident, sizeof ident);
    elf[18] = 40;
    put32(elf + 28, 52);
    elf[42] = 32;
    elf[44] = 2;
    segment(0, UF2_FLASH_BASE, (uint32_t)at, 512);
    elf[at] = 0xb5;
    elf[at + 511] = 0x47;
    at += 512;
    segment(1, UF2_FLASH_BASE + FLASH_IMAGE_A_AT, (uint32_t)at, IMAGE_LEN);
    for (size_t i = 0; i < IMAGE_LEN; i++) {
        elf[at + i] = (uint8_t)(i * 31 + i / 256);
    }
    put32(elf + at, IMAGE_MAGIC);
    put32(elf + at + 4, IMAGE_LAYOUT);
    put32(elf + at + 12, UF2_FLASH_BASE + FLASH_IMAGE_A_AT + IMAGE_LEN / 4 * 4 - 4);
    return at + IMAGE_LEN;
}

/* The boot ROM's drive: one block. Programming only clears bits. */
static void drive_write(const uint8_t *block, bool *is_cleared)
{
    uint32_t at = get32(block + 12) - UF2_FLASH_BASE;
    uint32_t group = get32(block + 20) * UF2_PAGE / FLASH_ERASE_SIZE;
    if (!is_cleared[group]) {
        memset(board + at / FLASH_ERASE_SIZE * FLASH_ERASE_SIZE, 0xff, FLASH_ERASE_SIZE);
        is_cleared[group] = true;
    }
    for (uint32_t i = 0; i < UF2_PAGE; i++) {
        board[at + i] &= block[32 + i];
    }
}

static void the_drive_leaves_what_the_file_says(void **state)
{
    static bool is_cleared[UF2_FLASH_SIZE / FLASH_ERASE_SIZE];
    (void)state;
    size_t len = make_elf();
    assert_null(uf2_flash_load(&flash, elf, len));
    assert_null(uf2_flash_seal(&flash));
    memset(board, 0x21, sizeof board); /* something was there before */
    uint32_t number = 0;
    for (uint32_t page = 0; page < UF2_PAGES; page++) {
        uint8_t block[UF2_BLOCK];
        if (flash.used[page]) {
            uf2_block_encode(block, &flash, page, number++, uf2_flash_pages(&flash));
            drive_write(block, is_cleared);
        }
    }
    for (uint32_t page = 0; page < UF2_PAGES; page++) {
        if (flash.used[page]) {
            assert_memory_equal(board + page * UF2_PAGE, flash.bytes + page * UF2_PAGE,
                                UF2_PAGE);
        }
    }
    assert_int_equal(board[FLASH_SETTINGS_AT], 0x21);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_drive_leaves_what_the_file_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
