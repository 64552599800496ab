/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_BASE_DECIMAL_H
#define ONELINK_BASE_DECIMAL_H

#include <stdint.h>

/* Pieces of decimal conversion for machines without a divide instruction. */

/* v / 10 rounded down, *rem the remainder; shifts and adds only. */
uint64_t ol_u64_div10(uint64_t v, uint32_t *rem);

#define OL_U64_DIGITS 20 /* digits of UINT64_MAX */

/* Writes v in decimal backwards so that its last digit stands at end[-1]. Returns where
 * its first digit stands. There must be OL_U64_DIGITS bytes before end. */
char *ol_u64_digits(char *end, uint64_t v);

#endif
