/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "onelink/store/crc32.h"
#include "onelink/store/record.h"
#include "tests/support/nor_flash.h"

/* A region, the store on it, and what was committed: record k is bytes that only k gives. */
struct world {
    struct ol_nor nor;
    struct ol_flash flash;
    struct ol_record store;
    uint8_t page[256];
};

struct shape {
    uint32_t size, erase_size, program_size;
};

static const struct shape small = {512, 256, 16};
static const struct shape three = {768, 256, 16};
static const struct shape bytewise = {512, 256, 1};
static const struct shape board = {8192, 4096, 256};

static void start(struct world *w, struct shape shape, uint64_t seed)
{
    ol_nor_init(&w->nor, shape.size, shape.erase_size, shape.program_size, seed);
    w->flash = ol_nor_link(&w->nor);
    assert_int_equal(ol_record_init(&w->store, &w->flash, w->page, sizeof(w->page)),
                     OL_OK);
}

static int32_t mount(struct world *w)
{
    assert_int_equal(ol_record_init(&w->store, &w->flash, w->page, sizeof(w->page)),
                     OL_OK);
    return ol_record_open(&w->store);
}

/* A copy has its own memory, so its pointers are its own. */
static void branch(struct world *to, const struct world *from)
{
    *to = *from;
    to->flash.ctx = &to->nor;
    to->store.flash = &to->flash;
    to->store.page = to->page;
}

static size_t record_len(uint32_t k, size_t cap)
{
    return (k * 37u + 11u) % (cap + 1 < 120 ? cap + 1 : 120);
}

static void record_make(uint32_t k, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)(k * 151u + i * (k + 3u));
    }
}

static int32_t commit(struct world *w, uint32_t k)
{
    uint8_t data[4096];
    size_t len = record_len(k, ol_record_cap(&w->store));
    record_make(k, data, len);
    return ol_record_commit(&w->store, data, len);
}

/* Record k is in force. */
static bool has(const struct world *w, uint32_t k)
{
    uint8_t wanted[4096], got[4096];
    size_t len = record_len(k, ol_record_cap(&w->store));
    if (!w->store.has_record || ol_record_len(&w->store) != len) {
        return false;
    }
    record_make(k, wanted, len);
    assert_int_equal(ol_record_read(&w->store, 0, got, len), OL_OK);
    return memcmp(wanted, got, len) == 0;
}

static void crc_is_the_well_known_one(void **state)
{
    (void)state;
    assert_int_equal(ol_crc32(0, "123456789", 9), 0xCBF43926u);
    assert_int_equal(ol_crc32(ol_crc32(0, "1234", 4), "56789", 5), 0xCBF43926u);
    assert_int_equal(ol_crc32(0, NULL, 0), 0);
}

static void geometry_is_checked(void **state)
{
    (void)state;
    static const struct shape bad[] = {{256, 256, 16}, {512, 256, 0},     {512, 0, 16},
                                       {512, 256, 48}, {500, 250, 16},    {64, 32, 16},
                                       {700, 256, 16}, {16384, 8192, 512}};
    struct world w;
    start(&w, small, 1);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        w.flash.size = bad[i].size;
        w.flash.erase_size = bad[i].erase_size;
        w.flash.program_size = bad[i].program_size;
        assert_int_equal(ol_record_init(&w.store, &w.flash, w.page, sizeof(w.page)),
                         OL_E_ARG);
    }
}

static void a_new_region_is_empty_and_takes_a_record(void **state)
{
    (void)state;
    struct world w;
    uint8_t byte;
    start(&w, board, 1);
    assert_int_equal(ol_record_open(&w.store), OL_E_NOENT);
    assert_int_equal(ol_record_len(&w.store), 0);
    assert_int_equal(ol_record_read(&w.store, 0, &byte, 1), OL_E_NOENT);
    assert_int_equal(ol_record_commit(&w.store, "hello", 5), OL_OK);
    assert_int_equal(mount(&w), OL_OK);
    char text[5];
    assert_int_equal(ol_record_len(&w.store), 5);
    assert_int_equal(ol_record_read(&w.store, 1, text, 4), OL_OK);
    assert_memory_equal(text, "ello", 4);
    assert_int_equal(ol_record_read(&w.store, 5, text, 0), OL_OK);
    assert_int_equal(ol_record_read(&w.store, 2, text, 4), OL_E_ARG);
    assert_int_equal(ol_record_read(&w.store, 6, text, 0), OL_E_ARG);
    assert_int_equal(ol_record_damaged(&w.store), 0);
}

static void records_from_none_to_the_largest(void **state)
{
    (void)state;
    const struct shape shapes[] = {small, three, bytewise, board};
    static uint8_t data[4096], got[4096];
    for (size_t k = 0; k < sizeof(shapes) / sizeof(shapes[0]); k++) {
        struct world w;
        start(&w, shapes[k], 1);
        size_t cap = ol_record_cap(&w.store);
        for (size_t len = 0; len <= cap; len += cap - len < 64 || len < 64 ? 1 : 29) {
            record_make((uint32_t)len, data, len);
            assert_int_equal(ol_record_commit(&w.store, data, len), OL_OK);
            assert_int_equal(mount(&w), OL_OK);
            assert_int_equal(ol_record_len(&w.store), len);
            assert_int_equal(ol_record_read(&w.store, 0, got, len), OL_OK);
            assert_memory_equal(got, data, len);
        }
        assert_int_equal(ol_record_commit(&w.store, data, cap + 1), OL_E_ARG);
        assert_null(w.nor.misuse);
    }
}

static void blocks_wear_evenly_and_seldom(void **state)
{
    (void)state;
    struct world w;
    start(&w, (struct shape){16384, 4096, 256}, 1);
    for (uint32_t k = 0; k < 1000; k++) {
        assert_int_equal(ol_record_commit(&w.store, "0123456789", 10), OL_OK);
    }
    for (int i = 0; i < 4; i++) { /* 1000 / 5 a block / 4 blocks */
        assert_in_range(w.nor.erases[i], 49, 51);
    }
    assert_null(w.nor.misuse);
}

/* --- power cuts --------------------------------------------------------------------- */

#define RECORDS         9u
#define SECOND_CUT_STEP (OL_TEST_SCALE > 1 ? 11u : 1u) /* 1: at every operation */

/* Commits records until the power fails. Returns the one that was being committed. */
static uint32_t run(struct world *w, uint32_t first, uint32_t end)
{
    for (uint32_t k = first; k < end; k++) {
        if (commit(w, k) != OL_OK) {
            assert_true(w->nor.is_off);
            return k;
        }
    }
    return end;
}

/* After power came back: record `old` or one of the newer ones up to `last` is in force. */
static void check_recovery(struct world *w, uint32_t old, uint32_t last, uint64_t seed,
                           const char *where)
{
    int32_t rc = mount(w);
    bool ok = rc == OL_E_NOENT && old == 0;
    for (uint32_t k = old > 0 ? old : 1; k <= last; k++) {
        ok = ok || (rc == OL_OK && has(w, k));
    }
    if (!ok || w->nor.misuse) {
        fail_msg("%s: seed %llu, operation %u: neither old nor new (%d, %s)", where,
                 (unsigned long long)seed, (unsigned)w->nor.operations, (int)rc,
                 w->nor.misuse ? w->nor.misuse : "");
    }
}

/* The same flash once more, with a second cut at each operation of the next commit. */
static void cut_twice(const struct world *first, uint32_t old, uint32_t at_work,
                      uint64_t seed)
{
    static struct world w;
    for (uint32_t m = 1;; m += SECOND_CUT_STEP) {
        branch(&w, first);
        w.nor.rng = ol_rng_make(seed * 1000 + m);
        (void)!mount(&w);
        w.nor.cut_at = w.nor.operations + m;
        if (commit(&w, at_work + 1) == OL_OK) {
            ol_nor_power_on(&w.nor);
            check_recovery(&w, at_work + 1, at_work + 1, seed, "after recovery");
            return;
        }
        ol_nor_power_on(&w.nor);
        check_recovery(&w, old, at_work + 1, seed, "second cut");
        assert_int_equal(commit(&w, at_work + 2), OL_OK);
        check_recovery(&w, at_work + 2, at_work + 2, seed, "after second cut");
    }
}

static void cut_everywhere(struct shape shape, uint64_t seed, bool weak_bits)
{
    static struct world w;
    for (uint32_t n = 1;; n++) {
        start(&w, shape, seed * 7919 + n);
        w.nor.weak_bits = weak_bits;
        w.nor.cut_at = n;
        uint32_t at_work = run(&w, 1, RECORDS);
        if (at_work == RECORDS) {
            assert_true(n > 20);
            return;
        }
        ol_nor_power_on(&w.nor);
        check_recovery(&w, at_work - 1, at_work, seed, "first cut");
        cut_twice(&w, at_work - 1, at_work, seed);
    }
}

static void a_cut_leaves_the_old_or_the_new_record(void **state)
{
    (void)state;
    const struct shape shapes[] = {small, three, bytewise, board};
    uint64_t seed = ol_rng_seed("test_store_record", 1);
    for (size_t k = 0; k < sizeof(shapes) / sizeof(shapes[0]); k++) {
        bool quick = shapes[k].program_size > 1 && shapes[k].size < 4096;
        uint64_t runs = quick && OL_TEST_SCALE == 1 ? 12 : 1;
        for (uint64_t i = 0; i < runs; i++) {
            cut_everywhere(shapes[k], seed + i, i % 2 == 1);
        }
    }
}

static void a_cut_wipe_leaves_the_old_or_the_empty_record(void **state)
{
    (void)state;
    static struct world w, full;
    uint64_t seed = ol_rng_seed("test_store_record", 1);
    for (uint64_t i = 0; i < 20; i++) {
        start(&full, i % 2 ? small : board, seed + i);
        assert_int_equal(run(&full, 1, 4), 4);
        int32_t rc = OL_E_IO;
        for (uint32_t n = 1; rc != OL_OK; n++) {
            branch(&w, &full);
            w.nor.rng = ol_rng_make(seed + i * 100 + n);
            w.nor.cut_at = w.nor.operations + n;
            rc = ol_record_wipe(&w.store);
            ol_nor_power_on(&w.nor);
            assert_int_equal(mount(&w), OL_OK);
            assert_true(ol_record_len(&w.store) == 0 || has(&w, 3));
            assert_int_equal(ol_record_wipe(&w.store), OL_OK);
            assert_int_equal(mount(&w), OL_OK);
            assert_int_equal(ol_record_len(&w.store), 0);
            assert_null(w.nor.misuse);
        }
    }
}

static void a_wipe_leaves_no_byte_of_a_key(void **state)
{
    (void)state;
    const struct shape shapes[] = {small, three, board};
    static struct world w;
    for (size_t k = 0; k < sizeof(shapes) / sizeof(shapes[0]); k++) {
        for (uint32_t records = 0; records < 12; records++) {
            start(&w, shapes[k], 1);
            for (uint32_t i = 0; i < records; i++) {
                assert_int_equal(ol_record_commit(&w.store, "SECRETSECRET", 12), OL_OK);
            }
            assert_int_equal(ol_record_wipe(&w.store), OL_OK);
            assert_null(memmem(w.nor.bytes, w.nor.size, "SECRET", 6));
            assert_int_equal(mount(&w), OL_OK);
            assert_int_equal(ol_record_len(&w.store), 0);
        }
    }
}

/* --- damage ------------------------------------------------------------------------- */

static void a_rotten_record_is_skipped_and_counted(void **state)
{
    (void)state;
    static struct world full, w;
    start(&full, small, 1);
    assert_int_equal(run(&full, 1, 3), 3);
    uint32_t from = full.store.record_at;
    uint32_t end = from + 20 + (uint32_t)ol_record_len(&full.store);
    for (uint32_t bit = from * 8; bit < end * 8; bit++) {
        branch(&w, &full);
        w.nor.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(mount(&w), OL_OK);
        assert_true(has(&w, 1));
        assert_int_equal(ol_record_damaged(&w.store), 1);
        assert_int_equal(commit(&w, 3), OL_OK);
        assert_int_equal(mount(&w), OL_OK);
        assert_true(has(&w, 3));
        assert_null(w.nor.misuse);
    }
}

/* The page that a start gives up before its first record is no damage. */
static void starts_and_commits_in_turn_leave_no_damage(void **state)
{
    (void)state;
    const struct shape shapes[] = {small, three, bytewise, board};
    static struct world w;
    for (size_t k = 0; k < sizeof(shapes) / sizeof(shapes[0]); k++) {
        start(&w, shapes[k], 1);
        for (uint32_t i = 1; i < 40; i++) {
            assert_int_equal(commit(&w, i), OL_OK);
            assert_int_equal(mount(&w), OL_OK);
            assert_true(has(&w, i));
            assert_int_equal(ol_record_damaged(&w.store), 0);
        }
    }
}

static void one_mark_of_two_is_enough(void **state)
{
    (void)state;
    static struct world full, w;
    start(&full, small, 1);
    assert_int_equal(run(&full, 1, 3), 3);
    for (uint32_t i = 1; i <= 2; i++) {
        branch(&w, &full);
        memset(w.nor.bytes + w.store.next_at - i * 16, 0, 16);
        assert_int_equal(mount(&w), OL_OK);
        assert_true(has(&w, 2));
    }
    memset(full.nor.bytes + full.store.next_at - 32, 0, 32);
    assert_int_equal(mount(&full), OL_OK);
    assert_true(has(&full, 1));
}

static void a_page_that_does_not_keep_its_bits_is_passed_over(void **state)
{
    (void)state;
    static struct world w;
    for (uint32_t bad = 0; bad < small.size; bad += small.program_size) {
        start(&w, three, 1);
        w.nor.bad_at = bad;
        for (uint32_t k = 1; k < 12; k++) {
            assert_int_equal(commit(&w, k), OL_OK);
            assert_true(has(&w, k));
            assert_int_equal(mount(&w), OL_OK);
            assert_true(has(&w, k));
        }
        assert_null(w.nor.misuse);
    }
}

static void a_flash_that_keeps_nothing_is_told_and_the_old_record_stays(void **state)
{
    (void)state;
    static struct world w;
    start(&w, small, 1);
    assert_int_equal(commit(&w, 1), OL_OK);
    for (int i = 0; i < 2;
         i++) { /* one record a block: the first page of the other is bad */
        w.store.next_at = 256;
        w.nor.bad_at = 256;
        assert_int_equal(commit(&w, 2), OL_E_IO);
        assert_true(has(&w, 1));
    }
    assert_int_equal(mount(&w), OL_OK);
    assert_true(has(&w, 1));
    w.nor.is_off = true;
    assert_int_equal(ol_record_open(&w.store), OL_E_IO);
    assert_int_equal(ol_record_len(&w.store), 0);
}

static void any_content_is_survived(void **state)
{
    (void)state;
    static struct world w;
    uint64_t seed = ol_rng_seed("test_store_record", 1);
    for (uint64_t i = 0; i < 2000 / OL_TEST_SCALE; i++) {
        start(&w, i % 2 ? three : small, seed + i);
        if (i % 3 == 0) {
            ol_nor_fill(&w.nor);
        } else { /* records with damage among them */
            uint32_t end = 1 + (uint32_t)(i % 7);
            assert_int_equal(run(&w, 1, end), end);
            for (uint64_t n = i % 40; n > 0; n--) {
                w.nor.bytes[ol_rng_below(&w.nor.rng, w.nor.size)] ^=
                    (uint8_t)(1u << ol_rng_below(&w.nor.rng, 8));
            }
            memset(w.nor.touched, 0, sizeof(w.nor.touched)); /* rot is not programming */
        }
        int32_t rc = mount(&w);
        assert_true(rc == OL_OK || rc == OL_E_NOENT);
        assert_int_equal(commit(&w, 8), OL_OK);
        assert_int_equal(mount(&w), OL_OK);
        assert_true(has(&w, 8));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc_is_the_well_known_one),
        cmocka_unit_test(geometry_is_checked),
        cmocka_unit_test(a_new_region_is_empty_and_takes_a_record),
        cmocka_unit_test(records_from_none_to_the_largest),
        cmocka_unit_test(blocks_wear_evenly_and_seldom),
        cmocka_unit_test(a_cut_leaves_the_old_or_the_new_record),
        cmocka_unit_test(a_cut_wipe_leaves_the_old_or_the_empty_record),
        cmocka_unit_test(a_wipe_leaves_no_byte_of_a_key),
        cmocka_unit_test(a_rotten_record_is_skipped_and_counted),
        cmocka_unit_test(starts_and_commits_in_turn_leave_no_damage),
        cmocka_unit_test(one_mark_of_two_is_enough),
        cmocka_unit_test(a_page_that_does_not_keep_its_bits_is_passed_over),
        cmocka_unit_test(a_flash_that_keeps_nothing_is_told_and_the_old_record_stays),
        cmocka_unit_test(any_content_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
