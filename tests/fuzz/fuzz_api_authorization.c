/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "platform/api/token.h"

/* The authorization header. Whoever is let in is the user, the product or the device that
 * exists, and no more than that. */

#define PID  "P1a2B3c4D5"
#define NAME "dev-1"
#define KEY  "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY="

static struct ol_store_product product = {.product_id = OL_STR_INIT(PID),
                                          .access_key = OL_STR_INIT(KEY)};

static int64_t wall_ms(void *ctx)
{
    (void)ctx;
    return INT64_C(1700000000000);
}

static struct ol_str user_id(void *ctx)
{
    (void)ctx;
    return OL_STR("4096");
}

static struct ol_str user_key(void *ctx)
{
    (void)ctx;
    return OL_STR(KEY);
}

static const struct ol_store_product *find_product(void *ctx, struct ol_str pid)
{
    (void)ctx;
    return ol_str_equal(pid, OL_STR(PID)) ? &product : NULL;
}

static int32_t get_device(void *ctx, const struct ol_store_product *p, struct ol_str name,
                          struct ol_api_device *out)
{
    (void)ctx;
    (void)p;
    memset(out, 0, sizeof *out);
    out->sec_key = OL_STR(KEY);
    return ol_str_equal(name, OL_STR(NAME)) ? OL_OK : OL_E_NOENT;
}

static void require(bool fine)
{
    if (!fine) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const struct ol_api_backend backend = {.wall_ms = wall_ms,
                                                  .user_id = user_id,
                                                  .user_key = user_key,
                                                  .find_product = find_product,
                                                  .get_device = get_device};
    struct ol_api_who who = ol_api_token_check(&backend, ol_str_make(data, len));
    bool all = who.right == OL_API_USER;
    bool own = all || who.right == OL_API_PRODUCT;
    bool read = own || who.right == OL_API_DEVICE;
    require(ol_api_may_write(&who, OL_STR("Another001")) == all);
    require(ol_api_may_write(&who, OL_STR(PID)) == own);
    require(ol_api_may_read(&who, OL_STR(PID), OL_STR("dev-2")) == own);
    require(ol_api_may_read(&who, OL_STR(PID), OL_STR(NAME)) == read);
    require(who.right == OL_API_NOBODY || !who.resource);
    return 0;
}
