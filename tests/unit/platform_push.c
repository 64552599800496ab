/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "platform/push/body.h"

/* docs/protocol.md §8.4. The values were made with the openssl command line. */

static void signature_is_that_of_openssl(void **state)
{
    (void)state;
    char out[OL_PUSH_SIGNATURE_CAP];
    ol_push_sign(OL_STR("mytoken"), OL_STR("abcdefgh"), OL_STR("hello"), out);
    assert_string_equal(out, "Q++lGVUXa/3LnMJMQqxRng==");
}

static void encryption_is_that_of_openssl(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{\"a\":\"0123456789\"}", "L85yiRZo50PzDW25CY9QNO15BZinYO6IN7iFikC0q70="},
        /* a whole block gets one of padding */
        {"0123456789abcdef", "C5sV2ktEoPUVHc/EwB811b8xuRnjiS3cO1khLWp7EeY="},
    };
    for (size_t i = 0; i < 2; i++) {
        char *out = ol_push_encrypt(OL_STR("0123456789abcdef"), ol_str_from(cases[i][0]));
        assert_non_null(out);
        assert_string_equal(out, cases[i][1]);
        free(out);
    }
}

static void nonces_are_letters_and_differ(void **state)
{
    (void)state;
    char a[OL_PUSH_NONCE_CAP];
    char b[OL_PUSH_NONCE_CAP];
    assert_true(ol_push_nonce(a));
    assert_true(ol_push_nonce(b));
    assert_int_equal(strlen(a), 8);
    assert_int_equal(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                               "0123456789"),
                     8);
    assert_string_not_equal(a, b);
}

/* Every character that needs an escape, and text that grows to six times its length. */
static void message_is_escaped(void **state)
{
    (void)state;
    size_t len = 0;
    char msg[1000];
    memset(msg, '\x01', sizeof msg);
    char *body =
        ol_push_body(OL_STR("t"), OL_STR(""), ol_str_make(msg, sizeof msg), 5, 7, &len);
    assert_non_null(body);
    assert_true(len > 6000);
    assert_memory_equal(body, "{\"msg\":\"\\u0001", 14);
    static const char tail[] = "==\",\"time\":5,\"id\":\"7\"}";
    assert_memory_equal(body + len - (sizeof tail - 1), tail, sizeof tail - 1);
    free(body);
    body = ol_push_body(OL_STR("t"), OL_STR(""), OL_STR("{\"a\":\"\\n\"}"), 5, 7, &len);
    assert_non_null(body);
    static const char head[] = "{\"msg\":\"{\\\"a\\\":\\\"\\\\n\\\"}\",\"nonce\":\"";
    assert_memory_equal(body, head, sizeof head - 1);
    free(body);
}

/* What is no UTF-8 cannot be sent: never half a body. */
static void bad_text_gives_nothing(void **state)
{
    (void)state;
    size_t len = 0;
    assert_null(ol_push_body(OL_STR("t"), OL_STR(""), OL_STR("\xff"), 5, 7, &len));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signature_is_that_of_openssl),
        cmocka_unit_test(encryption_is_that_of_openssl),
        cmocka_unit_test(nonces_are_letters_and_differ),
        cmocka_unit_test(message_is_escaped),
        cmocka_unit_test(bad_text_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
