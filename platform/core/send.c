/* SPDX-License-Identifier: MIT */
#include "platform/core/parts.h"

#include "platform/core/codes.h"
#include "platform/core/subscriptions.h"

#define TAIL_CAP 64

static void log_down(struct ol_node *node, const struct ol_session *s,
                     const struct ol_message *m, struct ol_str topic,
                     enum ol_msglog_verdict verdict, int32_t code, ol_ms now)
{
    struct ol_msglog line = {.direction = OL_MSGLOG_DOWN,
                             .verdict = verdict,
                             .packet = OL_MQTT_PUBLISH,
                             .topic = topic,
                             .length = (uint32_t)m->payload.len,
                             .body = m->payload,
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
        log_down(node, s, m, publish.topic, OL_MSGLOG_DROPPED, OL_CODE_NO_SUBSCRIPTION,
                 now);
        return false;
    }
    struct ol_writer w;
    size_t cap = OL_MQTT_HEADER_MAX + 2 + topic.len + m->payload.len;
    if (!ol_node_write(node, s, cap, &w, now) ||
        ol_mqtt_publish_encode(&w, &publish) != OL_OK) {
        return false;
    }
    ol_session_write_done(s, &w);
    if (!m->quiet) {
        log_down(node, s, m, publish.topic, OL_MSGLOG_ACCEPTED, OL_CODE_NONE, now);
    }
    ol_node_touch(node, s);
    return true;
}
