/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/token.h"

#include "tests/support/battery.h"
#include "tests/support/guard.h"
#include "tests/unit/onenet_util.h"

#define KEY  "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define V    "version=2018-10-31"
#define R    "res=products%2FAbCdEf1234%2Fdevices%2Fw55rp20-01"
#define E    "et=2000000000"
#define M    "method=sha1"
#define S    "sign=EEmNamgIkKeLFEdKlQrEM0HX1qA%3D"
#define GOOD V "&" R "&" E "&" M "&" S

static struct ol_onenet_token_scratch scratch;

static enum ol_onenet_token_error decode(const char *text,
                                         struct ol_onenet_token_parts *parts)
{
    static char buf[2048];
    return ol_onenet_token_decode(ol_str_from(text), buf, sizeof buf, parts);
}

static void swap(const char **a, const char **b)
{
    const char *t = *a;
    *a = *b;
    *b = t;
}

static void check_order(const char *const fields[5])
{
    char text[512];
    struct ol_onenet_token_parts parts;
    snprintf(text, sizeof text, "%s&%s&%s&%s&%s", fields[0], fields[1], fields[2],
             fields[3], fields[4]);
    assert_int_equal(decode(text, &parts), OL_ONENET_TOKEN_OK);
    assert_span(parts.version, "2018-10-31");
    assert_span(parts.res, "products/AbCdEf1234/devices/w55rp20-01");
    assert_span(parts.et_text, "2000000000");
    assert_true(parts.et == 2000000000);
    assert_span(parts.method, "sha1");
    assert_span(parts.sign, "EEmNamgIkKeLFEdKlQrEM0HX1qA=");
    assert_int_equal(ol_onenet_token_check(&parts, 1900000000), OL_ONENET_TOKEN_OK);
    assert_int_equal(ol_onenet_token_verify(&parts, OL_STR(KEY), &scratch),
                     OL_ONENET_TOKEN_OK);
}

static int permute(const char **fields, int n)
{
    if (n == 1) {
        check_order(fields);
        return 1;
    }
    int count = 0;
    for (int i = 0; i < n; i++) {
        swap(&fields[i], &fields[n - 1]);
        count += permute(fields, n - 1);
        swap(&fields[i], &fields[n - 1]);
    }
    return count;
}

/* The order of the fields is free. docs/protocol.md §2.1 */
static void test_every_order(void **state)
{
    (void)state;
    const char *fields[] = {V, R, E, M, S};
    assert_int_equal(permute(fields, 5), 120);
}

static void test_unencoded_res(void **state)
{
    (void)state;
    struct ol_onenet_token_parts parts;
    assert_int_equal(
        decode(V "&res=products/AbCdEf1234/devices/w55rp20-01&" E "&" M "&" S, &parts),
        OL_ONENET_TOKEN_OK);
    assert_int_equal(ol_onenet_token_verify(&parts, OL_STR(KEY), &scratch),
                     OL_ONENET_TOKEN_OK);
    assert_int_equal(decode(V "&res=products%2fAbCdEf1234%2fdevices%2fw55rp20%2D01&" E
                              "&" M "&" S,
                            &parts),
                     OL_ONENET_TOKEN_OK);
    assert_span(parts.res, "products/AbCdEf1234/devices/w55rp20-01");
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum ol_onenet_token_error error;
    } rows[] = {
        {"", OL_ONENET_TOKEN_MISSING},
        {"&", OL_ONENET_TOKEN_SYNTAX},
        {"password", OL_ONENET_TOKEN_SYNTAX},
        {"=x&" GOOD, OL_ONENET_TOKEN_UNKNOWN},
        {GOOD "&", OL_ONENET_TOKEN_SYNTAX},
        {"&" GOOD, OL_ONENET_TOKEN_SYNTAX},
        {V "&&" R "&" E "&" M "&" S, OL_ONENET_TOKEN_SYNTAX},
        {V "&" R "&" E "&" M, OL_ONENET_TOKEN_MISSING},
        {R "&" E "&" M "&" S, OL_ONENET_TOKEN_MISSING},
        {"version=&" R "&" E "&" M "&" S, OL_ONENET_TOKEN_MISSING},
        {GOOD "&time=1", OL_ONENET_TOKEN_UNKNOWN},
        {"Version=2018-10-31&" R "&" E "&" M "&" S, OL_ONENET_TOKEN_UNKNOWN},
        {" " GOOD, OL_ONENET_TOKEN_UNKNOWN},
        {GOOD "&" E, OL_ONENET_TOKEN_TWICE},
        {GOOD "&sign=", OL_ONENET_TOKEN_TWICE},
        {V "&res=%&" E "&" M "&" S, OL_ONENET_TOKEN_SYNTAX},
        {V "&res=a%2&" E "&" M "&" S, OL_ONENET_TOKEN_SYNTAX},
        {V "&res=a%2g&" E "&" M "&" S, OL_ONENET_TOKEN_SYNTAX},
        {V "&res=a%00&" E "&" M "&" S, OL_ONENET_TOKEN_SYNTAX},
        {V "&res=a%0A&" E "&" M "&" S, OL_ONENET_TOKEN_SYNTAX},
        {V "&res=a%FF&" E "&" M "&" S, OL_ONENET_TOKEN_SYNTAX},
        {V "&res=a b&" E "&" M "&" S, OL_ONENET_TOKEN_SYNTAX},
        {V "&res=a=b&" E "&" M "&" S, OL_ONENET_TOKEN_SYNTAX},
        {V "&res=\xE4\xB8\xAD&" E "&" M "&" S, OL_ONENET_TOKEN_SYNTAX},
        {GOOD "\n", OL_ONENET_TOKEN_SYNTAX},
        {V "&" R "&" E "&" M "&sign=EEmNamgIkKeLFEdKlQrEM0HX1qA=", OL_ONENET_TOKEN_RAW},
        {V "&" R "&" E "&" M "&sign=a+b", OL_ONENET_TOKEN_RAW},
        {V "&" R "&" E "&" M "&sign=a/b", OL_ONENET_TOKEN_RAW},
        {V "&" R "&et=soon&" M "&" S, OL_ONENET_TOKEN_ET},
        {V "&" R "&et=-1&" M "&" S, OL_ONENET_TOKEN_ET},
        {V "&" R "&et=1.5&" M "&" S, OL_ONENET_TOKEN_ET},
        {V "&" R "&et=9223372036854775808&" M "&" S, OL_ONENET_TOKEN_ET},
        {V "&" R "&et=99999999999999999999999&" M "&" S, OL_ONENET_TOKEN_ET},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ol_onenet_token_parts parts;
        enum ol_onenet_token_error error = decode(rows[i].text, &parts);
        if (error != rows[i].error) {
            fail_msg("%s: %s", rows[i].text, ol_onenet_token_error_str(error));
        }
    }
    char text[1200];
    memset(text, 'a', sizeof text);
    struct ol_onenet_token_parts parts;
    memcpy(text, "res=", 4);
    text[sizeof text - 1] = '\0';
    assert_int_equal(decode(text, &parts), OL_ONENET_TOKEN_SYNTAX);
}

static enum ol_onenet_token_error check(const char *text, int64_t now_s)
{
    struct ol_onenet_token_parts parts;
    assert_int_equal(decode(text, &parts), OL_ONENET_TOKEN_OK);
    return ol_onenet_token_check(&parts, now_s);
}

static enum ol_onenet_token_error verify(const char *text)
{
    struct ol_onenet_token_parts parts;
    assert_int_equal(decode(text, &parts), OL_ONENET_TOKEN_OK);
    return ol_onenet_token_verify(&parts, OL_STR(KEY), &scratch);
}

static void test_version_method_expiry(void **state)
{
    (void)state;
    assert_int_equal(check(GOOD, 2000000000), OL_ONENET_TOKEN_OK);
    assert_int_equal(check(GOOD, 2000000001), OL_ONENET_TOKEN_EXPIRED);
    assert_int_equal(check("version=2022-05-01&" R "&" E "&" M "&" S, 0),
                     OL_ONENET_TOKEN_OK);
    assert_int_equal(check("version=2048-10-31&" R "&" E "&" M "&" S, 0),
                     OL_ONENET_TOKEN_VERSION);
    assert_int_equal(check(V "&" R "&" E "&method=SHA1&" S, 0), OL_ONENET_TOKEN_METHOD);
    assert_int_equal(check(V "&" R "&" E "&method=sm2&" S, 0), OL_ONENET_TOKEN_METHOD);
    assert_int_equal(verify(V "&" R "&" E "&method=sm2&" S), OL_ONENET_TOKEN_METHOD);
}

/* Every signed field, and the sign itself, counts. */
static void test_sign_mismatch(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "version=2022-05-01&" R "&" E "&" M "&" S,
        V "&res=products%2FAbCdEf1234%2Fdevices%2Fw55rp20-02&" E "&" M "&" S,
        V "&" R "&et=2000000001&" M "&" S,
        V "&" R "&et=02000000000&" M "&" S,
        V "&" R "&" E "&method=sha256&" S,
        V "&" R "&" E "&" M "&sign=EEmNamgIkKeLFEdKlQrEM0HX1qB%3D",
        V "&" R "&" E "&" M "&sign=EEmNamgIkKeLFEdKlQrEM0HX1qA",
        V "&" R "&" E "&" M "&sign=%20",
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(verify(rows[i]), OL_ONENET_TOKEN_SIGN);
    }
    struct ol_onenet_token_parts parts;
    assert_int_equal(decode(GOOD, &parts), OL_ONENET_TOKEN_OK);
    assert_int_equal(ol_onenet_token_verify(&parts, OL_STR(""), &scratch),
                     OL_ONENET_TOKEN_KEY_EMPTY);
}

/* Each cause has words of its own and the platform's number. docs/protocol.md §4.13 */
static void test_error_table(void **state)
{
    (void)state;
    static const struct {
        enum ol_onenet_token_error error;
        int code;
    } rows[] = {
        {OL_ONENET_TOKEN_OK, 0},
        {OL_ONENET_TOKEN_KEY_CHAR, 0},
        {OL_ONENET_TOKEN_SYNTAX, 1103},
        {OL_ONENET_TOKEN_UNKNOWN, 1103},
        {OL_ONENET_TOKEN_TWICE, 1103},
        {OL_ONENET_TOKEN_MISSING, 1103},
        {OL_ONENET_TOKEN_RAW, 1103},
        {OL_ONENET_TOKEN_ET, 1103},
        {OL_ONENET_TOKEN_EXPIRED, 1104},
        {OL_ONENET_TOKEN_NO_KEY, 1105},
        {OL_ONENET_TOKEN_SIGN, 1106},
        {OL_ONENET_TOKEN_NO_DEVICE, 1107},
        {OL_ONENET_TOKEN_METHOD, 1110},
        {OL_ONENET_TOKEN_VERSION, 1111},
        {OL_ONENET_TOKEN_MISMATCH, 1114},
        {OL_ONENET_TOKEN_ARGUMENT, 1101},
        {(enum ol_onenet_token_error)99, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(ol_onenet_token_error_log_code(rows[i].error), rows[i].code);
    }
    for (int i = 0; i <= OL_ONENET_TOKEN_NO_DEVICE; i++) {
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(
                ol_onenet_token_error_str((enum ol_onenet_token_error)i),
                ol_onenet_token_error_str((enum ol_onenet_token_error)k));
        }
    }
    assert_string_equal(ol_onenet_token_error_str((enum ol_onenet_token_error)99),
                        "unknown");
}

/* Decodes into a buffer of exactly the text's length; whatever is accepted must hold its
 * own promises, and verifies only if it is the good one. */
static void check_variant(void *ctx, const uint8_t *data, size_t len)
{
    struct ol_guard *g = ctx;
    struct ol_onenet_token_parts parts;
    enum ol_onenet_token_error error = ol_onenet_token_decode(
        ol_str_make(data, len), ol_guard_room(g, len), len, &parts);
    if (error != OL_ONENET_TOKEN_OK) {
        assert_int_not_equal(error, OL_ONENET_TOKEN_NOSPC);
        return;
    }
    assert_true(parts.version.len > 0 && parts.res.len > 0 && parts.sign.len > 0);
    assert_true(parts.et >= 0);
    assert_int_not_equal(ol_onenet_token_check(&parts, 0), OL_ONENET_TOKEN_EXPIRED);
    error = ol_onenet_token_verify(&parts, OL_STR(KEY), &scratch);
    bool lower_hex = len == sizeof GOOD - 1; /* %2F and %2f are the same token */
    assert_true(error != OL_ONENET_TOKEN_OK || lower_hex);
}

static void test_battery(void **state)
{
    (void)state;
    struct ol_guard g = ol_guard_open(sizeof GOOD);
    ol_battery_truncations(GOOD, sizeof GOOD - 1, check_variant, &g);
    ol_battery_bit_flips(GOOD, sizeof GOOD - 1, check_variant, &g);
    ol_guard_close(&g);
}

/* A buffer that is too small says so and is not overrun. */
static void test_small_buffer(void **state)
{
    (void)state;
    struct ol_guard g = ol_guard_open(sizeof GOOD);
    size_t needed = 0;
    for (size_t cap = 0; cap < sizeof GOOD; cap++) {
        struct ol_onenet_token_parts parts;
        enum ol_onenet_token_error error =
            ol_onenet_token_decode(OL_STR(GOOD), ol_guard_room(&g, cap), cap, &parts);
        if (error == OL_ONENET_TOKEN_OK && needed == 0) {
            needed = cap;
        }
        assert_int_equal(error, needed > 0 ? OL_ONENET_TOKEN_OK : OL_ONENET_TOKEN_NOSPC);
    }
    assert_int_equal(needed, 10 + 38 + 10 + 4 + 28);
    ol_guard_close(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_order),
        cmocka_unit_test(test_unencoded_res),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_version_method_expiry),
        cmocka_unit_test(test_sign_mismatch),
        cmocka_unit_test(test_error_table),
        cmocka_unit_test(test_battery),
        cmocka_unit_test(test_small_buffer),
    };
    return cmocka_run_group_tests_name("onenet token decode", tests, NULL, NULL);
}
