/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "onelink/onenet/token.h"
#include "tests/fuzz/fuzz.h"

/* A token that was taken apart and is made anew from its parts is taken apart alike. */
static void check_round_trip(const struct ol_onenet_token_parts *parts,
                             struct ol_onenet_token_scratch *scratch)
{
    static const struct ol_str key = OL_STR_INIT("AAECAwQFBgcICQoLDA0ODw==");
    const struct ol_onenet_token token = {
        .version = parts->version,
        .res = parts->res,
        .et = parts->et,
        .method = ol_onenet_method_find(parts->method),
    };
    if (token.method == NULL) {
        return;
    }
    uint8_t out[4096];
    uint8_t text[4096];
    struct ol_writer w = ol_writer_make(out, sizeof out);
    require(ol_onenet_token_encode(&w, &token, key, scratch) == OL_ONENET_TOKEN_OK);
    struct ol_onenet_token_parts again;
    enum ol_onenet_token_error error =
        ol_onenet_token_decode(ol_str_make(out, w.len), text, sizeof text, &again);
    if (error == OL_ONENET_TOKEN_SYNTAX) {
        require(w.len > 1024);
        return;
    }
    require(error == OL_ONENET_TOKEN_OK);
    require(ol_str_equal(again.res, parts->res) && again.et == parts->et);
    require(ol_onenet_token_verify(&again, key, scratch) == OL_ONENET_TOKEN_OK);
}

/* The input is a token, and a base64 key too. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ol_onenet_token_scratch scratch;
    struct ol_onenet_token_parts parts;
    struct ol_str text = ol_str_make(data, size);
    uint8_t *buf = malloc(size + 1);
    require(buf != NULL);
    enum ol_onenet_token_error error = ol_onenet_token_decode(text, buf, size, &parts);
    require(error != OL_ONENET_TOKEN_NOSPC);
    if (error == OL_ONENET_TOKEN_OK) {
        (void)ol_onenet_resource_decode(parts.res);
        error = ol_onenet_token_check(&parts, 0);
        require(error == OL_ONENET_TOKEN_OK || error == OL_ONENET_TOKEN_VERSION ||
                error == OL_ONENET_TOKEN_METHOD);
        check_round_trip(&parts, &scratch);
    }
    free(buf);
    size_t at;
    size_t len = 0;
    uint8_t key[OL_ONENET_KEY_MAX];
    error = ol_onenet_key_check(text, &at);
    require(at <= size && ol_onenet_key_decode(text, key, &len) == error);
    require(error != OL_ONENET_TOKEN_OK || (len >= 1 && len <= sizeof key));
    return 0;
}
