/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_TOKEN_H
#define ONELINK_ONENET_TOKEN_H

#include <stdint.h>

#include <bearssl.h>

#include "onelink/base/buf.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/onenet/resource.h"

/* The token that OneNET takes as MQTT password and as HTTP authorization: five fields and
 * an HMAC over four of them. docs/protocol.md §2.1.
 *
 *     version=2018-10-31&res=products%2Fp%2Fdevices%2Fd&et=2000000000&method=sha1&sign=...
 */
#define OL_ONENET_VERSION_2018 "2018-10-31" /* devices: login, OTA */
#define OL_ONENET_VERSION_2022 "2022-05-01" /* the application API */

/* The longest token for a product or device resource, with sha256 and a 19-digit expiry.
 */
#define OL_ONENET_TOKEN_MAX 320

/* An expiry for a device without any clock (in the year 2209, as in the official
 * examples).
 */
#define OL_ONENET_TOKEN_ET_FAR INT64_C(7557387130)

/* The key after base64 decoding; keys seen have 32 or 48 bytes. docs/protocol.md §2.1. It
 * is also the block of each of the three hashes, so that no key is longer than a block. */
#define OL_ONENET_KEY_MAX 64

/* A hash for the HMAC. Each method lives in a file of its own, so that a program carries
 * only those it names. */
struct ol_onenet_method {
    struct ol_str name; /* on the wire: "md5", "sha1", "sha256" */
    const br_hash_class *hash;
};

extern const struct ol_onenet_method ol_onenet_md5;
extern const struct ol_onenet_method ol_onenet_sha1;
extern const struct ol_onenet_method ol_onenet_sha256;

/* The method of that name (lower case), or NULL. Naming this function links all three. */
const struct ol_onenet_method *ol_onenet_method_find(struct ol_str name);

/* Why a token or a key is refused. ol_onenet_token_error_str says it in words,
 * ol_onenet_token_error_log_code gives the platform's own number. Some are for the
 * platform alone, which knows devices and keys; they are here so that one enum covers a
 * login. */
enum ol_onenet_token_error {
    OL_ONENET_TOKEN_OK = 0,
    OL_ONENET_TOKEN_NOSPC,       /* the output buffer is too small: give a larger one */
    OL_ONENET_TOKEN_KEY_EMPTY,   /* no key, or only white space */
    OL_ONENET_TOKEN_KEY_CHAR,    /* a character that is not base64 */
    OL_ONENET_TOKEN_KEY_CUT,     /* one character of base64 is missing or too many */
    OL_ONENET_TOKEN_KEY_LONG,    /* more than OL_ONENET_KEY_MAX bytes */
    OL_ONENET_TOKEN_FIELD_EMPTY, /* encoding: version or res is empty, et is below 0 */
    OL_ONENET_TOKEN_SYNTAX,      /* not name=value parted by '&', or a bad %-escape */
    OL_ONENET_TOKEN_UNKNOWN,     /* a field besides the five */
    OL_ONENET_TOKEN_TWICE,       /* a field that occurs twice */
    OL_ONENET_TOKEN_MISSING,     /* one of the five fields is not there or is empty */
    OL_ONENET_TOKEN_RAW,         /* '+', '/' or '=' in sign is not percent-encoded */
    OL_ONENET_TOKEN_ET,          /* et is not a decimal number of 64 bits */
    OL_ONENET_TOKEN_METHOD,      /* method is none of the three */
    OL_ONENET_TOKEN_VERSION,     /* version is none of the known ones */
    OL_ONENET_TOKEN_EXPIRED,     /* et is in the past */
    OL_ONENET_TOKEN_SIGN, /* sign does not match: wrong key, or signed for other fields */
    OL_ONENET_TOKEN_MISMATCH, /* platform: res is not this client id and user name */
    OL_ONENET_TOKEN_ARGUMENT, /* platform: client id or user name is not a valid name */
    OL_ONENET_TOKEN_NO_KEY,   /* platform: the device or product has no key */
    OL_ONENET_TOKEN_NO_DEVICE /* platform: no such product or device */
};

/* One sentence fragment for a person ("the token has expired"). Never NULL, static
 * storage.
 */
const char *ol_onenet_token_error_str(enum ol_onenet_token_error error);

/* The code of the platform's device log, 0 for causes that it cannot see.
 * docs/protocol.md §4.13: 1101, 1103, 1104, 1105, 1106, 1107, 1110, 1111, 1114. */
int ol_onenet_token_error_log_code(enum ol_onenet_token_error error);

/* What a token says. The spans belong to the caller. */
struct ol_onenet_token {
    struct ol_str version; /* OL_ONENET_VERSION_... */
    struct ol_str res;     /* not percent-encoded; ol_onenet_resource_encode makes it */
    int64_t et;            /* expiry, unix seconds, >= 0 */
    const struct ol_onenet_method *method;
};

/* Working memory (240 bytes on 32 bits), so that no stack has to hold it. Its content means
 * nothing between calls and holds no secret after one. */
struct ol_onenet_token_scratch {
    union {
        const br_hash_class *vtable;
        br_md5_context md5;
        br_sha1_context sha1;
        br_sha256_context sha256;
    } hash;
    uint8_t bytes[OL_ONENET_KEY_MAX]; /* the decoded key, then the HMAC */
    char et[20];                      /* the expiry in decimal */
    char sign[44]; /* the inner hash, then the HMAC in base64, 44 characters for sha256 */
};

/* Appends the token to w. key is base64 as the console shows it: surrounding white space
 * is ignored and '=' at its end may be missing. NOSPC: w is over. KEY_...: the key is no
 * base64 text (ol_onenet_key_check says where). FIELD_EMPTY: the token struct is not
 * filled. w is left as it was except with NOSPC. */
OL_MUST enum ol_onenet_token_error
ol_onenet_token_encode(struct ol_writer *w, const struct ol_onenet_token *token,
                       struct ol_str key, struct ol_onenet_token_scratch *scratch);

/* Checks a base64 key without using it: OK or KEY_.... *at, if not NULL, gets the offset
 * in text of the character that is wrong (KEY_CHAR), else the length of text. */
OL_MUST enum ol_onenet_token_error ol_onenet_key_check(struct ol_str text, size_t *at);

/* Decodes a base64 key into out, *len gets 1..OL_ONENET_KEY_MAX. The caller wipes it.
 * Errors as ol_onenet_key_check. */
OL_MUST enum ol_onenet_token_error
ol_onenet_key_decode(struct ol_str text, uint8_t out[OL_ONENET_KEY_MAX], size_t *len);

/* A received token taken apart: fields percent-decoded, nothing else judged. */
struct ol_onenet_token_parts {
    struct ol_str version;
    struct ol_str res;
    struct ol_str et_text; /* as signed */
    struct ol_str method;
    struct ol_str sign; /* base64 */
    int64_t et;         /* unix seconds */
};

/* Takes a token apart: the five fields in any order, each once, nothing else; res may
 * stand there unencoded. Decoded text goes into buf, which must outlive *out; a cap of
 * text.len always suffices. A text above 1024 bytes is refused. NOSPC, SYNTAX, UNKNOWN,
 * TWICE, MISSING, RAW, ET. *out is meaningless on error. */
OL_MUST enum ol_onenet_token_error
ol_onenet_token_decode(struct ol_str text, void *buf, size_t cap,
                       struct ol_onenet_token_parts *out);

/* Judges what needs no key, in this order: VERSION (2018-10-31 and 2022-05-01 are known),
 * METHOD, EXPIRED (et below now_s, unix seconds). docs/protocol.md §2.1, §4.13. */
OL_MUST enum ol_onenet_token_error
ol_onenet_token_check(const struct ol_onenet_token_parts *parts, int64_t now_s);

/* Recomputes the HMAC with a base64 key and compares in constant time: OK, METHOD,
 * KEY_... (the stored key is bad) or SIGN. A method in capitals is taken, as the
 * application API does (docs/protocol.md §2.1); ol_onenet_token_check has refused it
 * before where that is the rule. Links all three methods. */
OL_MUST enum ol_onenet_token_error
ol_onenet_token_verify(const struct ol_onenet_token_parts *parts, struct ol_str key,
                       struct ol_onenet_token_scratch *scratch);

#endif
