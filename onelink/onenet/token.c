/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/token.h"

#include "onelink/onenet/token_sign.h"

static bool is_unreserved(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           c == '-' || c == '_' || c == '.' || c == '~';
}

/* Appends name and the percent-encoded value. docs/protocol.md §2.1. */
static void put_field(struct ol_writer *w, const char *name, const char *value,
                      size_t len)
{
    static const char hex[] = "0123456789ABCDEF";
    while (*name != '\0') {
        ol_writer_u8(w, (uint8_t)*name++);
    }
    for (; len > 0; len--, value++) {
        uint8_t c = (uint8_t)*value;
        if (is_unreserved(*value)) {
            ol_writer_u8(w, c);
            continue;
        }
        ol_writer_u8(w, '%');
        ol_writer_u8(w, (uint8_t)hex[c >> 4]);
        ol_writer_u8(w, (uint8_t)hex[c & 15]);
    }
}

enum ol_onenet_token_error ol_onenet_token_encode(struct ol_writer *w,
                                                  const struct ol_onenet_token *token,
                                                  struct ol_str key,
                                                  struct ol_onenet_token_scratch *scratch)
{
    static const char *const names[] = {"&et=", "&method=", "&res=", "version="};
    static const uint8_t order[] = {OL_ONENET_LINE_VERSION, OL_ONENET_LINE_RES,
                                    OL_ONENET_LINE_ET, OL_ONENET_LINE_METHOD};
    if (token->version.len == 0 || token->res.len == 0 || token->et < 0 ||
        token->method == NULL) {
        return OL_ONENET_TOKEN_FIELD_EMPTY;
    }
    struct ol_writer et = ol_writer_make(scratch->et, sizeof scratch->et);
    ol_writer_dec_u64(&et, (uint64_t)token->et);
    const struct ol_str lines[OL_ONENET_LINES] = {
        {scratch->et, et.len}, token->method->name, token->res, token->version};
    size_t len = 0;
    enum ol_onenet_token_error error =
        ol_onenet_token_sign(lines, token->method->hash, key, scratch, &len);
    if (error != OL_ONENET_TOKEN_OK) {
        return error;
    }
    for (size_t i = 0; i < OL_ONENET_LINES; i++) {
        put_field(w, names[order[i]], lines[order[i]].ptr, lines[order[i]].len);
    }
    put_field(w, "&sign=", scratch->sign, len);
    ol_onenet_token_wipe(scratch->sign, sizeof scratch->sign);
    return w->over ? OL_ONENET_TOKEN_NOSPC : OL_ONENET_TOKEN_OK;
}
