/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_TOKEN_SIGN_H
#define ONELINK_ONENET_TOKEN_SIGN_H

#include "onelink/onenet/token.h"

/* Inside of the token module: what encoding and verifying share. */

/* The HMAC of base64 text: 44 characters for the longest, sha256. */
#define OL_ONENET_SIGN_MAX 44

/* What is signed. docs/protocol.md §2.1. */
struct ol_onenet_token_claim {
    struct ol_str et;
    struct ol_str res;
    struct ol_str version;
    const struct ol_onenet_method *method;
};

/* Writes the sign as base64 text, not percent-encoded; *len gets its length. Scratch is
 * wiped. OK or KEY_.... */
OL_MUST enum ol_onenet_token_error
ol_onenet_token_sign(const struct ol_onenet_token_claim *claim, struct ol_str key,
                     struct ol_onenet_token_scratch *scratch,
                     char sign[OL_ONENET_SIGN_MAX], size_t *len);

#endif
