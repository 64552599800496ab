/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/onejson.h"

#include "onelink/base/utf8.h"
#include "onelink/onenet/name.h"
#include "onelink/onenet/post_put.h"

static const struct ol_str post_end = OL_STR_INIT("}}");

/* The head, with the '{' of params where they are an object to be filled. */
static int32_t put_head(struct ol_writer *w, uint64_t id, bool object)
{
    static const char middle[] = "\",\"version\":\"1.0\",\"params\":{";
    if (id < 1 || id > OL_ONENET_ID_MAX) {
        return OL_E_ARG;
    }
    ol_writer_str(w, OL_STR("{\"id\":\""));
    ol_writer_dec_u64(w, id);
    ol_writer_bytes(w, middle, sizeof middle - (object ? 1 : 2));
    return ol_writer_status(w);
}

int32_t ol_onenet_post_begin(struct ol_onenet_post *post, struct ol_writer *out,
                             uint64_t id)
{
    post->out = out;
    post->id = id;
    post->count = 0;
    post->time_ms = 0;
    return put_head(out, id, true);
}

/* The digits of a moment, from where they stand already when it is that of the sample
 * before: 13 digits cost a small machine as much as all the rest of a sample. */
static void put_time(struct ol_onenet_post *post, int64_t time_ms)
{
    struct ol_writer *w = post->out;
    size_t at = w->len;
    if (post->time_ms == time_ms) {
        ol_writer_bytes(w, w->buf + post->time_at, post->time_len);
        return;
    }
    ol_writer_dec_u64(w, (uint64_t)time_ms);
    if (!w->over) {
        post->time_ms = time_ms;
        post->time_at = at;
        post->time_len = (uint8_t)(w->len - at);
    }
}

int32_t ol_onenet_post_put(struct ol_onenet_post *post, struct ol_str identifier,
                           const struct ol_onenet_value *value, bool wrapped,
                           int64_t time_ms)
{
    struct ol_writer *w = post->out;
    const size_t len = w->len;
    if (w->over) {
        return OL_E_NOSPC;
    }
    ol_writer_bytes(w, post->count > 0 ? ",\"" : "\"", post->count > 0 ? 2 : 1);
    ol_writer_bytes(w, identifier.ptr, identifier.len);
    ol_writer_bytes(w, "\":{\"value\":", wrapped ? 11 : 2);
    ol_onenet_value_encode(w, value);
    if (wrapped && time_ms > 0) {
        ol_writer_bytes(w, ",\"time\":", 8);
        put_time(post, time_ms);
    }
    if (wrapped) {
        ol_writer_bytes(w, "}", 1);
    }
    if (w->over || w->cap - w->len < post_end.len) {
        w->len = len;
        w->over = false;
        if (post->time_at >= len) {
            post->time_ms = 0;
        }
        return OL_E_NOSPC;
    }
    post->count++;
    return OL_OK;
}

static int32_t add(struct ol_onenet_post *post, struct ol_str identifier,
                   const struct ol_onenet_value *value, bool wrapped, int64_t time_ms)
{
    bool text = value->kind == OL_ONENET_VALUE_STRING && !value->escaped;
    if (!ol_onenet_identifier_is_valid(identifier) ||
        (text && !ol_utf8_is_valid(value->as.s))) {
        return OL_E_ARG;
    }
    return ol_onenet_post_put(post, identifier, value, wrapped, time_ms);
}

int32_t ol_onenet_post_add(struct ol_onenet_post *post, struct ol_str identifier,
                           const struct ol_onenet_value *value, int64_t time_ms)
{
    return add(post, identifier, value, true, time_ms);
}

int32_t ol_onenet_post_add_bare(struct ol_onenet_post *post, struct ol_str identifier,
                                const struct ol_onenet_value *value)
{
    return add(post, identifier, value, false, 0);
}

int32_t ol_onenet_post_end(struct ol_onenet_post *post)
{
    ol_writer_str(post->out, post_end);
    return ol_writer_status(post->out);
}

int32_t ol_onenet_request_encode(struct ol_writer *w, uint64_t id, struct ol_str params)
{
    int32_t rc = put_head(w, id, false);
    if (rc != OL_OK) {
        return rc;
    }
    ol_writer_str(w, params);
    ol_writer_u8(w, '}');
    return ol_writer_status(w);
}
