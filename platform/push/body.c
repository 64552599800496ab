/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* getentropy, explicit_bzero */

#include "platform/push/body.h"

#include <bearssl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "onelink/base/buf.h"
#include "onelink/json/writer.h"

#define BODY_OVERHEAD 256

/* ---- text ---- */

static bool grow(struct ol_push_text *t, size_t more)
{
    if (t->failed) {
        return false;
    }
    if (t->len + more > t->cap) {
        size_t cap = 2 * (t->len + more) + 64;
        char *ptr = realloc(t->ptr, cap);
        t->failed = ptr == NULL;
        if (t->failed) {
            return false;
        }
        t->ptr = ptr;
        t->cap = cap;
    }
    return true;
}

void ol_push_text_add(struct ol_push_text *t, struct ol_str text)
{
    if (text.len > 0 && grow(t, text.len)) {
        memcpy(t->ptr + t->len, text.ptr, text.len);
        t->len += text.len;
    }
}

void ol_push_text_add_int(struct ol_push_text *t, int64_t value)
{
    char digits[24];
    struct ol_writer w = ol_writer_make(digits, sizeof digits);
    ol_writer_dec_i64(&w, value);
    ol_push_text_add(t, ol_str_make(digits, w.len));
}

void ol_push_text_free(struct ol_push_text *t)
{
    free(t->ptr);
    *t = (struct ol_push_text){0};
}

/* ---- signature and encryption ---- */

/* out has room for 4 * ((len + 2) / 3) characters and a NUL. */
static void base64(const unsigned char *data, size_t len, char *out)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        unsigned v = (unsigned)data[i] << 16 |
                     (left > 1 ? (unsigned)data[i + 1] << 8 : 0) |
                     (left > 2 ? data[i + 2] : 0);
        *out++ = digits[v >> 18 & 63];
        *out++ = digits[v >> 12 & 63];
        *out++ = left > 1 ? digits[v >> 6 & 63] : '=';
        *out++ = left > 2 ? digits[v & 63] : '=';
    }
    *out = '\0';
}

bool ol_push_nonce(char out[OL_PUSH_NONCE_CAP])
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ab";
    unsigned char random[OL_PUSH_NONCE_CAP - 1];
    if (getentropy(random, sizeof random) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof random; i++) {
        out[i] = letters[random[i] & 63];
    }
    out[sizeof random] = '\0';
    return true;
}

void ol_push_sign(struct ol_str token, struct ol_str nonce, struct ol_str msg,
                  char out[OL_PUSH_SIGNATURE_CAP])
{
    unsigned char digest[br_md5_SIZE];
    br_md5_context md5;
    br_md5_init(&md5);
    br_md5_update(&md5, token.ptr, token.len);
    br_md5_update(&md5, nonce.ptr, nonce.len);
    br_md5_update(&md5, msg.ptr, msg.len);
    br_md5_out(&md5, digest);
    base64(digest, sizeof digest, out);
}

char *ol_push_encrypt(struct ol_str key, struct ol_str msg)
{
    size_t pad = br_aes_ct_BLOCK_SIZE - msg.len % br_aes_ct_BLOCK_SIZE;
    size_t len = msg.len + pad;
    unsigned char iv[br_aes_ct_BLOCK_SIZE];
    br_aes_ct_cbcenc_keys aes;
    unsigned char *data = malloc(len);
    char *out = malloc(4 * ((len + 2) / 3) + 1);
    if (data == NULL || out == NULL) {
        free(data);
        free(out);
        return NULL;
    }
    memcpy(data, msg.ptr, msg.len);
    memset(data + msg.len, (int)pad, pad);
    memcpy(iv, key.ptr, sizeof iv);
    br_aes_ct_cbcenc_init(&aes, key.ptr, br_aes_ct_BLOCK_SIZE);
    br_aes_ct_cbcenc_run(&aes, iv, data, len);
    base64(data, len, out);
    explicit_bzero(&aes, sizeof aes);
    free(data);
    return out;
}

/* ---- body ---- */

static void write_text(struct ol_json_writer *w, const char *key, struct ol_str value)
{
    ol_json_key(w, ol_str_from(key));
    ol_json_str(w, value);
}

static char *write_body(struct ol_str token, struct ol_str msg, int64_t time_ms,
                        int64_t id, size_t *len)
{
    char nonce[OL_PUSH_NONCE_CAP];
    char signature[OL_PUSH_SIGNATURE_CAP];
    char number[24];
    size_t cap = 6 * msg.len + BODY_OVERHEAD;
    char *body = malloc(cap);
    if (body == NULL || !ol_push_nonce(nonce)) {
        free(body);
        return NULL;
    }
    ol_push_sign(token, ol_str_from(nonce), msg, signature);
    struct ol_writer n = ol_writer_make(number, sizeof number);
    ol_writer_dec_i64(&n, id);
    struct ol_json_writer w = ol_json_writer_make(body, cap);
    ol_json_object_begin(&w);
    write_text(&w, "msg", msg);
    write_text(&w, "nonce", ol_str_from(nonce));
    write_text(&w, "signature", ol_str_from(signature));
    ol_json_key(&w, OL_STR("time"));
    ol_json_int(&w, time_ms);
    write_text(&w, "id", ol_str_make(number, n.len));
    ol_json_object_end(&w);
    if (ol_json_writer_status(&w) != OL_OK) {
        free(body);
        return NULL;
    }
    *len = w.out.len;
    return body;
}

char *ol_push_body(struct ol_str token, struct ol_str aes, struct ol_str msg,
                   int64_t time_ms, int64_t id, size_t *len)
{
    if (aes.len == 0) {
        return write_body(token, msg, time_ms, id, len);
    }
    char *secret = ol_push_encrypt(aes, msg);
    if (secret == NULL) {
        return NULL;
    }
    char *body = write_body(token, ol_str_from(secret), time_ms, id, len);
    free(secret);
    return body;
}
