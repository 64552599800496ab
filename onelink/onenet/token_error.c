/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/token.h"

struct row {
    const char *text;
    int log_code; /* docs/protocol.md §4.13 */
};

static const struct row rows[] = {
    [OL_ONENET_TOKEN_OK] = {"ok", 0},
    [OL_ONENET_TOKEN_NOSPC] = {"the buffer for the token is too small", 0},
    [OL_ONENET_TOKEN_KEY_EMPTY] = {"the key is empty", 0},
    [OL_ONENET_TOKEN_KEY_CHAR] = {"the key has a character that is not base64", 0},
    [OL_ONENET_TOKEN_KEY_CUT] = {"the key is cut: a base64 character is missing", 0},
    [OL_ONENET_TOKEN_KEY_LONG] = {"the key is longer than 64 bytes", 0},
    [OL_ONENET_TOKEN_FIELD_EMPTY] = {"version, res, expiry or method is not set", 0},
    [OL_ONENET_TOKEN_SYNTAX] = {"the token is not name=value pairs parted by &", 1103},
    [OL_ONENET_TOKEN_UNKNOWN] = {"the token has a field besides version, res, et, "
                                 "method and sign",
                                 1103},
    [OL_ONENET_TOKEN_TWICE] = {"the token has a field twice", 1103},
    [OL_ONENET_TOKEN_MISSING] = {"the token lacks one of version, res, et, method, sign",
                                 1103},
    [OL_ONENET_TOKEN_RAW] = {"the sign in the token is not percent-encoded", 1103},
    [OL_ONENET_TOKEN_ET] = {"the expiry in the token is not a number", 1103},
    [OL_ONENET_TOKEN_METHOD] = {"the method is none of md5, sha1, sha256", 1110},
    [OL_ONENET_TOKEN_VERSION] = {"the version is neither 2018-10-31 nor 2022-05-01",
                                 1111},
    [OL_ONENET_TOKEN_EXPIRED] = {"the token has expired", 1104},
    [OL_ONENET_TOKEN_SIGN] = {"the sign does not match: another key, or signed for other "
                              "fields",
                              1106},
    [OL_ONENET_TOKEN_MISMATCH] = {"client id and user name are not what res says", 1114},
    [OL_ONENET_TOKEN_ARGUMENT] = {"client id or user name is not a valid name", 1101},
    [OL_ONENET_TOKEN_NO_KEY] = {"the device has no key", 1105},
    [OL_ONENET_TOKEN_NO_DEVICE] = {"there is no such product or device", 1107},
};

static const struct row *row_of(enum ol_onenet_token_error error)
{
    static const struct row unknown = {"unknown", 0};
    size_t i = (size_t)error;
    return i < sizeof rows / sizeof rows[0] ? &rows[i] : &unknown;
}

const char *ol_onenet_token_error_str(enum ol_onenet_token_error error)
{
    return row_of(error)->text;
}

int ol_onenet_token_error_log_code(enum ol_onenet_token_error error)
{
    return row_of(error)->log_code;
}
