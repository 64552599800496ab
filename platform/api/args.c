/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/queue.h>

#include "onelink/json/reader.h"
#include "platform/api/call.h"

struct ol_str ol_api_query_get(const struct ol_api_call *c, const char *name)
{
    const struct evkeyval *kv = NULL;
    TAILQ_FOREACH(kv, c->query, next)
    {
        if (strcmp(kv->key, name) == 0) {
            return ol_str_from(kv->value);
        }
    }
    return (struct ol_str){NULL, 0};
}

const char *ol_api_query_twice(const struct ol_api_call *c)
{
    const struct evkeyval *a = NULL;
    TAILQ_FOREACH(a, c->query, next)
    {
        for (const struct evkeyval *b = TAILQ_NEXT(a, next); b != NULL;
             b = TAILQ_NEXT(b, next)) {
            if (strcmp(a->key, b->key) == 0) {
                return a->key;
            }
        }
    }
    return NULL;
}

static bool parse_int(struct ol_str text, int64_t *out)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    uint64_t v = 0;
    if (ol_dec_u64(
            ol_str_make(text.ptr + (negative ? 1 : 0), text.len - (negative ? 1 : 0)),
            &v) != OL_OK ||
        v > INT64_MAX) {
        return false;
    }
    *out = negative ? -(int64_t)v : (int64_t)v;
    return true;
}

bool ol_api_query_int(const struct ol_api_call *c, const char *name, int64_t min,
                      int64_t max, int64_t *out)
{
    struct ol_str text = ol_api_query_get(c, name);
    int64_t v = 0;
    if (text.len == 0) {
        return true;
    }
    if (!parse_int(text, &v) || v < min || v > max) {
        ol_api_fail_parameter(c, name);
        return false;
    }
    *out = v;
    return true;
}

bool ol_api_range_read(const struct ol_api_call *c, struct ol_api_range *range)
{
    int64_t sort = 2;
    if (ol_api_query_get(c, "start_time").len == 0) {
        ol_api_fail_parameter(c, "start_time");
        return false;
    }
    if (ol_api_query_get(c, "end_time").len == 0) {
        ol_api_fail_parameter(c, "end_time");
        return false;
    }
    bool ok = ol_api_query_int(c, "start_time", 0, INT64_MAX, &range->from_ms) &&
              ol_api_query_int(c, "end_time", range->from_ms, INT64_MAX, &range->to_ms) &&
              ol_api_query_int(c, "sort", 1, 2, &sort) &&
              ol_api_query_int(c, "offset", 0, INT64_MAX, &range->offset) &&
              ol_api_query_int(c, "limit", 1, OL_API_PAGE_MAX, &range->limit);
    range->descending = sort == 2;
    return ok;
}

static struct ol_api_member *find_member(struct ol_api_member *members, size_t count,
                                         const struct ol_json_token *key)
{
    for (size_t i = 0; i < count; i++) {
        if (ol_json_token_equal(key, members[i].name)) {
            return &members[i];
        }
    }
    return NULL;
}

/* The value of one member. false: it is not of the kind, or comes a second time. */
static bool read_member(struct ol_json_reader *r, const struct ol_json_token *key,
                        struct ol_api_member *m)
{
    struct ol_json_token t;
    if (m == NULL) {
        return ol_json_reader_skip(r, key, NULL) == OL_OK;
    }
    if (m->value.ptr != NULL) {
        return false;
    }
    if (m->kind != OL_API_STRING) {
        char first = m->kind == OL_API_OBJECT ? '{' : '[';
        return ol_json_reader_skip(r, key, &m->value) == OL_OK &&
               m->value.ptr[0] == first;
    }
    if (ol_json_reader_next(r, &t) != OL_OK || t.kind != OL_JSON_STRING) {
        return false;
    }
    int32_t len = ol_json_token_decode(&t, m->buf, m->cap);
    m->value = ol_str_make(m->buf, len < 0 ? 0 : (size_t)len);
    return len >= 0;
}

/* "" or the name of the member that is wrong; NULL: all is well. */
static const char *read_members(struct ol_str body, struct ol_api_member *members,
                                size_t count)
{
    struct ol_json_reader r = ol_json_reader_make(body.ptr, body.len);
    struct ol_json_token t;
    if (ol_json_reader_next(&r, &t) != OL_OK || t.kind != OL_JSON_OBJECT_BEGIN) {
        return "body";
    }
    while (ol_json_reader_next(&r, &t) == OL_OK && t.kind == OL_JSON_KEY) {
        struct ol_api_member *m = find_member(members, count, &t);
        if (!read_member(&r, &t, m)) {
            return m == NULL ? "body" : m->name.ptr;
        }
    }
    /* The object has ended, and nothing may follow; errors of the reader stay. */
    if (ol_json_reader_next(&r, &t) != OL_OK || t.kind != OL_JSON_END) {
        return "body";
    }
    for (size_t i = 0; i < count; i++) {
        if (members[i].required && members[i].value.len == 0) {
            return members[i].name.ptr;
        }
    }
    return NULL;
}

bool ol_api_body_read(const struct ol_api_call *c, struct ol_api_member *members,
                      size_t count)
{
    const char *wrong = read_members(c->body, members, count);
    if (wrong != NULL) {
        ol_api_fail_parameter(c, wrong);
    }
    return wrong == NULL;
}
