/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/topic.h"

#include "onelink/onenet/topic_path.h"

/* The first level of *rest; *rest is set behind it and its '/', *more tells whether there
 * was one. */
static struct ol_str take_level(struct ol_str *rest, bool *more)
{
    size_t n = 0;
    while (n < rest->len && rest->ptr[n] != '/') {
        n++;
    }
    struct ol_str level = ol_str_make(rest->ptr, n);
    *more = n < rest->len;
    *rest = ol_str_make(rest->ptr + n + *more, rest->len - n - *more);
    return level;
}

static bool level_is_legal(struct ol_str level)
{
    for (size_t i = 0; i < level.len; i++) {
        char c = level.ptr[i];
        bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                    (c >= 'a' && c <= 'z') || c == '_' || c == '-';
        if (!word && !(c == '$' && i == 0)) {
            return false;
        }
    }
    return true;
}

static bool is_wildcard(struct ol_str level)
{
    return level.len == 1 && (level.ptr[0] == '+' || level.ptr[0] == '#');
}

/* docs/protocol.md §1.4; the place of wildcards: MQTT-4.7.1-2, MQTT-4.7.1-3. */
static bool is_legal(struct ol_str text, bool wildcards)
{
    if (text.len < 1 || text.len > OL_ONENET_TOPIC_MAX) {
        return false;
    }
    bool more = true;
    for (int i = 0; more; i++) {
        struct ol_str level = take_level(&text, &more);
        bool fine = level_is_legal(level) || (wildcards && is_wildcard(level));
        bool hash_inside = level.len == 1 && level.ptr[0] == '#' && more;
        if (i == OL_ONENET_TOPIC_LEVELS || !fine || hash_inside) {
            return false;
        }
    }
    return true;
}

bool ol_onenet_topic_is_legal(struct ol_str text)
{
    return is_legal(text, false);
}

/* Some topic of the form path (whose '+' stands for any one level) matches the filter. */
static bool matches(struct ol_str filter, struct ol_str path)
{
    bool filter_more = true;
    bool path_more = true;
    while (filter_more && path_more) {
        struct ol_str want = take_level(&filter, &filter_more);
        if (ol_str_equal(want, OL_STR("#"))) {
            return true;
        }
        struct ol_str level = take_level(&path, &path_more);
        if (!is_wildcard(want) && !is_wildcard(level) && !ol_str_equal(want, level)) {
            return false;
        }
    }
    /* "a/#" takes "a" too (MQTT 4.7.1.2). */
    return filter_more == path_more || (filter_more && ol_str_equal(filter, OL_STR("#")));
}

/* The platform publishes some topic that the filter takes. */
static bool has_downlink(struct ol_str filter)
{
    for (int i = 0; i < OL_ONENET_TOPIC_UNKNOWN; i++) {
        enum ol_onenet_topic_kind kind = (enum ol_onenet_topic_kind)i;
        if (ol_onenet_topic_direction(kind) != OL_ONENET_DOWNLINK) {
            continue;
        }
        uint8_t path[OL_ONENET_TOPIC_PATH_MAX];
        struct ol_writer w = ol_writer_make(path, sizeof path);
        ol_onenet_topic_path_encode(&w, kind, OL_STR("+"));
        if (matches(filter, ol_str_make(path, w.len))) {
            return true;
        }
    }
    return false;
}

enum ol_onenet_filter ol_onenet_filter_check(struct ol_str filter, struct ol_str pid,
                                             struct ol_str device)
{
    if (!is_legal(filter, true)) {
        return OL_ONENET_FILTER_ILLEGAL;
    }
    const struct ol_str own[] = {OL_STR_INIT("$sys"), pid, device};
    bool more = true;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (!more || !ol_str_equal(take_level(&filter, &more), own[i])) {
            return OL_ONENET_FILTER_REFUSED;
        }
    }
    return more && has_downlink(filter) ? OL_ONENET_FILTER_OK : OL_ONENET_FILTER_REFUSED;
}
