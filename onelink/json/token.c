/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "onelink/base/utf8.h"
#include "onelink/json/reader.h"
#include "onelink/json/scan.h"

static uint32_t hex4(const char *p)
{
    uint32_t v = 0;
    for (size_t i = 0; i < 4; i++) {
        uint32_t c = (uint8_t)p[i];
        /* '0'..'9' are 0x30.., 'A'..'F' and 'a'..'f' are 0x41.. and 0x61.. */
        v = v << 4 | ((c & 0x0F) + (c >= 'A' ? 9 : 0));
    }
    return v;
}

static bool is_u_escape(struct ol_str s, size_t pos)
{
    return s.len - pos >= 6 && s.ptr[pos] == '\\' && s.ptr[pos + 1] == 'u';
}

/* The code of the \u escape at *pos, which is passed; two of them where they are a
 * surrogate pair. A lone surrogate comes out as itself. */
static uint32_t unescape_u(struct ol_str s, size_t *pos)
{
    uint32_t code = hex4(s.ptr + *pos + 2);
    *pos += 6;
    if (code >> 10 != 0xD800 >> 10 || !is_u_escape(s, *pos)) {
        return code;
    }
    uint32_t low = hex4(s.ptr + *pos + 2);
    if (low >> 10 != 0xDC00 >> 10) {
        return code;
    }
    *pos += 6;
    return 0x10000 + ((code & 0x3FF) << 10 | (low & 0x3FF));
}

static uint8_t unescape_short(char c)
{
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return (uint8_t)c;
    }
}

/* Takes one raw byte or one escape at *pos, which is passed, and gives the bytes that it
 * stands for. Returns how many. */
static size_t next_piece(struct ol_str s, size_t *pos, uint8_t out[4])
{
    if (is_u_escape(s, *pos)) {
        return ol_utf8_encode(unescape_u(s, pos), out);
    }
    if (s.ptr[*pos] == '\\' && s.len - *pos >= 2) {
        out[0] = unescape_short(s.ptr[*pos + 1]);
        *pos += 2;
    } else {
        out[0] = (uint8_t)s.ptr[*pos];
        *pos += 1;
    }
    return 1;
}

bool ol_json_token_equal(const struct ol_json_token *t, struct ol_str s)
{
    if (!t->escaped) {
        return ol_str_equal(t->text, s);
    }
    size_t done = 0;
    for (size_t pos = 0; pos < t->text.len;) {
        uint8_t piece[4];
        size_t len = next_piece(t->text, &pos, piece);
        if (len > s.len - done || memcmp(s.ptr + done, piece, len) != 0) {
            return false;
        }
        done += len;
    }
    return done == s.len;
}

int32_t ol_json_token_decode(const struct ol_json_token *t, char *out, size_t cap)
{
    if (!t->escaped) {
        if (t->text.len > cap) {
            return OL_E_NOSPC;
        }
        if (t->text.len > 0) {
            memcpy(out, t->text.ptr, t->text.len);
        }
        return (int32_t)t->text.len;
    }
    size_t len = 0;
    for (size_t pos = 0; pos < t->text.len;) {
        uint8_t piece[4];
        size_t n = next_piece(t->text, &pos, piece);
        if (n > cap - len) {
            return OL_E_NOSPC;
        }
        memcpy(out + len, piece, n);
        len += n;
    }
    return (int32_t)len;
}

size_t ol_json_token_chars(const struct ol_json_token *t)
{
    size_t count = 0;
    for (size_t pos = 0; pos < t->text.len;) {
        uint8_t piece[4];
        (void)next_piece(t->text, &pos, piece);
        /* Every byte of UTF-8 but 10xxxxxx begins a character. */
        count += (piece[0] & 0xC0) != 0x80;
    }
    return count;
}
