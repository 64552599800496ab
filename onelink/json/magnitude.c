/* SPDX-License-Identifier: MIT */
#include "onelink/json/magnitude.h"

#include "onelink/base/decimal.h"

struct ol_json_magnitude ol_json_magnitude(int64_t mantissa, int32_t exponent)
{
    struct ol_json_magnitude m = {
        mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa, exponent};
    if (m.digits == 0) {
        m.exponent = 0;
        return m;
    }
    for (;;) {
        uint32_t last;
        uint64_t rest = ol_u64_div10(m.digits, &last);
        if (last != 0) {
            return m;
        }
        m.digits = rest;
        m.exponent++;
    }
}
