/* SPDX-License-Identifier: MIT */
#include "onelink/json/magnitude.h"

#include "onelink/base/decimal.h"

struct ol_json_magnitude ol_json_magnitude(struct ol_dec d)
{
    struct ol_json_magnitude m = {
        d.mantissa < 0 ? 0 - (uint64_t)d.mantissa : (uint64_t)d.mantissa, d.exponent};
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
