/* SPDX-License-Identifier: MIT */
#include "platform/core/parts.h"

#include <string.h>

#include "onelink/onenet/onejson.h"
#include "platform/core/codes.h"

/* thing/property/post: docs/protocol.md §4.0, §4.2, §4.11. A message is taken as a whole
 * or refused as a whole; its answer and its PUBACK wait for the commit. */

#define ID_ECHO_MAX         64  /* longer ids are answered with an empty one */
#define IDENTIFIER_ECHO_MAX 256 /* longer names are answered without */
#define REPLY_CAP           512

/* The members of one post, read once and then stored. */
struct members {
    uint64_t seen[2]; /* bit n: property n has occurred */
    size_t count;
    bool untimed; /* some member has no time of its own */
    struct ol_onenet_item item[OL_ONENET_POINTS_MAX];
    uint16_t property[OL_ONENET_POINTS_MAX];
};

static struct ol_onenet_refusal format_error(void)
{
    return ol_onenet_refusal_make(OL_ONENET_CODE_FORMAT, ol_str_make(NULL, 0));
}

/* Notes property field; false: it occurred before. */
static bool note(struct members *m, int32_t field)
{
    uint64_t bit = UINT64_C(1) << (field & 63);
    uint64_t *word = &m->seen[field >> 6 & 1];
    bool fresh = (*word & bit) == 0;
    *word |= bit;
    return fresh;
}

static struct ol_onenet_refusal take_member(const struct ol_onenet_model *model,
                                            struct members *m)
{
    const struct ol_onenet_item *item = &m->item[m->count];
    int32_t field = -1;
    struct ol_onenet_refusal r = ol_onenet_post_item_check(model, item, &field);
    if (r.code != OL_ONENET_CODE_OK) {
        return r;
    }
    if (field < 0 || field >= 128 || !note(m, field)) {
        return format_error();
    }
    m->untimed = m->untimed || item->time_ms == 0;
    m->property[m->count++] = (uint16_t)field;
    return r;
}

static struct ol_onenet_refusal read_members(const struct ol_onenet_model *model,
                                             struct ol_str params, struct members *m)
{
    struct ol_onenet_params walk = ol_onenet_params_open(params);
    while (m->count < OL_ONENET_POINTS_MAX) {
        struct ol_onenet_item *item = &m->item[m->count];
        int32_t rc = ol_onenet_params_next_wrapped(&walk, item);
        if (rc == OL_E_NOENT) {
            return m->count == 0 ? format_error() : ol_onenet_refusal_none();
        }
        if (rc == OL_E_ARG) {
            return ol_onenet_refusal_make(OL_ONENET_CODE_TIME, item->name.text);
        }
        if (rc != OL_OK) {
            return format_error();
        }
        struct ol_onenet_refusal r = take_member(model, m);
        if (r.code != OL_ONENET_CODE_OK) {
            return r;
        }
    }
    /* As many members as a model can have properties: one more occurs twice. */
    struct ol_onenet_item more;
    return ol_onenet_params_next_wrapped(&walk, &more) == OL_E_NOENT
               ? ol_onenet_refusal_none()
               : format_error();
}

static struct ol_onenet_refusal check(const struct ol_session *s, struct ol_str payload,
                                      struct ol_onenet_request *request,
                                      struct members *m)
{
    enum ol_onenet_request_error error = ol_onenet_request_decode(payload, request);
    if (error != OL_ONENET_REQUEST_OK) {
        return ol_onenet_request_refusal(error);
    }
    if (s->product->model == NULL) {
        return (struct ol_onenet_refusal){.code = OL_CODE_NO_MODEL,
                                          .text = ol_code_find(OL_CODE_NO_MODEL)->text,
                                          .ours = true};
    }
    if (request->params_array) {
        return format_error();
    }
    return read_members(s->product->model, request->params, m);
}

/* When an untimed member arrived: the wall clock, but never twice the same for one
 * session, so that two posts within a millisecond are two samples. */
static int64_t stamp(const struct ol_node *node, struct ol_session *s, ol_ms now)
{
    int64_t wall = ol_node_wall(node, now);
    s->stamp_ms = wall > s->stamp_ms ? wall : s->stamp_ms + 1;
    return s->stamp_ms;
}

static bool store_members(struct ol_node *node, struct ol_session *s,
                          const struct members *m, ol_ms now)
{
    const struct ol_store *store = &node->config.store;
    int64_t wall = ol_node_wall(node, now);
    int64_t untimed_ms = m->untimed ? stamp(node, s, now) : 0;
    node->dirty = true;
    for (size_t i = 0; i < m->count; i++) {
        const struct ol_onenet_item *item = &m->item[i];
        const struct ol_store_sample sample = {
            .device = s->device,
            .product = s->product,
            .identifier = s->product->model->fields[m->property[i]].identifier,
            .property = m->property[i],
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
    char text[REPLY_CAP];
    struct ol_writer w = ol_writer_make(text, sizeof text);
    ol_onenet_refusal_msg_encode(&w, r);
    struct ol_msglog line = {.direction = OL_MSGLOG_UP,
                             .verdict = r->code == OL_ONENET_CODE_OK ? OL_MSGLOG_ACCEPTED
                                                                     : OL_MSGLOG_REFUSED,
                             .packet = OL_MQTT_PUBLISH,
                             .qos = publish->qos,
                             .topic = publish->topic,
                             .length = publish->payload_len,
                             .body = publish->payload,
                             .code = r->code,
                             .reason = ol_str_make(text, w.len),
                             .ours = r->ours};
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
    /* Not logged on its own: the line of the post has its code and words. */
    const struct ol_message m = {.kind = OL_ONENET_TOPIC_PROPERTY_POST_REPLY,
                                 .tail = OL_STR("thing/property/post/reply"),
                                 .payload = ol_str_make(text, w.len),
                                 .quiet = true};
    (void)ol_node_send(node, s, &m, now);
}

void ol_node_post(struct ol_node *node, struct ol_session *s,
                  const struct ol_mqtt_publish *publish, ol_ms now)
{
    struct ol_onenet_request request = {0};
    struct members m;
    m.seen[0] = 0;
    m.seen[1] = 0;
    m.count = 0;
    m.untimed = false;
    struct ol_onenet_refusal r = check(s, publish->payload, &request, &m);
    if (request.id.text.len > ID_ECHO_MAX) {
        request.id.text.len = 0;
    }
    if (r.identifier.len > IDENTIFIER_ECHO_MAX) {
        r.identifier.len = 0;
    }
    log_post(node, s, publish, &r, now);
    if (r.code == OL_ONENET_CODE_OK) {
        if (!store_members(node, s, &m, now)) {
            ol_node_drop(node, s, OL_REASON_STORE, false, now);
            return;
        }
        ol_node_hold(node, s);
        node->stats.posts++;
    } else {
        node->stats.refused++;
    }
    ol_node_puback(node, s, publish, now);
    answer(node, s, request.id, &r, now);
}
