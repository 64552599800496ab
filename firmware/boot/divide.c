/* SPDX-License-Identifier: MIT */
#include "firmware/boot/divide.h"

uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t *remainder)
{
    uint64_t quotient = 0, bit = 1;
    while (divisor < dividend && divisor >> 63 == 0) {
        divisor <<= 1;
        bit <<= 1;
    }
    for (; bit != 0; bit >>= 1, divisor >>= 1) {
        if (dividend >= divisor) {
            dividend -= divisor;
            quotient |= bit;
        }
    }
    *remainder = dividend;
    return quotient;
}
