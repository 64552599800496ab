/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/token_sign.h"

#include <string.h>

void ol_onenet_token_wipe(void *data, size_t len)
{
    volatile uint8_t *p = data;
    while (len > 0) {
        *p++ = 0;
        len--;
    }
}

static char base64_char(uint32_t v)
{
    if (v < 26) {
        return (char)('A' + v);
    }
    if (v < 52) {
        return (char)('a' + (v - 26));
    }
    if (v < 62) {
        return (char)('0' + (v - 52));
    }
    return v == 62 ? '+' : '/';
}

/* Standard base64 with padding (RFC 4648 section 4). Returns the length. */
static size_t base64_encode(const uint8_t *in, size_t len, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        uint32_t v = (uint32_t)in[i] << 16;
        v |= left > 1 ? (uint32_t)in[i + 1] << 8 : 0;
        v |= left > 2 ? in[i + 2] : 0;
        for (size_t k = 0; k < 4; k++) {
            out[n++] = k <= left ? base64_char(v >> 18 & 63) : '=';
            v <<= 6;
        }
    }
    return n;
}

/* ---- HMAC, RFC 2104, over the hash classes alone: BearSSL's own keeps states of the key
 * for many messages, and a token is one. ---- */

/* Starts a hash with the key, each byte xored with flip. */
static void begin(struct ol_onenet_token_scratch *scratch, const br_hash_class *hash,
                  uint8_t flip)
{
    for (size_t i = 0; i < sizeof scratch->bytes; i++) {
        scratch->bytes[i] ^= flip;
    }
    hash->init(&scratch->hash.vtable);
    hash->update(&scratch->hash.vtable, scratch->bytes, sizeof scratch->bytes);
}

/* The HMAC of the lines with the key in scratch->bytes, which it replaces. Returns its
 * length. */
static size_t hmac(struct ol_onenet_token_scratch *scratch, const br_hash_class *hash,
                   const struct ol_str lines[OL_ONENET_LINES])
{
    const br_hash_class **context = &scratch->hash.vtable;
    size_t len = hash->desc >> BR_HASHDESC_OUT_OFF & BR_HASHDESC_OUT_MASK;
    begin(scratch, hash, 0x36);
    for (size_t i = 0; i < OL_ONENET_LINES; i++) {
        if (i > 0) {
            hash->update(context, "\n", 1);
        }
        hash->update(context, lines[i].ptr, lines[i].len);
    }
    hash->out(context, scratch->sign);
    begin(scratch, hash, 0x36 ^ 0x5C);
    hash->update(context, scratch->sign, len);
    hash->out(context, scratch->bytes);
    return len;
}

enum ol_onenet_token_error
ol_onenet_token_sign(const struct ol_str lines[OL_ONENET_LINES],
                     const br_hash_class *hash, struct ol_str key,
                     struct ol_onenet_token_scratch *scratch, size_t *len)
{
    size_t n = 0;
    enum ol_onenet_token_error error = ol_onenet_key_decode(key, scratch->bytes, &n);
    if (error == OL_ONENET_TOKEN_OK) {
        memset(scratch->bytes + n, 0, sizeof scratch->bytes - n);
        n = hmac(scratch, hash, lines);
        *len = base64_encode(scratch->bytes, n, scratch->sign);
    }
    ol_onenet_token_wipe(&scratch->hash, sizeof scratch->hash);
    ol_onenet_token_wipe(scratch->bytes, sizeof scratch->bytes);
    return error;
}
