/* SPDX-License-Identifier: MIT */

/* What was seen: with clang's sanitizer, a pointer to nine bytes in front of an empty message that
 * lies nowhere. Cause: the end of the usual reply was looked for before the length was. Found by
 * giving every decoder the empty span. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "onelink/onenet/onejson.h"

static void an_empty_reply_is_none(void **state)
{
    struct ol_onenet_reply reply;

    (void)state;
    assert_int_equal(ol_onenet_reply_decode((struct ol_str){NULL, 0}, &reply),
                     OL_E_PROTO);
    assert_int_equal(ol_onenet_reply_decode(OL_STR("\"}"), &reply), OL_E_PROTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_reply_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
