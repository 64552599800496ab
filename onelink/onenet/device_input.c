/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/device.h"

#include "onelink/onenet/params_check.h"
#include "onelink/onenet/topic_path.h"
#include "onelink/onenet/value_token.h"

/* An id is echoed; one that is longer than any reasonable one is not. */
#define ECHO_MAX 64

static const struct ol_str nothing = {NULL, 0};

/* By member: on Cortex-M a compiler that saves space calls memcpy for eight bytes. */
static void copy(struct ol_str *to, const struct ol_str *from)
{
    to->ptr = from->ptr;
    to->len = from->len;
}

/* ---- Replies to posts ---- */

static void take_reply(struct ol_onenet_device *dev, struct ol_onenet_device_event *ev)
{
    if (ol_onenet_reply_decode(dev->payload, &ev->reply) != OL_OK) {
        ev->kind = OL_ONENET_DEVICE_BAD;
        return;
    }
    struct ol_str text;
    ev->kind = OL_ONENET_DEVICE_STRAY;
    ev->refused = ev->reply.code == OL_ONENET_CODE_OK
                      ? nothing
                      : ol_onenet_refusal_msg_decode(ev->reply.msg.text, &text);
    if (ol_onenet_id_decode(ev->reply.id, &ev->post_id) != OL_OK) {
        return;
    }
    for (int i = 0; i < OL_ONENET_PENDING_MAX && ev->post_id != 0; i++) {
        struct ol_onenet_pending *p = &dev->pending[i];
        if (p->id == ev->post_id && OL_ONENET_TOPIC_ANSWER(p->kind) == ev->topic.kind) {
            p->id = 0;
            ev->kind = OL_ONENET_DEVICE_REPLY;
            return;
        }
    }
}

/* ---- Commands ---- */

/* Names of properties that there are. */
static int32_t check_get(const struct ol_onenet_params_check *check,
                         struct ol_json_reader *r, const struct ol_json_token *begin)
{
    struct ol_json_token name;
    int32_t rc = OL_OK;
    enum ol_onenet_code code = OL_ONENET_CODE_OK;
    if (begin->kind != OL_JSON_ARRAY_BEGIN) {
        *check->verdict = ol_onenet_refusal_make(OL_ONENET_CODE_FORMAT, nothing);
        return OL_OK;
    }
    while (code == OL_ONENET_CODE_OK && (rc = ol_json_reader_next(r, &name)) == OL_OK &&
           name.kind != OL_JSON_ARRAY_END) {
        if (name.kind != OL_JSON_STRING) {
            code = OL_ONENET_CODE_FORMAT;
            name.text = nothing;
        } else if (check->model != NULL &&
                   ol_onenet_property_find_token(check->model, &name) < 0) {
            code = OL_ONENET_CODE_NOT_EXIST;
        }
    }
    *check->verdict = ol_onenet_refusal_make(code, name.text);
    return rc;
}

/* What can be echoed is answered, also when it is wrong: a platform waits for it. */
static void take_command(const struct ol_onenet_device *dev,
                         struct ol_onenet_device_event *ev)
{
    bool is_set = ev->topic.kind == OL_ONENET_TOPIC_PROPERTY_SET;
    const struct ol_onenet_params_check check = {
        .run = is_set ? ol_onenet_params_check_set : check_get,
        .model = dev->config.model,
        .tolerant = true,
        .verdict = &ev->refusal,
    };
    struct ol_onenet_request request;
    enum ol_onenet_request_error error =
        ol_onenet_request_decode_checked(dev->payload, &request, &check);
    if (error == OL_ONENET_REQUEST_NOT_JSON || error == OL_ONENET_REQUEST_NOT_OBJECT ||
        request.id.text.len == 0 || request.id.text.len > ECHO_MAX) {
        ev->kind = OL_ONENET_DEVICE_BAD;
        return;
    }
    ev->kind = is_set ? OL_ONENET_DEVICE_SET : OL_ONENET_DEVICE_GET;
    copy(&ev->id.text, &request.id.text);
    ev->id.numeric = request.id.numeric;
    copy(&ev->params, &request.params);
    /* The platform's ids are its own affair: any id is echoed. A set without params is
     * not. */
    bool judged = request.params.len > 0 &&
                  (request.params.ptr[0] == '{' || request.params.ptr[0] == '[');
    if ((error != OL_ONENET_REQUEST_OK && error != OL_ONENET_REQUEST_ID) || !judged) {
        ev->refusal = ol_onenet_request_refusal(OL_ONENET_REQUEST_PARAMS);
    }
}

/* ---- Messages ---- */

/* What stands behind prefix, or NULL. */
static const char *behind(const char *p, const char *end, struct ol_str prefix)
{
    if (p == NULL || (size_t)(end - p) < prefix.len) {
        return NULL;
    }
    /* From its end, where the names of devices differ. */
    for (size_t i = prefix.len; i-- > 0;) {
        if (p[i] != prefix.ptr[i]) {
            return NULL;
        }
    }
    return p + prefix.len;
}

/* What stands behind "$sys/{pid}/{device}/", or NULL. */
static const char *own_path(const struct ol_onenet_device *dev, struct ol_str topic)
{
    const char *end = topic.ptr + topic.len;
    const char *p = behind(topic.ptr, end, OL_STR("$sys/"));
    p = behind(p, end, dev->config.pid);
    if (p == NULL || p == end || *p++ != '/') {
        return NULL;
    }
    p = behind(p, end, dev->config.device);
    if (p == NULL || p == end || *p++ != '/' || p == end) {
        return NULL;
    }
    return p;
}

int32_t ol_onenet_device_input(struct ol_onenet_device *dev, struct ol_str topic,
                               struct ol_str payload, ol_ms now)
{
    const char *path = own_path(dev, topic);
    dev->now = now;
    dev->has_message = path != NULL;
    if (path == NULL) {
        return OL_E_ARG;
    }
    dev->identifier = nothing;
    dev->kind = ol_onenet_topic_path_decode(
        ol_str_make(path, (size_t)(topic.ptr + topic.len - path)), &dev->identifier);
    copy(&dev->payload, &payload);
    return OL_OK;
}

void ol_onenet_device_step(struct ol_onenet_device *dev, ol_ms now)
{
    dev->now = now;
}

static void put_topic(const struct ol_onenet_device *dev,
                      struct ol_onenet_device_event *out, enum ol_onenet_topic_kind kind,
                      struct ol_str identifier)
{
    out->topic.kind = kind;
    copy(&out->topic.pid, &dev->config.pid);
    copy(&out->topic.device, &dev->config.device);
    copy(&out->topic.identifier, &identifier);
}

static bool next_timeout(struct ol_onenet_device *dev, struct ol_onenet_device_event *out)
{
    for (int i = 0; i < OL_ONENET_PENDING_MAX; i++) {
        struct ol_onenet_pending *p = &dev->pending[i];
        if (p->id != 0 && p->deadline <= dev->now) {
            out->kind = OL_ONENET_DEVICE_TIMEOUT;
            put_topic(dev, out, p->kind, nothing);
            out->post_id = p->id;
            p->id = 0;
            return true;
        }
    }
    return false;
}

bool ol_onenet_device_next_event(struct ol_onenet_device *dev,
                                 struct ol_onenet_device_event *out)
{
    if (!dev->has_message) {
        return next_timeout(dev, out);
    }
    enum ol_onenet_topic_kind kind = dev->kind;
    dev->has_message = false;
    out->kind = OL_ONENET_DEVICE_UNKNOWN;
    put_topic(dev, out, kind, dev->identifier);
    out->post_id = 0;
    if (kind == OL_ONENET_TOPIC_PROPERTY_SET || kind == OL_ONENET_TOPIC_PROPERTY_GET) {
        take_command(dev, out);
    } else if (kind != OL_ONENET_TOPIC_UNKNOWN && (kind & 1) != 0 &&
               ol_onenet_topic_direction(kind) == OL_ONENET_DOWNLINK) {
        take_reply(dev, out);
    }
    return true;
}

/* ---- Walks ---- */

bool ol_onenet_device_set_next(const struct ol_onenet_device *dev,
                               struct ol_onenet_params *params,
                               struct ol_onenet_set_item *item)
{
    const struct ol_onenet_model *model = dev->config.model;
    struct ol_json_reader *r = &params->reader;
    struct ol_json_token t;
    item->field = -1;
    item->coerced = false;
    if (ol_json_reader_next(r, &item->name) != OL_OK || item->name.kind != OL_JSON_KEY ||
        ol_json_reader_next(r, &t) != OL_OK) {
        return false;
    }
    if (model == NULL) {
        bool whole = ol_json_reader_skip(r, &t, &item->json) == OL_OK;
        ol_onenet_value_set_json(&item->value, item->json);
        return whole;
    }
    item->field = ol_onenet_property_find_token(model, &item->name);
    if (item->field < 0 || ol_onenet_value_decode_token(
                               model, &model->fields[item->field], r, &t, &item->value,
                               &item->coerced) != OL_ONENET_VALUE_OK) {
        return false;
    }
    const char *start = t.kind == OL_JSON_STRING ? t.text.ptr - 1 : t.text.ptr;
    item->json = ol_str_make(start, (size_t)(r->text + r->pos - start));
    return true;
}

bool ol_onenet_device_get_next(const struct ol_onenet_device *dev,
                               struct ol_onenet_params *params,
                               struct ol_onenet_set_item *item)
{
    const struct ol_onenet_model *model = dev->config.model;
    if (ol_json_reader_next(&params->reader, &item->name) != OL_OK ||
        item->name.kind != OL_JSON_STRING) {
        return false;
    }
    item->field = model != NULL ? ol_onenet_property_find_token(model, &item->name) : -1;
    return true;
}
