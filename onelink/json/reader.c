/* SPDX-License-Identifier: MIT */
#include "onelink/json/reader.h"

#include "onelink/base/utf8.h"
#include "onelink/json/scan.h"

/* What may come next. Values first, then keys: next() compares. */
enum state {
    WANT_VALUE,       /* a value */
    WANT_FIRST_VALUE, /* a value or ']' */
    WANT_KEY,         /* a member name */
    WANT_FIRST_KEY,   /* a member name or '}' */
    WANT_COLON,       /* ':' and a value */
    WANT_COMMA,       /* ',' or the end of the container */
    WANT_NOTHING,     /* the text is complete */
    FAILED            /* r->error says how */
};

struct ol_json_reader ol_json_reader_make(const void *text, size_t len)
{
    struct ol_json_reader r;
    r.text = len > 0 ? text : "";
    r.len = (uint32_t)len;
    r.pos = 0;
    r.stack = 0;
    r.depth = 0;
    r.state = WANT_VALUE;
    r.error = OL_OK;
    if (r.len != len) {
        r.error = OL_E_ARG;
        r.state = FAILED;
    }
    return r;
}

static int32_t fail(struct ol_json_reader *r, int32_t status, const char *at)
{
    r->pos = (uint32_t)(at - r->text);
    r->error = (int8_t)status;
    r->state = FAILED;
    return status;
}

__attribute__((noinline)) static const char *pass_spaces(const char *p, const char *end)
{
    while (p != end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) {
        p++;
    }
    return p;
}

/* Texts from machines have none: one look saves the call. */
__attribute__((always_inline)) static inline const char *pass_space(const char *p,
                                                                    const char *end)
{
    return p != end && *p <= ' ' ? pass_spaces(p, end) : p;
}

static bool in_object(const struct ol_json_reader *r)
{
    return (r->stack & 1) != 0;
}

static void value_done(struct ol_json_reader *r)
{
    r->state = r->depth == 0 ? WANT_NOTHING : WANT_COMMA;
}

/* Sets the token [start, stop) and goes on behind it. */
static int32_t take(struct ol_json_reader *r, struct ol_json_token *out,
                    const char *start, const char *stop)
{
    out->escaped = false;
    out->text.ptr = start;
    out->text.len = (size_t)(stop - start);
    r->pos = (uint32_t)(stop - r->text);
    return OL_OK;
}

static int32_t open_container(struct ol_json_reader *r, struct ol_json_token *out,
                              const char *p)
{
    bool is_object = *p == '{';
    if (r->depth == OL_JSON_DEPTH_MAX) {
        return fail(r, OL_E_NOSPC, p);
    }
    r->stack = r->stack << 1 | is_object;
    r->depth++;
    r->state = is_object ? WANT_FIRST_KEY : WANT_FIRST_VALUE;
    out->kind = is_object ? OL_JSON_OBJECT_BEGIN : OL_JSON_ARRAY_BEGIN;
    return take(r, out, p, p + 1);
}

static int32_t close_container(struct ol_json_reader *r, struct ol_json_token *out,
                               const char *p)
{
    out->kind = in_object(r) ? OL_JSON_OBJECT_END : OL_JSON_ARRAY_END;
    r->stack >>= 1;
    r->depth--;
    value_done(r);
    return take(r, out, p, p + 1);
}

/* The length of the escape sequence at p (RFC 8259 section 7), or OL_E_AGAIN, OL_E_PROTO.
 */
static int32_t escape_len(const char *p, size_t len)
{
    if (len < 2) {
        return OL_E_AGAIN;
    }
    switch (p[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return 2;
    case 'u':
        break;
    default:
        return OL_E_PROTO;
    }
    for (size_t i = 2; i < 6; i++) {
        if (i == len) {
            return OL_E_AGAIN;
        }
        char lower = (char)(p[i] | 0x20);
        if (!ol_json_is_digit(p[i]) && (lower < 'a' || lower > 'f')) {
            return OL_E_PROTO;
        }
    }
    return 6;
}

/* The length of the character at p that is not plain: an escape sequence or UTF-8. Rare,
 * and kept out of line so that the usual path has the registers. */
__attribute__((noinline)) static int32_t special_len(const char *p, size_t len)
{
    if (*p == '\\') {
        return escape_len(p, len);
    }
    return (*p & 0x80) != 0 ? ol_utf8_len(p, len) : OL_E_PROTO;
}

/* A string or a name at p, which is a quote. */
static int32_t take_string(struct ol_json_reader *r, struct ol_json_token *out,
                           const char *p)
{
    const char *end = r->text + r->len;
    out->text.ptr = ++p;
    out->escaped = false;
    for (;;) {
        while (p != end && ol_json_is_plain(*p)) {
            p++;
        }
        if (p == end) {
            return fail(r, OL_E_AGAIN, end);
        }
        if (*p == '"') {
            break;
        }
        if (*p == '\\') {
            out->escaped = true;
        }
        int32_t n = special_len(p, (size_t)(end - p));
        if (n < 0) {
            return fail(r, n, p);
        }
        p += n;
    }
    out->text.len = (size_t)(p - out->text.ptr);
    r->pos = (uint32_t)(p + 1 - r->text);
    return OL_OK;
}

static int32_t take_literal(struct ol_json_reader *r, struct ol_json_token *out,
                            const char *p, const char *word)
{
    const char *start = p;
    for (; *word != '\0'; word++, p++) {
        if (p == r->text + r->len) {
            return fail(r, OL_E_AGAIN, p);
        }
        if (*p != *word) {
            return fail(r, OL_E_PROTO, p);
        }
    }
    return take(r, out, start, p);
}

static int32_t take_number(struct ol_json_reader *r, struct ol_json_token *out,
                           const char *p)
{
    const char *stop;
    int32_t rc = ol_json_scan_number(p, r->text + r->len, &stop);
    if (rc != OL_OK) {
        return fail(r, rc, stop);
    }
    out->kind = OL_JSON_NUMBER;
    return take(r, out, p, stop);
}

/* A value that is no string, at p. */
static int32_t take_value(struct ol_json_reader *r, struct ol_json_token *out,
                          const char *p)
{
    if (*p == '{' || *p == '[') {
        return open_container(r, out, p);
    }
    value_done(r);
    switch (*p) {
    case 't':
        out->kind = OL_JSON_TRUE;
        return take_literal(r, out, p, "true");
    case 'f':
        out->kind = OL_JSON_FALSE;
        return take_literal(r, out, p, "false");
    case 'n':
        out->kind = OL_JSON_NULL;
        return take_literal(r, out, p, "null");
    default:
        return take_number(r, out, p);
    }
}

/* The text ends at p. */
static int32_t take_end(struct ol_json_reader *r, struct ol_json_token *out,
                        const char *p)
{
    if (r->state != WANT_NOTHING) {
        return fail(r, OL_E_AGAIN, p);
    }
    out->kind = OL_JSON_END;
    return take(r, out, p, p);
}

/* The token at p, where no separator stands any more. */
static int32_t take_token(struct ol_json_reader *r, struct ol_json_token *out,
                          const char *p)
{
    uint8_t state = r->state;
    char c = *p;
    if (c == '"' && state >= WANT_KEY && state <= WANT_FIRST_KEY) {
        out->kind = OL_JSON_KEY;
        r->state = WANT_COLON;
        return take_string(r, out, p);
    }
    if (c == '"' && state <= WANT_FIRST_VALUE) {
        out->kind = OL_JSON_STRING;
        value_done(r);
        return take_string(r, out, p);
    }
    if (state == WANT_VALUE || (state == WANT_FIRST_VALUE && c != ']')) {
        return take_value(r, out, p);
    }
    bool may_close =
        state == WANT_COMMA || state == WANT_FIRST_KEY || state == WANT_FIRST_VALUE;
    if (may_close && c == (in_object(r) ? '}' : ']')) {
        return close_container(r, out, p);
    }
    return fail(r, OL_E_PROTO, p);
}

int32_t ol_json_reader_next(struct ol_json_reader *r, struct ol_json_token *out)
{
    if (r->state == FAILED) {
        return r->error;
    }
    const char *end = r->text + r->len;
    const char *p = pass_space(r->text + r->pos, end);
    if (p != end && r->state == WANT_COLON && *p == ':') {
        r->state = WANT_VALUE;
        p = pass_space(p + 1, end);
    } else if (p != end && r->state == WANT_COMMA && *p == ',') {
        r->state = in_object(r) ? WANT_KEY : WANT_VALUE;
        p = pass_space(p + 1, end);
    }
    return p == end ? take_end(r, out, p) : take_token(r, out, p);
}

/* Reads on until the container that was open at depth is closed. */
static int32_t leave(struct ol_json_reader *r, uint8_t depth)
{
    struct ol_json_token t;
    while (r->depth >= depth) {
        int32_t rc = ol_json_reader_next(r, &t);
        if (rc != OL_OK) {
            return rc;
        }
    }
    return OL_OK;
}

int32_t ol_json_reader_skip(struct ol_json_reader *r, const struct ol_json_token *first,
                            struct ol_str *span)
{
    struct ol_json_token value = *first;
    int32_t rc = r->error;
    if (first->kind == OL_JSON_KEY) {
        rc = ol_json_reader_next(r, &value);
    }
    const char *start = value.text.ptr;
    switch (value.kind) {
    case OL_JSON_END:
    case OL_JSON_OBJECT_END:
    case OL_JSON_ARRAY_END:
    case OL_JSON_KEY:
        return rc != OL_OK ? rc : OL_E_ARG;
    case OL_JSON_OBJECT_BEGIN:
    case OL_JSON_ARRAY_BEGIN:
        rc = rc != OL_OK ? rc : leave(r, r->depth);
        break;
    case OL_JSON_STRING:
        start--;
        break;
    default:
        break;
    }
    if (rc == OL_OK && span != NULL) {
        *span = ol_str_make(start, (size_t)(r->text + r->pos - start));
    }
    return rc;
}

int32_t ol_json_check(const void *text, size_t len)
{
    struct ol_json_reader r = ol_json_reader_make(text, len);
    struct ol_json_token t = {.kind = OL_JSON_NULL};
    int32_t rc = OL_OK;
    while (rc == OL_OK && t.kind != OL_JSON_END) {
        rc = ol_json_reader_next(&r, &t);
    }
    return rc;
}
