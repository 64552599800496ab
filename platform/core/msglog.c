/* SPDX-License-Identifier: MIT */
#include "platform/core/parts.h"

#include "onelink/onenet/refusal.h"
#include "platform/core/codes.h"

void ol_node_log(struct ol_node *node, const struct ol_session *s, struct ol_msglog *line,
                 ol_ms now)
{
    if (node->config.log_off) {
        return;
    }
    if (s != NULL && s->device != 0) {
        line->device = s->device;
        line->product_id = ol_session_product(s);
        line->device_name = ol_session_device(s);
    }
    line->time_ms = ol_node_wall(node, now);
    node->config.store.ops->put_log(node->config.store.ctx, line);
    node->dirty = true;
}

void ol_node_log_note(struct ol_node *node, const struct ol_session *s,
                      enum ol_msglog_verdict verdict, int32_t code, struct ol_str reason,
                      ol_ms now)
{
    struct ol_msglog line = {
        .direction = OL_MSGLOG_NODE, .verdict = verdict, .code = code, .reason = reason};
    ol_node_log(node, s, &line, now);
}

void ol_node_log_publish(struct ol_node *node, const struct ol_session *s,
                         const struct ol_mqtt_publish *publish,
                         enum ol_msglog_verdict verdict, int32_t code,
                         struct ol_str reason, ol_ms now)
{
    const struct ol_code_entry *e = ol_code_find(code);
    struct ol_msglog line = {.direction = OL_MSGLOG_UP,
                             .verdict = verdict,
                             .packet = OL_MQTT_PUBLISH,
                             .qos = publish->qos,
                             .topic = publish->topic,
                             .length = publish->payload_len,
                             .body = publish->payload,
                             .code = code,
                             .reason = reason.len > 0 ? reason : e->text,
                             .ours = e->code_ours};
    ol_node_log(node, s, &line, now);
}
