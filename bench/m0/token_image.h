/* SPDX-License-Identifier: MIT */
#ifndef BENCH_M0_TOKEN_IMAGE_H
#define BENCH_M0_TOKEN_IMAGE_H

#include "onelink/onenet/token.h"
#include "rt.h"

/* What the images token_md5, token_sha1 and token_sha256 have in common: each makes a device's
 * login token from its key, with one method linked. The expected tokens were made by OpenSSL's
 * HMAC, by way of Python. */

static uint8_t res[OL_ONENET_RESOURCE_MAX];
static uint8_t text[OL_ONENET_TOKEN_MAX];
static struct ol_onenet_token_scratch scratch;

static int measure_token(const char *name, const struct ol_onenet_method *method,
                         struct ol_str expected)
{
    static const struct ol_str pid = OL_STR_INIT("wZ8s7Fk1Qd");
    static const struct ol_str device = OL_STR_INIT("device01");
    static const struct ol_str key =
        OL_STR_INIT("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    struct ol_writer r = ol_writer_make(res, sizeof res);
    struct ol_writer w = ol_writer_make(text, sizeof text);
    struct ol_onenet_token token = {
        .version = OL_STR(OL_ONENET_VERSION_2018), .et = 2524579200, .method = method};
    m0_begin(name);
    int32_t rc = ol_onenet_resource_device_encode(&r, pid, device);
    token.res = ol_str_make(res, r.len);
    enum ol_onenet_token_error error = ol_onenet_token_encode(&w, &token, key, &scratch);
    m0_end();
    m0_check(rc == OL_OK && error == OL_ONENET_TOKEN_OK && w.len == expected.len, "made");
    for (size_t i = 0; i < expected.len; i++) {
        m0_check(text[i] == (uint8_t)expected.ptr[i], "the token expected");
    }
    m0_figure("context", sizeof scratch, "bytes");
    return 0;
}

#endif
