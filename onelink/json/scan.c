/* SPDX-License-Identifier: MIT */
#include "onelink/json/scan.h"

static const char *pass_digits(const char *p, const char *end)
{
    while (p != end && ol_json_is_digit(*p)) {
        p++;
    }
    return p;
}

int32_t ol_json_scan_number(const char *p, const char *end, const char **stop)
{
    if (*p == '-') {
        p++;
    }
    const char *digits = p;
    p = p != end && *p == '0' ? p + 1 : pass_digits(p, end);
    bool good = p != digits;
    if (good && p != end && *p == '.') {
        digits = p + 1;
        p = pass_digits(digits, end);
        good = p != digits;
    }
    if (good && p != end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p != end && (*p == '+' || *p == '-')) {
            p++;
        }
        digits = p;
        p = pass_digits(p, end);
        good = p != digits;
    }
    *stop = p;
    if (!good) {
        return p == end ? OL_E_AGAIN : OL_E_PROTO;
    }
    return OL_OK;
}

/* An exponent beyond this is as good as infinite: no text in memory has digits enough to
 * bring it back. */
#define EXPONENT_MAX (PTRDIFF_MAX / 16)

/* The value of the exponent at p, "e-12"; 0 for none. */
static ptrdiff_t exponent_value(const char *p, const char *end)
{
    ptrdiff_t value = 0;
    bool negative = false;
    for (; p != end; p++) {
        negative = negative || *p == '-';
        if (ol_json_is_digit(*p) && value < EXPONENT_MAX) {
            value = value * 10 + (*p - '0');
        }
    }
    return negative ? -value : value;
}

/* v * 10 + digit, without a 64-bit product where 32 bits do. */
static uint64_t append_digit(uint64_t v, uint32_t digit)
{
    if (v < UINT32_MAX / 10) {
        return (uint32_t)v * 10 + digit;
    }
    return v * 10 + digit;
}

/* The digits of a number, known to be one, from p to its exponent. */
static const char *parse_digits(const char *p, const char *end, uint8_t max,
                                struct ol_json_number *out)
{
    uint64_t digits = 0;
    ptrdiff_t exponent = 0;
    uint8_t count = 0;
    bool fraction = false;
    for (; p != end; p++) {
        uint32_t digit = (uint32_t)*p - '0';
        if (*p == '.') {
            fraction = true;
            continue;
        }
        if (digit > 9) {
            break;
        }
        if (count == 0 && digit != 0) {
            out->significant = (struct ol_str){p, (size_t)(end - p)};
        }
        if (count < max) {
            digits = append_digit(digits, digit);
            count = (uint8_t)(count + (digits != 0));
            exponent -= fraction;
        } else {
            out->cut = out->cut || digit != 0;
            exponent += !fraction;
        }
    }
    out->digits = digits;
    out->exponent = exponent;
    out->count = count;
    return p;
}

int32_t ol_json_parse_number(struct ol_str text, uint8_t max, struct ol_json_number *out)
{
    const char *p = text.ptr;
    const char *end = p;
    if (text.len > 0) {
        end += text.len;
    }
    const char *stop;
    if (p == end || ol_json_scan_number(p, end, &stop) != OL_OK || stop != end) {
        return OL_E_ARG;
    }
    out->significant = (struct ol_str){NULL, 0};
    out->cut = false;
    out->negative = *p == '-';
    p = parse_digits(p + out->negative, end, max, out);
    out->exponent = out->count == 0 ? 0 : out->exponent + exponent_value(p, end);
    return OL_OK;
}
