/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/token_sign.h"

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
        out[n++] = base64_char(v >> 18);
        out[n++] = base64_char(v >> 12 & 63);
        out[n++] = left > 1 ? base64_char(v >> 6 & 63) : '=';
        out[n++] = left > 2 ? base64_char(v & 63) : '=';
    }
    return n;
}

enum ol_onenet_token_error
ol_onenet_token_sign(const struct ol_str lines[OL_ONENET_LINES],
                     const br_hash_class *hash, struct ol_str key,
                     struct ol_onenet_token_scratch *scratch, size_t *len)
{
    size_t n = 0;
    enum ol_onenet_token_error error = ol_onenet_key_decode(key, scratch->bytes, &n);
    if (error == OL_ONENET_TOKEN_OK) {
        br_hmac_key_init(&scratch->key, hash, scratch->bytes, n);
        br_hmac_init(&scratch->hmac, &scratch->key, 0);
        for (size_t i = 0; i < OL_ONENET_LINES; i++) {
            if (i > 0) {
                br_hmac_update(&scratch->hmac, "\n", 1);
            }
            br_hmac_update(&scratch->hmac, lines[i].ptr, lines[i].len);
        }
        n = br_hmac_out(&scratch->hmac, scratch->bytes);
        *len = base64_encode(scratch->bytes, n, scratch->sign);
    }
    ol_onenet_token_wipe(&scratch->key, sizeof scratch->key);
    ol_onenet_token_wipe(&scratch->hmac, sizeof scratch->hmac);
    ol_onenet_token_wipe(scratch->bytes, sizeof scratch->bytes);
    return error;
}
