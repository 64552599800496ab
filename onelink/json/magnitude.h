/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_JSON_MAGNITUDE_H
#define ONELINK_JSON_MAGNITUDE_H

#include <stdint.h>

#include "onelink/json/number.h"

/* Inside of the json layer: a decimal number without its sign, in the one form that has
 * no trailing zeros. The exponent is wider than that of struct ol_dec, so that it cannot
 * overflow while digits are stripped or added. */
struct ol_json_magnitude {
    uint64_t digits;
    int64_t exponent; /* 0 where digits is 0 */
};

/* |mantissa| * 10^exponent. */
struct ol_json_magnitude ol_json_magnitude(int64_t mantissa, int32_t exponent);

/* ol_dec_encode with the parts as numbers, as a small machine passes them in registers.
 */
void ol_json_put_decimal(struct ol_writer *w, int64_t mantissa, int32_t exponent);

#endif
