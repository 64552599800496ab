/* SPDX-License-Identifier: MIT */
#include "platform_api_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "onelink/onenet/token.h"

int64_t fake_wall_ms(void *ctx)
{
    (void)ctx;
    return FAKE_NOW_S * 1000;
}

struct ol_str fake_user_id(void *ctx)
{
    (void)ctx;
    return OL_STR("123456");
}

struct ol_str fake_user_key(void *ctx)
{
    (void)ctx;
    return OL_STR(FAKE_USER_KEY);
}

void fake_token(const char *version, const char *res, const char *key, int64_t et,
                char text[512])
{
    struct ol_onenet_token_scratch scratch;
    struct ol_writer w = ol_writer_make(text, 511);
    struct ol_onenet_token t = {ol_str_from(version), ol_str_from(res), et,
                                &ol_onenet_md5};
    assert_int_equal(ol_onenet_token_encode(&w, &t, ol_str_from(key), &scratch),
                     OL_ONENET_TOKEN_OK);
    text[w.len] = '\0';
}
