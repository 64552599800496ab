/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_JSON_ARITH_H
#define ONELINK_JSON_ARITH_H

#include "onelink/base/status.h"
#include "onelink/json/number.h"

/* Exact arithmetic in decimals, for scale and offset of a reading. OL_OK, or OL_E_NOSPC: the
 * result needs more digits than a struct ol_dec holds; *out is untouched then. out may be a
 * or b of the caller's. */
OL_MUST int32_t ol_dec_add(struct ol_dec a, struct ol_dec b, struct ol_dec *out);

/* The same for the product. */
OL_MUST int32_t ol_dec_multiply(struct ol_dec a, struct ol_dec b, struct ol_dec *out);

#endif
