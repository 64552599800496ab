/* SPDX-License-Identifier: MIT */
#include "onelink/base/utf8.h"

/* How many bytes a lead byte asks for; 0 where it can lead nothing (RFC 3629 section 4).
 */
static size_t lead_len(uint8_t lead)
{
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xC2 || lead > 0xF4) {
        return 0;
    }
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* The second byte of E0, ED, F0, F4 has a narrower range: that is where overlong forms,
 * surrogates and numbers above U+10FFFF would be. */
static bool second_allowed(uint8_t lead, uint8_t second)
{
    switch (lead) {
    case 0xE0:
        return second >= 0xA0;
    case 0xED:
        return second < 0xA0;
    case 0xF0:
        return second >= 0x90;
    case 0xF4:
        return second < 0x90;
    default:
        return true;
    }
}

int32_t ol_utf8_len(const void *text, size_t len)
{
    const uint8_t *p = text;
    if (len == 0) {
        return OL_E_AGAIN;
    }
    size_t want = lead_len(p[0]);
    for (size_t i = 1; i < want; i++) {
        if (i == len) {
            return OL_E_AGAIN;
        }
        if ((p[i] & 0xC0) != 0x80 || (i == 1 && !second_allowed(p[0], p[1]))) {
            return OL_E_PROTO;
        }
    }
    return want == 0 ? OL_E_PROTO : (int32_t)want;
}

bool ol_utf8_is_valid(struct ol_str s)
{
    for (size_t pos = 0; pos < s.len;) {
        int32_t n = ol_utf8_len(s.ptr + pos, s.len - pos);
        if (n < 0) {
            return false;
        }
        pos += (size_t)n;
    }
    return true;
}

size_t ol_utf8_encode(uint32_t code, uint8_t out[4])
{
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
        code = 0xFFFD;
    }
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    out[0] = (uint8_t)((0xF00U >> len) | code);
    return len;
}
