/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/token_sign.h"

/* Through volatile, because the compiler may drop a memset of memory that is not read
 * again. */
static void wipe(void *data, size_t len)
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

enum ol_onenet_token_error ol_onenet_token_sign(const struct ol_onenet_token_claim *claim,
                                                struct ol_str key,
                                                struct ol_onenet_token_scratch *scratch,
                                                char sign[OL_ONENET_SIGN_MAX],
                                                size_t *len)
{
    size_t key_len = 0;
    enum ol_onenet_token_error error =
        ol_onenet_key_decode(key, scratch->bytes, &key_len);
    if (error == OL_ONENET_TOKEN_OK) {
        const struct ol_str lines[] = {claim->et, claim->method->name, claim->res,
                                       claim->version};
        br_hmac_key_init(&scratch->key, claim->method->hash, scratch->bytes, key_len);
        br_hmac_init(&scratch->hmac, &scratch->key, 0);
        for (size_t i = 0; i < 4; i++) {
            if (i > 0) {
                br_hmac_update(&scratch->hmac, "\n", 1);
            }
            br_hmac_update(&scratch->hmac, lines[i].ptr, lines[i].len);
        }
        *len = base64_encode(scratch->bytes, br_hmac_out(&scratch->hmac, scratch->bytes),
                             sign);
    }
    wipe(scratch, sizeof *scratch);
    return error;
}
