/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/boot/flash_map.h"
#include "firmware/boot/image.h"
#include "firmware/uf2/uf2.h"

#define SECTOR_BLOCKS 16u

static struct uf2_flash flash, back;
static uint8_t file[UF2_BLOCK * 64];

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

/* An ELF file with up to three loadable segments, put together by hand. */
static uint8_t elf[4096];
static size_t elf_len;

static void elf_begin(void)
{
    static const uint8_t ident[] = {0x7f, 'E', 'L', 'F', 1, 1, 1};
    memset(elf, 0, sizeof elf);
    memcpy(elf, ident, sizeof ident);
    elf[18] = 40;        /* ARM */
    put32(elf + 28, 52); /* program headers follow */
    elf[42] = 32;
    elf_len = 52 + 3 * 32;
}

static void elf_add(uint32_t address, const void *data, uint32_t len)
{
    uint8_t *header = elf + 52 + 32 * elf[44]++;
    put32(header, 1);
    put32(header + 4, (uint32_t)elf_len);
    put32(header + 12, address);
    put32(header + 16, len);
    memcpy(elf + elf_len, data, len);
    elf_len += len;
}

/* Of the image: the place of its last word. */
#define LAST 296u

/* A second stage, and an image of 300 bytes that begins with a header. */
static void elf_good(void)
{
    uint8_t boot2[256] = {0x10, 0xb5, 3, 4};
    uint8_t image[300];
    memset(image, 0x5a, sizeof image);
    put32(image, IMAGE_MAGIC);
    put32(image + 4, IMAGE_LAYOUT);
    put32(image + 12, UF2_FLASH_BASE + FLASH_IMAGE_A_AT + LAST);
    elf_begin();
    elf_add(UF2_FLASH_BASE, boot2, sizeof boot2);
    elf_add(UF2_FLASH_BASE + FLASH_IMAGE_A_AT, image, sizeof image);
}

static size_t make_file(void)
{
    uint32_t count = uf2_flash_pages(&flash);
    uint32_t number = 0;
    for (uint32_t page = 0; page < UF2_PAGES; page++) {
        if (flash.used[page]) {
            uf2_block_encode(file + number * UF2_BLOCK, &flash, page, number, count);
            number++;
        }
    }
    return (size_t)number * UF2_BLOCK;
}

static size_t good_file(void)
{
    elf_good();
    assert_null(uf2_flash_load(&flash, elf, elf_len));
    assert_null(uf2_flash_seal(&flash));
    return make_file();
}

static void crc_has_its_check_value(void **state)
{
    (void)state;
    assert_int_equal(uf2_crc32((const uint8_t *)"123456789", 9), 0x0376e6e7);
    assert_int_equal(uf2_crc32(NULL, 0), 0xffffffff);
}

static void a_good_file_has_the_documented_layout(void **state)
{
    (void)state;
    size_t len = good_file();
    assert_int_equal(len, 2 * SECTOR_BLOCKS * UF2_BLOCK);
    const uint8_t *image = file + SECTOR_BLOCKS * UF2_BLOCK;
    assert_memory_equal(image, "UF2\nWQ]\x9e", 8);
    assert_int_equal(get32(image + 8), 0x2000);
    assert_int_equal(get32(image + 12), 0x10010000);
    assert_int_equal(get32(image + 16), 256);
    assert_int_equal(get32(image + 20), SECTOR_BLOCKS);
    assert_int_equal(get32(image + 24), 2 * SECTOR_BLOCKS);
    assert_int_equal(get32(image + 28), 0xe48bff56);
    assert_int_equal(get32(image + 508), 0x0ab16f30);
    assert_int_equal(get32(file + 32 + 252), uf2_crc32(file + 32, 252));
    /* 300 bytes of image: the page, and the sector, are filled up with FF */
    assert_int_equal(image[UF2_BLOCK + 32 + 39], 0x5a);
    assert_int_equal(get32(image + UF2_BLOCK + 32 + 40),
                     get32(image + 32 + 80) ^ IMAGE_MAGIC);
    assert_int_not_equal(get32(image + UF2_BLOCK + 32 + 40), 0x5a5a5a5a);
    assert_int_equal(image[UF2_BLOCK + 32 + 44], 0xff);
    assert_int_equal(image[UF2_BLOCK + 32 + 255], 0xff);
    assert_int_equal(image[UF2_BLOCK + 32 + 256], 0);
    assert_int_equal(image[15 * UF2_BLOCK + 32], 0xff);
    assert_int_equal(uf2_flash_len(&flash), FLASH_IMAGE_A_AT + FLASH_ERASE_SIZE);
}

static void a_good_file_is_read_back(void **state)
{
    (void)state;
    size_t len = good_file();
    assert_null(uf2_check(&back, file, len));
    assert_memory_equal(&back, &flash, sizeof flash);
}

/* Bytes of the content that are looked at: the second stage, and the image. */
static bool is_judged(size_t block, size_t at)
{
    bool is_content = at >= 32 && at < 288;
    return !is_content || block == 0 || block == SECTOR_BLOCKS;
}

/* Every bit of every field, of the padding, the second stage and the image counts. Blocks at both ends
 * of both sectors stand for all. */
static void each_flipped_bit_is_found(void **state)
{
    static const size_t blocks[] = {0, SECTOR_BLOCKS - 1, SECTOR_BLOCKS,
                                    2 * SECTOR_BLOCKS - 1};
    (void)state;
    size_t len = good_file();
    for (size_t bit = 0; bit < sizeof blocks / sizeof blocks[0] * UF2_BLOCK * 8; bit++) {
        size_t block = blocks[bit / 8 / UF2_BLOCK];
        size_t at = bit / 8 % UF2_BLOCK;
        if (is_judged(block, at)) {
            file[block * UF2_BLOCK + at] ^= (uint8_t)(1u << bit % 8);
            assert_non_null(uf2_check(&back, file, len));
            file[block * UF2_BLOCK + at] ^= (uint8_t)(1u << bit % 8);
        }
    }
    assert_null(uf2_check(&back, file, len));
}

static void wrong_sets_of_blocks_are_refused(void **state)
{
    (void)state;
    size_t len = good_file();
    assert_non_null(uf2_check(&back, file, 0));
    assert_non_null(uf2_check(&back, file, len - 1));
    assert_non_null(uf2_check(&back, file, len - UF2_BLOCK));
    uint8_t *last_address = file + (2 * SECTOR_BLOCKS - 1) * UF2_BLOCK + 12;
    put32(last_address, UF2_FLASH_BASE + FLASH_IMAGE_A_AT + 0x1000);
    assert_non_null(uf2_check(&back, file, len));
    put32(last_address, 0x20000f00);
    assert_non_null(uf2_check(&back, file, len));
    put32(last_address, UF2_FLASH_BASE + FLASH_IMAGE_A_AT);
    assert_non_null(uf2_check(&back, file, len));
    memset(flash.used + FLASH_SETTINGS_AT / UF2_PAGE, true, SECTOR_BLOCKS);
    assert_string_equal(uf2_check(&back, file, make_file()),
                        "writes outside of boot and image A");
}

static void damaged_elf_files_are_refused(void **state)
{
    (void)state;
    elf_good();
    for (size_t len = 0; len < elf_len; len++) {
        assert_non_null(uf2_flash_load(&flash, elf, len));
    }
    assert_null(uf2_flash_load(&flash, elf, elf_len));
    uint8_t byte = 1;
    static const uint32_t bad[] = {0, 0x0fffffff, 0x10200000, 0x20000000, 0xffffffff};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        elf_begin();
        elf_add(bad[i], &byte, 1);
        assert_non_null(uf2_flash_load(&flash, elf, elf_len));
    }
    elf_begin();
    elf_add(UF2_FLASH_BASE, &byte, 1);
    put32(elf + 52 + 16, 0xffffffff);
    assert_non_null(uf2_flash_load(&flash, elf, elf_len));
}

static void sealing_needs_a_second_stage_with_room(void **state)
{
    (void)state;
    uint8_t full[256];
    memset(full, 0x11, sizeof full);
    elf_begin();
    elf_add(UF2_FLASH_BASE + 256, full, sizeof full);
    assert_null(uf2_flash_load(&flash, elf, elf_len));
    assert_non_null(uf2_flash_seal(&flash));
    elf_begin();
    elf_add(UF2_FLASH_BASE, full, sizeof full);
    assert_null(uf2_flash_load(&flash, elf, elf_len));
    assert_non_null(uf2_flash_seal(&flash));
}

/* Images that differ in a bit anywhere have different marks. */
static void every_image_has_its_own_mark(void **state)
{
    (void)state;
    (void)good_file();
    const uint8_t *image = flash.bytes + FLASH_IMAGE_A_AT;
    uint32_t mark = get32(image + LAST);
    for (uint32_t at = 16; at < LAST; at++) {
        if (at < 80 || at >= 84) {
            elf_good();
            elf[elf_len - 300 + at] ^= 1;
            assert_null(uf2_flash_load(&flash, elf, elf_len));
            assert_null(uf2_flash_seal(&flash));
            assert_int_not_equal(get32(image + LAST), mark);
            assert_int_equal(get32(image + 80) ^ IMAGE_MAGIC, get32(image + LAST));
        }
    }
}

static void sealing_needs_a_last_word(void **state)
{
    (void)state;
    static const uint32_t places[] = {
        0, 4, 252, LAST + 1, LAST + 256 * 16, 640, ~3u, 0x9fffc, FLASH_IMAGE_SIZE, LAST};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        elf_good();
        put32(elf + elf_len - 300 + 12, UF2_FLASH_BASE + FLASH_IMAGE_A_AT + places[i]);
        assert_null(uf2_flash_load(&flash, elf, elf_len));
        bool is_there = places[i] == LAST || places[i] == 640;
        assert_int_equal(uf2_flash_seal(&flash) == NULL, is_there);
    }
}

static void the_flash_map_has_no_gap_and_no_overlap(void **state)
{
    (void)state;
    static const uint32_t regions[][2] = {
        {FLASH_BOOT_AT, FLASH_BOOT_SIZE},
        {FLASH_IMAGE_A_AT, FLASH_IMAGE_SIZE},
        {FLASH_IMAGE_B_AT, FLASH_IMAGE_SIZE},
        {FLASH_SETTINGS_AT, FLASH_SETTINGS_SIZE},
        {FLASH_STORE_AT, FLASH_STORE_SIZE},
        {FLASH_RESERVE_AT, FLASH_RESERVE_SIZE},
        {FLASH_IDENTITY_AT, FLASH_IDENTITY_SIZE},
    };
    uint32_t next = 0;
    for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++) {
        assert_int_equal(regions[i][0], next);
        assert_int_equal(regions[i][1] % FLASH_ERASE_SIZE, 0);
        next += regions[i][1];
    }
    assert_int_equal(next, FLASH_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc_has_its_check_value),
        cmocka_unit_test(a_good_file_has_the_documented_layout),
        cmocka_unit_test(a_good_file_is_read_back),
        cmocka_unit_test(each_flipped_bit_is_found),
        cmocka_unit_test(wrong_sets_of_blocks_are_refused),
        cmocka_unit_test(damaged_elf_files_are_refused),
        cmocka_unit_test(sealing_needs_a_second_stage_with_room),
        cmocka_unit_test(every_image_has_its_own_mark),
        cmocka_unit_test(sealing_needs_a_last_word),
        cmocka_unit_test(the_flash_map_has_no_gap_and_no_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
