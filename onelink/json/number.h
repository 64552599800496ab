/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_JSON_NUMBER_H
#define ONELINK_JSON_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/buf.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"

/* Exact decimal number: mantissa x 10^exponent. 23.6 is {236, -1}. It is what sensors
 * give (counts and a scale), what JSON carries, and what minimum, maximum and step are
 * checked in; no binary floating point is needed on a small machine. Not normalised:
 * {2360, -2} is the same number. */
struct ol_dec {
    int64_t mantissa;
    int32_t exponent;
};

/* Reads a whole JSON number (RFC 8259 section 6: no leading zeros, no '+', digits on both
 * sides of the point).
 * Gives it exactly when at most 18 significant digits carry it; trailing zeros do not
 * count. OL_E_ARG: not a JSON number. OL_E_NOSPC: a JSON number that needs more digits or
 * an exponent beyond +-400; out is the value cut to 18 digits or, beyond the exponent,
 * untouched. */
OL_MUST int32_t ol_dec_decode(struct ol_str text, struct ol_dec *out);

/* Writes the JSON number that is exactly d, without trailing zeros: in plain digits where
 * 1e-6 <= |d| < 1e21 ("23.6", "-0.05", "1200"), with an exponent outside ("1e30",
 * "5e-9"). This is how ECMAScript prints numbers. At most 33 characters; one that does
 * not fit writes nothing. */
void ol_dec_encode(struct ol_writer *w, struct ol_dec d);

/* -1, 0, 1 as a is below, equal to, above b. Exact for all values. */
int ol_dec_compare(struct ol_dec a, struct ol_dec b);

/* *a is *base + n * *step for some integer n, exactly. A step of 0 is a multiple of
 * everything. false also where the step has 18 digits or more down to the last digit of
 * base, or exponents are more than 1000 apart. */
bool ol_dec_is_step(const struct ol_dec *a, const struct ol_dec *base,
                    const struct ol_dec *step);

/* The integer d, when it is one and fits. OL_E_ARG otherwise. */
OL_MUST int32_t ol_dec_to_int64(struct ol_dec d, int64_t *out);

/* mantissa * 10^exponent as the nearest double, ties to even; overflow gives an infinity.
 */
double ol_dec_to_double(struct ol_dec d);

/* The shortest decimal that reads back as the same double (resp. the same float); of
 * several the nearest. At most 17 (9) digits. -0.0 gives 0. OL_E_ARG for NaN and
 * infinities, which JSON cannot carry; *out is then untouched. */
OL_MUST int32_t ol_dec_from_double(double v, struct ol_dec *out);
OL_MUST int32_t ol_dec_from_float(float v, struct ol_dec *out);

/* Reads a whole JSON number of any length as the nearest double, ties to even, as strtod
 * does in the C locale. OL_E_ARG: not a JSON number, or beyond the range of a double (one
 * too small for it gives 0). */
OL_MUST int32_t ol_double_decode(struct ol_str text, double *out);

/* Reads a whole JSON number that is an integer ("12", "1.0", "1e3" all are). OL_E_ARG
 * when it is no JSON number, has a fraction or does not fit. */
OL_MUST int32_t ol_int64_decode(struct ol_str text, int64_t *out);

#endif
