/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/token.h"

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The six bits of a base64 character, or -1. */
static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    if (c == '+') {
        return 62;
    }
    return c == '/' ? 63 : -1;
}

/* text[*begin, *end) is the key without white space and without up to two '='. */
static void trim(struct ol_str text, size_t *begin, size_t *end)
{
    size_t b = 0;
    size_t e = text.len;
    while (b < e && is_space(text.ptr[b])) {
        b++;
    }
    while (e > b && is_space(text.ptr[e - 1])) {
        e--;
    }
    for (int i = 0; i < 2 && e > b && text.ptr[e - 1] == '='; i++) {
        e--;
    }
    *begin = b;
    *end = e;
}

/* out may be NULL: check only. */
static enum ol_onenet_token_error decode(struct ol_str text, uint8_t *out, size_t *len,
                                         size_t *at)
{
    size_t begin;
    size_t end;
    trim(text, &begin, &end);
    *at = text.len;
    if (begin == end) {
        return OL_ONENET_TOKEN_KEY_EMPTY;
    }
    size_t n = 0;
    uint32_t bits = 0;
    for (size_t i = begin; i < end; i++) {
        int v = base64_value(text.ptr[i]);
        if (v < 0) {
            *at = i;
            return OL_ONENET_TOKEN_KEY_CHAR;
        }
        bits = bits << 6 | (uint32_t)v;
        size_t phase = (i - begin) % 4;
        if (phase == 0) {
            continue;
        }
        if (n < OL_ONENET_KEY_MAX && out != NULL) {
            out[n] = (uint8_t)(bits >> (6 - 2 * phase));
        }
        n++;
    }
    *len = n;
    if (n > OL_ONENET_KEY_MAX) {
        return OL_ONENET_TOKEN_KEY_LONG;
    }
    /* One character carries six bits, no byte: something was lost in copying. */
    return (end - begin) % 4 == 1 ? OL_ONENET_TOKEN_KEY_CUT : OL_ONENET_TOKEN_OK;
}

enum ol_onenet_token_error ol_onenet_key_check(struct ol_str text, size_t *at)
{
    size_t len;
    size_t pos;
    enum ol_onenet_token_error error = decode(text, NULL, &len, &pos);
    if (at != NULL) {
        *at = pos;
    }
    return error;
}

enum ol_onenet_token_error
ol_onenet_key_decode(struct ol_str text, uint8_t out[OL_ONENET_KEY_MAX], size_t *len)
{
    size_t at;
    return decode(text, out, len, &at);
}
