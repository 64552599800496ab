/* SPDX-License-Identifier: MIT */
#include "platform/watch.h"

#include <string.h>

#include "onelink/mqtt/packet.h"
#include "platform/access/connection.h"
#include "platform/core/codes.h"
#include "platform/core/reason.h"

#define NAME_MAX   64
#define TOPIC_MAX  128
#define REASON_MAX 256
#define AGAIN_MS   60000 /* between two lines about one limit of one device */

/* ---- parts of a line ---- */

static void put(struct ol_writer *w, const char *text)
{
    ol_writer_str(w, ol_str_from(text));
}

static void put_peer(struct ol_writer *w, const struct ol_connection *c)
{
    char text[OL_LISTEN_TEXT_CAP];
    if (c != NULL) {
        ol_peer_str(&c->peer, text);
        put(w, text);
    }
}

/* "product/device at 127.0.0.1:1234: ", as far as it is known. */
static void put_who(struct ol_writer *w, struct ol_str product, struct ol_str device,
                    const struct ol_connection *c)
{
    if (product.len > 0 || device.len > 0) {
        ol_notice_name(w, product, NAME_MAX);
        put(w, "/");
        ol_notice_name(w, device, NAME_MAX);
        put(w, c == NULL ? "" : " at ");
    }
    put_peer(w, c);
    put(w, ": ");
}

static void put_code(struct ol_writer *w, const struct ol_msglog *line)
{
    if (line->code != OL_CODE_NONE) {
        ol_writer_dec_i64(w, line->code);
        put(w, " ");
    }
    ol_notice_text(w, line->reason, REASON_MAX);
}

static bool is_reason(struct ol_str text, enum ol_reason reason)
{
    return ol_str_equal(text, ol_str_from(ol_reason_str((uint8_t)reason)));
}

/* It did what the protocol forbids; not: the connection broke, the device came twice. */
static bool is_rule(struct ol_str text)
{
    for (int r = OL_REASON_FIRST_PACKET; r <= OL_REASON_FILTER_COUNT; r++) {
        if (is_reason(text, (enum ol_reason)r)) {
            return true;
        }
    }
    return false;
}

static bool is_twin(const struct ol_msglog *line)
{
    return line->verdict == OL_MSGLOG_CLOSED && is_reason(line->reason, OL_REASON_TWIN);
}

/* The connection that a line is about. A twin is closed by the one that is handled; and
 * what is closed before login while none is handled has waited too long for it, which
 * ends the oldest first. */
static const struct ol_connection *subject(const struct ol_watch *w,
                                           const struct ol_msglog *line)
{
    const struct ol_connection *c = ol_access_handled(w->access);
    if (c != NULL && !is_twin(line)) {
        return c;
    }
    return line->device != 0 ? ol_access_find(w->access, line->device)
                             : ol_access_find_waiting(w->access);
}

/* ---- which lines, and how often ---- */

enum often {
    NEVER,
    ALWAYS,
    ONCE,        /* for one device and topic */
    NOW_AND_THEN /* one limit of one device each AGAIN_MS */
};

static enum often how_often(const struct ol_msglog *line)
{
    switch (line->verdict) {
    case OL_MSGLOG_ACCEPTED:
        return line->packet == OL_MQTT_CONNECT ? ALWAYS : NEVER;
    case OL_MSGLOG_REFUSED:
        return ALWAYS;
    case OL_MSGLOG_CLOSED:
        return line->direction == OL_MSGLOG_NODE ? ALWAYS : NEVER;
    case OL_MSGLOG_DROPPED:
        return line->direction == OL_MSGLOG_DOWN ? ONCE : ALWAYS;
    case OL_MSGLOG_NOT_SERVED:
        return ONCE;
    case OL_MSGLOG_LIMIT:
        return NOW_AND_THEN;
    }
    return NEVER;
}

static uint64_t hash_of(const struct ol_msglog *line)
{
    struct ol_str what = line->topic.len > 0 ? line->topic : line->reason;
    uint64_t hash = ol_notice_hash(OL_NOTICE_HASH, &line->device, sizeof line->device);
    return ol_notice_hash(hash, what.ptr, what.len);
}

/* ---- lines ---- */

static void put_refused(struct ol_writer *w, const struct ol_msglog *line)
{
    switch (line->packet) {
    case OL_MQTT_CONNECT:
        put(w, "login refused: ");
        break;
    case OL_MQTT_PUBLISH:
        put(w, "property post refused: ");
        break;
    default:
        put(w, "subscription to ");
        ol_notice_name(w, line->topic, TOPIC_MAX);
        put(w, " refused: ");
        break;
    }
    put_code(w, line);
}

static void put_closed(struct ol_writer *w, const struct ol_watch *watch,
                       const struct ol_msglog *line)
{
    if (line->device == 0) {
        put(w, "connection closed before login: ");
    } else {
        put(w,
            is_rule(line->reason) ? "offline, closed for a broken rule: " : "offline: ");
    }
    ol_notice_text(w, line->reason, REASON_MAX);
    if (is_twin(line)) {
        put(w, " from ");
        put_peer(w, ol_access_handled(watch->access));
    }
    if (watch->topic_len > 0) {
        put(w, ": ");
        ol_notice_name(w, ol_str_make(watch->topic, watch->topic_len), TOPIC_MAX);
    }
}

static void put_dropped(struct ol_writer *w, const struct ol_msglog *line)
{
    put(w, line->direction == OL_MSGLOG_DOWN ? "not sent, it is not subscribed to "
                                             : "answer not used on ");
    ol_notice_name(w, line->topic, TOPIC_MAX);
    put(w, ": ");
    put_code(w, line);
}

static void put_what(struct ol_writer *w, const struct ol_watch *watch,
                     const struct ol_msglog *line)
{
    switch (line->verdict) {
    case OL_MSGLOG_ACCEPTED:
        put(w, "online");
        break;
    case OL_MSGLOG_REFUSED:
        put_refused(w, line);
        break;
    case OL_MSGLOG_CLOSED:
        put_closed(w, watch, line);
        break;
    case OL_MSGLOG_DROPPED:
        put_dropped(w, line);
        break;
    case OL_MSGLOG_NOT_SERVED:
        put(w, "acknowledged, but this topic is not served yet: ");
        ol_notice_name(w, line->topic, TOPIC_MAX);
        break;
    case OL_MSGLOG_LIMIT:
        put(w, "limit exceeded: ");
        ol_notice_text(w, line->reason, REASON_MAX);
        put(w, watch->enforced ? "" : " (served all the same, see --limits)");
        break;
    }
}

static void tell(struct ol_watch *watch, const struct ol_msglog *line)
{
    char text[OL_NOTICE_CAP];
    struct ol_writer w = ol_writer_make(text, sizeof text);
    put_who(&w, line->product_id, line->device_name, subject(watch, line));
    put_what(&w, watch, line);
    ol_notice_write(&watch->notice, &w);
}

/* A topic closes its connection with two lines: this one, and at once the one that tells
 * the end, which takes the topic along. */
static void keep_topic(struct ol_watch *w, struct ol_str topic)
{
    w->topic_len = topic.len < sizeof w->topic ? topic.len : sizeof w->topic;
    if (w->topic_len > 0) {
        memcpy(w->topic, topic.ptr, w->topic_len);
    }
}

void ol_watch_log(struct ol_watch *w, const struct ol_msglog *line, ol_ms now)
{
    enum often often = how_often(line);
    if (often == NEVER) {
        if (line->verdict == OL_MSGLOG_CLOSED) {
            keep_topic(w, line->topic);
        }
        return;
    }
    uint64_t hash = often == ALWAYS ? 0 : hash_of(line);
    ol_ms again_ms = often == ONCE ? OL_NEVER : AGAIN_MS;
    bool old = often != ALWAYS && ol_notice_is_seen(&w->notice, hash, again_ms, now);
    if (!old && ol_notice_take(&w->notice, now)) {
        tell(w, line);
        if (often != ALWAYS) {
            ol_notice_see(&w->notice, hash, now);
        }
    }
    w->topic_len = 0;
}

void ol_watch_event(struct ol_watch *w, const struct ol_node_event *ev, ol_ms now)
{
    if (ev->kind != OL_NODE_CALL_TIMEOUT || !ol_notice_take(&w->notice, now)) {
        return;
    }
    char text[OL_NOTICE_CAP];
    struct ol_writer line = ol_writer_make(text, sizeof text);
    const struct ol_connection *c = ol_access_find(w->access, ev->device);
    if (c != NULL) {
        put_who(&line, ol_session_product(&c->session), ol_session_device(&c->session),
                c);
    }
    put(&line, "property set or get not answered within ");
    ol_writer_dec_u64(&line, w->set_timeout_s);
    put(&line, " s");
    ol_notice_write(&w->notice, &line);
}
