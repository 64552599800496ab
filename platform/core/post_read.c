/* SPDX-License-Identifier: MIT */
#include "platform/core/post_read.h"

#include "platform/core/codes.h"

static struct ol_onenet_refusal format_error(void)
{
    return ol_onenet_refusal_make(OL_ONENET_CODE_FORMAT, ol_str_make(NULL, 0));
}

/* 2402 is known for values that are not wrapped; that it stands for this cause too is the
 * project's own choice. docs/fidelity.md */
static struct ol_onenet_refusal own_format_error(void)
{
    struct ol_onenet_refusal r = format_error();
    r.ours = true;
    return r;
}

/* The refusal of a body; ours where only the code for it is known. */
static struct ol_onenet_refusal body_refusal(enum ol_onenet_request_error error,
                                             struct ol_onenet_id id)
{
    struct ol_onenet_refusal r = ol_onenet_request_refusal(error);
    bool no_string = id.numeric || id.text.len == 0;
    r.ours = error == OL_ONENET_REQUEST_TWICE || error == OL_ONENET_REQUEST_VERSION ||
             (error == OL_ONENET_REQUEST_ID && no_string);
    return r;
}

static struct ol_onenet_refusal no_model(void)
{
    return (struct ol_onenet_refusal){.code = OL_CODE_NO_MODEL,
                                      .text = ol_code_find(OL_CODE_NO_MODEL)->text,
                                      .ours = true};
}

static void begin(struct ol_post *post)
{
    post->id = (struct ol_onenet_id){{NULL, 0}, false};
    post->count = 0;
    post->untimed = false;
}

/* Which properties have occurred. */
struct seen {
    uint64_t word[2];
};

/* Holds member i against the model and notes its property. */
static struct ol_onenet_refusal check_member(const struct ol_onenet_model *model,
                                             struct ol_post *post, size_t i,
                                             struct seen *seen)
{
    int32_t field = -1;
    struct ol_onenet_refusal r = ol_onenet_post_item_check(model, &post->item[i], &field);
    if (r.code != OL_ONENET_CODE_OK) {
        return r;
    }
    uint64_t bit = UINT64_C(1) << (field & 63);
    if (field < 0 || field > 127 || (seen->word[field >> 6] & bit) != 0) {
        return own_format_error(); /* the same identifier twice */
    }
    seen->word[field >> 6] |= bit;
    post->property[i] = (uint16_t)field;
    post->untimed = post->untimed || post->item[i].time_ms == 0;
    return r;
}

/* ---- two passes ---- */

static struct ol_onenet_refusal read_members(const struct ol_onenet_model *model,
                                             struct ol_str params, struct ol_post *post)
{
    struct ol_onenet_params walk = ol_onenet_params_open(params);
    struct seen seen = {{0, 0}};
    struct ol_onenet_item item;
    int32_t rc;
    while ((rc = ol_onenet_params_next_wrapped(&walk, &item)) == OL_OK) {
        /* As many members as a model can have properties: one more occurs twice. */
        if (post->count == OL_ONENET_POINTS_MAX) {
            return own_format_error();
        }
        post->item[post->count] = item;
        struct ol_onenet_refusal r = check_member(model, post, post->count, &seen);
        if (r.code != OL_ONENET_CODE_OK) {
            return r;
        }
        post->count++;
    }
    if (rc == OL_E_ARG) {
        return ol_onenet_refusal_make(OL_ONENET_CODE_TIME, item.name.text);
    }
    if (rc != OL_E_NOENT) {
        return format_error();
    }
    return post->count > 0 ? ol_onenet_refusal_none() : own_format_error();
}

struct ol_onenet_refusal ol_post_read_any(const struct ol_onenet_model *model,
                                          struct ol_str payload, struct ol_post *post)
{
    struct ol_onenet_request request = {0};
    begin(post);
    enum ol_onenet_request_error error = ol_onenet_request_decode(payload, &request);
    post->id = request.id;
    if (error != OL_ONENET_REQUEST_OK) {
        return body_refusal(error, request.id);
    }
    if (model == NULL) {
        return no_model();
    }
    return request.params_array ? format_error()
                                : read_members(model, request.params, post);
}

/* ---- one pass ---- */

/* What of {"id":...,"version":...,"params":{...}} has been read. */
struct usual {
    struct ol_json_reader reader;
    bool id;
    bool version;
    bool params;
};

/* Reads a token of this kind. */
static bool take(struct usual *u, enum ol_json_kind kind, struct ol_json_token *t)
{
    return ol_json_reader_next(&u->reader, t) == OL_OK && t->kind == kind;
}

/* All members of params, by the reader that stands at its beginning. */
static bool take_params(struct usual *u, struct ol_post *post)
{
    struct ol_json_token t;
    if (!take(u, OL_JSON_OBJECT_BEGIN, &t)) {
        return false;
    }
    struct ol_onenet_params walk = {u->reader};
    while (post->count < OL_ONENET_POINTS_MAX) {
        int32_t rc = ol_onenet_params_next_wrapped(&walk, &post->item[post->count]);
        if (rc != OL_OK) {
            u->reader = walk.reader;
            return rc == OL_E_NOENT && post->count > 0;
        }
        post->count++;
    }
    return false;
}

static bool take_member(struct usual *u, const struct ol_json_token *key,
                        struct ol_post *post)
{
    struct ol_json_token value;
    uint64_t number;
    if (!u->params && ol_json_token_equal(key, OL_STR("params"))) {
        u->params = true;
        return take_params(u, post);
    }
    if (!take(u, OL_JSON_STRING, &value)) {
        return false;
    }
    if (!u->id && ol_json_token_equal(key, OL_STR("id"))) {
        u->id = true;
        post->id.text = value.text;
        return !value.escaped && ol_onenet_id_decode(post->id, &number) == OL_OK;
    }
    bool version = !u->version && ol_json_token_equal(key, OL_STR("version"));
    u->version = true;
    return version;
}

/* Reads the members in one pass; false: it is not the usual text. */
static bool take_usual(struct ol_str payload, struct ol_post *post)
{
    struct usual u = {.reader = ol_json_reader_make(payload.ptr, payload.len)};
    struct ol_json_token t;
    if (!take(&u, OL_JSON_OBJECT_BEGIN, &t)) {
        return false;
    }
    while (ol_json_reader_next(&u.reader, &t) == OL_OK && t.kind == OL_JSON_KEY) {
        if (!take_member(&u, &t, post)) {
            return false;
        }
    }
    return t.kind == OL_JSON_OBJECT_END && take(&u, OL_JSON_END, &t) && u.id && u.params;
}

struct ol_onenet_refusal ol_post_read(const struct ol_onenet_model *model,
                                      struct ol_str payload, struct ol_post *post)
{
    begin(post);
    if (model == NULL || !take_usual(payload, post)) {
        return ol_post_read_any(model, payload, post);
    }
    struct seen seen = {{0, 0}};
    struct ol_onenet_refusal r = ol_onenet_refusal_none();
    for (size_t i = 0; i < post->count && r.code == OL_ONENET_CODE_OK; i++) {
        r = check_member(model, post, i, &seen);
    }
    return r;
}
