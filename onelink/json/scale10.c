/* SPDX-License-Identifier: MIT */
#include "onelink/json/binary.h"

/* Every power of ten is a coarse one from the table times a fine one 10^0..10^26, which
 * is exact as 5^26 has 61 bits. */
#define STEP   27
#define COARSE 13 /* index of 10^0 */

/* The highest 64 bits of 10^(27 j), j = -13..12, rounded down. */
static const uint64_t coarse[] = {
    UINT64_C(0x8049A4AC0C5811AE), /* 10^-351 */
    UINT64_C(0xCF42894A5DCE35EA), /* 10^-324 */
    UINT64_C(0xA76C582338ED2621), /* 10^-297 */
    UINT64_C(0x873E4F75E2224E68), /* 10^-270 */
    UINT64_C(0xDA7F5BF590966848), /* 10^-243 */
    UINT64_C(0xB080392CC4349DEC), /* 10^-216 */
    UINT64_C(0x8E938662882AF53E), /* 10^-189 */
    UINT64_C(0xE65829B3046B0AFA), /* 10^-162 */
    UINT64_C(0xBA121A4650E4DDEB), /* 10^-135 */
    UINT64_C(0x964E858C91BA2655), /* 10^-108 */
    UINT64_C(0xF2D56790AB41C2A2), /* 10^-81 */
    UINT64_C(0xC428D05AA4751E4C), /* 10^-54 */
    UINT64_C(0x9E74D1B791E07E48), /* 10^-27 */
    UINT64_C(0x8000000000000000), /* 10^0 */
    UINT64_C(0xCECB8F27F4200F3A), /* 10^27 */
    UINT64_C(0xA70C3C40A64E6C51), /* 10^54 */
    UINT64_C(0x86F0AC99B4E8DAFD), /* 10^81 */
    UINT64_C(0xDA01EE641A708DE9), /* 10^108 */
    UINT64_C(0xB01AE745B101E9E4), /* 10^135 */
    UINT64_C(0x8E41ADE9FBEBC27D), /* 10^162 */
    UINT64_C(0xE5D3EF282A242E81), /* 10^189 */
    UINT64_C(0xB9A74A0637CE2EE1), /* 10^216 */
    UINT64_C(0x95F83D0A1FB69CD9), /* 10^243 */
    UINT64_C(0xF24A01A73CF2DCCF), /* 10^270 */
    UINT64_C(0xC3B8358109E84F07), /* 10^297 */
    UINT64_C(0x9E19DB92B4E31BA9), /* 10^324 */
};

/* floor(log2(10^power)) - 63: what the table's entries are scaled by. Right for the
 * powers in it. */
static int32_t coarse_exponent(int32_t power)
{
    return ((power * 217706) >> 16) - 63;
}

/* The full product of two 64-bit numbers; the lower half to *low. */
static uint64_t multiply(uint64_t a, uint64_t b, uint64_t *low)
{
    uint64_t a0 = (uint32_t)a;
    uint64_t a1 = a >> 32;
    uint64_t b0 = (uint32_t)b;
    uint64_t b1 = b >> 32;
    uint64_t p00 = a0 * b0;
    uint64_t p01 = a0 * b1;
    uint64_t p10 = a1 * b0;
    uint64_t middle = (p00 >> 32) + (uint32_t)p01 + (uint32_t)p10;
    *low = middle << 32 | (uint32_t)p00;
    return a1 * b1 + (p01 >> 32) + (p10 >> 32) + (middle >> 32);
}

/* s->bits times b, both with their highest bit set, cut to 64 bits. true if that was
 * exact. */
static bool scale(struct ol_json_scaled *s, uint64_t b)
{
    uint64_t low;
    uint64_t high = multiply(s->bits, b, &low);
    s->exponent += 64;
    if (high >> 63 == 0) {
        high = high << 1 | low >> 63;
        low <<= 1;
        s->exponent--;
    }
    s->bits = high;
    return low == 0;
}

struct ol_json_scaled ol_json_scale10(uint64_t mantissa, int32_t power)
{
    /* The quotient by STEP, right for 0..701, without a division. */
    int32_t j = (((power + COARSE * STEP) * 2428) >> 16) - COARSE;
    int32_t fine = power - j * STEP;
    int32_t shift = __builtin_clzll(mantissa);
    struct ol_json_scaled s = {.bits = mantissa << shift, .exponent = fine - shift};
    uint64_t five = 1;
    for (int32_t i = 0; i < fine; i++) {
        five *= 5;
    }
    shift = __builtin_clzll(five);
    s.exponent -= shift;
    s.error = !scale(&s, five << shift);
    if (j != 0) {
        scale(&s, coarse[j + COARSE]);
        s.exponent += coarse_exponent(j * STEP);
        /* (bits + 1)(coarse + 1) is less than 3 above bits * coarse, in units of the
         * upper half; cutting loses less than 1; the last doubling doubles both. */
        s.error = 8;
    }
    return s;
}
