/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_TOKEN_SIGN_H
#define ONELINK_ONENET_TOKEN_SIGN_H

#include "onelink/onenet/token.h"

/* Inside of the token module: what encoding and verifying share. */

/* What is signed, line by line. docs/protocol.md §2.1. */
enum {
    OL_ONENET_LINE_ET,
    OL_ONENET_LINE_METHOD,
    OL_ONENET_LINE_RES,
    OL_ONENET_LINE_VERSION
};
#define OL_ONENET_LINES 4

/* Writes the sign as base64 text, not percent-encoded, to scratch->sign; *len gets its
 * length. The rest of scratch is wiped. OK or KEY_.... */
OL_MUST enum ol_onenet_token_error
ol_onenet_token_sign(const struct ol_str lines[OL_ONENET_LINES],
                     const br_hash_class *hash, struct ol_str key,
                     struct ol_onenet_token_scratch *scratch, size_t *len);

/* Overwrites a secret for good: the compiler may drop a memset of what is not read again.
 */
void ol_onenet_token_wipe(void *data, size_t len);

#endif
