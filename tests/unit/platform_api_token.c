/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "platform/api/token.h"
#include "platform_api_fake.h"

/* Who may do what with which token: docs/protocol.md §2.2. */

#define PRODUCT_KEY "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
#define DEVICE_KEY  "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="

static const struct ol_store_product product = {
    .id = 1,
    .product_id = OL_STR_INIT("Prod000001"),
    .access_key = OL_STR_INIT(PRODUCT_KEY),
};

static const struct ol_store_product *find_product(void *ctx, struct ol_str id)
{
    (void)ctx;
    return ol_str_equal(id, product.product_id) ? &product : NULL;
}

static int32_t get_device(void *ctx, const struct ol_store_product *p, struct ol_str name,
                          struct ol_api_device *out)
{
    (void)ctx;
    (void)p;
    if (!ol_str_equal(name, OL_STR("lamp"))) {
        return OL_E_NOENT;
    }
    *out = (struct ol_api_device){.id = 1, .name = name, .sec_key = OL_STR(DEVICE_KEY)};
    return OL_OK;
}

static const struct ol_api_backend backend = {
    .wall_ms = fake_wall_ms,
    .user_id = fake_user_id,
    .user_key = fake_user_key,
    .find_product = find_product,
    .get_device = get_device,
};

static struct ol_api_who judge(const char *version, const char *res, const char *key,
                               int64_t et)
{
    char text[512];
    fake_token(version, res, key, et, text);
    return ol_api_token_check(&backend, ol_str_from(text));
}

struct row {
    const char *version;
    const char *res;
    const char *key;
    int64_t et;
    enum ol_api_right right;
    bool resource;
};

static void tokens_are_judged(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"2022-05-01", "userid/123456", FAKE_USER_KEY, FAKE_NOW_S, OL_API_USER, false},
        {"2020-05-29", "userid/123456", FAKE_USER_KEY, FAKE_NOW_S, OL_API_USER, false},
        {"2018-10-31", "userid/123456", FAKE_USER_KEY, FAKE_NOW_S, OL_API_NOBODY, false},
        {"2022-05-01", "userid/123457", FAKE_USER_KEY, FAKE_NOW_S, OL_API_NOBODY, true},
        {"2022-05-01", "userid/123456", DEVICE_KEY, FAKE_NOW_S, OL_API_NOBODY, true},
        {"2022-05-01", "userid/123456", FAKE_USER_KEY, FAKE_NOW_S - 1, OL_API_NOBODY,
         false},
        {"2022-05-01", "products/Prod000001", PRODUCT_KEY, FAKE_NOW_S, OL_API_PRODUCT,
         false},
        {"2018-10-31", "products/Prod000001", PRODUCT_KEY, FAKE_NOW_S, OL_API_PRODUCT,
         false},
        {"2020-05-29", "products/Prod000001", PRODUCT_KEY, FAKE_NOW_S, OL_API_NOBODY,
         false},
        {"2022-05-01", "products/Prod000001", FAKE_USER_KEY, FAKE_NOW_S, OL_API_NOBODY,
         false},
        {"2022-05-01", "products/Prod000002", PRODUCT_KEY, FAKE_NOW_S, OL_API_NOBODY,
         true},
        {"2018-10-31", "products/Prod000001/devices/lamp", DEVICE_KEY, FAKE_NOW_S,
         OL_API_DEVICE, false},
        {"2022-05-01", "products/Prod000001/devices/lamp", DEVICE_KEY, FAKE_NOW_S,
         OL_API_DEVICE, false},
        {"2018-10-31", "products/Prod000001/devices/lamp", PRODUCT_KEY, FAKE_NOW_S,
         OL_API_NOBODY, false},
        {"2018-10-31", "products/Prod000001/devices/nope", DEVICE_KEY, FAKE_NOW_S,
         OL_API_NOBODY, true},
        {"2022-05-01", "projects/5", FAKE_USER_KEY, FAKE_NOW_S, OL_API_NOBODY, true},
        {"2048-10-31", "userid/123456", FAKE_USER_KEY, FAKE_NOW_S, OL_API_NOBODY, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        struct ol_api_who who = judge(r->version, r->res, r->key, r->et);
        if (who.right != r->right || who.resource != r->resource) {
            fail_msg("row %zu: right %d, resource %d", i, who.right, who.resource);
        }
    }
}

static void nonsense_is_nobody(void **state)
{
    (void)state;
    static const char *const texts[] = {"",  "x",   "version=2022-05-01", FAKE_USER_KEY,
                                        "%", "=&=&"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct ol_api_who who = ol_api_token_check(&backend, ol_str_from(texts[i]));
        assert_int_equal(who.right, OL_API_NOBODY);
        assert_false(who.resource);
    }
    char large[2000];
    memset(large, 'a', sizeof large);
    assert_int_equal(ol_api_token_check(&backend, ol_str_make(large, sizeof large)).right,
                     OL_API_NOBODY);
}

static void rights_reach_so_far(void **state)
{
    (void)state;
    const struct ol_str p1 = OL_STR("Prod000001");
    const struct ol_str p2 = OL_STR("Prod000002");
    const struct ol_str lamp = OL_STR("lamp");
    const struct ol_str none = {NULL, 0};
    struct ol_api_who who =
        judge("2022-05-01", "userid/123456", FAKE_USER_KEY, FAKE_NOW_S);
    assert_true(ol_api_may_read(&who, p2, none));
    assert_true(ol_api_may_write(&who, p2));
    who = judge("2022-05-01", "products/Prod000001", PRODUCT_KEY, FAKE_NOW_S);
    assert_true(ol_api_may_read(&who, p1, lamp));
    assert_true(ol_api_may_read(&who, p1, none));
    assert_true(ol_api_may_write(&who, p1));
    assert_false(ol_api_may_read(&who, p2, lamp));
    assert_false(ol_api_may_write(&who, p2));
    who = judge("2018-10-31", "products/Prod000001/devices/lamp", DEVICE_KEY, FAKE_NOW_S);
    assert_true(ol_api_may_read(&who, p1, lamp));
    assert_false(ol_api_may_read(&who, p1, none));
    assert_false(ol_api_may_read(&who, p1, OL_STR("lam")));
    assert_false(ol_api_may_read(&who, p2, lamp));
    assert_false(ol_api_may_write(&who, p1));
    who = (struct ol_api_who){0};
    assert_false(ol_api_may_read(&who, none, none));
    assert_false(ol_api_may_write(&who, none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_judged),
        cmocka_unit_test(nonsense_is_nobody),
        cmocka_unit_test(rights_reach_so_far),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
