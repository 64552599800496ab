/* SPDX-License-Identifier: MIT */
#include "platform/core/parts.h"

#include <string.h>

#include "onelink/onenet/name.h"
#include "onelink/onenet/refusal.h"
#include "platform/core/codes.h"
#include "platform/core/mask.h"

/* The message log: what came and went, and what the platform thought of it. */

/* ---- no secrets ---- */

/* A copy in room, so that it can be masked. */
static struct ol_str copy(char *room, size_t cap, struct ol_str s)
{
    size_t len = s.len < cap ? s.len : cap;
    memcpy(room, s.ptr, len);
    return ol_str_make(room, len);
}

static void mask_text(struct ol_str *s, char *room, size_t cap)
{
    if (ol_mask_find(s->ptr, s->len) < s->len) {
        *s = copy(room, cap, *s);
        ol_mask(room, s->len);
    }
}

static bool is_product(struct ol_str name)
{
    return ol_onenet_pid_is_valid(name);
}

static bool is_device(struct ol_str name)
{
    return ol_onenet_device_is_valid(ol_onenet_client_device(name));
}

/* What is no name may be a key, typed into the wrong field. text lies in room. */
static void mask_name(char *room, struct ol_str text, bool (*is_name)(struct ol_str))
{
    if (text.len > 0 && !is_name(text)) {
        ol_mask_keys(room + (text.ptr - room), text.len);
    }
}

/* So may a password that is no token be. */
static void mask_connect(char *room, size_t len)
{
    struct ol_mqtt_header h;
    struct ol_mqtt_connect connect;
    const uint8_t *data = (const uint8_t *)room;
    if (ol_mqtt_header_decode(data, len, &h) != OL_OK || h.len + h.remaining > len ||
        ol_mqtt_connect_decode(data + h.len, h.remaining, &connect) != OL_OK) {
        ol_mask_keys(room, len);
        return;
    }
    mask_name(room, connect.client_id, is_device);
    mask_name(room, connect.user_name, is_product);
    if (connect.password.len > 0 &&
        ol_mask_find(connect.password.ptr, connect.password.len) ==
            connect.password.len) {
        memset(room + (connect.password.ptr - room), '*', connect.password.len);
    }
}

/* true: there was something to hide in the packet, or it is cut, so that its topic and
 * payload need a look of their own. */
static bool mask_raw(struct ol_msglog *line, char *room)
{
    size_t len = line->raw.len;
    bool cut = len > OL_MSGLOG_RAW_MAX;
    line->raw_len = (uint32_t)len;
    line->raw.len = cut ? OL_MSGLOG_RAW_MAX : len;
    bool connect = line->packet == OL_MQTT_CONNECT && line->direction == OL_MSGLOG_UP;
    bool found = ol_mask_find(line->raw.ptr, line->raw.len) < line->raw.len;
    if (!connect && !found) {
        return cut;
    }
    line->raw = copy(room, OL_MSGLOG_RAW_MAX, line->raw);
    if (connect) {
        mask_connect(room, line->raw.len);
    }
    ol_mask(room, line->raw.len);
    return true;
}

/* How a stranger calls itself or its product. */
static void mask_stranger(struct ol_str *s, char *room, size_t cap,
                          bool (*is_name)(struct ol_str))
{
    if (s->len > 0 && !is_name(*s)) {
        *s = copy(room, cap, *s);
        mask_name(room, *s, is_name);
        ol_mask(room, s->len);
    }
}

static void mask_line(struct ol_node *node, struct ol_msglog *line)
{
    struct ol_node_log_room *room = &node->log_room;
    if (line->raw.len == 0 || mask_raw(line, room->raw)) {
        mask_text(&line->topic, room->topic, sizeof room->topic);
        mask_text(&line->body, room->body, sizeof room->body);
    }
    mask_text(&line->reason, room->reason, sizeof room->reason);
    if (line->device == 0) {
        mask_stranger(&line->product_id, room->product, sizeof room->product, is_product);
        mask_stranger(&line->device_name, room->device, sizeof room->device, is_device);
    }
}

/* ---- lines ---- */

struct ol_str ol_node_peer(const struct ol_node *node, const struct ol_session *s,
                           char text[OL_NODE_PEER_CAP])
{
    text[0] = '\0';
    if (s != NULL && node->config.peer_str != NULL) {
        node->config.peer_str(s->user, text);
    }
    return ol_str_from(text);
}

bool ol_node_logs(const struct ol_node *node, enum ol_msglog_verdict verdict,
                  uint8_t packet)
{
    const struct ol_node_config *c = &node->config;
    return !c->log_off &&
           (!c->log_brief || verdict != OL_MSGLOG_ACCEPTED || packet == OL_MQTT_CONNECT);
}

void ol_node_log(struct ol_node *node, const struct ol_session *s, struct ol_msglog *line,
                 ol_ms now)
{
    char peer[OL_NODE_PEER_CAP];
    if (!ol_node_logs(node, line->verdict, line->packet)) {
        return;
    }
    if (s != NULL && s->device != 0) {
        line->device = s->device;
        line->product_id = ol_session_product(s);
        line->device_name = ol_session_device(s);
    }
    if (line->peer.len == 0 && (line->device == 0 || line->packet == OL_MQTT_CONNECT)) {
        line->peer = ol_node_peer(node, s, peer);
    }
    /* The packet stands with the first line about it. */
    if (line->direction == OL_MSGLOG_UP) {
        line->raw = node->packet;
        node->packet.len = 0;
    }
    mask_line(node, line);
    line->time_ms = ol_node_wall(node, now);
    node->config.store.ops->put_log(node->config.store.ctx, line);
}

void ol_node_log_note(struct ol_node *node, const struct ol_session *s,
                      enum ol_msglog_verdict verdict, int32_t code, struct ol_str reason,
                      ol_ms now)
{
    struct ol_msglog line = {
        .direction = OL_MSGLOG_NODE, .verdict = verdict, .code = code, .reason = reason};
    ol_node_log(node, s, &line, now);
}

void ol_node_log_packet(struct ol_node *node, const struct ol_session *s,
                        enum ol_msglog_verdict verdict, struct ol_str reason, ol_ms now)
{
    if (node->packet.len == 0) {
        return;
    }
    struct ol_msglog line = {.direction = OL_MSGLOG_UP,
                             .verdict = verdict,
                             .packet = (uint8_t)node->packet.ptr[0] >> 4,
                             .length = (uint32_t)node->packet.len,
                             .reason = reason};
    ol_node_log(node, s, &line, now);
}

void ol_node_sent(struct ol_node *node, struct ol_session *s, const struct ol_writer *w,
                  ol_ms now)
{
    ol_session_write_done(s, w);
    uint8_t packet = w->len == 0 ? 0 : w->buf[0] >> 4;
    if (packet == 0 || !ol_node_logs(node, OL_MSGLOG_ACCEPTED, packet)) {
        return;
    }
    struct ol_msglog line = {.direction = OL_MSGLOG_DOWN,
                             .verdict = OL_MSGLOG_ACCEPTED,
                             .packet = packet,
                             .length = (uint32_t)w->len,
                             .raw = ol_str_make(w->buf, w->len)};
    ol_node_log(node, s, &line, now);
}

struct ol_msglog ol_node_publish_line(const struct ol_mqtt_publish *publish,
                                      enum ol_msglog_verdict verdict)
{
    return (struct ol_msglog){.direction = OL_MSGLOG_UP,
                              .verdict = verdict,
                              .packet = OL_MQTT_PUBLISH,
                              .qos = publish->qos,
                              .topic = publish->topic,
                              .length = publish->payload_len,
                              .body = publish->payload};
}

void ol_node_log_publish(struct ol_node *node, const struct ol_session *s,
                         const struct ol_mqtt_publish *publish,
                         enum ol_msglog_verdict verdict, int32_t code,
                         struct ol_str reason, ol_ms now)
{
    const struct ol_code_entry *e = ol_code_find(code);
    struct ol_msglog line = ol_node_publish_line(publish, verdict);
    line.code = code;
    line.reason = reason.len > 0 ? reason : e->text;
    line.ours = e->code_ours;
    ol_node_log(node, s, &line, now);
}
