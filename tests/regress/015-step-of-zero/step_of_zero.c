/* SPDX-License-Identifier: MIT */

/* What was seen: a division by zero. Cause: a model written by hand said has_step and left the step
 * at 0. The importer takes such a step away and the check lets every number pass; only the
 * rounding of samples divided by it. Found by trying. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "onelink/onenet/value.h"

static void expect_unchanged(int64_t step)
{
    const struct ol_onenet_field field = {
        .type = OL_ONENET_FLOAT, .has_step = true, .step = {step, 0}};
    const struct ol_onenet_value in = ol_onenet_value_dec((struct ol_dec){235, -1});
    struct ol_onenet_value out;

    assert_int_equal(ol_onenet_value_convert(NULL, &field, &in, &out),
                     OL_ONENET_VALUE_OK);
    assert_int_equal(ol_dec_compare(out.as.dec, in.as.dec), 0);
}

static void no_step_rounds_nothing(void **state)
{
    (void)state;
    expect_unchanged(0);
    expect_unchanged(-5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_step_rounds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
