/* SPDX-License-Identifier: MIT */
#include "platform/api/token.h"

#include <string.h>

#include "onelink/onenet/resource.h"
#include "onelink/onenet/token.h"

#define TOKEN_MAX 1024

/* Versions that the API takes, by what the token is for. docs/protocol.md §2.2 */
static bool version_is_known(struct ol_str version, enum ol_onenet_resource_kind kind)
{
    if (ol_str_equal(version, OL_STR(OL_ONENET_VERSION_2022))) {
        return true;
    }
    if (kind == OL_ONENET_RESOURCE_USER) {
        return ol_str_equal(version, OL_STR("2020-05-29"));
    }
    return ol_str_equal(version, OL_STR(OL_ONENET_VERSION_2018));
}

static void set_product(struct ol_api_who *who, struct ol_str pid)
{
    who->product_len = pid.len;
    memcpy(who->product, pid.ptr, pid.len);
}

/* The key that must have signed; the empty span when there is no such user, product,
 * device. */
static struct ol_str key_for(const struct ol_api_backend *b,
                             const struct ol_onenet_resource *res, struct ol_api_who *who)
{
    const struct ol_str none = {NULL, 0};
    struct ol_api_device device;
    if (res->kind == OL_ONENET_RESOURCE_USER) {
        who->right = OL_API_USER;
        return ol_str_equal(res->user, b->user_id(b->ctx)) ? b->user_key(b->ctx) : none;
    }
    const struct ol_store_product *product = b->find_product(b->ctx, res->pid);
    if (product == NULL) {
        return none;
    }
    set_product(who, res->pid);
    if (res->kind == OL_ONENET_RESOURCE_PRODUCT) {
        who->right = OL_API_PRODUCT;
        return product->access_key;
    }
    if (b->get_device(b->ctx, product, res->device, &device) != OL_OK) {
        return none;
    }
    who->right = OL_API_DEVICE;
    who->device_len = res->device.len;
    memcpy(who->device, res->device.ptr, res->device.len);
    return device.sec_key;
}

struct ol_api_who ol_api_token_check(const struct ol_api_backend *backend,
                                     struct ol_str token)
{
    const struct ol_api_who nobody = {0};
    const struct ol_api_who stranger = {.resource = true};
    char buf[TOKEN_MAX];
    struct ol_onenet_token_parts parts;
    struct ol_onenet_token_scratch scratch;
    struct ol_api_who who = {0};
    if (token.len > sizeof buf ||
        ol_onenet_token_decode(token, buf, sizeof buf, &parts) != OL_ONENET_TOKEN_OK) {
        return nobody;
    }
    struct ol_onenet_resource res = ol_onenet_resource_decode(parts.res);
    if (res.kind == OL_ONENET_RESOURCE_OTHER) {
        return stranger;
    }
    if (!version_is_known(parts.version, res.kind) ||
        parts.et < backend->wall_ms(backend->ctx) / 1000) {
        return nobody;
    }
    struct ol_str key = key_for(backend, &res, &who);
    if (key.len == 0) {
        return stranger;
    }
    if (ol_onenet_token_verify(&parts, key, &scratch) != OL_ONENET_TOKEN_OK) {
        /* A user's resource signed with another kind of key: the cloud blames the
         * resource. */
        return res.kind == OL_ONENET_RESOURCE_USER ? stranger : nobody;
    }
    return who;
}

bool ol_api_may_write(const struct ol_api_who *who, struct ol_str product)
{
    if (who->right == OL_API_PRODUCT) {
        return ol_str_equal(product, ol_str_make(who->product, who->product_len));
    }
    return who->right == OL_API_USER;
}

bool ol_api_may_read(const struct ol_api_who *who, struct ol_str product,
                     struct ol_str device)
{
    if (who->right == OL_API_DEVICE) {
        return ol_str_equal(product, ol_str_make(who->product, who->product_len)) &&
               ol_str_equal(device, ol_str_make(who->device, who->device_len));
    }
    return ol_api_may_write(who, product);
}
