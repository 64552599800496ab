/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* explicit_bzero, getentropy */

#include "platform/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "onelink/onenet/token.h"

/* Enough that another user of the folder's clock is never in doubt: the year 2209, as the
 * examples of the documents. */
#define TOKEN_EXPIRY OL_ONENET_TOKEN_ET_FAR

static void base64(const unsigned char *data, size_t len, char *out)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t at = 0;
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        unsigned v = (unsigned)data[i] << 16 |
                     (left > 1 ? (unsigned)data[i + 1] << 8 : 0) |
                     (left > 2 ? data[i + 2] : 0);
        out[at++] = digits[v >> 18 & 63];
        out[at++] = digits[v >> 12 & 63];
        out[at++] = left > 1 ? digits[v >> 6 & 63] : '=';
        out[at++] = left > 2 ? digits[v & 63] : '=';
    }
    out[at] = '\0';
}

/* Random characters of the alphabet, each as likely as the others. */
static bool pick(const char *alphabet, size_t count, char *out, size_t len)
{
    unsigned char random[64];
    size_t fair = 256 - 256 % count;
    size_t have = 0;
    while (have < len) {
        if (getentropy(random, sizeof random) != 0) {
            return false;
        }
        for (size_t i = 0; i < sizeof random && have < len; i++) {
            if (random[i] < fair) {
                out[have++] = alphabet[random[i] % count];
            }
        }
    }
    ol_secret_wipe(random, sizeof random);
    return true;
}

static const char letters_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static bool random_key(size_t len, char out[OL_SECRET_CAP])
{
    unsigned char bytes[64];
    if (getentropy(bytes, len) != 0) {
        return false;
    }
    base64(bytes, len, out);
    ol_secret_wipe(bytes, sizeof bytes);
    return true;
}

bool ol_secret_product_key(char out[OL_SECRET_CAP])
{
    return random_key(32, out);
}

bool ol_secret_user_key(char out[OL_SECRET_CAP])
{
    return random_key(48, out);
}

bool ol_secret_device_key(char out[OL_SECRET_CAP])
{
    char text[32];
    if (!pick(letters_digits, sizeof letters_digits - 1, text, sizeof text)) {
        return false;
    }
    base64((const unsigned char *)text, sizeof text, out);
    ol_secret_wipe(text, sizeof text);
    return true;
}

bool ol_secret_product_id(char out[OL_SECRET_ID_CAP])
{
    out[10] = '\0';
    return pick(letters_digits, sizeof letters_digits - 1, out, 10);
}

bool ol_secret_user_id(char out[OL_SECRET_ID_CAP])
{
    out[6] = '\0';
    return pick("123456789", 9, out, 1) && pick("0123456789", 10, out + 1, 5);
}

/* All of the file, if it fits; -1 otherwise. */
static ssize_t read_file(const char *file, char *buf, size_t cap)
{
    int fd = strcmp(file, "-") == 0 ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t n = fd < 0 ? -1 : 1;
    while (n > 0 && len < cap) {
        n = read(fd, buf + len, cap - len);
        len += n > 0 ? (size_t)n : 0;
    }
    if (fd > STDIN_FILENO) {
        close(fd);
    }
    if (n == 0) {
        return (ssize_t)len;
    }
    errno = n > 0 ? EFBIG : errno;
    return -1;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool ol_secret_read(const char *file, char out[OL_SECRET_CAP], char *why, size_t cap)
{
    char buf[512];
    ssize_t n = read_file(file, buf, sizeof buf);
    if (n < 0) {
        snprintf(why, cap, "cannot read the key file %s: %s", file, strerror(errno));
        return false;
    }
    struct ol_str text = {buf, (size_t)n};
    while (text.len > 0 && is_space(text.ptr[text.len - 1])) {
        text.len--;
    }
    while (text.len > 0 && is_space(text.ptr[0])) {
        text = ol_str_make(text.ptr + 1, text.len - 1);
    }
    size_t at = 0;
    enum ol_onenet_token_error error = ol_onenet_key_check(text, &at);
    bool ok = error == OL_ONENET_TOKEN_OK && text.len < OL_SECRET_CAP;
    if (ok) {
        memcpy(out, text.ptr, text.len);
        out[text.len] = '\0';
    } else {
        snprintf(why, cap, "the key in %s cannot be used: %s",
                 strcmp(file, "-") == 0 ? "standard input" : file,
                 error == OL_ONENET_TOKEN_OK ? "it is too long"
                                             : ol_onenet_token_error_str(error));
    }
    ol_secret_wipe(buf, sizeof buf);
    return ok;
}

bool ol_secret_user_token(struct ol_str user_id, struct ol_str key,
                          char out[OL_SECRET_TOKEN_CAP])
{
    char res[64];
    struct ol_writer r = ol_writer_make(res, sizeof res);
    struct ol_writer w = ol_writer_make(out, OL_SECRET_TOKEN_CAP - 1);
    struct ol_onenet_token_scratch scratch;
    if (ol_onenet_resource_encode(
            &r, &(struct ol_onenet_resource){.kind = OL_ONENET_RESOURCE_USER,
                                             .user = user_id}) != OL_OK) {
        return false;
    }
    struct ol_onenet_token token = {
        .version = OL_STR(OL_ONENET_VERSION_2022),
        .res = ol_str_make(res, r.len),
        .et = TOKEN_EXPIRY,
        .method = &ol_onenet_sha256,
    };
    if (ol_onenet_token_encode(&w, &token, key, &scratch) != OL_ONENET_TOKEN_OK) {
        return false;
    }
    out[w.len] = '\0';
    return true;
}

void ol_secret_wipe(void *buf, size_t len)
{
    explicit_bzero(buf, len);
}
