/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_BASE_UTF8_H
#define ONELINK_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/base/str.h"

/* UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
 */

/* The length in bytes, 1..4, of the character that text[0..len) begins with.
 * OL_E_AGAIN: the bytes end inside what may still become a character (or len is 0).
 * OL_E_PROTO: no UTF-8, whatever follows. */
OL_MUST int32_t ol_utf8_len(const void *text, size_t len);

/* s is valid UTF-8 from end to end. The empty span is. U+0000 is a character like others.
 */
bool ol_utf8_is_valid(struct ol_str s);

/* Writes the character code (a Unicode scalar value) as UTF-8. Returns its length, 1..4.
 * A surrogate or a number above U+10FFFF gives U+FFFD. */
size_t ol_utf8_encode(uint32_t code, uint8_t out[4]);

#endif
