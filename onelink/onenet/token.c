/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/token.h"

#include "onelink/onenet/token_sign.h"

static bool is_unreserved(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           c == '-' || c == '_' || c == '.' || c == '~';
}

/* Appends "name" and the percent-encoded value. docs/protocol.md §2.1. */
static void put_field(struct ol_writer *w, struct ol_str name, struct ol_str value)
{
    static const char hex[] = "0123456789ABCDEF";
    ol_writer_str(w, name);
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = (uint8_t)value.ptr[i];
        if (is_unreserved((char)c)) {
            ol_writer_u8(w, c);
            continue;
        }
        const char escape[3] = {'%', hex[c >> 4], hex[c & 15]};
        ol_writer_bytes(w, escape, sizeof escape);
    }
}

enum ol_onenet_token_error ol_onenet_token_encode(struct ol_writer *w,
                                                  const struct ol_onenet_token *token,
                                                  struct ol_str key,
                                                  struct ol_onenet_token_scratch *scratch)
{
    if (token->version.len == 0 || token->res.len == 0 || token->et < 0 ||
        token->method == NULL) {
        return OL_ONENET_TOKEN_FIELD_EMPTY;
    }
    uint8_t et[20];
    struct ol_writer et_writer = ol_writer_make(et, sizeof et);
    ol_writer_dec_u64(&et_writer, (uint64_t)token->et);
    const struct ol_onenet_token_claim claim = {
        .et = ol_str_make(et, et_writer.len),
        .res = token->res,
        .version = token->version,
        .method = token->method,
    };
    char sign[OL_ONENET_SIGN_MAX];
    size_t sign_len = 0;
    enum ol_onenet_token_error error =
        ol_onenet_token_sign(&claim, key, scratch, sign, &sign_len);
    if (error != OL_ONENET_TOKEN_OK) {
        return error;
    }
    put_field(w, OL_STR("version="), token->version);
    put_field(w, OL_STR("&res="), token->res);
    put_field(w, OL_STR("&et="), claim.et);
    put_field(w, OL_STR("&method="), token->method->name);
    put_field(w, OL_STR("&sign="), ol_str_make(sign, sign_len));
    return w->over ? OL_ONENET_TOKEN_NOSPC : OL_ONENET_TOKEN_OK;
}
