/* SPDX-License-Identifier: MIT */
#include "onelink/json/writer.h"

#include "onelink/base/utf8.h"

#define DEPTH_MAX 32 /* bits of the stack; what OL_JSON_DEPTH_MAX allows a reader */

enum state {
    AT_START, /* nothing in this container yet */
    AT_NEXT,  /* a comma is due */
    AT_VALUE, /* behind a key */
    AT_END    /* complete */
};

struct ol_json_writer ol_json_writer_make(void *buf, size_t cap)
{
    return (struct ol_json_writer){
        .out = ol_writer_make(buf, cap), .state = AT_START, .error = OL_OK};
}

static void fail(struct ol_json_writer *w, int32_t status)
{
    w->error = (int8_t)status;
}

/* No error so far. What did not fit is noticed here, so that the first error stays. */
static bool is_good(struct ol_json_writer *w)
{
    if (w->error == OL_OK && w->out.over) {
        fail(w, OL_E_NOSPC);
    }
    return w->error == OL_OK;
}

static bool in_object(const struct ol_json_writer *w)
{
    return (w->stack & 1) != 0;
}

/* Before a value or a key: is it allowed here? Writes the comma. */
static bool begin(struct ol_json_writer *w, bool is_key)
{
    if (!is_good(w)) {
        return false;
    }
    bool key_due = in_object(w) && w->state != AT_VALUE;
    if (w->state == AT_END || is_key != key_due) {
        fail(w, OL_E_ARG);
        return false;
    }
    if (w->state == AT_NEXT) {
        ol_writer_u8(&w->out, ',');
    }
    return true;
}

static void end(struct ol_json_writer *w)
{
    w->state = w->depth == 0 ? AT_END : AT_NEXT;
}

static void open_container(struct ol_json_writer *w, bool is_object)
{
    if (!begin(w, false)) {
        return;
    }
    if (w->depth == DEPTH_MAX) {
        fail(w, OL_E_ARG);
        return;
    }
    w->stack = w->stack << 1 | is_object;
    w->depth++;
    w->state = AT_START;
    ol_writer_u8(&w->out, is_object ? '{' : '[');
}

static void close_container(struct ol_json_writer *w, bool is_object)
{
    if (!is_good(w)) {
        return;
    }
    if (w->depth == 0 || in_object(w) != is_object || w->state == AT_VALUE) {
        fail(w, OL_E_ARG);
        return;
    }
    w->stack >>= 1;
    w->depth--;
    ol_writer_u8(&w->out, is_object ? '}' : ']');
    end(w);
}

void ol_json_object_begin(struct ol_json_writer *w)
{
    open_container(w, true);
}

void ol_json_object_end(struct ol_json_writer *w)
{
    close_container(w, true);
}

void ol_json_array_begin(struct ol_json_writer *w)
{
    open_container(w, false);
}

void ol_json_array_end(struct ol_json_writer *w)
{
    close_container(w, false);
}

/* A character that a string may not hold as it is (RFC 8259 section 7). */
static void write_escape(struct ol_writer *out, uint8_t c)
{
    static const char letters[] = "btn\0fr"; /* for U+0008 to U+000D */
    char letter = c >= 0x20 ? (char)c : c >= 8 && c <= 13 ? letters[c - 8] : '\0';
    ol_writer_u8(out, '\\');
    if (letter != '\0') {
        ol_writer_u8(out, (uint8_t)letter);
        return;
    }
    ol_writer_bytes(out, "u00", 3);
    ol_writer_u8(out, (uint8_t)('0' + (c >> 4)));
    c &= 0x0F;
    ol_writer_u8(out, (uint8_t)(c < 10 ? '0' + c : 'a' + c - 10));
}

static bool needs_escape(uint8_t c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

/* The string with its quotes, in runs of what needs no escape. false where it is no
 * UTF-8. */
static bool write_string(struct ol_json_writer *w, struct ol_str s)
{
    ol_writer_u8(&w->out, '"');
    size_t run = 0;
    for (size_t pos = 0; pos < s.len;) {
        uint8_t c = (uint8_t)s.ptr[pos];
        int32_t n = c < 0x80 ? 1 : ol_utf8_len(s.ptr + pos, s.len - pos);
        if (n < 0) {
            fail(w, OL_E_ARG);
            return false;
        }
        if (needs_escape(c)) {
            ol_writer_bytes(&w->out, s.ptr + run, pos - run);
            write_escape(&w->out, c);
            run = pos + 1;
        }
        pos += (size_t)n;
    }
    if (run < s.len) {
        ol_writer_bytes(&w->out, s.ptr + run, s.len - run);
    }
    ol_writer_u8(&w->out, '"');
    return true;
}

void ol_json_key(struct ol_json_writer *w, struct ol_str key)
{
    if (begin(w, true) && write_string(w, key)) {
        ol_writer_u8(&w->out, ':');
        w->state = AT_VALUE;
    }
}

void ol_json_str(struct ol_json_writer *w, struct ol_str value)
{
    if (begin(w, false) && write_string(w, value)) {
        end(w);
    }
}

void ol_json_int(struct ol_json_writer *w, int64_t value)
{
    if (begin(w, false)) {
        ol_writer_dec_i64(&w->out, value);
        end(w);
    }
}

void ol_json_dec(struct ol_json_writer *w, struct ol_dec value)
{
    if (begin(w, false)) {
        ol_dec_encode(&w->out, value);
        end(w);
    }
}

void ol_json_raw(struct ol_json_writer *w, struct ol_str value)
{
    if (begin(w, false)) {
        ol_writer_str(&w->out, value);
        end(w);
    }
}

void ol_json_bool(struct ol_json_writer *w, bool value)
{
    ol_json_raw(w, value ? OL_STR("true") : OL_STR("false"));
}

void ol_json_null(struct ol_json_writer *w)
{
    ol_json_raw(w, OL_STR("null"));
}

int32_t ol_json_writer_status(const struct ol_json_writer *w)
{
    if (w->error != OL_OK) {
        return w->error;
    }
    if (w->out.over) {
        return OL_E_NOSPC;
    }
    return w->state == AT_END ? OL_OK : OL_E_AGAIN;
}
