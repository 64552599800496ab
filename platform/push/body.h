/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_PUSH_BODY_H
#define PLATFORM_PUSH_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/base/str.h"

/* What goes over the wire of a push: docs/protocol.md §8.4. */

#define OL_PUSH_NONCE_CAP     9  /* 8 letters and digits and a NUL */
#define OL_PUSH_SIGNATURE_CAP 25 /* base64 of 16 bytes and a NUL */

/* Text that grows; it is the caller's to free. A failed one stays failed. */
struct ol_push_text {
    char *ptr;
    size_t len;
    size_t cap;
    bool failed; /* no memory */
};

void ol_push_text_add(struct ol_push_text *t, struct ol_str text);
void ol_push_text_add_int(struct ol_push_text *t, int64_t value);
void ol_push_text_free(struct ol_push_text *t);

/* false: the kernel gives no random bytes. */
bool ol_push_nonce(char out[OL_PUSH_NONCE_CAP]);

/* base64(md5(token + nonce + msg)) */
void ol_push_sign(struct ol_str token, struct ol_str nonce, struct ol_str msg,
                  char out[OL_PUSH_SIGNATURE_CAP]);

/* base64 of msg under AES-128-CBC with PKCS#7; key, also the initial vector, has 16 bytes.
 * To be freed; NULL: no memory. */
char *ol_push_encrypt(struct ol_str key, struct ol_str msg);

/* {"msg","nonce","signature","time","id"}. To be freed; NULL: no memory or randomness. */
char *ol_push_body(struct ol_str token, struct ol_str aes, struct ol_str msg,
                   int64_t time_ms, int64_t id, size_t *len);

#endif
