/* SPDX-License-Identifier: MIT */
#include "onelink/base/decimal.h"
#include "onelink/json/magnitude.h"
#include "onelink/json/number.h"

/* Text under construction at p; the caller has made sure that it fits. */
static char *put(char *p, const char *digits, int count)
{
    while (count-- > 0) {
        *p++ = *digits++;
    }
    return p;
}

static char *put_zeros(char *p, int count)
{
    while (count-- > 0) {
        *p++ = '0';
    }
    return p;
}

/* 0.<digits> * 10^point without exponent, -6 < point <= 21: at most 26 characters. */
static char *put_plain(char *p, const char *digits, int count, int point)
{
    if (point <= 0) {
        *p++ = '0';
        *p++ = '.';
        p = put_zeros(p, -point);
        return put(p, digits, count);
    }
    if (point >= count) {
        p = put(p, digits, count);
        return put_zeros(p, point - count);
    }
    p = put(p, digits, point);
    *p++ = '.';
    return put(p, digits + point, count - point);
}

/* <d.igits> * 10^exponent: at most 32 characters. */
static char *put_scientific(char *p, const char *digits, int count, int64_t exponent)
{
    char room[OL_U64_DIGITS];
    char *end = room + sizeof room;
    *p++ = digits[0];
    if (count > 1) {
        *p++ = '.';
        p = put(p, digits + 1, count - 1);
    }
    *p++ = 'e';
    if (exponent < 0) {
        *p++ = '-';
        exponent = -exponent;
    }
    char *start = ol_u64_digits(end, (uint64_t)exponent);
    return put(p, start, (int)(end - start));
}

void ol_json_put_decimal(struct ol_writer *w, int64_t mantissa, int32_t exponent)
{
    char text[36];
    char room[OL_U64_DIGITS];
    char *room_end = room + sizeof room;
    struct ol_json_magnitude m = ol_json_magnitude(mantissa, exponent);
    char *digits = ol_u64_digits(room_end, m.digits);
    int count = (int)(room_end - digits);
    int64_t point = count + m.exponent;
    char *end = text;
    if (mantissa < 0) {
        *end++ = '-';
    }
    end = point > -6 && point <= 21 ? put_plain(end, digits, count, (int)point)
                                    : put_scientific(end, digits, count, point - 1);
    ol_writer_bytes(w, text, (size_t)(end - text));
}

void ol_dec_encode(struct ol_writer *w, struct ol_dec d)
{
    ol_json_put_decimal(w, d.mantissa, d.exponent);
}
