/* SPDX-License-Identifier: MIT */

/* What was seen: with the sanitizer, a signed overflow. Cause: a sample whose exponent is at the end
 * of its type was compared with a limit, or counted in steps, by the difference of the exponents.
 * Found by trying. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "onelink/onenet/value.h"

static enum ol_onenet_value_error convert(enum ol_onenet_type type, int32_t exponent,
                                          int32_t limits)
{
    const struct ol_onenet_field field = {.type = type,
                                          .has_min = true,
                                          .has_max = true,
                                          .has_step = true,
                                          .min = {-5, limits},
                                          .max = {5, limits},
                                          .step = {1, limits}};
    const struct ol_onenet_value in = ol_onenet_value_dec((struct ol_dec){1, exponent});
    struct ol_onenet_value out;

    return ol_onenet_value_convert(NULL, &field, &in, &out);
}

static void what_is_beyond_all_limits_is_out_of_range(void **state)
{
    static const enum ol_onenet_type types[] = {OL_ONENET_INT32, OL_ONENET_INT64,
                                                OL_ONENET_FLOAT, OL_ONENET_DOUBLE};

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        for (int32_t limits = -3; limits <= 3; limits++) {
            assert_int_equal(convert(types[i], INT32_MAX, limits), OL_ONENET_VALUE_RANGE);
            /* As good as 0. */
            assert_int_equal(convert(types[i], INT32_MIN, limits), OL_ONENET_VALUE_OK);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_beyond_all_limits_is_out_of_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
