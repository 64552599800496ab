/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_JSON_CHECK_H
#define TESTS_SUPPORT_JSON_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "onelink/base/str.h"

/* What must hold for any bytes whatever that are given to the json layer. Both functions
 * end the program with a message where it does not hold; unit tests and fuzz targets
 * share them. */

/* Reads data[0..len) as JSON text. The tokens and what stands between them reproduce the
 * text, nesting is right, skipping a value ends where walking it ends, a refusal comes at
 * the first byte that cannot be right and stays, strings and numbers decode consistently,
 * and what is written anew reads as the same. Returns the reader's last status. */
int32_t ol_json_check_text(const uint8_t *data, size_t len);

/* Reads text as a number in every way there is and compares the ways with one another and
 * with strtod. */
void ol_json_check_number(struct ol_str text);

#endif
