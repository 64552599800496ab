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

struct ol_json_magnitude ol_json_magnitude(struct ol_dec d);

#endif
