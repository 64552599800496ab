/* SPDX-License-Identifier: MIT */
#include "tests/support/json_check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/base/utf8.h"
#include "onelink/json/reader.h"
#include "onelink/json/writer.h"
#include "tests/support/guard.h"
#include "tests/support/require.h"

/* The text before a token: white space and at most one separator. */
static void check_gap(const char *from, const char *to, char separator)
{
    for (; from < to; from++) {
        if (*from == separator && separator != '\0') {
            separator = '\0';
            continue;
        }
        REQUIRE(strchr(" \t\r\n", *from) != NULL && *from != '\0');
    }
    REQUIRE(separator == '\0');
}

/* An independent view of the nesting, for comparison with the reader's. */
struct nesting {
    char open[OL_JSON_DEPTH_MAX + 1];
    unsigned depth;
    enum ol_json_kind last;
    bool any;
};

static char separator_before(const struct nesting *n, enum ol_json_kind kind)
{
    bool closes = kind == OL_JSON_OBJECT_END || kind == OL_JSON_ARRAY_END;
    bool opened = n->last == OL_JSON_OBJECT_BEGIN || n->last == OL_JSON_ARRAY_BEGIN;
    if (!n->any || n->depth == 0 || closes || opened) {
        return '\0';
    }
    return n->last == OL_JSON_KEY ? ':' : ',';
}

static void follow(struct nesting *n, enum ol_json_kind kind)
{
    bool in_object = n->depth > 0 && n->open[n->depth - 1] == '{';
    bool is_end = kind == OL_JSON_OBJECT_END || kind == OL_JSON_ARRAY_END;
    if (in_object && n->last != OL_JSON_KEY) {
        REQUIRE(kind == OL_JSON_KEY || kind == OL_JSON_OBJECT_END);
    } else {
        REQUIRE(kind != OL_JSON_KEY && kind != OL_JSON_OBJECT_END);
    }
    if (is_end) {
        REQUIRE(n->depth > 0);
        n->depth--;
    } else if (kind == OL_JSON_OBJECT_BEGIN || kind == OL_JSON_ARRAY_BEGIN) {
        REQUIRE(n->depth < OL_JSON_DEPTH_MAX);
        n->open[n->depth++] = kind == OL_JSON_OBJECT_BEGIN ? '{' : '[';
    }
    n->last = kind;
    n->any = true;
}

static void check_spelling(const struct ol_json_token *t)
{
    static const char *const fixed[] = {
        [OL_JSON_OBJECT_BEGIN] = "{", [OL_JSON_OBJECT_END] = "}",
        [OL_JSON_ARRAY_BEGIN] = "[",  [OL_JSON_ARRAY_END] = "]",
        [OL_JSON_TRUE] = "true",      [OL_JSON_FALSE] = "false",
        [OL_JSON_NULL] = "null",
    };
    if (t->kind == OL_JSON_KEY || t->kind == OL_JSON_STRING) {
        REQUIRE(t->text.ptr[-1] == '"' && t->text.ptr[t->text.len] == '"');
        bool escaped = t->text.len > 0 && memchr(t->text.ptr, '\\', t->text.len) != NULL;
        REQUIRE(escaped == t->escaped);
    } else if (t->kind == OL_JSON_NUMBER) {
        ol_json_check_number(t->text);
    } else if (t->kind != OL_JSON_END) {
        REQUIRE(ol_str_equal(t->text, ol_str_from(fixed[t->kind])));
    }
}

/* Decoding at the exact capacity, counting and comparing agree; and what is decoded is
 * UTF-8 and comes back from a writer and a reader. */
static void check_string(const struct ol_json_token *t)
{
    size_t cap = t->text.len;
    struct ol_guard g = ol_guard_open(cap * 6 + 2);
    char *plain = malloc(cap + 1);
    REQUIRE(plain != NULL);
    int32_t len = ol_json_token_decode(t, plain, cap);
    REQUIRE(len >= 0 && (size_t)len <= cap);
    struct ol_str s = ol_str_make(plain, (size_t)len);
    REQUIRE(ol_utf8_is_valid(s));
    REQUIRE(t->escaped || ol_str_equal(t->text, s));
    char *exact = (char *)ol_guard_room(&g, s.len);
    REQUIRE(ol_json_token_decode(t, exact, s.len) == len);
    REQUIRE(ol_json_token_equal(t, ol_str_make(exact, s.len)));
    if (len > 0) {
        REQUIRE(ol_json_token_decode(t, exact + 1, s.len - 1) == OL_E_NOSPC);
        REQUIRE(!ol_json_token_equal(t, ol_str_make(plain, s.len - 1)));
        plain[len - 1] ^= 1;
        REQUIRE(!ol_json_token_equal(t, s));
        plain[len - 1] ^= 1;
    }
    plain[len] = 'x';
    REQUIRE(!ol_json_token_equal(t, ol_str_make(plain, s.len + 1)));
    size_t chars = 0;
    for (size_t pos = 0; pos < s.len; chars++) {
        pos += (size_t)ol_utf8_len(plain + pos, s.len - pos);
    }
    REQUIRE(ol_json_token_chars(t) == chars);

    uint8_t *text = ol_guard_room(&g, s.len * 6 + 2);
    struct ol_json_writer w = ol_json_writer_make(text, s.len * 6 + 2);
    ol_json_str(&w, s);
    REQUIRE(ol_json_writer_status(&w) == OL_OK);
    struct ol_json_reader r = ol_json_reader_make(text, w.out.len);
    struct ol_json_token back;
    REQUIRE(ol_json_reader_next(&r, &back) == OL_OK && back.kind == OL_JSON_STRING);
    REQUIRE(ol_json_token_equal(&back, s));
    free(plain);
    ol_guard_close(&g);
}

/* Skips the value at `first` with a copy of the reader, and walks it with another: both
 * must stop at the same place. */
static void check_skip(const struct ol_json_reader *at, const struct ol_json_token *first)
{
    struct ol_json_reader skipper = *at;
    struct ol_json_reader walker = *at;
    struct ol_json_token t = *first;
    struct ol_str span = {NULL, 0};
    int32_t rc = ol_json_reader_skip(&skipper, first, &span);
    int32_t walk = OL_OK;
    if (t.kind == OL_JSON_KEY) {
        walk = ol_json_reader_next(&walker, &t);
    }
    const char *start = t.text.ptr - (t.kind == OL_JSON_STRING);
    unsigned depth = 0;
    while (walk == OL_OK) {
        depth += t.kind == OL_JSON_OBJECT_BEGIN || t.kind == OL_JSON_ARRAY_BEGIN;
        depth -= t.kind == OL_JSON_OBJECT_END || t.kind == OL_JSON_ARRAY_END;
        if (depth == 0) {
            break;
        }
        walk = ol_json_reader_next(&walker, &t);
    }
    REQUIRE(rc == walk && skipper.pos == walker.pos && skipper.error == walker.error);
    if (rc == OL_OK) {
        REQUIRE(span.ptr == start && span.ptr + span.len == walker.text + walker.pos);
        REQUIRE(ol_json_check(span.ptr, span.len) == OL_OK);
    }
}

static void check_refused_skip(struct ol_json_reader r, const struct ol_json_token *t)
{
    struct ol_json_reader before = r;
    REQUIRE(ol_json_reader_skip(&r, t, NULL) == OL_E_ARG);
    REQUIRE(r.pos == before.pos && r.error == OL_OK);
}

static void rewrite(struct ol_json_writer *w, const struct ol_json_token *t)
{
    char *plain = malloc(t->text.len + 1);
    REQUIRE(plain != NULL);
    struct ol_str s = {plain, 0};
    if (t->kind == OL_JSON_KEY || t->kind == OL_JSON_STRING) {
        s.len = (size_t)ol_json_token_decode(t, plain, t->text.len);
    }
    switch (t->kind) {
    case OL_JSON_OBJECT_BEGIN:
        ol_json_object_begin(w);
        break;
    case OL_JSON_OBJECT_END:
        ol_json_object_end(w);
        break;
    case OL_JSON_ARRAY_BEGIN:
        ol_json_array_begin(w);
        break;
    case OL_JSON_ARRAY_END:
        ol_json_array_end(w);
        break;
    case OL_JSON_KEY:
        ol_json_key(w, s);
        break;
    case OL_JSON_STRING:
        ol_json_str(w, s);
        break;
    case OL_JSON_NUMBER:
        ol_json_raw(w, t->text);
        break;
    case OL_JSON_TRUE:
    case OL_JSON_FALSE:
        ol_json_bool(w, t->kind == OL_JSON_TRUE);
        break;
    default:
        ol_json_null(w);
        break;
    }
    free(plain);
}

/* Writes a good text anew into out[cap]; gives the length. */
static size_t rewrite_text(const void *data, size_t len, void *out, size_t cap)
{
    struct ol_json_reader r = ol_json_reader_make(data, len);
    struct ol_json_writer w = ol_json_writer_make(out, cap);
    struct ol_json_token t;
    while (ol_json_reader_next(&r, &t) == OL_OK && t.kind != OL_JSON_END) {
        REQUIRE(ol_json_writer_status(&w) == OL_E_AGAIN);
        rewrite(&w, &t);
    }
    REQUIRE(ol_json_writer_status(&w) == OL_OK);
    return w.out.len;
}

static void check_rewrite(const void *data, size_t len)
{
    size_t cap = len * 6 + 16;
    char *once = malloc(cap);
    char *twice = malloc(cap);
    REQUIRE(once != NULL && twice != NULL);
    size_t once_len = rewrite_text(data, len, once, cap);
    size_t twice_len = rewrite_text(once, once_len, twice, cap);
    REQUIRE(once_len == twice_len && memcmp(once, twice, once_len) == 0);
    free(once);
    free(twice);
}

int32_t ol_json_check_text(const uint8_t *data, size_t len)
{
    struct ol_json_reader r = ol_json_reader_make(data, len);
    struct ol_json_token t;
    struct nesting n = {.any = false};
    const char *text = (const char *)data;
    const char *done = text;
    int32_t rc;
    while ((rc = ol_json_reader_next(&r, &t)) == OL_OK) {
        size_t quote = t.kind == OL_JSON_KEY || t.kind == OL_JSON_STRING;
        REQUIRE(t.text.ptr >= done + quote);
        REQUIRE(t.text.len + quote <= (size_t)(text + len - t.text.ptr));
        check_gap(done, t.text.ptr - quote, separator_before(&n, t.kind));
        done = t.text.ptr + t.text.len + quote;
        REQUIRE(done == text + r.pos);
        check_spelling(&t);
        if (t.kind == OL_JSON_END) {
            REQUIRE(n.any && n.depth == 0 && r.pos == len);
            check_refused_skip(r, &t);
            break;
        }
        follow(&n, t.kind);
        if (quote == 1) {
            check_string(&t);
        }
        if (t.kind == OL_JSON_OBJECT_END || t.kind == OL_JSON_ARRAY_END) {
            check_refused_skip(r, &t);
        } else {
            check_skip(&r, &t);
        }
    }
    REQUIRE(rc == OL_OK || rc == OL_E_AGAIN || rc == OL_E_PROTO || rc == OL_E_NOSPC);
    REQUIRE(ol_json_check(data, len) == rc && r.pos <= len);
    if (rc == OL_OK) {
        check_rewrite(data, len);
        return rc;
    }
    size_t stop = r.pos;
    REQUIRE(ol_json_reader_next(&r, &t) == rc && r.pos == stop);
    if (rc != OL_E_AGAIN) {
        int32_t before = ol_json_check(data, stop);
        REQUIRE(before == OL_OK || before == OL_E_AGAIN);
    }
    return rc;
}

static bool same_double(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* A decimal that was read exactly is written and read as the same, at the exact capacity.
 */
static void check_decimal(struct ol_dec d, double value)
{
    struct ol_guard g = ol_guard_open(40);
    char text[40];
    struct ol_writer w = ol_writer_make(text, sizeof text);
    ol_dec_encode(&w, d);
    REQUIRE(ol_writer_status(&w) == OL_OK && w.len <= 33);
    struct ol_dec back;
    int32_t rc = ol_dec_decode(ol_str_make(text, w.len), &back);
    /* Zeros stripped from the mantissa may push the exponent past the limit of 400. */
    REQUIRE(rc == OL_OK || (rc == OL_E_NOSPC && d.exponent > 400 - 18));
    REQUIRE(rc != OL_OK || ol_dec_compare(d, back) == 0);
    struct ol_writer exact = ol_writer_make(ol_guard_room(&g, w.len), w.len);
    ol_dec_encode(&exact, d);
    REQUIRE(exact.len == w.len && !exact.over);
    struct ol_writer less = ol_writer_make(ol_guard_room(&g, w.len - 1), w.len - 1);
    ol_dec_encode(&less, d);
    REQUIRE(less.len == 0 && less.over);
    ol_guard_close(&g);
    double again = ol_dec_to_double(d);
    REQUIRE(again == value);
}

void ol_json_check_number(struct ol_str text)
{
    struct ol_dec d = {0, 0};
    double value = 0;
    int64_t integer = 0;
    int32_t rc_dec = ol_dec_decode(text, &d);
    int32_t rc_double = ol_double_decode(text, &value);
    int32_t rc_int = ol_int64_decode(text, &integer);
    if (rc_dec == OL_E_ARG) {
        REQUIRE(rc_double == OL_E_ARG && rc_int == OL_E_ARG);
        return;
    }
    char *copy = malloc(text.len + 1);
    REQUIRE(copy != NULL);
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    double want = strtod(copy, NULL);
    free(copy);
    REQUIRE((rc_double == OL_OK) == (isinf(want) == 0));
    REQUIRE(rc_double != OL_OK || same_double(value, want));
    if (rc_dec != OL_OK) {
        return;
    }
    check_decimal(d, want);
    int64_t other = 0;
    int32_t rc_other = ol_dec_to_int64(d, &other);
    REQUIRE(rc_other == rc_int && (rc_int != OL_OK || other == integer));
    if (rc_double == OL_OK) {
        struct ol_dec shortest;
        REQUIRE(ol_dec_from_double(value, &shortest) == OL_OK);
        REQUIRE(ol_dec_to_double(shortest) == value);
    }
}
