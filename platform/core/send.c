/* SPDX-License-Identifier: MIT */
#include "platform/core/parts.h"

#include "platform/core/codes.h"
#include "platform/core/subscriptions.h"

#define TAIL_CAP 64

/* raw: what was sent; empty: it was not. */
static void log_down(struct ol_node *node, const struct ol_session *s,
                     const struct ol_message *m, const struct ol_mqtt_publish *publish,
                     struct ol_str raw, ol_ms now)
{
    bool sent = raw.len > 0;
    int32_t code = sent ? OL_CODE_NONE : OL_CODE_NO_SUBSCRIPTION;
    enum ol_msglog_verdict verdict = sent ? OL_MSGLOG_ACCEPTED : OL_MSGLOG_DROPPED;
    if (!ol_node_logs(node, verdict, OL_MQTT_PUBLISH)) {
        return;
    }
    struct ol_msglog line = {.direction = OL_MSGLOG_DOWN,
                             .verdict = verdict,
                             .packet = OL_MQTT_PUBLISH,
                             .topic = publish->topic,
                             .length = (uint32_t)m->payload.len,
                             .body = m->payload,
                             .raw = raw,
                             .code = code,
                             .reason = ol_code_find(code)->text};
    ol_node_log(node, s, &line, now);
}

bool ol_node_send(struct ol_node *node, struct ol_session *s, const struct ol_message *m,
                  ol_ms now)
{
    char text[OL_SESSION_PREFIX_CAP + TAIL_CAP];
    struct ol_writer topic = ol_writer_make(text, sizeof text);
    ol_writer_bytes(&topic, s->prefix, s->prefix_len);
    ol_writer_str(&topic, m->tail);
    const struct ol_mqtt_publish publish = {.topic = ol_str_make(text, topic.len),
                                            .payload = m->payload};
    if (!ol_subscriptions_match(s, m->kind)) {
        log_down(node, s, m, &publish, (struct ol_str){NULL, 0}, now);
        return false;
    }
    struct ol_writer w;
    size_t cap = OL_MQTT_HEADER_MAX + 2 + topic.len + m->payload.len;
    if (!ol_node_write(node, s, cap, &w, now) ||
        ol_mqtt_publish_encode(&w, &publish) != OL_OK) {
        return false;
    }
    ol_session_write_done(s, &w);
    log_down(node, s, m, &publish, ol_str_make(w.buf, w.len), now);
    ol_node_touch(node, s);
    return true;
}
