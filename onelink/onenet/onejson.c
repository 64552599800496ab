/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/onejson.h"

#include <string.h>

#include "onelink/base/utf8.h"
#include "onelink/onenet/params_check.h"
#include "onelink/onenet/token_is.h"

#define ID_DIGITS 13

static const struct ol_str nothing = {NULL, 0};

/* How messages begin, and how nearly all answers go on behind their id. */
static const char usual_head[] = "{\"id\":\"";
static const char success_tail[] = "\",\"code\":200,\"msg\":\"success\"}";

/* In two halves of 32 bits, because a 64-bit product is dear on a small machine. */
int32_t ol_onenet_id_decode(struct ol_onenet_id id, uint64_t *out)
{
    const size_t low_digits = 9;
    uint32_t high = 0;
    uint32_t low = 0;
    if (id.text.len < 1 || id.text.len > ID_DIGITS) {
        return OL_E_ARG;
    }
    for (size_t i = 0; i < id.text.len; i++) {
        uint32_t digit = (uint32_t)(uint8_t)id.text.ptr[i] - '0';
        if (digit > 9) {
            return OL_E_ARG;
        }
        if (id.text.len - i > low_digits) {
            high = high * 10 + digit;
        } else {
            low = low * 10 + digit;
        }
    }
    *out = high == 0 ? low : high * UINT64_C(1000000000) + low;
    return OL_OK;
}

static bool id_is_valid(struct ol_onenet_id id)
{
    if (id.numeric || id.text.len < 1 || id.text.len > ID_DIGITS) {
        return false;
    }
    for (size_t i = 0; i < id.text.len; i++) {
        if (id.text.ptr[i] < '0' || id.text.ptr[i] > '9') {
            return false;
        }
    }
    return true;
}

/* ---- Requests ---- */

enum member { OTHER, ID, VERSION, PARAMS };

static enum member request_member(const struct ol_json_token *key)
{
    if (ol_onenet_token_is(key, "id", 2)) {
        return ID;
    }
    if (ol_onenet_token_is(key, "params", 6)) {
        return PARAMS;
    }
    return ol_onenet_token_is(key, "version", 7) ? VERSION : OTHER;
}

/* The first of two errors in the order of the enum. */
static void note(enum ol_onenet_request_error *error, enum ol_onenet_request_error wrong)
{
    if (*error == OL_ONENET_REQUEST_OK || wrong < *error) {
        *error = wrong;
    }
}

static void take_id(struct ol_onenet_request *out, const struct ol_json_token *t,
                    enum ol_onenet_request_error *error)
{
    bool word = t->kind == OL_JSON_STRING && !t->escaped;
    out->id.text = t->text;
    out->id.numeric = t->kind == OL_JSON_NUMBER;
    if (!word && !out->id.numeric) {
        out->id.text.len = 0;
    }
    if (!word || !id_is_valid(out->id)) {
        note(error, OL_ONENET_REQUEST_ID);
    }
}

/* The value of params, walked by the caller's check where there is one. */
static int32_t take_params(struct ol_json_reader *r, const struct ol_json_token *t,
                           struct ol_onenet_request *out,
                           const struct ol_onenet_params_check *check,
                           enum ol_onenet_request_error *error)
{
    int32_t rc = OL_OK;
    out->params_array = t->kind == OL_JSON_ARRAY_BEGIN;
    if (!out->params_array && t->kind != OL_JSON_OBJECT_BEGIN) {
        note(error, OL_ONENET_REQUEST_PARAMS);
    } else if (check != NULL) {
        uint8_t depth = r->depth;
        struct ol_json_token ignored;
        rc = check->run(check, r, t);
        while (rc == OL_OK && r->depth >= depth) {
            rc = ol_json_reader_next(r, &ignored);
        }
        if (rc == OL_OK) {
            const char *end = r->text + r->pos;
            out->params = ol_str_make(t->text.ptr, (size_t)(end - t->text.ptr));
        }
        return rc;
    }
    return ol_json_reader_skip(r, t, &out->params);
}

/* One member of the request. Errors of the reader; all else is noted in *error. */
static int32_t take_request_member(struct ol_json_reader *r, enum member member,
                                   struct ol_onenet_request *out,
                                   const struct ol_onenet_params_check *check,
                                   enum ol_onenet_request_error *error)
{
    struct ol_json_token t;
    int32_t rc = ol_json_reader_next(r, &t);
    if (rc != OL_OK) {
        return rc;
    }
    const struct ol_str *slot = member == ID        ? &out->id.text
                                : member == VERSION ? &out->version
                                                    : &out->params;
    if (member == OTHER || slot->ptr != NULL) {
        if (member != OTHER) {
            note(error, OL_ONENET_REQUEST_TWICE);
        }
        return ol_json_reader_skip(r, &t, NULL);
    }
    switch (member) {
    case ID:
        take_id(out, &t, error);
        break;
    case VERSION:
        out->version = t.text;
        if (t.kind != OL_JSON_STRING) {
            note(error, OL_ONENET_REQUEST_VERSION);
        }
        break;
    default:
        return take_params(r, &t, out, check, error);
    }
    return ol_json_reader_skip(r, &t, NULL);
}

/* The head that nearly all requests have, letter by letter: `{"id":"1","version":"1.0",
 * "params":`. Then only params, and the '}' behind them, are left to be read as JSON.
 * false: it is not so, or something is wrong; the long way tells what. */
static bool take_usual(struct ol_str body, struct ol_onenet_request *out,
                       const struct ol_onenet_params_check *check)
{
    static const char middle[] = "\",\"version\":\"1.0\",\"params\":";
    const size_t head_len = sizeof usual_head - 1;
    const size_t middle_len = sizeof middle - 1;
    size_t n = head_len;
    if (body.len <= head_len + ID_DIGITS + middle_len ||
        memcmp(body.ptr, usual_head, head_len) != 0) {
        return false;
    }
    while (body.ptr[n] >= '0' && body.ptr[n] <= '9' && n < head_len + ID_DIGITS) {
        n++;
    }
    if (n == head_len || memcmp(body.ptr + n, middle, middle_len) != 0 ||
        body.ptr[body.len - 1] != '}') {
        return false;
    }
    out->id.text = ol_str_make(body.ptr + head_len, n - head_len);
    out->version = ol_str_make(body.ptr + n + 13, 3);
    n += middle_len;
    struct ol_json_reader r = ol_json_reader_make(body.ptr + n, body.len - 1 - n);
    struct ol_json_token t;
    enum ol_onenet_request_error error = OL_ONENET_REQUEST_OK;
    return ol_json_reader_next(&r, &t) == OL_OK &&
           take_params(&r, &t, out, check, &error) == OL_OK &&
           error == OL_ONENET_REQUEST_OK && r.pos == r.len;
}

enum ol_onenet_request_error
ol_onenet_request_decode_checked(struct ol_str body, struct ol_onenet_request *out,
                                 const struct ol_onenet_params_check *check)
{
    struct ol_json_token t;
    enum ol_onenet_request_error error = OL_ONENET_REQUEST_OK;
    out->id.numeric = false;
    if (take_usual(body, out, check)) {
        return OL_ONENET_REQUEST_OK;
    }
    struct ol_json_reader r = ol_json_reader_make(body.ptr, body.len);
    out->id.text = nothing;
    out->version = nothing;
    out->params = nothing;
    out->params_array = false;
    if (ol_json_reader_next(&r, &t) != OL_OK) {
        return OL_ONENET_REQUEST_NOT_JSON;
    }
    if (t.kind != OL_JSON_OBJECT_BEGIN) {
        return ol_json_check(body.ptr, body.len) == OL_OK ? OL_ONENET_REQUEST_NOT_OBJECT
                                                          : OL_ONENET_REQUEST_NOT_JSON;
    }
    int32_t rc = ol_json_reader_next(&r, &t);
    while (rc == OL_OK && t.kind == OL_JSON_KEY) {
        rc = take_request_member(&r, request_member(&t), out, check, &error);
        if (rc == OL_OK) {
            rc = ol_json_reader_next(&r, &t);
        }
    }
    if (rc != OL_OK || ol_json_reader_next(&r, &t) != OL_OK) {
        return OL_ONENET_REQUEST_NOT_JSON;
    }
    if (out->id.text.ptr == NULL) {
        note(&error, OL_ONENET_REQUEST_ID);
    }
    if (out->params.ptr == NULL) {
        note(&error, OL_ONENET_REQUEST_PARAMS);
    }
    return error;
}

enum ol_onenet_request_error ol_onenet_request_decode(struct ol_str body,
                                                      struct ol_onenet_request *out)
{
    return ol_onenet_request_decode_checked(body, out, NULL);
}

struct ol_onenet_refusal ol_onenet_request_refusal(enum ol_onenet_request_error error)
{
    switch (error) {
    case OL_ONENET_REQUEST_OK:
        return ol_onenet_refusal_none();
    case OL_ONENET_REQUEST_ID:
        return ol_onenet_refusal_make(OL_ONENET_CODE_ID, nothing);
    default:
        return ol_onenet_refusal_make(OL_ONENET_CODE_FORMAT, nothing);
    }
}

/* ---- Answers ---- */

static bool take_code(const struct ol_json_token *t, int32_t *code)
{
    int64_t v = 0;
    if (t->kind != OL_JSON_NUMBER || ol_int64_decode(t->text, &v) != OL_OK ||
        v < INT32_MIN || v > INT32_MAX) {
        return false;
    }
    *code = (int32_t)v;
    return true;
}

enum { HAS_ID = 1, HAS_CODE = 2, HAS_MSG = 4, HAS_MESSAGE = 8, HAS_DATA = 16 };

static unsigned reply_member(const struct ol_json_token *key)
{
    static const struct ol_str names[] = {OL_STR_INIT("id"), OL_STR_INIT("code"),
                                          OL_STR_INIT("msg"), OL_STR_INIT("message"),
                                          OL_STR_INIT("data")};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (ol_json_token_equal(key, names[i])) {
            return 1u << i;
        }
    }
    return 0;
}

/* One member into its place. false: it may not be like that. */
static bool put_reply_member(struct ol_onenet_reply *out, unsigned member, unsigned seen,
                             const struct ol_json_token *t, struct ol_str span)
{
    switch (member) {
    case HAS_ID:
        out->id.text = t->text;
        out->id.numeric = t->kind == OL_JSON_NUMBER;
        return out->id.numeric || (t->kind == OL_JSON_STRING && !t->escaped);
    case HAS_CODE:
        return take_code(t, &out->code);
    case HAS_MSG:
    case HAS_MESSAGE:
        if (t->kind == OL_JSON_STRING && (member == HAS_MSG || (seen & HAS_MSG) == 0)) {
            out->msg = *t;
        }
        return true;
    case HAS_DATA:
        out->data = t->kind == OL_JSON_NULL ? nothing : span;
        return true;
    default:
        return true;
    }
}

/* The answer that nearly all are, letter by letter:
 * `{"id":"1","code":200,"msg":"success"}`. A sixth of the work of reading it as JSON. */
static bool take_success(struct ol_str body, struct ol_onenet_reply *out)
{
    const size_t head_len = sizeof usual_head - 1;
    const size_t tail_len = sizeof success_tail - 1;
    size_t id_len = body.len - head_len - tail_len;
    if (body.len <= head_len + tail_len || id_len > ID_DIGITS ||
        memcmp(body.ptr, usual_head, head_len) != 0 ||
        memcmp(body.ptr + head_len + id_len, success_tail, tail_len) != 0) {
        return false;
    }
    out->id.text.ptr = body.ptr + head_len;
    out->id.text.len = id_len;
    out->code = OL_ONENET_CODE_OK;
    out->msg.text.ptr = body.ptr + body.len - 9;
    out->msg.text.len = 7;
    return id_is_valid(out->id);
}

int32_t ol_onenet_reply_decode(struct ol_str body, struct ol_onenet_reply *out)
{
    struct ol_json_token key;
    unsigned seen = 0;
    out->id.numeric = false;
    out->msg.kind = OL_JSON_STRING;
    out->msg.escaped = false;
    out->data = nothing;
    if (take_success(body, out)) {
        return OL_OK;
    }
    struct ol_json_reader r = ol_json_reader_make(body.ptr, body.len);
    out->id.text = nothing;
    out->msg.text = nothing;
    out->code = 0;
    if (ol_json_reader_next(&r, &key) != OL_OK || key.kind != OL_JSON_OBJECT_BEGIN) {
        return OL_E_PROTO;
    }
    while (ol_json_reader_next(&r, &key) == OL_OK && key.kind == OL_JSON_KEY) {
        struct ol_json_token t;
        struct ol_str span;
        unsigned member = reply_member(&key);
        if (ol_json_reader_next(&r, &t) != OL_OK ||
            ol_json_reader_skip(&r, &t, &span) != OL_OK || (seen & member) != 0 ||
            !put_reply_member(out, member, seen, &t, span)) {
            return OL_E_PROTO;
        }
        seen |= member;
    }
    bool ended = ol_json_reader_next(&r, &key) == OL_OK && key.kind == OL_JSON_END;
    unsigned needed = HAS_ID | HAS_CODE;
    return ended && (seen & needed) == needed ? OL_OK : OL_E_PROTO;
}

/* The head of an answer with its id, all but the quote behind it. */
static void put_id(struct ol_writer *w, struct ol_onenet_id id)
{
    ol_writer_bytes(w, usual_head,
                    id.numeric ? sizeof usual_head - 2 : sizeof usual_head - 1);
    ol_writer_str(w, id.text);
}

/* All in front of msg. */
static void put_head(struct ol_writer *w, struct ol_onenet_id id, int32_t code)
{
    put_id(w, id);
    if (!id.numeric) {
        ol_writer_u8(w, '"');
    }
    ol_writer_str(w, OL_STR(",\"code\":"));
    ol_writer_dec_i64(w, code);
    ol_writer_str(w, OL_STR(",\"msg\":"));
}

int32_t ol_onenet_reply_encode(struct ol_writer *w, struct ol_onenet_id id, int32_t code,
                               struct ol_str msg, struct ol_str data)
{
    struct ol_onenet_value text;
    if (!ol_utf8_is_valid(msg)) {
        return OL_E_ARG;
    }
    ol_onenet_value_set_str(&text, msg);
    put_head(w, id, code);
    ol_onenet_value_encode(w, &text);
    if (data.len > 0) {
        ol_writer_str(w, OL_STR(",\"data\":"));
        ol_writer_str(w, data);
    }
    ol_writer_u8(w, '}');
    return ol_writer_status(w);
}

int32_t ol_onenet_reply_encode_refusal(struct ol_writer *w, struct ol_onenet_id id,
                                       const struct ol_onenet_refusal *refusal)
{
    if (refusal->code == OL_ONENET_CODE_OK && !id.numeric) {
        put_id(w, id);
        ol_writer_bytes(w, success_tail, sizeof success_tail - 1);
        return ol_writer_status(w);
    }
    put_head(w, id, refusal->code);
    ol_writer_u8(w, '"');
    ol_onenet_refusal_msg_encode(w, refusal);
    ol_writer_str(w, OL_STR("\"}"));
    return ol_writer_status(w);
}

int32_t ol_onenet_reply_begin(struct ol_onenet_post *reply, struct ol_writer *out,
                              struct ol_onenet_id id)
{
    reply->out = out;
    reply->id = 0;
    reply->count = 0;
    reply->time_ms = 0;
    put_head(out, id, OL_ONENET_CODE_OK);
    ol_writer_str(out, OL_STR("\"success\",\"data\":{"));
    return ol_writer_status(out);
}

int32_t ol_onenet_reply_end(struct ol_onenet_post *reply)
{
    return ol_onenet_post_end(reply);
}
