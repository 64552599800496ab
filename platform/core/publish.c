/* SPDX-License-Identifier: MIT */
#include "platform/core/parts.h"

#include <string.h>

#include "platform/core/codes.h"

/* What a device publishes: permission by topic, docs/protocol.md §1.4, §4.1. */

void ol_node_puback(struct ol_node *node, struct ol_session *s,
                    const struct ol_mqtt_publish *publish, ol_ms now)
{
    struct ol_writer w;
    if (publish->qos == 0 || s->state != OL_SESSION_ONLINE ||
        !ol_node_write(node, s, 4, &w, now)) {
        return;
    }
    if (ol_mqtt_ack_encode(&w, OL_MQTT_PUBACK, publish->packet_id) == OL_OK) {
        ol_node_sent(node, s, &w, now);
    }
}

static bool is_own(const struct ol_session *s, struct ol_str topic)
{
    return topic.len > s->prefix_len && memcmp(topic.ptr, s->prefix, s->prefix_len) == 0;
}

/* OL_REASON_NONE and *kind: the device may publish there. */
static enum ol_reason permission(const struct ol_session *s, struct ol_str text,
                                 enum ol_onenet_topic_kind *kind)
{
    struct ol_onenet_topic topic;
    bool own = is_own(s, text) && ol_onenet_topic_decode(text, &topic);
    /* A known topic without an identifier has only legal characters. */
    bool known = own && topic.kind != OL_ONENET_TOPIC_UNKNOWN;
    if ((!known || topic.identifier.len > 0) && !ol_onenet_topic_is_legal(text)) {
        return ol_node_topic_reason(text);
    }
    if (!own) {
        return OL_REASON_TOPIC_FOREIGN;
    }
    if (!known) {
        return OL_REASON_TOPIC_UNKNOWN;
    }
    *kind = topic.kind;
    return ol_onenet_topic_direction(topic.kind) == OL_ONENET_UPLINK
               ? OL_REASON_NONE
               : OL_REASON_TOPIC_PLATFORM;
}

void ol_node_publish(struct ol_node *node, struct ol_session *s,
                     const struct ol_mqtt_publish *publish, ol_ms now)
{
    enum ol_onenet_topic_kind kind = OL_ONENET_TOPIC_UNKNOWN;
    enum ol_reason reason = permission(s, publish->topic, &kind);
    if (reason != OL_REASON_NONE) {
        ol_node_log_publish(node, s, publish, OL_MSGLOG_CLOSED, OL_CODE_NONE,
                            ol_str_from(ol_reason_str((uint8_t)reason)), now);
        ol_node_drop(node, s, reason, true, now);
        return;
    }
    switch (kind) {
    case OL_ONENET_TOPIC_PROPERTY_POST:
        ol_node_post(node, s, publish, now);
        break;
    case OL_ONENET_TOPIC_PROPERTY_SET_REPLY:
    case OL_ONENET_TOPIC_PROPERTY_GET_REPLY:
        ol_node_puback(node, s, publish, now);
        ol_node_call_reply(node, s, publish, kind, now);
        break;
    default:
        ol_node_puback(node, s, publish, now);
        ol_node_log_publish(node, s, publish, OL_MSGLOG_NOT_SERVED, OL_CODE_NONE,
                            OL_STR("not served yet"), now);
        break;
    }
}
