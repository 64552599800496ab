/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/topic.h"

#include <string.h>

#include "onelink/onenet/topic_path.h"

/* A row holds a request and, by rule, its answer: "_reply" is joined to what the platform
 * asks,
 * "/reply" to what the device sends. '+' stands for the identifier. docs/protocol.md
 * §4.1. */
struct row {
    const char *path;
    uint8_t len;
    uint8_t direction; /* of the request: enum ol_onenet_direction */
};

#define ROW(kind, text, direction)                                                       \
    [OL_ONENET_TOPIC_##kind / 2] = {text, sizeof(text) - 1, OL_ONENET_##direction}

static const struct row rows[] = {
    ROW(PROPERTY_POST, "thing/property/post", UPLINK),
    ROW(PROPERTY_SET, "thing/property/set", DOWNLINK),
    ROW(PROPERTY_GET, "thing/property/get", DOWNLINK),
    ROW(DESIRED_GET, "thing/property/desired/get", UPLINK),
    ROW(DESIRED_DELETE, "thing/property/desired/delete", UPLINK),
    ROW(EVENT_POST, "thing/event/post", UPLINK),
    ROW(SERVICE_INVOKE, "thing/service/+/invoke", DOWNLINK),
    ROW(PACK_POST, "thing/pack/post", UPLINK),
    ROW(HISTORY_POST, "thing/history/post", UPLINK),
    ROW(SUB_LOGIN, "thing/sub/login", UPLINK),
    ROW(SUB_LOGOUT, "thing/sub/logout", UPLINK),
    ROW(SUB_PROPERTY_GET, "thing/sub/property/get", DOWNLINK),
    ROW(SUB_PROPERTY_SET, "thing/sub/property/set", DOWNLINK),
    ROW(SUB_SERVICE_INVOKE, "thing/sub/service/invoke", DOWNLINK),
    ROW(TOPO_ADD, "thing/sub/topo/add", UPLINK),
    ROW(TOPO_DELETE, "thing/sub/topo/delete", UPLINK),
    ROW(TOPO_GET, "thing/sub/topo/get", UPLINK),
    ROW(TOPO_CHANGE, "thing/sub/topo/change", DOWNLINK),
    ROW(OTA_INFORM, "ota/inform", DOWNLINK),
    ROW(CUSTOM_UP, "custome/up", UPLINK),
    ROW(CUSTOM_DOWN, "custome/down", DOWNLINK),
    ROW(CARD_POST, "cmp/property/post", UPLINK),
    ROW(TOPO_GET_RESULT, "thing/sub/topo/get/result", UPLINK),
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

/* Two rows depart from the rule: the answer to "custome/up" is joined by '_', and the
 * identifier of "custome/down" stands behind all that, "custome/down_reply/{id}". */
static bool is_odd(enum ol_onenet_topic_kind kind)
{
    return kind / 2 == OL_ONENET_TOPIC_CUSTOM_DOWN / 2;
}

static char joint_of(size_t row)
{
    bool underscore =
        rows[row].direction == OL_ONENET_DOWNLINK || row == OL_ONENET_TOPIC_CUSTOM_UP / 2;
    return underscore ? '_' : '/';
}

static bool is_answer(enum ol_onenet_topic_kind kind)
{
    return (kind & 1) != 0;
}

enum ol_onenet_direction ol_onenet_topic_direction(enum ol_onenet_topic_kind kind)
{
    bool uplink = rows[kind / 2].direction == OL_ONENET_UPLINK;
    return uplink != is_answer(kind) ? OL_ONENET_UPLINK : OL_ONENET_DOWNLINK;
}

bool ol_onenet_topic_has_identifier(enum ol_onenet_topic_kind kind)
{
    return kind / 2 == OL_ONENET_TOPIC_SERVICE_INVOKE / 2 || is_odd(kind);
}

struct ol_str ol_onenet_topic_str(enum ol_onenet_topic_kind kind)
{
    if (kind >= OL_ONENET_TOPIC_UNKNOWN) {
        return OL_STR("unknown");
    }
    return ol_str_make(rows[kind / 2].path, rows[kind / 2].len);
}

void ol_onenet_topic_path_encode(struct ol_writer *w, enum ol_onenet_topic_kind kind,
                                 struct ol_str identifier)
{
    for (const char *p = rows[kind / 2].path; *p != '\0'; p++) {
        if (*p == '+') {
            ol_writer_str(w, identifier);
        } else {
            ol_writer_u8(w, (uint8_t)*p);
        }
    }
    if (is_answer(kind)) {
        ol_writer_u8(w, (uint8_t)joint_of(kind / 2));
        ol_writer_str(w, OL_STR("reply"));
    }
    if (is_odd(kind)) {
        ol_writer_u8(w, '/');
        ol_writer_str(w, identifier);
    }
}

void ol_onenet_topic_head_encode(struct ol_writer *w, struct ol_str pid,
                                 struct ol_str device)
{
    ol_writer_str(w, OL_STR("$sys/"));
    ol_writer_str(w, pid);
    ol_writer_u8(w, '/');
    ol_writer_str(w, device);
    ol_writer_u8(w, '/');
}

int32_t ol_onenet_topic_encode(struct ol_writer *w, const struct ol_onenet_topic *topic)
{
    if (topic->kind >= OL_ONENET_TOPIC_UNKNOWN || !ol_onenet_pid_is_valid(topic->pid) ||
        !ol_onenet_device_is_valid(topic->device)) {
        return OL_E_ARG;
    }
    struct ol_str id = topic->identifier;
    bool fits = is_odd(topic->kind) ? ol_onenet_device_is_valid(id)
                                    : ol_onenet_identifier_is_valid(id);
    if (ol_onenet_topic_has_identifier(topic->kind) ? !fits : id.len > 0) {
        return OL_E_ARG;
    }
    ol_onenet_topic_head_encode(w, topic->pid, topic->device);
    ol_onenet_topic_path_encode(w, topic->kind, id);
    return ol_writer_status(w);
}

static struct ol_str behind(struct ol_str s, size_t n)
{
    return ol_str_make(s.ptr + n, s.len - n);
}

/* The first level of s that is not empty, with *s set behind its '/'. */
static bool take_level(struct ol_str *s, struct ol_str *level)
{
    const char *slash = s->len > 0 ? memchr(s->ptr, '/', s->len) : NULL;
    if (slash == NULL || slash == s->ptr) {
        return false;
    }
    *level = ol_str_make(s->ptr, (size_t)(slash - s->ptr));
    *s = behind(*s, level->len + 1);
    return true;
}

/* tail is "thing/service/{identifier}/invoke". */
static bool is_service(struct ol_str tail, struct ol_str *identifier)
{
    static const struct ol_str head = OL_STR_INIT("thing/service/");
    if (!ol_str_has_prefix(tail, head)) {
        return false;
    }
    struct ol_str rest = behind(tail, head.len);
    struct ol_str level;
    if (!take_level(&rest, &level) || !ol_str_equal(rest, OL_STR("invoke"))) {
        return false;
    }
    *identifier = level;
    return true;
}

/* Takes "_reply" or "/reply" off the tail and returns its first character, else 0. */
static char take_joint(struct ol_str *tail)
{
    static const char reply[] = "reply";
    size_t len = sizeof reply - 1;
    if (tail->len <= len + 1 || memcmp(tail->ptr + tail->len - len, reply, len) != 0) {
        return 0;
    }
    char joint = tail->ptr[tail->len - len - 1];
    if (joint != '_' && joint != '/') {
        return 0;
    }
    tail->len -= len + 1;
    return joint;
}

/* Takes "/{id}" off "custome/down/{id}" and "custome/down_reply/{id}". false: "custome/down"
 * and anything else. */
static bool take_custom(struct ol_str *tail, struct ol_str *identifier)
{
    static const struct ol_str down = OL_STR_INIT("custome/down");
    if (!ol_str_has_prefix(*tail, down)) {
        return true;
    }
    size_t n = down.len;
    n += ol_str_has_prefix(behind(*tail, n), OL_STR("_reply")) ? 6 : 0;
    if (n == tail->len || tail->ptr[n] != '/' ||
        !ol_onenet_device_is_valid(behind(*tail, n + 1))) {
        return false;
    }
    *identifier = behind(*tail, n + 1);
    tail->len = n;
    return true;
}

enum ol_onenet_topic_kind ol_onenet_topic_path_decode(struct ol_str tail,
                                                      struct ol_str *identifier)
{
    if (tail.len > 0 && tail.ptr[0] == 'c' && !take_custom(&tail, identifier)) {
        return OL_ONENET_TOPIC_UNKNOWN;
    }
    char joint = take_joint(&tail);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        bool is_row = i == OL_ONENET_TOPIC_SERVICE_INVOKE / 2
                          ? is_service(tail, identifier)
                          : tail.len == rows[i].len &&
                                memcmp(tail.ptr, rows[i].path, tail.len) == 0;
        if (is_row) {
            if (joint == 0) {
                return (enum ol_onenet_topic_kind)(2 * i);
            }
            /* The row of TOPO_GET_RESULT has no answer: 2 * i + 1 is UNKNOWN there. */
            return joint == joint_of(i) ? (enum ol_onenet_topic_kind)(2 * i + 1)
                                        : OL_ONENET_TOPIC_UNKNOWN;
        }
    }
    return OL_ONENET_TOPIC_UNKNOWN;
}

bool ol_onenet_topic_decode(struct ol_str text, struct ol_onenet_topic *out)
{
    static const struct ol_str sys = OL_STR_INIT("$sys/");
    if (!ol_str_has_prefix(text, sys)) {
        return false;
    }
    struct ol_onenet_topic topic = {.identifier = {NULL, 0}};
    struct ol_str rest = behind(text, sys.len);
    if (!take_level(&rest, &topic.pid) || !take_level(&rest, &topic.device) ||
        rest.len == 0) {
        return false;
    }
    topic.kind = ol_onenet_topic_path_decode(rest, &topic.identifier);
    if (topic.kind == OL_ONENET_TOPIC_UNKNOWN) {
        topic.identifier = (struct ol_str){NULL, 0};
    }
    *out = topic;
    return true;
}
