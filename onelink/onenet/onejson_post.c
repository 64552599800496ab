/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/onejson.h"

#include "onelink/base/utf8.h"
#include "onelink/onenet/name.h"

static const struct ol_str post_end = OL_STR_INIT("}}");

static int32_t put_head(struct ol_writer *w, uint64_t id)
{
    if (id < 1 || id > OL_ONENET_ID_MAX) {
        return OL_E_ARG;
    }
    ol_writer_str(w, OL_STR("{\"id\":\""));
    ol_writer_dec_u64(w, id);
    ol_writer_str(w, OL_STR("\",\"version\":\"1.0\",\"params\":"));
    return ol_writer_status(w);
}

int32_t ol_onenet_post_begin(struct ol_onenet_post *post, struct ol_writer *out,
                             uint64_t id)
{
    *post = (struct ol_onenet_post){.out = out, .id = id};
    int32_t rc = put_head(out, id);
    if (rc == OL_OK) {
        ol_writer_u8(out, '{');
    }
    return rc == OL_OK ? ol_writer_status(out) : rc;
}

static int32_t add(struct ol_onenet_post *post, struct ol_str identifier,
                   const struct ol_onenet_value *value, bool wrapped, int64_t time_ms)
{
    struct ol_writer *w = post->out;
    const size_t len = w->len;
    bool text = value->kind == OL_ONENET_VALUE_STRING && !value->escaped;
    if (!ol_onenet_identifier_is_valid(identifier) ||
        (text && !ol_utf8_is_valid(value->as.s))) {
        return OL_E_ARG;
    }
    if (w->over) {
        return OL_E_NOSPC;
    }
    ol_writer_str(w, post->count > 0 ? OL_STR(",\"") : OL_STR("\""));
    ol_writer_str(w, identifier);
    ol_writer_str(w, wrapped ? OL_STR("\":{\"value\":") : OL_STR("\":"));
    ol_onenet_value_encode(w, value);
    if (wrapped && time_ms > 0) {
        ol_writer_str(w, OL_STR(",\"time\":"));
        ol_writer_dec_u64(w, (uint64_t)time_ms);
    }
    if (wrapped) {
        ol_writer_u8(w, '}');
    }
    if (w->over || w->cap - w->len < post_end.len) {
        w->len = len;
        w->over = false;
        return OL_E_NOSPC;
    }
    post->count++;
    return OL_OK;
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
    int32_t rc = put_head(w, id);
    if (rc != OL_OK) {
        return rc;
    }
    ol_writer_str(w, params);
    ol_writer_u8(w, '}');
    return ol_writer_status(w);
}
