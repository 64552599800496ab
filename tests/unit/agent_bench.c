/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

ol_ms bench_start_ms;

static const struct ol_onenet_field fields[BENCH_PROPERTIES] = {
    [BENCH_TEMP] = {.identifier = OL_STR_INIT("temp"), .type = OL_ONENET_INT32},
    [BENCH_HUMI] = {.identifier = OL_STR_INIT("humi"),
                    .type = OL_ONENET_INT32,
                    .has_max = true,
                    .max = {100, 0}},
    [BENCH_LED] = {.identifier = OL_STR_INIT("led"),
                   .type = OL_ONENET_BOOL,
                   .writable = true},
    [BENCH_LEVEL] = {.identifier = OL_STR_INIT("level"),
                     .type = OL_ONENET_INT32,
                     .writable = true},
    [BENCH_NAME] = {.identifier = OL_STR_INIT("name"), .type = OL_ONENET_STRING}};

static const struct ol_onenet_model model = {.fields = fields,
                                             .field_count = BENCH_PROPERTIES,
                                             .property_count = BENCH_PROPERTIES};

/* This call of a port function is the one that fails. */
static bool fails(struct bench *b)
{
    return ++b->calls == b->fail_at;
}

/* ---- The stream ---- */

static int32_t stream_open(void *ctx, const struct ol_addr *peer, struct ol_str host,
                           ol_ms now, ol_ms give_up_at)
{
    struct bench *b = ctx;

    assert_true(give_up_at > now);
    if (fails(b)) {
        return OL_E_NOSPC;
    }
    b->opens++;
    b->peer = *peer;
    assert_true(host.len < sizeof b->host);
    memcpy(b->host, host.ptr, host.len);
    b->host[host.len] = '\0';
    b->in_len = 0;
    b->has_ended = false;
    if (b->is_lively) {
        b->stream_state = OL_E_AGAIN;
        b->out_len = b->out_pos = b->ack_pos = 0;
    }
    return b->open_result;
}

static void stream_step(void *ctx, ol_ms now)
{
    (void)ctx;
    (void)now;
}

static int32_t stream_state(const void *ctx)
{
    const struct bench *b = ctx;

    return b->stream_state;
}

static int32_t stream_send(void *ctx, const void *data, size_t len)
{
    struct bench *b = ctx;

    if (fails(b)) {
        b->stream_state = OL_E_IO;
    }
    if (b->stream_state != OL_OK) {
        return OL_E_CLOSED;
    }
    if (b->is_full) {
        return OL_E_AGAIN;
    }
    assert_true(b->out_len + len <= sizeof b->out);
    memcpy(b->out + b->out_len, data, len);
    b->out_len += len;
    return (int32_t)len;
}

static int32_t stream_recv(void *ctx, void *buf, size_t cap)
{
    struct bench *b = ctx;

    if (fails(b)) {
        b->stream_state = OL_E_IO;
        b->in_len = 0;
    }
    if (b->in_len == 0) {
        return b->has_ended || b->stream_state != OL_OK ? OL_E_CLOSED : OL_E_AGAIN;
    }
    size_t n = b->in_len < cap ? b->in_len : cap;
    memcpy(buf, b->in, n);
    b->in_len -= n;
    memmove(b->in, b->in + n, b->in_len);
    return (int32_t)n;
}

static void stream_close(void *ctx, ol_ms now, ol_ms give_up_at)
{
    struct bench *b = ctx;

    (void)now;
    (void)give_up_at;
    b->stream_state = OL_E_CLOSED;
    b->in_len = 0;
}

static ol_ms stream_deadline(const void *ctx)
{
    (void)ctx;
    return OL_NEVER;
}

static const struct ol_stream_ops stream_ops = {.open = stream_open,
                                                .step = stream_step,
                                                .state = stream_state,
                                                .send = stream_send,
                                                .recv = stream_recv,
                                                .close = stream_close,
                                                .deadline = stream_deadline};

/* ---- Datagrams ---- */

static int32_t udp_open(void *ctx, uint16_t local_port)
{
    struct bench *b = ctx;

    assert_int_equal(local_port, 0);
    assert_false(b->udp_open);
    if (fails(b)) {
        return OL_E_NOSPC;
    }
    b->udp_open = true;
    b->udp_opens++;
    return OL_OK;
}

static int32_t udp_send(void *ctx, const struct ol_addr *to, const void *data, size_t len)
{
    struct bench *b = ctx;

    assert_true(b->udp_open);
    assert_true(len <= sizeof b->sent.bytes);
    if (fails(b)) {
        return OL_E_IO;
    }
    b->sent.peer = *to;
    b->sent.len = len;
    memcpy(b->sent.bytes, data, len);
    b->sent_count++;
    return OL_OK;
}

static int32_t udp_recv(void *ctx, void *buf, size_t cap, struct ol_addr *from)
{
    struct bench *b = ctx;

    assert_true(b->udp_open);
    if (b->waiting.len == 0) {
        return OL_E_AGAIN;
    }
    size_t len = b->waiting.len;
    memcpy(buf, b->waiting.bytes, len < cap ? len : cap);
    *from = b->waiting.peer;
    b->waiting.len = 0;
    return (int32_t)len;
}

static void udp_close(void *ctx)
{
    struct bench *b = ctx;

    b->udp_open = false;
}

static const struct ol_datagram_ops udp_ops = {
    .open = udp_open, .send = udp_send, .recv = udp_recv, .close = udp_close};

/* ---- Interface and entropy ---- */

static bool netif_is_link_up(void *ctx)
{
    const struct bench *b = ctx;

    return b->is_link_up;
}

static void netif_get_mac(void *ctx, uint8_t mac[6])
{
    (void)ctx;
    memset(mac, 0, 6);
}

static void netif_get_config(void *ctx, struct ol_netif_config *out)
{
    const struct bench *b = ctx;

    *out = b->net;
}

static int32_t netif_find_host(void *ctx, struct ol_str name, struct ol_addr *out)
{
    (void)ctx;
    if (!ol_str_equal(name, OL_STR("known.local"))) {
        return OL_E_NOENT;
    }
    *out = ol_addr_ipv4(192, 0, 2, 44, 0);
    return OL_OK;
}

static const struct ol_netif_ops netif_ops = {.is_link_up = netif_is_link_up,
                                              .get_mac = netif_get_mac,
                                              .get_config = netif_get_config,
                                              .find_host = netif_find_host};

static int32_t entropy_fill(void *ctx, void *buf, size_t len)
{
    struct bench *b = ctx;
    uint8_t *out = buf;

    if (fails(b)) {
        return OL_E_AGAIN;
    }
    for (size_t i = 0; i < len && b->entropy_result == OL_OK; i++) {
        b->random = b->random * 1664525u + 1013904223u;
        out[i] = (uint8_t)(b->random >> 24);
    }
    return b->entropy_result;
}

/* ---- Setting up ---- */

void bench_init(struct bench *b, ol_ms start_ms)
{
    memset(b, 0, sizeof *b);
    b->now = start_ms;
    b->wall = (struct ol_wall_time){BENCH_UNIX_MS, OL_CLOCK_SYNCED};
    b->is_link_up = true;
    b->net.address = ol_addr_ipv4(192, 0, 2, 10, 0);
    b->net.dns[0] = ol_addr_ipv4(192, 0, 2, 1, 0);
    b->stream_state = OL_E_CLOSED;
    b->random = 12345;
    b->config = (struct ol_agent_config){
        .product_id = OL_STR("Prod012345"),
        .device_name = OL_STR("dev-1"),
        .key = OL_STR("MDEyMzQ1Njc4OUFCQ0RFRkdISUpLTE1OT1BRUlNUVVY="),
        .method = &ol_onenet_sha256,
        .host = OL_STR("192.0.2.80"),
        .keepalive_s = 60,
        .model = &model,
        .slots = b->slots,
        .slot_count = BENCH_PROPERTIES,
        .stream = {.ctx = b, .ops = &stream_ops},
        .datagram = {.ctx = b, .ops = &udp_ops},
        .netif = {.ctx = b, .ops = &netif_ops, .managed = true},
        .entropy = {.ctx = b, .fill = entropy_fill},
        .rx = b->rx,
        .rx_cap = sizeof b->rx,
        .tx = b->tx,
        .tx_cap = sizeof b->tx,
        .queue = b->queue,
        .queue_cap = sizeof b->queue,
        .scratch = &b->scratch};
}

void bench_open(struct bench *b)
{
    enum ol_agent_error error;

    assert_int_equal(ol_agent_init(&b->agent, &b->config, &error), OL_OK);
    assert_int_equal(error, OL_AGENT_ERROR_NONE);
    ol_agent_open(&b->agent, b->now);
}

static struct ol_str main_span(const struct ol_agent_event *ev)
{
    switch (ev->kind) {
    case OL_AGENT_EVENT_HOST:
        return ev->host.host;
    case OL_AGENT_EVENT_REJECTED:
        return ev->rejected.host;
    case OL_AGENT_EVENT_FILTER:
        return ev->filter.filter;
    case OL_AGENT_EVENT_POSTED:
        return ev->posted.body;
    case OL_AGENT_EVENT_REFUSED:
        return ev->refused.msg;
    case OL_AGENT_EVENT_SET_BAD:
        return ev->bad.text;
    case OL_AGENT_EVENT_MESSAGE:
        return ev->message.payload;
    case OL_AGENT_EVENT_SKIPPED:
        return ev->skipped.topic;
    default:
        return OL_STR("");
    }
}

static void work(struct bench *b)
{
    struct ol_agent_event ev;

    ol_agent_step(&b->agent, b->now, b->wall);
    while (ol_agent_next_event(&b->agent, &ev)) {
        assert_true(b->event_count < BENCH_EVENTS);
        struct bench_event *e = &b->event[b->event_count++];
        struct ol_str span = main_span(&ev);
        assert_true(span.len < sizeof e->text);
        e->ev = ev;
        if (span.len > 0) {
            memcpy(e->text, span.ptr, span.len);
        }
        e->text[span.len] = '\0';
    }
}

/* Acknowledges the QoS 1 publishes that are not yet. true: there were some. */
static bool acknowledge(struct bench *b)
{
    struct bench_packet p;
    size_t read_pos = b->out_pos;
    bool any = false;

    b->out_pos = b->ack_pos;
    while ((p = bench_read(b)).type != 0) {
        if (p.type == OL_MQTT_PUBLISH && p.publish.qos == 1) {
            struct ol_writer w =
                ol_writer_make(b->in + b->in_len, sizeof b->in - b->in_len);
            assert_int_equal(ol_mqtt_ack_encode(&w, OL_MQTT_PUBACK, p.publish.packet_id),
                             OL_OK);
            b->in_len += w.len;
            any = true;
        }
    }
    b->ack_pos = b->out_pos;
    b->out_pos = read_pos;
    return any;
}

void bench_turn(struct bench *b)
{
    work(b);
    if (!b->is_ackless && acknowledge(b)) {
        work(b);
    }
}

/* On to the next deadline, end at the latest. */
static void pass_to_deadline(struct bench *b, ol_ms end)
{
    ol_ms next = ol_ms_min(ol_agent_deadline(&b->agent), end);

    assert_true(next > b->now); /* a deadline in the past would never let it sleep */
    b->wall.unix_ms += (int64_t)(next - b->now);
    b->now = next;
    bench_turn(b);
}

void bench_pass(struct bench *b, ol_ms ms)
{
    ol_ms end = b->now + ms;

    bench_turn(b);
    while (b->now < end) {
        pass_to_deadline(b, end);
    }
}

void bench_until(struct bench *b, enum ol_agent_state state, ol_ms ms)
{
    ol_ms end = b->now + ms;

    bench_turn(b);
    while (b->now < end && ol_agent_get_state(&b->agent) != state) {
        pass_to_deadline(b, end);
    }
    assert_int_equal(ol_agent_get_state(&b->agent), state);
}

void bench_login(struct bench *b)
{
    b->stream_state = OL_OK;
    bench_turn(b);
    assert_int_equal(ol_agent_get_state(&b->agent), OL_AGENT_LOGIN);
    bench_connack(b, 0);
    assert_int_equal(ol_agent_get_state(&b->agent), OL_AGENT_SUBSCRIBE);
    bench_suback(b, 0, 0);
    assert_int_equal(ol_agent_get_state(&b->agent), OL_AGENT_ONLINE);
}

void bench_online(struct bench *b)
{
    bench_open(b);
    b->stream_state = OL_E_AGAIN;
    bench_turn(b);
    assert_int_equal(ol_agent_get_state(&b->agent), OL_AGENT_CONNECT);
    bench_login(b);
    b->out_pos = b->out_len;
    bench_forget(b);
}

/* ---- Events ---- */

const struct bench_event *bench_find(const struct bench *b, enum ol_agent_event_kind kind)
{
    for (size_t i = b->event_count; i > 0; i--) {
        if (b->event[i - 1].ev.kind == kind) {
            return &b->event[i - 1];
        }
    }
    return NULL;
}

size_t bench_count(const struct bench *b, enum ol_agent_event_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < b->event_count; i++) {
        n += b->event[i].ev.kind == kind;
    }
    return n;
}

void bench_forget(struct bench *b)
{
    b->event_count = 0;
}

/* ---- The broker ---- */

static struct ol_writer broker_writer(struct bench *b)
{
    return ol_writer_make(b->in + b->in_len, sizeof b->in - b->in_len);
}

static void broker_send(struct bench *b, const struct ol_writer *w)
{
    assert_int_equal(ol_writer_status(w), OL_OK);
    b->in_len += w->len;
    bench_turn(b);
}

void bench_connack(struct bench *b, uint8_t code)
{
    struct ol_writer w = broker_writer(b);

    assert_int_equal(ol_mqtt_connack_encode(&w, false, code), OL_OK);
    broker_send(b, &w);
}

void bench_suback(struct bench *b, uint8_t thing, uint8_t ota)
{
    const uint8_t codes[2] = {thing, ota};
    struct ol_writer w = broker_writer(b);
    struct bench_packet p;

    do {
        p = bench_read(b);
    } while (p.type != OL_MQTT_SUBSCRIBE && p.type != 0);
    assert_int_equal(p.type, OL_MQTT_SUBSCRIBE);
    assert_int_equal(p.subscribe.count, 2);
    assert_int_equal(ol_mqtt_suback_encode(&w, p.subscribe.packet_id, codes, 2), OL_OK);
    broker_send(b, &w);
}

void bench_puback(struct bench *b, uint16_t packet_id)
{
    struct ol_writer w = broker_writer(b);

    assert_int_equal(ol_mqtt_ack_encode(&w, OL_MQTT_PUBACK, packet_id), OL_OK);
    broker_send(b, &w);
}

void bench_publish(struct bench *b, const char *topic, const char *payload)
{
    char text[160];
    struct ol_writer w = broker_writer(b);

    (void)snprintf(text, sizeof text, "$sys/Prod012345/dev-1/%s", topic);
    const struct ol_mqtt_publish publish = {.topic = ol_str_from(text),
                                            .payload = ol_str_from(payload)};
    assert_int_equal(ol_mqtt_publish_encode(&w, &publish), OL_OK);
    broker_send(b, &w);
}

void bench_reply(struct bench *b, uint64_t id, int code, const char *msg)
{
    char body[200];

    (void)snprintf(body, sizeof body, "{\"id\":\"%llu\",\"code\":%d,\"msg\":\"%s\"}",
                   (unsigned long long)id, code, msg);
    bench_publish(b, "thing/property/post/reply", body);
}

void bench_refuse(struct bench *b, int code, const char *msg)
{
    uint64_t id = bench_posted_id(b);

    for (int i = 0; i < 2; i++) {
        bench_reply(b, id, code, msg);
        assert_true(bench_find(b, OL_AGENT_EVENT_REFUSED)->ev.refused.again);
        bench_pass(b, OL_AGENT_POST_SPACE_MS);
        assert_int_equal(bench_posted_id(b), id);
    }
    bench_reply(b, id, code, msg);
}

static void serve_publish(struct bench *b, const struct ol_mqtt_publish *p)
{
    struct ol_writer w = broker_writer(b);
    struct ol_onenet_request request;
    struct ol_str topic = OL_STR("$sys/Prod012345/dev-1/thing/property/post/reply");

    if (p->qos == 0) {
        return;
    }
    assert_int_equal(ol_mqtt_ack_encode(&w, OL_MQTT_PUBACK, p->packet_id), OL_OK);
    assert_int_equal(ol_onenet_request_decode(p->payload, &request),
                     OL_ONENET_REQUEST_OK);
    char body[100];
    int n =
        snprintf(body, sizeof body, "{\"id\":\"%.*s\",\"code\":200,\"msg\":\"success\"}",
                 (int)request.id.text.len, request.id.text.ptr);
    const struct ol_mqtt_publish reply = {.topic = topic,
                                          .payload = ol_str_make(body, (size_t)n)};
    assert_int_equal(ol_mqtt_publish_encode(&w, &reply), OL_OK);
    b->in_len += w.len;
}

void bench_serve(struct bench *b)
{
    static const uint8_t granted[2] = {0, 0};
    struct bench_packet p;

    b->is_ackless = true;
    if (b->stream_state == OL_E_AGAIN) {
        b->stream_state = OL_OK;
    }
    while ((p = bench_read(b)).type != 0) {
        struct ol_writer w = broker_writer(b);
        if (p.type == OL_MQTT_CONNECT) {
            assert_int_equal(ol_mqtt_connack_encode(&w, false, 0), OL_OK);
        } else if (p.type == OL_MQTT_SUBSCRIBE) {
            assert_int_equal(ol_mqtt_suback_encode(&w, p.subscribe.packet_id, granted, 2),
                             OL_OK);
        } else if (p.type == OL_MQTT_PUBLISH) {
            serve_publish(b, &p.publish);
            continue;
        }
        b->in_len += w.len;
    }
    bench_turn(b);
}

struct bench_packet bench_read(struct bench *b)
{
    struct bench_packet p = {0};
    struct ol_mqtt_header h;
    const uint8_t *data = b->out + b->out_pos;

    if (ol_mqtt_header_decode(data, b->out_len - b->out_pos, &h) != OL_OK ||
        b->out_len - b->out_pos < h.len + h.remaining) {
        return p;
    }
    data += h.len;
    b->out_pos += h.len + h.remaining;
    p.type = h.type;
    if (h.type == OL_MQTT_CONNECT) {
        assert_int_equal(ol_mqtt_connect_decode(data, h.remaining, &p.connect), OL_OK);
    } else if (h.type == OL_MQTT_PUBLISH) {
        assert_int_equal(ol_mqtt_publish_decode(&h, data, h.remaining, &p.publish),
                         OL_OK);
    } else if (h.type == OL_MQTT_SUBSCRIBE) {
        assert_int_equal(
            ol_mqtt_subscribe_decode(h.type, data, h.remaining, &p.subscribe), OL_OK);
    }
    return p;
}

struct bench_packet bench_read_publish(struct bench *b)
{
    struct bench_packet p;

    do {
        p = bench_read(b);
    } while (p.type != OL_MQTT_PUBLISH && p.type != 0);
    return p;
}

/* ---- Samples ---- */

void bench_sample(struct bench *b, uint16_t property, int64_t value)
{
    struct ol_onenet_value v = ol_onenet_value_int(value);

    assert_int_equal(ol_agent_sample(&b->agent, property, &v, 0, NULL), OL_OK);
}

uint64_t bench_posted_id(const struct bench *b)
{
    const struct bench_event *e = bench_find(b, OL_AGENT_EVENT_POSTED);

    assert_non_null(e);
    return e->ev.posted.id;
}

const char *bench_posted_body(const struct bench *b)
{
    const struct bench_event *e = bench_find(b, OL_AGENT_EVENT_POSTED);

    assert_non_null(e);
    return e->text;
}

bool bench_has_text(struct ol_str s, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i + len <= s.len; i++) {
        if (memcmp(s.ptr + i, word, len) == 0) {
            return true;
        }
    }
    return false;
}
