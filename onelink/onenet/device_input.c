/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/device.h"

#include "onelink/onenet/params_check.h"

/* An id is echoed; one that is longer than any reasonable one is not. */
#define ECHO_MAX 64

/* ---- Replies to posts ---- */

static void input_reply(struct ol_onenet_device *dev, struct ol_str payload)
{
    struct ol_onenet_device_event *ev = &dev->event;
    if (ol_onenet_reply_decode(payload, &ev->reply) != OL_OK) {
        ev->kind = OL_ONENET_DEVICE_BAD;
        return;
    }
    struct ol_str text;
    ev->kind = OL_ONENET_DEVICE_STRAY;
    ev->refused = ol_onenet_refusal_msg_decode(ev->reply.msg.text, &text);
    if (ol_onenet_id_decode(ev->reply.id, &ev->post_id) != OL_OK) {
        ev->post_id = 0;
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

/* Without a model only the form of params is held. */
static struct ol_onenet_refusal check_form(struct ol_str params)
{
    struct ol_onenet_params p = ol_onenet_params_open(params);
    struct ol_onenet_item item;
    int32_t rc;
    do {
        rc = ol_onenet_params_next(&p, &item);
    } while (rc == OL_OK);
    return rc == OL_E_NOENT ? ol_onenet_refusal_none()
                            : ol_onenet_request_refusal(OL_ONENET_REQUEST_PARAMS);
}

static struct ol_onenet_refusal check_get(const struct ol_onenet_model *model,
                                          struct ol_str params)
{
    struct ol_onenet_params p = ol_onenet_params_open(params);
    struct ol_onenet_item item;
    int32_t rc;
    while ((rc = ol_onenet_params_next_name(&p, &item)) == OL_OK) {
        if (model != NULL && ol_onenet_property_find_token(model, &item.name) < 0) {
            return ol_onenet_refusal_make(OL_ONENET_CODE_NOT_EXIST, item.name.text);
        }
    }
    return rc == OL_E_NOENT ? ol_onenet_refusal_none()
                            : ol_onenet_request_refusal(OL_ONENET_REQUEST_PARAMS);
}

static struct ol_onenet_refusal check_command(const struct ol_onenet_device *dev,
                                              struct ol_str params)
{
    const struct ol_onenet_model *model = dev->config.model;
    if (dev->event.kind == OL_ONENET_DEVICE_GET) {
        return check_get(model, params);
    }
    return model == NULL ? check_form(params)
                         : ol_onenet_params_check(model, params, true, true);
}

/* What can be echoed is answered, also when it is wrong: a platform waits for it. */
static void input_command(struct ol_onenet_device *dev, struct ol_str payload)
{
    struct ol_onenet_device_event *ev = &dev->event;
    struct ol_onenet_request request;
    enum ol_onenet_request_error error = ol_onenet_request_decode(payload, &request);
    bool echo = request.id.text.len > 0 && request.id.text.len <= ECHO_MAX;
    if (error == OL_ONENET_REQUEST_NOT_JSON || error == OL_ONENET_REQUEST_NOT_OBJECT ||
        !echo) {
        ev->kind = OL_ONENET_DEVICE_BAD;
        return;
    }
    ev->kind = ev->topic.kind == OL_ONENET_TOPIC_PROPERTY_SET ? OL_ONENET_DEVICE_SET
                                                              : OL_ONENET_DEVICE_GET;
    ev->id = request.id;
    ev->params = request.params;
    /* The platform's ids are its own affair: only a missing one cannot be answered. */
    if (error == OL_ONENET_REQUEST_OK || error == OL_ONENET_REQUEST_ID) {
        ev->refusal = check_command(dev, request.params);
    } else {
        ev->refusal = ol_onenet_request_refusal(error);
    }
}

int32_t ol_onenet_device_input(struct ol_onenet_device *dev, struct ol_str topic,
                               struct ol_str payload, ol_ms now)
{
    struct ol_onenet_device_event *ev = &dev->event;
    dev->now = now;
    dev->has_event = false;
    *ev = (struct ol_onenet_device_event){.kind = OL_ONENET_DEVICE_UNKNOWN};
    if (!ol_onenet_topic_decode(topic, &ev->topic) ||
        !ol_str_equal(ev->topic.pid, dev->config.pid) ||
        !ol_str_equal(ev->topic.device, dev->config.device)) {
        return OL_E_ARG;
    }
    enum ol_onenet_topic_kind kind = ev->topic.kind;
    if (kind == OL_ONENET_TOPIC_PROPERTY_SET || kind == OL_ONENET_TOPIC_PROPERTY_GET) {
        input_command(dev, payload);
    } else if (kind != OL_ONENET_TOPIC_UNKNOWN && (kind & 1) != 0 &&
               ol_onenet_topic_direction(kind) == OL_ONENET_DOWNLINK) {
        input_reply(dev, payload);
    }
    dev->has_event = true;
    return OL_OK;
}

/* ---- Events ---- */

void ol_onenet_device_step(struct ol_onenet_device *dev, ol_ms now)
{
    dev->now = now;
}

static bool next_timeout(struct ol_onenet_device *dev, struct ol_onenet_device_event *out)
{
    for (int i = 0; i < OL_ONENET_PENDING_MAX; i++) {
        struct ol_onenet_pending *p = &dev->pending[i];
        if (p->id != 0 && p->deadline <= dev->now) {
            *out = (struct ol_onenet_device_event){
                .kind = OL_ONENET_DEVICE_TIMEOUT,
                .topic = {p->kind, dev->config.pid, dev->config.device, {NULL, 0}},
                .post_id = p->id,
            };
            p->id = 0;
            return true;
        }
    }
    return false;
}

bool ol_onenet_device_next_event(struct ol_onenet_device *dev,
                                 struct ol_onenet_device_event *out)
{
    if (dev->has_event) {
        dev->has_event = false;
        *out = dev->event;
        return true;
    }
    return next_timeout(dev, out);
}

bool ol_onenet_device_set_next(const struct ol_onenet_device *dev,
                               struct ol_onenet_params *params,
                               struct ol_onenet_set_item *item)
{
    const struct ol_onenet_model *model = dev->config.model;
    struct ol_onenet_item raw;
    *item = (struct ol_onenet_set_item){.field = -1};
    if (ol_onenet_params_next(params, &raw) != OL_OK) {
        return false;
    }
    item->name = raw.name;
    item->json = raw.value;
    item->value = ol_onenet_value_json(raw.value);
    if (model == NULL) {
        return true;
    }
    item->field = ol_onenet_property_find_token(model, &raw.name);
    return item->field >= 0 &&
           ol_onenet_value_decode(model, &model->fields[item->field], raw.value,
                                  &item->value, &item->coerced) == OL_ONENET_VALUE_OK;
}

bool ol_onenet_device_get_next(const struct ol_onenet_device *dev,
                               struct ol_onenet_params *params,
                               struct ol_onenet_set_item *item)
{
    const struct ol_onenet_model *model = dev->config.model;
    struct ol_onenet_item raw;
    *item = (struct ol_onenet_set_item){.field = -1};
    if (ol_onenet_params_next_name(params, &raw) != OL_OK) {
        return false;
    }
    item->name = raw.name;
    item->field = model != NULL ? ol_onenet_property_find_token(model, &raw.name) : -1;
    return true;
}
