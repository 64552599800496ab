/* SPDX-License-Identifier: MIT */
#include "onelink/base/decimal.h"

#include "onelink/base/buf.h"

/* 0.8 * v as a geometric series of shifts, then / 8: too small by at most one, which the
 * remainder shows. Cortex-M0 has neither a divide instruction nor a 64-bit product. */
static uint32_t u32_div10(uint32_t v, uint32_t *rem)
{
    uint32_t q = (v >> 1) + (v >> 2);
    q += q >> 4;
    q += q >> 8;
    q += q >> 16;
    q >>= 3;
    uint32_t r = v - q * 10;
    if (r >= 10) {
        q++;
        r -= 10;
    }
    *rem = r;
    return q;
}

uint64_t ol_u64_div10(uint64_t v, uint32_t *rem)
{
    if (v <= UINT32_MAX) {
        return u32_div10((uint32_t)v, rem);
    }
    uint64_t q = (v >> 1) + (v >> 2);
    q += q >> 4;
    q += q >> 8;
    q += q >> 16;
    q += q >> 32;
    q >>= 3;
    uint32_t r = (uint32_t)v - (uint32_t)q * 10;
    if (r >= 10) {
        q++;
        r -= 10;
    }
    *rem = r;
    return q;
}

char *ol_u64_digits(char *end, uint64_t v)
{
    uint32_t digit;
    while (v > UINT32_MAX) {
        v = ol_u64_div10(v, &digit);
        *--end = (char)('0' + digit);
    }
    uint32_t low = (uint32_t)v;
    do {
        low = u32_div10(low, &digit);
        *--end = (char)('0' + digit);
    } while (low != 0);
    return end;
}

void ol_writer_dec_u64(struct ol_writer *w, uint64_t v)
{
    char text[OL_U64_DIGITS];
    char *end = text + sizeof text;
    char *start = ol_u64_digits(end, v);
    ol_writer_bytes(w, start, (size_t)(end - start));
}

void ol_writer_dec_i64(struct ol_writer *w, int64_t v)
{
    char text[1 + OL_U64_DIGITS];
    char *end = text + sizeof text;
    char *start = ol_u64_digits(end, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
    if (v < 0) {
        *--start = '-';
    }
    ol_writer_bytes(w, start, (size_t)(end - start));
}

int32_t ol_dec_u64(struct ol_str text, uint64_t *out)
{
    uint64_t v = 0;
    if (text.len == 0 || text.len > OL_U64_DIGITS) {
        return OL_E_ARG;
    }
    for (size_t i = 0; i < text.len; i++) {
        uint32_t digit = (uint32_t)(uint8_t)text.ptr[i] - '0';
        if (digit > 9 || v > UINT64_MAX / 10 || (v == UINT64_MAX / 10 && digit > 5)) {
            return OL_E_ARG;
        }
        v = v * 10 + digit;
    }
    *out = v;
    return OL_OK;
}
