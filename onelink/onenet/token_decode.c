/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/token.h"

#define TEXT_MAX 1024

enum field { VERSION, RES, ET, METHOD, SIGN, FIELD_COUNT };

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The five names differ in their first letter. */
static enum field field_find(struct ol_str name)
{
    static const struct ol_str names[FIELD_COUNT] = {
        OL_STR_INIT("version"), OL_STR_INIT("res"),  OL_STR_INIT("et"),
        OL_STR_INIT("method"),  OL_STR_INIT("sign"),
    };
    for (int i = 0; i < FIELD_COUNT; i++) {
        if (ol_str_equal(names[i], name)) {
            return (enum field)i;
        }
    }
    return FIELD_COUNT;
}

/* Percent-decodes value into w. Only printable ASCII may stand in a token, and come out.
 */
static enum ol_onenet_token_error decode_value(struct ol_writer *w, struct ol_str value,
                                               bool is_sign)
{
    for (size_t i = 0; i < value.len; i++) {
        int c = (uint8_t)value.ptr[i];
        if (is_sign && (c == '+' || c == '/' || c == '=')) {
            return OL_ONENET_TOKEN_RAW;
        }
        if (c == '=' || c <= ' ' || c > '~') {
            return OL_ONENET_TOKEN_SYNTAX;
        }
        if (c == '%') {
            int high = value.len - i > 2 ? hex_value(value.ptr[i + 1]) : -1;
            int low = high >= 0 ? hex_value(value.ptr[i + 2]) : -1;
            c = low < 0 ? 0 : high * 16 + low;
            i += 2;
            if (c < ' ' || c > '~') {
                return OL_ONENET_TOKEN_SYNTAX;
            }
        }
        ol_writer_u8(w, (uint8_t)c);
    }
    return w->over ? OL_ONENET_TOKEN_NOSPC : OL_ONENET_TOKEN_OK;
}

/* One "name=value" into its place. */
static enum ol_onenet_token_error decode_field(struct ol_writer *w, struct ol_str text,
                                               struct ol_str fields[FIELD_COUNT])
{
    size_t n = 0;
    while (n < text.len && text.ptr[n] != '=') {
        n++;
    }
    if (n == text.len) {
        return OL_ONENET_TOKEN_SYNTAX;
    }
    enum field field = field_find(ol_str_make(text.ptr, n));
    if (field == FIELD_COUNT) {
        return OL_ONENET_TOKEN_UNKNOWN;
    }
    if (fields[field].ptr != NULL) {
        return OL_ONENET_TOKEN_TWICE;
    }
    struct ol_str value = ol_str_make(text.ptr + n + 1, text.len - n - 1);
    if (value.len == 0) {
        return OL_ONENET_TOKEN_MISSING;
    }
    size_t begin = w->len;
    enum ol_onenet_token_error error = decode_value(w, value, field == SIGN);
    fields[field] = ol_str_make(w->buf + begin, w->len - begin);
    return error;
}

/* Decimal digits only: "+1" or " 1" would be another signed text. */
static bool decode_et(struct ol_str text, int64_t *et)
{
    uint64_t v = 0;
    if (ol_dec_u64(text, &v) != OL_OK || v > INT64_MAX) {
        return false;
    }
    *et = (int64_t)v;
    return true;
}

enum ol_onenet_token_error ol_onenet_token_decode(struct ol_str text, void *buf,
                                                  size_t cap,
                                                  struct ol_onenet_token_parts *out)
{
    struct ol_str fields[FIELD_COUNT] = {{NULL, 0}};
    struct ol_writer w = ol_writer_make(buf, cap);
    if (text.len == 0 || text.len > TEXT_MAX) {
        return text.len == 0 ? OL_ONENET_TOKEN_MISSING : OL_ONENET_TOKEN_SYNTAX;
    }
    for (size_t begin = 0; begin <= text.len;) {
        size_t end = begin;
        while (end < text.len && text.ptr[end] != '&') {
            end++;
        }
        enum ol_onenet_token_error error =
            decode_field(&w, ol_str_make(text.ptr + begin, end - begin), fields);
        if (error != OL_ONENET_TOKEN_OK) {
            return error;
        }
        begin = end + 1;
    }
    for (int i = 0; i < FIELD_COUNT; i++) {
        if (fields[i].ptr == NULL) {
            return OL_ONENET_TOKEN_MISSING;
        }
    }
    out->version = fields[VERSION];
    out->res = fields[RES];
    out->et_text = fields[ET];
    out->method = fields[METHOD];
    out->sign = fields[SIGN];
    return decode_et(fields[ET], &out->et) ? OL_ONENET_TOKEN_OK : OL_ONENET_TOKEN_ET;
}
