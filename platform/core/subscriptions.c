/* SPDX-License-Identifier: MIT */
#include "platform/core/subscriptions.h"

#include <string.h>

#include "onelink/mqtt/topic.h"

/* The topics that the platform sends, behind the prefix. */
static const struct {
    enum ol_onenet_topic_kind kind;
    struct ol_str tail;
} sent[] = {
    {OL_ONENET_TOPIC_PROPERTY_POST_REPLY, OL_STR_INIT("thing/property/post/reply")},
    {OL_ONENET_TOPIC_PROPERTY_SET, OL_STR_INIT("thing/property/set")},
    {OL_ONENET_TOPIC_PROPERTY_GET, OL_STR_INIT("thing/property/get")},
};

#define HEAD 2 /* bytes of a length */

static struct ol_str tail_at(const struct ol_session *s, size_t pos)
{
    const uint8_t *p = s->filters.data + pos;
    return ol_str_make(p + HEAD, (size_t)p[0] * 256 + p[1]);
}

/* Filters without wildcards in the prefix match a topic exactly when the tails match. */
static uint64_t matched(struct ol_str tail)
{
    uint64_t topics = 0;
    for (size_t i = 0; i < sizeof sent / sizeof sent[0]; i++) {
        if (ol_mqtt_topic_matches(tail, sent[i].tail)) {
            topics |= UINT64_C(1) << sent[i].kind;
        }
    }
    return topics;
}

/* What stands behind the prefix; the filter is known to begin with it. */
static struct ol_str tail_of(const struct ol_session *s, struct ol_str filter)
{
    if (filter.len <= s->prefix_len ||
        memcmp(filter.ptr, s->prefix, s->prefix_len) != 0) {
        return ol_str_make(NULL, 0);
    }
    return ol_str_make(filter.ptr + s->prefix_len, filter.len - s->prefix_len);
}

/* The offset of the filter, or the length of the list. */
static size_t find(const struct ol_session *s, struct ol_str tail)
{
    size_t pos = 0;
    while (pos < s->filters.len && !ol_str_equal(tail_at(s, pos), tail)) {
        pos += HEAD + tail_at(s, pos).len;
    }
    return pos;
}

/* The list is kept at its exact length: it lives as long as the session. */
static bool resize(struct ol_session *s, struct ol_mem *mem, size_t len)
{
    uint8_t *data = NULL;
    if (len > 0) {
        data = ol_mem_get(mem, len);
        if (data == NULL) {
            return false;
        }
        size_t common = len < s->filters.len ? len : s->filters.len;
        if (common > 0) {
            memcpy(data, s->filters.data, common);
        }
    }
    ol_mem_free(mem, s->filters.data, s->filters.cap);
    s->filters = (struct ol_bytes){data, (uint32_t)len, (uint32_t)len};
    return true;
}

int32_t ol_subscriptions_add(struct ol_session *s, struct ol_mem *mem,
                             struct ol_str filter)
{
    struct ol_str tail = tail_of(s, filter);
    size_t end = s->filters.len;
    if (tail.len == 0 || find(s, tail) < end) {
        return OL_OK;
    }
    if (s->filter_count >= s->filters_max ||
        !resize(s, mem, end + HEAD + tail.len)) {
        return OL_E_NOSPC;
    }
    uint8_t *p = s->filters.data + end;
    p[0] = (uint8_t)(tail.len >> 8);
    p[1] = (uint8_t)tail.len;
    memcpy(p + HEAD, tail.ptr, tail.len);
    s->filter_count++;
    s->topics |= matched(tail);
    return OL_OK;
}

static void match_all(struct ol_session *s)
{
    s->topics = 0;
    for (size_t pos = 0; pos < s->filters.len; pos += HEAD + tail_at(s, pos).len) {
        s->topics |= matched(tail_at(s, pos));
    }
}

bool ol_subscriptions_remove(struct ol_session *s, struct ol_mem *mem,
                             struct ol_str filter)
{
    struct ol_str tail = tail_of(s, filter);
    size_t pos = find(s, tail);
    if (pos >= s->filters.len) {
        return false;
    }
    size_t next = pos + HEAD + tail.len;
    memmove(s->filters.data + pos, s->filters.data + next, s->filters.len - next);
    s->filters.len -= (uint32_t)(HEAD + tail.len);
    s->filter_count--;
    match_all(s);
    /* Without memory for a shorter copy the longer one serves as well. */
    (void)resize(s, mem, s->filters.len);
    return true;
}

bool ol_subscriptions_match(const struct ol_session *s, enum ol_onenet_topic_kind kind)
{
    return (s->topics >> kind & 1) != 0;
}
