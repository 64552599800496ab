/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_MASK_H
#define PLATFORM_CORE_MASK_H

#include <stddef.h>

/* Keeps signatures out of the message log. A token ends in `sign=` and its signature
 * (docs/protocol.md §2.1); whoever has the whole can log in. Programs put tokens into
 * fields where they do not belong, so every text that is logged goes through here. */

/* Where the first value of a `sign` begins that is worth masking; len: nowhere. */
size_t ol_mask_find(const void *data, size_t len);

/* Overwrites the value behind every `sign=` with asterisks; all other bytes and the length
 * stay. The name counts in any case, and each of its characters and the equals sign may be
 * percent-encoded, more than once ("sign%253D"), or escaped as in JSON ("sign\u003d").
 * The value ends before the first byte that base64 and its encodings do not have, or with
 * the data: what is cut in the middle of a value is masked up to the cut. */
void ol_mask(void *data, size_t len);

/* Overwrites every run of base64 characters that is long enough to be a key. For bytes in
 * which nobody can tell what is what. */
void ol_mask_keys(void *data, size_t len);

#endif
