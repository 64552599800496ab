/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "firmware/boot/divide.h"
#include "tests/support/rng.h"

static void check(uint64_t dividend, uint64_t divisor)
{
    uint64_t remainder;
    assert_int_equal(__udivmoddi4(dividend, divisor, &remainder), dividend / divisor);
    assert_int_equal(remainder, dividend % divisor);
}

static void edges(void **state)
{
    (void)state;
    static const uint64_t values[] = {0,
                                      1,
                                      2,
                                      999,
                                      1000,
                                      UINT32_MAX,
                                      (uint64_t)UINT32_MAX + 1,
                                      INT64_MAX,
                                      (uint64_t)INT64_MAX + 1,
                                      (uint64_t)INT64_MAX + 2,
                                      UINT64_MAX - 1,
                                      UINT64_MAX};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        for (size_t k = 1; k < sizeof(values) / sizeof(values[0]); k++) {
            check(values[i], values[k]);
        }
    }
}

/* Of every length in bits. */
static void many(void **state)
{
    (void)state;
    struct ol_rng rng = ol_rng_make(ol_rng_seed("test_firmware_divide", 7));
    for (int i = 0; i < 100000; i++) {
        uint64_t dividend = ol_rng_u64(&rng) >> (ol_rng_u64(&rng) % 64);
        uint64_t divisor = ol_rng_u64(&rng) >> (ol_rng_u64(&rng) % 64);
        check(dividend, divisor | 1);
        check(dividend, divisor == 0 ? 1 : divisor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(edges), cmocka_unit_test(many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
