/* SPDX-License-Identifier: MIT */
#include "onelink/json/reader.h"

#include "onelink/base/utf8.h"
#include "onelink/json/scan.h"

/* What may come next. The order is that of the checks in next(). */
enum state {
    WANT_VALUE,       /* a value */
    WANT_FIRST_VALUE, /* a value or ']' */
    WANT_KEY,         /* a member name */
    WANT_FIRST_KEY,   /* a member name or '}' */
    WANT_COLON,       /* ':' and a value */
    WANT_COMMA,       /* ',' or the end of the container */
    WANT_NOTHING      /* the text is complete */
};

struct ol_json_reader ol_json_reader_make(const void *text, size_t len)
{
    return (struct ol_json_reader){
        .text = text,
        .len = (uint32_t)len,
        .state = WANT_VALUE,
        .error = (uint32_t)len == len ? OL_OK : OL_E_ARG,
    };
}

static int32_t fail(struct ol_json_reader *r, int32_t status, uint32_t pos)
{
    r->pos = pos;
    r->error = (int8_t)status;
    return status;
}

static void skip_space(struct ol_json_reader *r)
{
    uint32_t pos = r->pos;
    while (pos < r->len && (r->text[pos] == ' ' || r->text[pos] == '\n' ||
                            r->text[pos] == '\r' || r->text[pos] == '\t')) {
        pos++;
    }
    r->pos = pos;
}

static bool in_object(const struct ol_json_reader *r)
{
    return (r->stack & 1) != 0;
}

static void value_done(struct ol_json_reader *r)
{
    r->state = r->depth == 0 ? WANT_NOTHING : WANT_COMMA;
}

/* Sets the token and passes its len characters. */
static int32_t take(struct ol_json_reader *r, struct ol_json_token *out,
                    enum ol_json_kind kind, uint32_t len)
{
    out->kind = kind;
    out->escaped = false;
    out->text = ol_str_make(r->text + r->pos, len);
    r->pos += len;
    return OL_OK;
}

static int32_t open_container(struct ol_json_reader *r, struct ol_json_token *out,
                              bool is_object)
{
    if (r->depth == OL_JSON_DEPTH_MAX) {
        return fail(r, OL_E_NOSPC, r->pos);
    }
    r->stack = r->stack << 1 | is_object;
    r->depth++;
    r->state = is_object ? WANT_FIRST_KEY : WANT_FIRST_VALUE;
    return take(r, out, is_object ? OL_JSON_OBJECT_BEGIN : OL_JSON_ARRAY_BEGIN, 1);
}

static int32_t close_container(struct ol_json_reader *r, struct ol_json_token *out)
{
    enum ol_json_kind kind = in_object(r) ? OL_JSON_OBJECT_END : OL_JSON_ARRAY_END;
    r->stack >>= 1;
    r->depth--;
    value_done(r);
    return take(r, out, kind, 1);
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

static int32_t take_string(struct ol_json_reader *r, struct ol_json_token *out,
                           enum ol_json_kind kind)
{
    const char *p = r->text + r->pos + 1;
    const char *end = r->text + r->len;
    bool escaped = false;
    while (p != end && *p != '"') {
        uint8_t c = (uint8_t)*p;
        if (c >= 0x20 && c < 0x80 && c != '\\') {
            p++;
            continue;
        }
        int32_t n = OL_E_PROTO;
        if (c == '\\') {
            n = escape_len(p, (size_t)(end - p));
            escaped = true;
        } else if (c >= 0x80) {
            n = ol_utf8_len(p, (size_t)(end - p));
        }
        if (n < 0) {
            return fail(r, n, (uint32_t)(p - r->text));
        }
        p += n;
    }
    if (p == end) {
        return fail(r, OL_E_AGAIN, r->len);
    }
    r->pos++;
    take(r, out, kind, (uint32_t)(p - r->text) - r->pos);
    r->pos++;
    out->escaped = escaped;
    return OL_OK;
}

static int32_t take_number(struct ol_json_reader *r, struct ol_json_token *out)
{
    size_t len = 0;
    int32_t rc = ol_json_scan_number(r->text + r->pos, r->len - r->pos, &len);
    if (rc != OL_OK) {
        return fail(r, rc, r->pos + (uint32_t)len);
    }
    value_done(r);
    return take(r, out, OL_JSON_NUMBER, (uint32_t)len);
}

static int32_t take_literal(struct ol_json_reader *r, struct ol_json_token *out,
                            enum ol_json_kind kind, const char *word)
{
    uint32_t i = 0;
    for (; word[i] != '\0'; i++) {
        if (r->pos + i == r->len) {
            return fail(r, OL_E_AGAIN, r->len);
        }
        if (r->text[r->pos + i] != word[i]) {
            return fail(r, OL_E_PROTO, r->pos + i);
        }
    }
    value_done(r);
    return take(r, out, kind, i);
}

static int32_t take_value(struct ol_json_reader *r, struct ol_json_token *out)
{
    switch (r->text[r->pos]) {
    case '{':
        return open_container(r, out, true);
    case '[':
        return open_container(r, out, false);
    case '"':
        value_done(r);
        return take_string(r, out, OL_JSON_STRING);
    case 't':
        return take_literal(r, out, OL_JSON_TRUE, "true");
    case 'f':
        return take_literal(r, out, OL_JSON_FALSE, "false");
    case 'n':
        return take_literal(r, out, OL_JSON_NULL, "null");
    default:
        return take_number(r, out);
    }
}

/* Passes the ':' or ',' that stands before the next token, and space behind it. */
static void pass_separator(struct ol_json_reader *r)
{
    char c = r->text[r->pos];
    if (r->state == WANT_COLON && c == ':') {
        r->state = WANT_VALUE;
    } else if (r->state == WANT_COMMA && c == ',') {
        r->state = in_object(r) ? WANT_KEY : WANT_VALUE;
    } else {
        return;
    }
    r->pos++;
    skip_space(r);
}

int32_t ol_json_reader_next(struct ol_json_reader *r, struct ol_json_token *out)
{
    if (r->error != OL_OK) {
        return r->error;
    }
    skip_space(r);
    if (r->pos < r->len) {
        pass_separator(r);
    }
    if (r->pos == r->len) {
        return r->state == WANT_NOTHING ? take(r, out, OL_JSON_END, 0)
                                        : fail(r, OL_E_AGAIN, r->pos);
    }
    char c = r->text[r->pos];
    bool closes = r->depth > 0 && c == (in_object(r) ? '}' : ']');
    switch (r->state) {
    case WANT_FIRST_VALUE:
        return closes ? close_container(r, out) : take_value(r, out);
    case WANT_VALUE:
        return take_value(r, out);
    case WANT_FIRST_KEY:
    case WANT_KEY:
        if (c == '"') {
            r->state = WANT_COLON;
            return take_string(r, out, OL_JSON_KEY);
        }
        closes = closes && r->state == WANT_FIRST_KEY;
        break;
    default:
        closes = closes && r->state == WANT_COMMA;
        break;
    }
    return closes ? close_container(r, out) : fail(r, OL_E_PROTO, r->pos);
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
