/* SPDX-License-Identifier: MIT */
#include "platform/core/parts.h"

#include "platform/core/limits.h"
#include "platform/core/subscriptions.h"

/* SUBSCRIBE and UNSUBSCRIBE: docs/protocol.md §1.4, §1.6. */

#define GRANTED_QOS 0 /* whatever was asked for, §1.5 */

enum ol_reason ol_node_topic_reason(struct ol_str topic)
{
    if (topic.len > OL_SESSION_TOPIC_MAX) {
        return OL_REASON_TOPIC_LENGTH;
    }
    size_t levels = 1;
    for (size_t i = 0; i < topic.len; i++) {
        levels += topic.ptr[i] == '/';
    }
    return levels > OL_SESSION_LEVELS_MAX ? OL_REASON_TOPIC_LEVELS
                                          : OL_REASON_TOPIC_CHARS;
}

static void log_filter(struct ol_node *node, const struct ol_session *s,
                       const struct ol_session_packet *p, struct ol_str filter,
                       enum ol_msglog_verdict verdict, const char *reason, ol_ms now)
{
    struct ol_msglog line = {.direction = OL_MSGLOG_UP,
                             .verdict = verdict,
                             .packet = p->header.type,
                             .topic = filter,
                             .length = (uint32_t)p->raw.len,
                             .reason = ol_str_from(reason)};
    ol_node_log(node, s, &line, now);
}

/* A filter that is no filter at all closes the connection before any of its packet
 * counts. */
static bool are_legal(struct ol_node *node, struct ol_session *s,
                      const struct ol_session_packet *p, ol_ms now)
{
    struct ol_mqtt_filter f;
    for (size_t pos = 0; ol_mqtt_filter_next(&p->subscribe, &pos, &f);) {
        if (ol_onenet_filter_check(f.filter, ol_session_product(s),
                                   ol_session_device(s)) != OL_ONENET_FILTER_ILLEGAL) {
            continue;
        }
        enum ol_reason reason = ol_node_topic_reason(f.filter);
        log_filter(node, s, p, f.filter, OL_MSGLOG_CLOSED, ol_reason_str((uint8_t)reason),
                   now);
        ol_node_drop(node, s, reason, true, now);
        return false;
    }
    return true;
}

static const char *refusal(struct ol_node *node, struct ol_session *s,
                           struct ol_str filter, bool refuse)
{
    const struct ol_limit_rules *rules = ol_limit_rules(node->config.limit_table);
    if (refuse) {
        return rules->row[OL_LIMIT_FILTERS].words;
    }
    if (ol_onenet_filter_check(filter, ol_session_product(s), ol_session_device(s)) !=
        OL_ONENET_FILTER_OK) {
        return "not a topic that this device may subscribe to";
    }
    return ol_subscriptions_add(s, &node->mem, filter) == OL_OK ? NULL
                                                                : rules->filters_words;
}

void ol_node_subscribe(struct ol_node *node, struct ol_session *s,
                       const struct ol_session_packet *p, bool refuse, ol_ms now)
{
    if (!are_legal(node, s, p, now)) {
        return;
    }
    uint8_t codes[OL_SESSION_PACKET_FILTERS_MAX];
    size_t count = 0;
    struct ol_mqtt_filter f;
    for (size_t pos = 0; ol_mqtt_filter_next(&p->subscribe, &pos, &f); count++) {
        const char *why = refusal(node, s, f.filter, refuse);
        codes[count] = why == NULL ? GRANTED_QOS : OL_MQTT_SUBACK_FAILURE;
        log_filter(node, s, p, f.filter,
                   why == NULL ? OL_MSGLOG_ACCEPTED : OL_MSGLOG_REFUSED, why, now);
    }
    struct ol_writer w;
    if (ol_node_write(node, s, OL_MQTT_HEADER_MAX + 2 + count, &w, now) &&
        ol_mqtt_suback_encode(&w, p->subscribe.packet_id, codes, count) == OL_OK) {
        ol_node_sent(node, s, &w, now);
    }
}

void ol_node_unsubscribe(struct ol_node *node, struct ol_session *s,
                         const struct ol_session_packet *p, ol_ms now)
{
    if (!are_legal(node, s, p, now)) {
        return;
    }
    struct ol_mqtt_filter f;
    for (size_t pos = 0; ol_mqtt_filter_next(&p->subscribe, &pos, &f);) {
        bool removed = ol_subscriptions_remove(s, &node->mem, f.filter);
        log_filter(node, s, p, f.filter, OL_MSGLOG_ACCEPTED,
                   removed ? NULL : "was not subscribed", now);
    }
    struct ol_writer w;
    if (ol_node_write(node, s, OL_MQTT_HEADER_MAX + 2, &w, now) &&
        ol_mqtt_ack_encode(&w, OL_MQTT_UNSUBACK, p->subscribe.packet_id) == OL_OK) {
        ol_node_sent(node, s, &w, now);
    }
}
