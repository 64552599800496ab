/* SPDX-License-Identifier: MIT */
#include "onelink/json/writer.h"

#include <string.h>

#include "onelink/base/utf8.h"
#include "onelink/json/magnitude.h"
#include "onelink/json/scan.h"

#define DEPTH_MAX  32 /* bits of the stack; what OL_JSON_DEPTH_MAX allows a reader */
#define ESCAPE_MAX 6  /* "\u001f" */

/* What may come next: bit 0 says that a comma goes before it, the rest whether it is a
 * value or a key. After an error it is END, with the error beside it. */
enum state { VALUE = 0, NEXT_VALUE = 1, KEY = 2, NEXT_KEY = 3, END = 4 };

struct ol_json_writer ol_json_writer_make(void *buf, size_t cap)
{
    struct ol_json_writer w;
    w.out = ol_writer_make(buf, cap);
    w.stack = 0;
    w.depth = 0;
    w.state = VALUE;
    w.error = OL_OK;
    return w;
}

/* Only the first error counts, and what did not fit was first. */
static void fail(struct ol_json_writer *w, int32_t status)
{
    if (w->error == OL_OK) {
        w->error = (int8_t)(w->out.over ? OL_E_NOSPC : status);
    }
    w->state = END;
}

static bool in_object(const struct ol_json_writer *w)
{
    return (w->stack & 1) != 0;
}

/* Before a value (VALUE) or a key (KEY): is it allowed here? Writes the comma. */
static bool begin(struct ol_json_writer *w, uint8_t what)
{
    if ((w->state & ~1U) != what) {
        fail(w, OL_E_ARG);
        return false;
    }
    if ((w->state & 1) != 0) {
        ol_writer_u8(&w->out, ',');
    }
    return true;
}

static void end(struct ol_json_writer *w)
{
    w->state = w->depth == 0 ? END : in_object(w) ? NEXT_KEY : NEXT_VALUE;
}

static void open_container(struct ol_json_writer *w, bool is_object)
{
    if (w->depth == DEPTH_MAX) {
        fail(w, OL_E_ARG);
    }
    if (begin(w, VALUE)) {
        w->stack = w->stack << 1 | is_object;
        w->depth++;
        w->state = is_object ? KEY : VALUE;
        ol_writer_u8(&w->out, is_object ? '{' : '[');
    }
}

static void close_container(struct ol_json_writer *w, uint8_t what)
{
    bool is_object = what == KEY;
    if ((w->state & ~1U) != what || w->depth == 0 || in_object(w) != is_object) {
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
    close_container(w, KEY);
}

void ol_json_array_begin(struct ol_json_writer *w)
{
    open_container(w, false);
}

void ol_json_array_end(struct ol_json_writer *w)
{
    close_container(w, VALUE);
}

/* The escape of a character that a string may not hold as it is (RFC 8259 section 7), at
 * most ESCAPE_MAX bytes. Gives its length. */
static size_t escape(char *out, char c)
{
    static const char letters[] = "btn\0fr"; /* for U+0008 to U+000D */
    char letter = c >= ' ' ? c : c >= 8 && c <= 13 ? letters[c - 8] : '\0';
    out[0] = '\\';
    out[1] = letter;
    if (letter != '\0') {
        return 2;
    }
    char low = c & 0x0F;
    out[1] = 'u';
    out[2] = '0';
    out[3] = '0';
    out[4] = (char)('0' + (c >> 4));
    out[5] = (char)(low < 10 ? '0' + low : 'a' - 10 + low);
    return 6;
}

/* The first character of s, which is not plain, as it must stand in a string: UTF-8 as it
 * is, others escaped. Gives the length of that, and in *used the length of the character;
 * 0 where it is no UTF-8. Rare, and kept out of line so that the usual path has the
 * registers. */
__attribute__((noinline)) static size_t encode_special(struct ol_str s,
                                                       char out[ESCAPE_MAX], size_t *used)
{
    *used = 1;
    if ((*s.ptr & 0x80) == 0) {
        return escape(out, *s.ptr);
    }
    int32_t n = ol_utf8_len(s.ptr, s.len);
    if (n < 0) {
        return 0;
    }
    *used = (size_t)n;
    memcpy(out, s.ptr, *used);
    return *used;
}

/* Copies what is plain of from[0..len); gives how much that is. */
static size_t copy_plain(char *to, const char *from, size_t len)
{
    size_t i = 0;
    for (; i < len && ol_json_is_plain(from[i]); i++) {
        to[i] = from[i];
    }
    return i;
}

/* The string in quotes, and tail behind it if that is not NUL. Nothing counts as written
 * until all is. */
static int32_t put_string(struct ol_writer *w, struct ol_str s, char tail)
{
    /* No character is written shorter than it is: what is left of s and the closing need
     * at least as many bytes, and spare is what escapes may add. */
    size_t closing = tail != '\0' ? 3 : 2;
    size_t spare = w->cap - w->len;
    if (w->over || spare < closing || spare - closing < s.len) {
        w->over = true;
        return OL_E_NOSPC;
    }
    spare -= closing + s.len;
    char *to = (char *)w->buf + w->len;
    *to++ = '"';
    for (;;) {
        size_t run = copy_plain(to, s.ptr, s.len);
        to += run;
        s.len -= run;
        if (s.len == 0) {
            break;
        }
        s.ptr += run;
        size_t used;
        char special[ESCAPE_MAX];
        size_t len = encode_special(s, special, &used);
        if (len == 0) {
            return OL_E_ARG;
        }
        if (len - used > spare) {
            w->over = true;
            return OL_E_NOSPC;
        }
        spare -= len - used;
        memcpy(to, special, len);
        to += len;
        s.ptr += used;
        s.len -= used;
    }
    *to++ = '"';
    if (tail != '\0') {
        *to++ = tail;
    }
    w->len = (size_t)(to - (char *)w->buf);
    return OL_OK;
}

int32_t ol_json_string_encode(struct ol_writer *w, struct ol_str s)
{
    return put_string(w, s, '\0');
}

/* put_string behind the comma. What does not fit is seen at the end. */
static bool write_string(struct ol_json_writer *w, struct ol_str s, char tail)
{
    if (put_string(&w->out, s, tail) == OL_E_ARG) {
        fail(w, OL_E_ARG);
        return false;
    }
    return true;
}

void ol_json_key(struct ol_json_writer *w, struct ol_str key)
{
    if (begin(w, KEY) && write_string(w, key, ':')) {
        w->state = VALUE;
    }
}

void ol_json_str(struct ol_json_writer *w, struct ol_str value)
{
    if (begin(w, VALUE) && write_string(w, value, '\0')) {
        end(w);
    }
}

void ol_json_int(struct ol_json_writer *w, int64_t value)
{
    if (begin(w, VALUE)) {
        ol_writer_dec_i64(&w->out, value);
        end(w);
    }
}

void ol_json_dec(struct ol_json_writer *w, struct ol_dec value)
{
    if (begin(w, VALUE)) {
        ol_json_put_decimal(&w->out, value.mantissa, value.exponent);
        end(w);
    }
}

void ol_json_raw(struct ol_json_writer *w, struct ol_str value)
{
    if (begin(w, VALUE)) {
        ol_writer_bytes(&w->out, value.ptr, value.len);
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
    return w->state == END ? OL_OK : OL_E_AGAIN;
}
