/* SPDX-License-Identifier: MIT */
#include "platform/core/parts.h"

#include "platform/core/post_read.h"

/* thing/property/post: docs/protocol.md §4.0, §4.2, §4.11. A message is taken as a whole
 * or refused as a whole; its answer and its PUBACK wait for the commit. */

#define ID_ECHO_MAX         64  /* longer ids are answered with an empty one */
#define IDENTIFIER_ECHO_MAX 256 /* longer names are answered without */
#define REPLY_CAP           512

/* When an untimed member arrived: the wall clock, but never twice the same for one
 * session, so that two posts within a millisecond are two samples. */
static int64_t stamp(const struct ol_node *node, struct ol_session *s, ol_ms now)
{
    int64_t wall = ol_node_wall(node, now);
    s->stamp_ms = wall > s->stamp_ms ? wall : s->stamp_ms + 1;
    return s->stamp_ms;
}

static bool store_members(struct ol_node *node, struct ol_session *s,
                          const struct ol_post *post, ol_ms now)
{
    const struct ol_store *store = &node->config.store;
    int64_t wall = ol_node_wall(node, now);
    int64_t untimed_ms = post->untimed ? stamp(node, s, now) : 0;
    node->dirty = true;
    for (size_t i = 0; i < post->count; i++) {
        const struct ol_onenet_item *item = &post->item[i];
        const struct ol_store_sample sample = {
            .device = s->device,
            .product = s->product,
            .identifier = s->product->model->fields[post->property[i]].identifier,
            .property = post->property[i],
            .time_ms = item->time_ms != 0 ? item->time_ms : untimed_ms,
            .arrival_ms = wall,
            .value = item->value};
        if (store->ops->put_sample(store->ctx, &sample) != OL_OK) {
            return false;
        }
    }
    return true;
}

static void log_post(struct ol_node *node, const struct ol_session *s,
                     const struct ol_mqtt_publish *publish,
                     const struct ol_onenet_refusal *r, ol_ms now)
{
    enum ol_msglog_verdict verdict =
        r->code == OL_ONENET_CODE_OK ? OL_MSGLOG_ACCEPTED : OL_MSGLOG_REFUSED;
    if (!ol_node_logs(node, verdict, OL_MQTT_PUBLISH)) {
        return;
    }
    char text[REPLY_CAP];
    struct ol_writer w = ol_writer_make(text, sizeof text);
    ol_onenet_refusal_msg_encode(&w, r);
    struct ol_msglog line = ol_node_publish_line(publish, verdict);
    line.code = r->code;
    line.reason = ol_str_make(text, w.len);
    line.ours = r->ours;
    ol_node_log(node, s, &line, now);
}

static void answer(struct ol_node *node, struct ol_session *s, struct ol_onenet_id id,
                   const struct ol_onenet_refusal *r, ol_ms now)
{
    if (s->state != OL_SESSION_ONLINE) {
        return;
    }
    char text[REPLY_CAP];
    struct ol_writer w = ol_writer_make(text, sizeof text);
    if (ol_onenet_reply_encode_refusal(&w, id, r) != OL_OK) {
        return;
    }
    const struct ol_message m = {.kind = OL_ONENET_TOPIC_PROPERTY_POST_REPLY,
                                 .tail = OL_STR("thing/property/post/reply"),
                                 .payload = ol_str_make(text, w.len)};
    (void)ol_node_send(node, s, &m, now);
}

void ol_node_post(struct ol_node *node, struct ol_session *s,
                  const struct ol_mqtt_publish *publish, ol_ms now)
{
    struct ol_post post;
    struct ol_onenet_refusal r = ol_post_read(s->product->model, publish->payload, &post);
    if (post.id.text.len > ID_ECHO_MAX) {
        post.id.text.len = 0;
    }
    if (r.identifier.len > IDENTIFIER_ECHO_MAX) {
        r.identifier.len = 0;
    }
    log_post(node, s, publish, &r, now);
    if (r.code == OL_ONENET_CODE_OK) {
        if (!store_members(node, s, &post, now)) {
            ol_node_drop(node, s, OL_REASON_STORE, false, now);
            return;
        }
        const struct ol_store *store = &node->config.store;
        if (store->ops->end_post != NULL) {
            store->ops->end_post(store->ctx, s->device, post.id.text);
        }
        ol_node_hold(node, s);
        node->stats.posts++;
    } else {
        node->stats.refused++;
    }
    ol_node_puback(node, s, publish, now);
    answer(node, s, post.id, &r, now);
}
