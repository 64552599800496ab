/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_JSON_READER_H
#define ONELINK_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/base/str.h"

/* Pull reader for JSON text: strict RFC 8259, valid UTF-8 only, no byte-order mark, depth
 * at most OL_JSON_DEPTH_MAX. It copies nothing; tokens are spans of the text.
 *
 *     struct ol_json_reader r = ol_json_reader_make(text, len);
 *     struct ol_json_token t;
 *     while ((rc = ol_json_reader_next(&r, &t)) == OL_OK && t.kind != OL_JSON_END) ...
 */
#define OL_JSON_DEPTH_MAX 32

enum ol_json_kind {
    OL_JSON_END, /* the whole text was one value and nothing but white space is left */
    OL_JSON_OBJECT_BEGIN,
    OL_JSON_OBJECT_END,
    OL_JSON_ARRAY_BEGIN,
    OL_JSON_ARRAY_END,
    OL_JSON_KEY, /* a member name; its value comes next */
    OL_JSON_STRING,
    OL_JSON_NUMBER,
    OL_JSON_TRUE,
    OL_JSON_FALSE,
    OL_JSON_NULL
};

struct ol_json_token {
    enum ol_json_kind kind;
    bool escaped; /* KEY and STRING: the span holds backslash escapes */
    /* KEY and STRING: between the quotes, still escaped; NUMBER: all of it; containers
     * and literals: their characters. Points into the text. */
    struct ol_str text;
};

struct ol_json_reader {
    const char *text;
    uint32_t len;
    uint32_t pos;
    uint32_t stack; /* one bit a level, 1 = object */
    uint8_t depth;
    uint8_t state;
    int8_t error; /* sticky status */
};

/* Reads text[0..len). text must outlive the reader and its tokens. A len of 4 GiB or more
 * makes next give OL_E_ARG. */
struct ol_json_reader ol_json_reader_make(const void *text, size_t len);

/* The next token. OL_OK: *out is set. OL_E_AGAIN: the text ends inside a value (it may be
 * a truncated one; a number that was the last token may be cut, too). OL_E_PROTO: it is
 * not JSON. OL_E_NOSPC: nested too deep. Errors are sticky; r->pos is then where the
 * reader stopped. */
OL_MUST int32_t ol_json_reader_next(struct ol_json_reader *r, struct ol_json_token *out);

/* Call right after a token that begins a value (or after a KEY, for its value): skips to
 * the end of that value. After a KEY it skips the value that follows. *span, if not NULL,
 * gets the exact text of the value, quotes included. Same errors as next; OL_E_ARG for a
 * token that begins no value (this one is not sticky). */
OL_MUST int32_t ol_json_reader_skip(struct ol_json_reader *r,
                                    const struct ol_json_token *first,
                                    struct ol_str *span);

/* The text of a whole value checked: one JSON value, white space around it allowed.
 * Errors as next. */
OL_MUST int32_t ol_json_check(const void *text, size_t len);

/* A KEY or STRING token is the string s (escapes decoded while comparing). */
bool ol_json_token_equal(const struct ol_json_token *t, struct ol_str s);

/* Decodes a KEY or STRING token into out[cap] as UTF-8, without NUL. Returns the length,
 * or OL_E_NOSPC. A lone surrogate escape (\ud800) becomes U+FFFD; \u0000 becomes a zero
 * byte. */
OL_MUST int32_t ol_json_token_decode(const struct ol_json_token *t, char *out,
                                     size_t cap);

/* How many Unicode characters the decoded KEY or STRING has. */
size_t ol_json_token_chars(const struct ol_json_token *t);

#endif
