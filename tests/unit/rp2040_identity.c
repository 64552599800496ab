/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ports/rp2040/flash.h"
#include "ports/rp2040/identity.h"

static uint8_t block[OL_RP_FLASH_ERASE];
static uint8_t chip[8];
static int32_t chip_status, entropy_status, program_status;
static uint8_t next_random;
static unsigned erases;

int32_t ol_rp_flash_chip_id(uint8_t id[8])
{
    memcpy(id, chip, 8);
    return chip_status;
}

static int32_t block_read(void *ctx, uint32_t offset, void *buf, size_t len)
{
    (void)ctx;
    memcpy(buf, block + offset, len);
    return OL_OK;
}

static int32_t block_program(void *ctx, uint32_t offset, const void *data, size_t len)
{
    (void)ctx;
    assert_int_equal(offset % 256, 0);
    assert_int_equal(len % 256, 0);
    if (program_status == OL_OK) {
        memcpy(block + offset, data, len);
    }
    return program_status;
}

static int32_t block_erase(void *ctx, uint32_t offset)
{
    (void)ctx;
    assert_int_equal(offset, 0);
    memset(block, 0xff, sizeof block);
    erases++;
    return OL_OK;
}

static int32_t fill(void *ctx, void *buf, size_t len)
{
    (void)ctx;
    uint8_t *to = buf;
    for (size_t i = 0; i < len && entropy_status == OL_OK; i++) {
        to[i] = next_random++;
    }
    return entropy_status;
}

static int32_t identify(uint8_t id[8])
{
    static const struct ol_flash_ops ops = {
        .read = block_read, .program = block_program, .erase = block_erase};
    const struct ol_flash store = {.ops = &ops,
                                   .size = sizeof block,
                                   .erase_size = sizeof block,
                                   .program_size = 256};
    const struct ol_entropy entropy = {.fill = fill};
    return ol_rp_identity(id, &store, &entropy);
}

static int begin(void **state)
{
    (void)state;
    memset(block, 0xff, sizeof block);
    memset(chip, 0xff, sizeof chip);
    chip_status = OL_E_NOENT;
    entropy_status = program_status = OL_OK;
    next_random = 1;
    erases = 0;
    return 0;
}

static void the_chip_s_number_comes_first(void **state)
{
    (void)state;
    uint8_t id[8];
    memcpy(chip, "abcdefgh", 8);
    chip_status = OL_OK;
    assert_int_equal(identify(id), OL_OK);
    assert_memory_equal(id, "abcdefgh", 8);
    assert_int_equal(erases, 0);
}

static void a_made_number_stays(void **state)
{
    (void)state;
    uint8_t first[8], second[8];
    assert_int_equal(identify(first), OL_OK);
    assert_memory_equal(first, "\1\2\3\4\5\6\7\10", 8);
    assert_int_equal(identify(second), OL_OK);
    assert_memory_equal(second, first, 8);
    entropy_status = OL_E_IO;
    assert_int_equal(identify(second), OL_OK);
    assert_memory_equal(second, first, 8);
    assert_int_equal(erases, 1);
}

/* Each bit of the record counts: a damaged one is never taken for a number. */
static void a_damaged_record_is_replaced(void **state)
{
    (void)state;
    uint8_t id[8];
    for (size_t bit = 0; bit < 24 * 8; bit++) {
        (void)begin(NULL);
        assert_int_equal(identify(id), OL_OK);
        block[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(identify(id), OL_OK);
        assert_memory_equal(id, "\11\12\13\14\15\16\17\20", 8);
        assert_int_equal(erases, 2);
    }
}

static void a_flash_that_keeps_nothing_gives_another_number(void **state)
{
    (void)state;
    uint8_t first[8], second[8];
    program_status = OL_E_IO;
    assert_int_equal(identify(first), OL_OK);
    assert_int_equal(identify(second), OL_OK);
    assert_memory_not_equal(first, second, 8);
}

static void without_anything_it_says_so(void **state)
{
    (void)state;
    static const uint8_t zero[8];
    uint8_t id[8] = {1};
    entropy_status = OL_E_AGAIN;
    assert_int_equal(identify(id), OL_E_IO);
    assert_memory_equal(id, zero, 8);
    assert_int_equal(erases, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_chip_s_number_comes_first, begin),
        cmocka_unit_test_setup(a_made_number_stays, begin),
        cmocka_unit_test_setup(a_damaged_record_is_replaced, begin),
        cmocka_unit_test_setup(a_flash_that_keeps_nothing_gives_another_number, begin),
        cmocka_unit_test_setup(without_anything_it_says_so, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
