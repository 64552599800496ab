/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/token.h"

#include "onelink/onenet/token_sign.h"

#define METHOD_NAME_MAX 6 /* sha256 */

enum ol_onenet_token_error
ol_onenet_token_check(const struct ol_onenet_token_parts *parts, int64_t now_s)
{
    if (!ol_str_equal(parts->version, OL_STR(OL_ONENET_VERSION_2018)) &&
        !ol_str_equal(parts->version, OL_STR(OL_ONENET_VERSION_2022))) {
        return OL_ONENET_TOKEN_VERSION;
    }
    if (ol_onenet_method_find(parts->method) == NULL) {
        return OL_ONENET_TOKEN_METHOD;
    }
    return parts->et < now_s ? OL_ONENET_TOKEN_EXPIRED : OL_ONENET_TOKEN_OK;
}

/* Takes the same time wherever the texts differ; their length is no secret. */
static bool equal_constant_time(struct ol_str a, struct ol_str b)
{
    uint8_t diff = 0;
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        diff = (uint8_t)(diff | (a.ptr[i] ^ b.ptr[i]));
    }
    return diff == 0;
}

/* By its name in lower case or in capitals; it is signed as it is written. */
static const struct ol_onenet_method *method_of(struct ol_str name)
{
    char lower[METHOD_NAME_MAX];
    if (name.len > sizeof lower) {
        return NULL;
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return ol_onenet_method_find(ol_str_make(lower, name.len));
}

enum ol_onenet_token_error
ol_onenet_token_verify(const struct ol_onenet_token_parts *parts, struct ol_str key,
                       struct ol_onenet_token_scratch *scratch)
{
    const struct ol_str lines[OL_ONENET_LINES] = {parts->et_text, parts->method,
                                                  parts->res, parts->version};
    const struct ol_onenet_method *method = method_of(parts->method);
    if (method == NULL) {
        return OL_ONENET_TOKEN_METHOD;
    }
    size_t len = 0;
    enum ol_onenet_token_error error =
        ol_onenet_token_sign(lines, method->hash, key, scratch, &len);
    if (error == OL_ONENET_TOKEN_OK &&
        !equal_constant_time(parts->sign, ol_str_make(scratch->sign, len))) {
        error = OL_ONENET_TOKEN_SIGN;
    }
    ol_onenet_token_wipe(scratch->sign, sizeof scratch->sign);
    return error;
}
