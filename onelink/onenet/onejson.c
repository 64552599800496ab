/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/onejson.h"

#include "onelink/base/utf8.h"

#define ID_DIGITS 13

static const struct ol_str nothing = {NULL, 0};

int32_t ol_onenet_id_decode(struct ol_onenet_id id, uint64_t *out)
{
    if (id.text.len > ID_DIGITS) {
        return OL_E_ARG;
    }
    return ol_dec_u64(id.text, out);
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

/* The value of one of the three members; *slot tells whether it was there before. */
static int32_t take_request_member(struct ol_json_reader *r,
                                   const struct ol_json_token *key,
                                   struct ol_onenet_request *out,
                                   enum ol_onenet_request_error *error)
{
    enum ol_onenet_request_error wrong = OL_ONENET_REQUEST_OK;
    struct ol_json_token t;
    struct ol_str span;
    bool is_id = ol_json_token_equal(key, OL_STR("id"));
    bool is_params = !is_id && ol_json_token_equal(key, OL_STR("params"));
    bool is_version = !is_id && !is_params && ol_json_token_equal(key, OL_STR("version"));
    int32_t rc = ol_json_reader_next(r, &t);
    if (rc == OL_OK) {
        rc = ol_json_reader_skip(r, &t, &span);
    }
    if (rc != OL_OK) {
        return rc;
    }
    struct ol_str *slot = is_id       ? &out->id.text
                          : is_params ? &out->params
                                      : &out->version;
    if ((is_id || is_params || is_version) && slot->ptr != NULL) {
        wrong = OL_ONENET_REQUEST_TWICE;
    } else if (is_id) {
        out->id.text = t.text;
        out->id.numeric = t.kind == OL_JSON_NUMBER;
        bool word = t.kind == OL_JSON_STRING && !t.escaped;
        wrong = word && id_is_valid(out->id) ? wrong : OL_ONENET_REQUEST_ID;
        if (!word && !out->id.numeric) {
            out->id.text.len = 0;
        }
    } else if (is_params) {
        out->params = span;
        out->params_array = t.kind == OL_JSON_ARRAY_BEGIN;
        bool container = out->params_array || t.kind == OL_JSON_OBJECT_BEGIN;
        wrong = container ? wrong : OL_ONENET_REQUEST_PARAMS;
    } else if (is_version) {
        out->version = t.text;
        wrong = t.kind == OL_JSON_STRING ? wrong : OL_ONENET_REQUEST_VERSION;
    }
    if (wrong != OL_ONENET_REQUEST_OK &&
        (*error == OL_ONENET_REQUEST_OK || wrong < *error)) {
        *error = wrong;
    }
    return OL_OK;
}

enum ol_onenet_request_error ol_onenet_request_decode(struct ol_str body,
                                                      struct ol_onenet_request *out)
{
    struct ol_json_reader r = ol_json_reader_make(body.ptr, body.len);
    struct ol_json_token t = {.kind = OL_JSON_NULL};
    enum ol_onenet_request_error error = OL_ONENET_REQUEST_OK;
    *out = (struct ol_onenet_request){.params_array = false};
    if (ol_json_reader_next(&r, &t) != OL_OK) {
        return OL_ONENET_REQUEST_NOT_JSON;
    }
    if (t.kind != OL_JSON_OBJECT_BEGIN) {
        return ol_json_check(body.ptr, body.len) == OL_OK ? OL_ONENET_REQUEST_NOT_OBJECT
                                                          : OL_ONENET_REQUEST_NOT_JSON;
    }
    int32_t rc = ol_json_reader_next(&r, &t);
    while (rc == OL_OK && t.kind == OL_JSON_KEY) {
        rc = take_request_member(&r, &t, out, &error);
        if (rc == OL_OK) {
            rc = ol_json_reader_next(&r, &t);
        }
    }
    if (rc != OL_OK || ol_json_reader_next(&r, &t) != OL_OK) {
        return OL_ONENET_REQUEST_NOT_JSON;
    }
    if (error == OL_ONENET_REQUEST_OK && out->id.text.ptr == NULL) {
        error = OL_ONENET_REQUEST_ID;
    }
    if (error == OL_ONENET_REQUEST_OK && out->params.ptr == NULL) {
        error = OL_ONENET_REQUEST_PARAMS;
    }
    return error;
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

int32_t ol_onenet_reply_decode(struct ol_str body, struct ol_onenet_reply *out)
{
    struct ol_json_reader r = ol_json_reader_make(body.ptr, body.len);
    struct ol_json_token key;
    unsigned seen = 0;
    *out = (struct ol_onenet_reply){.msg = {.kind = OL_JSON_STRING}};
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

static void put_id(struct ol_writer *w, struct ol_onenet_id id)
{
    struct ol_str quote = id.numeric ? nothing : OL_STR("\"");
    ol_writer_str(w, OL_STR("{\"id\":"));
    ol_writer_str(w, quote);
    ol_writer_str(w, id.text);
    ol_writer_str(w, quote);
}

static void put_code(struct ol_writer *w, int32_t code)
{
    ol_writer_str(w, OL_STR(",\"code\":"));
    ol_writer_dec_i64(w, code);
    ol_writer_str(w, OL_STR(",\"msg\":"));
}

int32_t ol_onenet_reply_encode(struct ol_writer *w, struct ol_onenet_id id, int32_t code,
                               struct ol_str msg, struct ol_str data)
{
    struct ol_onenet_value text = ol_onenet_value_str(msg);
    if (!ol_utf8_is_valid(msg)) {
        return OL_E_ARG;
    }
    put_id(w, id);
    put_code(w, code);
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
    put_id(w, id);
    put_code(w, refusal->code);
    ol_writer_u8(w, '"');
    ol_onenet_refusal_msg_encode(w, refusal);
    ol_writer_str(w, OL_STR("\"}"));
    return ol_writer_status(w);
}

int32_t ol_onenet_reply_begin(struct ol_onenet_post *reply, struct ol_writer *out,
                              struct ol_onenet_id id)
{
    *reply = (struct ol_onenet_post){.out = out};
    put_id(out, id);
    put_code(out, OL_ONENET_CODE_OK);
    ol_writer_str(out, OL_STR("\"success\",\"data\":{"));
    return ol_writer_status(out);
}

int32_t ol_onenet_reply_end(struct ol_onenet_post *reply)
{
    return ol_onenet_post_end(reply);
}
