/* SPDX-License-Identifier: MIT */

/* What was seen: the API refused tokens whose method is written SHA256, which a client in the
 * field sends to OneNET's API (docs/protocol.md §2.1). Cause: the hash was looked up by the
 * exact name. What is signed is the name as it is written. Found by holding the code against
 * the document. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "onelink/onenet/token.h"

#define KEY "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

static enum ol_onenet_token_error verify(const char *method, const char *name,
                                         enum ol_onenet_token_error *checked)
{
    struct ol_onenet_method named = *ol_onenet_method_find(ol_str_from(method));
    struct ol_onenet_token_scratch scratch;
    struct ol_onenet_token_parts parts;
    char text[OL_ONENET_TOKEN_MAX];
    char buf[OL_ONENET_TOKEN_MAX];
    struct ol_writer w = ol_writer_make(text, sizeof text);
    named.name = ol_str_from(name);
    const struct ol_onenet_token token = {OL_STR(OL_ONENET_VERSION_2022),
                                          OL_STR("products/Prod000001"), 2000000000,
                                          &named};
    assert_int_equal(ol_onenet_token_encode(&w, &token, OL_STR(KEY), &scratch),
                     OL_ONENET_TOKEN_OK);
    assert_int_equal(
        ol_onenet_token_decode(ol_str_make(text, w.len), buf, sizeof buf, &parts),
        OL_ONENET_TOKEN_OK);
    *checked = ol_onenet_token_check(&parts, 1700000000);
    return ol_onenet_token_verify(&parts, OL_STR(KEY), &scratch);
}

static void capitals_hold_where_nothing_checks_before(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"md5", "MD5"}, {"sha1", "SHA1"}, {"sha256", "SHA256"}, {"sha256", "Sha256"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        enum ol_onenet_token_error checked;
        assert_int_equal(verify(names[i][0], names[i][1], &checked), OL_ONENET_TOKEN_OK);
        assert_int_equal(checked, OL_ONENET_TOKEN_METHOD); /* at login: 1110 */
    }
}

static void other_names_hold_nowhere(void **state)
{
    (void)state;
    static const char *const names[] = {"sha", "sha2566", "SHA512", "sm2"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        enum ol_onenet_token_error checked;
        assert_int_equal(verify("sha256", names[i], &checked), OL_ONENET_TOKEN_METHOD);
        assert_int_equal(checked, OL_ONENET_TOKEN_METHOD);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(capitals_hold_where_nothing_checks_before),
        cmocka_unit_test(other_names_hold_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
