/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/value.h"

int32_t ol_onenet_value_from_double(double v, struct ol_onenet_value *out)
{
    struct ol_dec dec;
    int32_t rc = ol_dec_from_double(v, &dec);
    if (rc == OL_OK) {
        *out = ol_onenet_value_dec(dec);
    }
    return rc;
}
