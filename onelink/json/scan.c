/* SPDX-License-Identifier: MIT */
#include "onelink/json/scan.h"

/* Passes digits; false where there is none. */
static bool pass_digits(const char *text, size_t len, size_t *pos)
{
    size_t start = *pos;
    while (*pos < len && ol_json_is_digit(text[*pos])) {
        (*pos)++;
    }
    return *pos > start;
}

/* The integer part: one 0, or digits that do not begin with 0. */
static bool pass_integer(const char *text, size_t len, size_t *pos)
{
    if (*pos < len && text[*pos] == '0') {
        (*pos)++;
        return true;
    }
    return pass_digits(text, len, pos);
}

static bool pass_exponent(const char *text, size_t len, size_t *pos)
{
    (*pos)++;
    if (*pos < len && (text[*pos] == '+' || text[*pos] == '-')) {
        (*pos)++;
    }
    return pass_digits(text, len, pos);
}

int32_t ol_json_scan_number(const char *text, size_t len, size_t *stop)
{
    size_t pos = text[0] == '-' ? 1 : 0;
    bool good = pass_integer(text, len, &pos);
    if (good && pos < len && text[pos] == '.') {
        pos++;
        good = pass_digits(text, len, &pos);
    }
    if (good && pos < len && (text[pos] == 'e' || text[pos] == 'E')) {
        good = pass_exponent(text, len, &pos);
    }
    *stop = pos;
    if (!good) {
        return pos == len ? OL_E_AGAIN : OL_E_PROTO;
    }
    return OL_OK;
}

/* An exponent beyond this is as good as infinite: no text in memory has digits enough to
 * bring it back. */
#define EXPONENT_MAX (PTRDIFF_MAX / 16)

/* The value of "e-12" at text[0..len), 0 for no text. */
static ptrdiff_t exponent_value(const char *text, size_t len)
{
    ptrdiff_t value = 0;
    for (size_t i = 1; i < len; i++) {
        if (ol_json_is_digit(text[i]) && value < EXPONENT_MAX) {
            value = value * 10 + (text[i] - '0');
        }
    }
    return len > 1 && text[1] == '-' ? -value : value;
}

/* Takes one digit of the mantissa into n, whose exponent counts from the point as seen so
 * far. */
static void add_digit(struct ol_json_number *n, uint32_t digit, uint8_t max,
                      bool fraction)
{
    if (n->count < max) {
        n->digits = n->digits * 10 + digit;
        n->count = (uint8_t)(n->count + (n->digits != 0));
        n->exponent -= fraction;
        return;
    }
    n->cut = n->cut || digit != 0;
    n->exponent += !fraction;
}

int32_t ol_json_parse_number(struct ol_str text, uint8_t max, struct ol_json_number *out)
{
    size_t stop = 0;
    if (text.len == 0 || ol_json_scan_number(text.ptr, text.len, &stop) != OL_OK ||
        stop != text.len) {
        return OL_E_ARG;
    }
    *out = (struct ol_json_number){.negative = text.ptr[0] == '-'};
    bool fraction = false;
    size_t pos = out->negative ? 1 : 0;
    for (; pos < text.len && (text.ptr[pos] | 0x20) != 'e'; pos++) {
        if (text.ptr[pos] == '.') {
            fraction = true;
            continue;
        }
        add_digit(out, (uint32_t)(text.ptr[pos] - '0'), max, fraction);
        if (out->count == 1 && out->significant.len == 0) {
            out->significant = ol_str_make(text.ptr + pos, text.len - pos);
        }
    }
    out->exponent += exponent_value(text.ptr + pos, text.len - pos);
    if (out->digits == 0) {
        out->exponent = 0;
    }
    return OL_OK;
}
