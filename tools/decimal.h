/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_DECIMAL_H
#define TOOLS_DECIMAL_H

#include <stdbool.h>

#include "onelink/base/str.h"
#include "onelink/json/number.h"

/* The index-th number (from 1) that stands in text by itself: digits that are not part of
 * a word, with sign, fraction and exponent, perhaps a unit behind; "007", "+5" and ".5"
 * are numbers too. false when there are fewer or it has more digits than a struct ol_dec
 * holds. */
bool cli_dec_find(struct ol_str text, unsigned index, struct ol_dec *out);

#endif
