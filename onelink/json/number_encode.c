/* SPDX-License-Identifier: MIT */
#include "onelink/base/decimal.h"
#include "onelink/json/magnitude.h"
#include "onelink/json/number.h"

/* Text under construction; the caller has made sure that it fits. */
static char *put_zeros(char *p, int64_t count)
{
    while (count-- > 0) {
        *p++ = '0';
    }
    return p;
}

static char *put_digits(char *p, const char *digits, int64_t count)
{
    while (count-- > 0) {
        *p++ = *digits++;
    }
    return p;
}

/* 0.<digits> * 10^point without exponent, -6 < point <= 21: at most 27 characters. */
static char *put_plain(char *p, const char *digits, int64_t count, int64_t point)
{
    if (point <= 0) {
        *p++ = '0';
        *p++ = '.';
        p = put_zeros(p, -point);
        return put_digits(p, digits, count);
    }
    if (point >= count) {
        p = put_digits(p, digits, count);
        return put_zeros(p, point - count);
    }
    p = put_digits(p, digits, point);
    *p++ = '.';
    return put_digits(p, digits + point, count - point);
}

/* The same with an exponent, "1.5e-9": at most 32 characters. */
static char *put_scientific(char *p, const char *digits, int64_t count, int64_t point)
{
    char room[OL_U64_DIGITS];
    char *end = room + sizeof room;
    *p++ = digits[0];
    if (count > 1) {
        *p++ = '.';
        p = put_digits(p, digits + 1, count - 1);
    }
    *p++ = 'e';
    int64_t exponent = point - 1;
    if (exponent < 0) {
        *p++ = '-';
        exponent = -exponent;
    }
    char *start = ol_u64_digits(end, (uint64_t)exponent);
    return put_digits(p, start, end - start);
}

void ol_dec_encode(struct ol_writer *w, struct ol_dec d)
{
    char text[40];
    char room[OL_U64_DIGITS];
    char *room_end = room + sizeof room;
    struct ol_json_magnitude m = ol_json_magnitude(d);
    char *digits = ol_u64_digits(room_end, m.digits);
    int64_t count = room_end - digits;
    int64_t point = count + m.exponent;
    char *end = text;
    if (d.mantissa < 0) {
        *end++ = '-';
    }
    end = point > -6 && point <= 21 ? put_plain(end, digits, count, point)
                                    : put_scientific(end, digits, count, point);
    ol_writer_bytes(w, text, (size_t)(end - text));
}
