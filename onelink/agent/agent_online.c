/* SPDX-License-Identifier: MIT */
#include "onelink/agent/agent_private.h"

/* ---- Bytes out ---- */

bool ol_agent_flush(struct ol_agent *a)
{
    const struct ol_stream *stream = &a->config->stream;
    size_t len = 0;
    const uint8_t *data = ol_mqtt_client_output(&a->mqtt, &len);

    if (len == 0) {
        return false;
    }
    int32_t sent = stream->ops->send(stream->ctx, data, len);
    if (sent <= 0) {
        return false; /* the end of a connection is told by recv */
    }
    ol_mqtt_client_output_done(&a->mqtt, (size_t)sent);
    a->tx_full = false;
    return true;
}

int32_t ol_agent_publish_begin(struct ol_agent *a, enum ol_onenet_topic_kind kind,
                               uint8_t qos, size_t size, struct ol_writer *w)
{
    char *text = a->config->scratch->work.text;
    struct ol_writer topic = ol_writer_make(text, OL_AGENT_TOPIC_MAX);

    int32_t rc = ol_onenet_device_topic_encode(&a->device, &topic, kind, OL_STR(""));
    if (rc != OL_OK) {
        return rc;
    }
    rc = ol_mqtt_client_publish_begin(&a->mqtt, ol_str_make(text, topic.len), qos, size,
                                      w);
    if (rc == OL_E_NOSPC) {
        /* Where tx is empty no room will come: it is this message that is too large. */
        a->tx_full = ol_agent_has_output(a) || ol_mqtt_client_get_in_flight(&a->mqtt) > 0;
    }
    return rc;
}

/* ---- The end of a connection ---- */

void ol_agent_online_end(struct ol_agent *a)
{
    ol_mqtt_client_closed(&a->mqtt, a->now);
    /* Bodies are built anew from the queue, so that nothing goes out before the subscription
     * to the replies stands. */
    (void)(ol_mqtt_client_discard(&a->mqtt) == OL_OK);
    ol_agent_post_logout(a);
    ol_agent_command_reset(a);
    a->tx_full = false;
    a->silent = 0;
}

/* The stream is at its end. */
static void lost(struct ol_agent *a)
{
    const struct ol_stream *stream = &a->config->stream;
    int32_t status = stream->ops->state(stream->ctx);
    enum ol_agent_cause cause = OL_AGENT_CAUSE_RESET;

    if (status == OL_E_CLOSED || status == OL_OK) {
        cause = OL_AGENT_CAUSE_CLOSED;
    } else if (status == OL_E_AUTH) {
        cause = OL_AGENT_CAUSE_TLS;
    }
    if (a->state == OL_AGENT_LOGIN) {
        cause = OL_AGENT_CAUSE_NO_LOGIN;
    }
    ol_agent_fail(a, cause);
}

static enum ol_agent_cause failed_cause(uint8_t reason)
{
    switch (reason) {
    case OL_MQTT_REASON_NO_CONNACK:
        return OL_AGENT_CAUSE_NO_LOGIN;
    case OL_MQTT_REASON_NO_PINGRESP:
        return OL_AGENT_CAUSE_NO_PING;
    case OL_MQTT_REASON_NO_ACK:
        return OL_AGENT_CAUSE_NO_REPLY;
    default:
        return OL_AGENT_CAUSE_PROTOCOL;
    }
}

/* ---- Login and subscription ---- */

/* docs/protocol.md §1.6, §10.1: two of the ten filters. */
static OL_AGENT_NOINLINE bool subscribe(struct ol_agent *a)
{
    static const struct ol_str suffix[2] = {OL_STR_INIT("thing/#"), OL_STR_INIT("ota/#")};
    char *text = a->config->scratch->work.text;
    struct ol_str filters[2];
    struct ol_writer w = ol_writer_make(text, sizeof a->config->scratch->work.text);

    for (size_t i = 0; i < 2; i++) {
        size_t begin = w.len;
        if (ol_onenet_device_filter_encode(&a->device, &w, suffix[i]) != OL_OK) {
            return false;
        }
        filters[i] = ol_str_make(text + begin, w.len - begin);
    }
    return ol_mqtt_client_subscribe(&a->mqtt, filters, 2, 0) > 0;
}

static void on_login(struct ol_agent *a)
{
    a->login_done_at = a->now;
    a->host_first = a->host;
    a->host_tried = 0;
    a->rejected = 0;
    a->transient = 0;
    a->clock_doubted = false;
    a->login_doubts = 0;
    if (!subscribe(a)) {
        ol_agent_fail(a, OL_AGENT_CAUSE_LOCAL);
        return;
    }
    ol_agent_enter(a, OL_AGENT_SUBSCRIBE, OL_AGENT_CAUSE_NONE, 0);
}

static void on_suback(struct ol_agent *a, const struct ol_mqtt_suback *suback)
{
    struct ol_agent_event *ev;

    if (a->state != OL_AGENT_SUBSCRIBE || suback->codes.len != 2) {
        return;
    }
    if ((uint8_t)suback->codes.ptr[0] >= OL_MQTT_SUBACK_FAILURE) {
        ev = ol_agent_emit(a, OL_AGENT_EVENT_FILTER);
        ev->filter.filter = OL_STR("thing/#");
        ol_agent_fail(a, OL_AGENT_CAUSE_SUBSCRIBE);
        return;
    }
    a->ota_refused = (uint8_t)suback->codes.ptr[1] >= OL_MQTT_SUBACK_FAILURE;
    a->online_at = a->now;
    a->stats.online++;
    ol_agent_post_login(a);
    ol_agent_enter(a, OL_AGENT_ONLINE, OL_AGENT_CAUSE_NONE, 0);
}

/* What there is to tell after the login, one event a call. */
static bool tell_login(struct ol_agent *a)
{
    struct ol_agent_event *ev;

    if (a->ota_refused) {
        a->ota_refused = false;
        ev = ol_agent_emit(a, OL_AGENT_EVENT_FILTER);
        ev->filter.filter = OL_STR("ota/#");
        return true;
    }
    if (a->host_known == a->host) {
        return false;
    }
    a->host_known = a->host;
    ev = ol_agent_emit(a, OL_AGENT_EVENT_HOST);
    ev->host.host = ol_agent_host_get(a, a->config->scratch->work.text);
    ev->host.addr = a->addrs.addrs[a->addr];
    return true;
}

/* ---- Messages ---- */

static OL_AGENT_NOINLINE void on_message(struct ol_agent *a,
                                         const struct ol_mqtt_message *m)
{
    struct ol_onenet_device_event in;
    struct ol_agent_event *ev;

    if (ol_onenet_device_input(&a->device, m->topic, m->payload, a->now) != OL_OK ||
        !ol_onenet_device_next_event(&a->device, &in)) {
        a->stats.strays++;
        return;
    }
    switch (in.kind) {
    case OL_ONENET_DEVICE_REPLY:
    case OL_ONENET_DEVICE_STRAY:
        if (!ol_agent_post_reply(a, &in)) {
            a->stats.strays++;
        }
        break;
    case OL_ONENET_DEVICE_TIMEOUT:
        ol_agent_post_timeout(a, in.post_id);
        break;
    case OL_ONENET_DEVICE_SET:
    case OL_ONENET_DEVICE_GET:
        ol_agent_command_input(a, &in);
        break;
    case OL_ONENET_DEVICE_BAD:
        a->stats.strays++;
        break;
    case OL_ONENET_DEVICE_UNKNOWN:
        ev = ol_agent_emit(a, OL_AGENT_EVENT_MESSAGE);
        ev->message.topic = in.topic;
        ev->message.payload = m->payload;
        break;
    }
}

static void on_mqtt_event(struct ol_agent *a, const struct ol_mqtt_event *in)
{
    struct ol_agent_event *ev;

    switch (in->type) {
    case OL_MQTT_EVENT_LOGIN:
        on_login(a);
        break;
    case OL_MQTT_EVENT_REFUSED:
        ol_agent_connect_rejected(a, in->code);
        break;
    case OL_MQTT_EVENT_PUBLISH:
        on_message(a, &in->message);
        break;
    case OL_MQTT_EVENT_SKIPPED:
        ev = ol_agent_emit(a, OL_AGENT_EVENT_SKIPPED);
        ev->skipped.topic = in->message.topic;
        ev->skipped.len = in->message.total_len;
        break;
    case OL_MQTT_EVENT_DELIVERED:
        a->tx_full = false; /* the window moves; delivered is what the reply says */
        break;
    case OL_MQTT_EVENT_SUBACK:
        on_suback(a, &in->suback);
        break;
    case OL_MQTT_EVENT_UNSUBACK:
        break;
    case OL_MQTT_EVENT_FAILED:
        ol_agent_fail(a, failed_cause(in->failed.reason));
        break;
    }
}

/* ---- The pump ---- */

/* The CONNECT is not out yet, so nothing may come but the end, which must not go unseen. */
static bool receive_nothing(struct ol_agent *a)
{
    const struct ol_stream *stream = &a->config->stream;
    int32_t got = stream->ops->recv(stream->ctx, a->config->scratch->work.text, 1);

    if (got == OL_E_AGAIN) {
        return false;
    }
    if (got > 0) {
        ol_agent_fail(a, OL_AGENT_CAUSE_PROTOCOL);
    } else {
        lost(a);
    }
    return true;
}

/* true: bytes came, or the end. */
static bool receive(struct ol_agent *a)
{
    const struct ol_stream *stream = &a->config->stream;
    size_t cap = 0;
    uint8_t *room = ol_mqtt_client_input(&a->mqtt, &cap);

    if (cap == 0) {
        return receive_nothing(a);
    }
    int32_t got = stream->ops->recv(stream->ctx, room, cap);
    if (got > 0) {
        ol_mqtt_client_input_done(&a->mqtt, (size_t)got);
        return true;
    }
    if (got == OL_E_AGAIN) {
        return false;
    }
    lost(a);
    return true;
}

static bool timeouts_run(struct ol_agent *a)
{
    struct ol_onenet_device_event in;

    ol_onenet_device_step(&a->device, a->now);
    if (!ol_onenet_device_next_event(&a->device, &in)) {
        return false;
    }
    if (in.kind == OL_ONENET_DEVICE_TIMEOUT) {
        ol_agent_post_timeout(a, in.post_id);
    }
    return true;
}

static bool online_work(struct ol_agent *a)
{
    return tell_login(a) || timeouts_run(a) || ol_agent_command_run(a) ||
           ol_agent_post_run(a);
}

bool ol_agent_online_run(struct ol_agent *a)
{
    const struct ol_stream *stream = &a->config->stream;
    struct ol_mqtt_event in;

    if (a->state == OL_AGENT_SUBSCRIBE && a->now >= a->state_until) {
        ol_agent_fail(a, OL_AGENT_CAUSE_SUBSCRIBE);
        return true;
    }
    stream->ops->step(stream->ctx, a->now);
    ol_mqtt_client_step(&a->mqtt, a->now);
    if (ol_mqtt_client_next_event(&a->mqtt, &in) == OL_OK) {
        on_mqtt_event(a, &in);
        return true;
    }
    if (receive(a)) {
        return true;
    }
    if (a->state == OL_AGENT_ONLINE && online_work(a)) {
        return true;
    }
    return ol_agent_flush(a);
}
