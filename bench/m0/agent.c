/* SPDX-License-Identifier: MIT */
/* The whole device on a Cortex-M0, every function of onelink/agent/agent.h linked: looks up the
 * platform's name, asks a time server, logs in, reports and obeys. The network is this file: it
 * answers as OneNET does. */
/* clang-format off */
/* m0-sources: onelink/base onelink/json onelink/mqtt onelink/net onelink/onenet/name.c onelink/onenet/resource.c onelink/onenet/token.c onelink/onenet/token_sign.c onelink/onenet/token_key.c onelink/onenet/token_error.c onelink/onenet/method_sha1.c onelink/onenet/topic.c onelink/onenet/topic_filter.c onelink/onenet/model.c onelink/onenet/value.c onelink/onenet/value_step.c onelink/onenet/value_check.c onelink/onenet/value_convert.c onelink/onenet/refusal.c onelink/onenet/onejson.c onelink/onenet/onejson_post.c onelink/onenet/onejson_params.c onelink/onenet/device.c onelink/onenet/device_input.c onelink/agent/agent.c onelink/agent/agent_init.c onelink/agent/agent_clock.c onelink/agent/agent_date.c onelink/agent/agent_resolve.c onelink/agent/agent_connect.c onelink/agent/agent_online.c onelink/agent/agent_post.c onelink/agent/agent_sample.c onelink/agent/agent_command.c onelink/agent/agent_link.c onelink/agent/queue.c onelink/agent/backoff.c onelink/agent/cause.c
 * m0-bearssl: hash/sha1.c codec/dec32be.c codec/enc32be.c */
/* clang-format on */
#include "onelink/agent/agent.h"
#include "rt.h"

#define P        "$sys/wZ8s7Fk1Qd/device01/"
#define WIRE_CAP 768
#define UNIX_S   1800000000u

enum { TEMP, HUMI, LED, LEVEL, PROPERTY_COUNT };

static const struct ol_onenet_field fields[PROPERTY_COUNT] = {
    [TEMP] = {.identifier = OL_STR_INIT("temp"),
              .type = OL_ONENET_FLOAT,
              .has_min = true,
              .has_max = true,
              .has_step = true,
              .min = {-40, 0},
              .max = {85, 0},
              .step = {1, -1}},
    [HUMI] = {.identifier = OL_STR_INIT("humi"),
              .type = OL_ONENET_FLOAT,
              .has_min = true,
              .has_max = true,
              .has_step = true,
              .max = {100, 0},
              .step = {1, -1}},
    [LED] = {.identifier = OL_STR_INIT("led"), .type = OL_ONENET_BOOL, .writable = true},
    [LEVEL] = {.identifier = OL_STR_INIT("level"),
               .type = OL_ONENET_INT32,
               .writable = true,
               .has_min = true,
               .has_max = true,
               .max = {100, 0}},
};
static const struct ol_onenet_model model = {
    .fields = fields, .field_count = PROPERTY_COUNT, .property_count = PROPERTY_COUNT};

/* The wire: what the platform has sent and the device not yet received, and one datagram. */
static uint8_t wire[WIRE_CAP];
static size_t wire_len;
static size_t wire_read;
static uint8_t datagram[OL_DNS_MESSAGE_MAX];
static size_t datagram_len;
static struct ol_addr datagram_from;
static bool stream_is_open;
static unsigned sends;
static unsigned receives;
static unsigned packets_out;
static unsigned packets_in;

static void wire_byte(uint8_t b)
{
    m0_check(wire_len < WIRE_CAP, "room on the wire");
    wire[wire_len++] = b;
}

static void wire_bytes(const void *data, size_t len)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < len; i++) {
        wire_byte(p[i]);
    }
}

static void wire_acknowledge(uint8_t type, const uint8_t *id, unsigned codes)
{
    wire_byte(type);
    wire_byte((uint8_t)(2 + codes));
    wire_bytes(id, 2);
    while (codes-- > 0) {
        wire_byte(0);
    }
    packets_in++;
}

/* A QoS 0 PUBLISH of topic + tail. */
static void wire_publish(const void *topic, size_t topic_len, struct ol_str tail,
                         struct ol_str payload)
{
    size_t len = 2 + topic_len + tail.len + payload.len;
    wire_byte(0x30);
    if (len > 127) {
        wire_byte((uint8_t)(len | 0x80));
        len >>= 7;
    }
    wire_byte((uint8_t)len);
    wire_byte(0);
    wire_byte((uint8_t)(topic_len + tail.len));
    wire_bytes(topic, topic_len);
    wire_bytes(tail.ptr, tail.len);
    wire_bytes(payload.ptr, payload.len);
    packets_in++;
}

static bool ends_with(const uint8_t *text, size_t len, struct ol_str end)
{
    for (size_t i = 0; i < end.len; i++) {
        if (len < end.len || text[len - end.len + i] != (uint8_t)end.ptr[i]) {
            return false;
        }
    }
    return true;
}

/* body is {"id":"...": the reply has the same id. */
static void answer_publish(const uint8_t *packet, const uint8_t *variable)
{
    size_t topic_len = variable[1];
    const uint8_t *topic = variable + 2;
    const uint8_t *id = topic + topic_len;
    const uint8_t *body = id + 2;
    static uint8_t reply[64];
    struct ol_writer w = ol_writer_make(reply, sizeof reply);
    if ((packet[0] & 6) == 0) {
        return;
    }
    wire_acknowledge(0x40, id, 0);
    if (!ends_with(topic, topic_len, OL_STR("/post"))) {
        return;
    }
    for (size_t i = 0; i < 8 || body[i - 1] != '"'; i++) {
        reply[w.len++] = body[i];
    }
    static const char rest[] = ",\"code\":200,\"msg\":\"success\"}";
    for (size_t i = 0; i < sizeof rest - 1; i++) {
        reply[w.len++] = (uint8_t)rest[i];
    }
    wire_publish(topic, topic_len, OL_STR("/reply"), ol_str_make(reply, w.len));
}

static void answer_packet(const uint8_t *packet, const uint8_t *variable, size_t len)
{
    unsigned filters = 0;
    packets_out++;
    switch (packet[0] >> 4) {
    case 1:
        wire_bytes("\x20\x02\x00\x00", 4);
        packets_in++;
        break;
    case 3:
        answer_publish(packet, variable);
        break;
    case 8:
        for (size_t i = 2; i < len; i += 3u + variable[i + 1]) {
            filters++;
        }
        wire_acknowledge(0x90, variable, filters);
        break;
    default:
        break;
    }
}

static int32_t stream_open(void *ctx, const struct ol_addr *peer, struct ol_str host,
                           ol_ms now, ol_ms give_up_at)
{
    (void)ctx;
    (void)host;
    m0_check(peer->bytes[0] == 192 && give_up_at > now, "the address looked up");
    stream_is_open = true;
    return OL_OK;
}

static void stream_step(void *ctx, ol_ms now)
{
    (void)ctx;
    (void)now;
}

static int32_t stream_state(const void *ctx)
{
    (void)ctx;
    return stream_is_open ? OL_OK : OL_E_CLOSED;
}

static int32_t stream_send(void *ctx, const void *data, size_t len)
{
    const uint8_t *p = data;
    (void)ctx;
    sends++;
    for (size_t at = 0; at < len;) {
        size_t head = p[at + 1] > 127 ? 3 : 2;
        size_t body = p[at + 1] & 127u;
        body |= head == 3 ? (size_t)p[at + 2] << 7 : 0;
        m0_check(at + head + body <= len, "whole packets");
        answer_packet(p + at, p + at + head, body);
        at += head + body;
    }
    return (int32_t)len;
}

static int32_t stream_recv(void *ctx, void *buf, size_t cap)
{
    uint8_t *to = buf;
    size_t n = wire_len - wire_read;
    (void)ctx;
    if (n == 0) {
        return stream_is_open ? OL_E_AGAIN : OL_E_CLOSED;
    }
    receives++;
    n = n < cap ? n : cap;
    for (size_t i = 0; i < n; i++) {
        to[i] = wire[wire_read++];
    }
    if (wire_read == wire_len) {
        wire_read = 0;
        wire_len = 0;
    }
    return (int32_t)n;
}

static void stream_close(void *ctx, ol_ms now, ol_ms give_up_at)
{
    (void)ctx;
    (void)now;
    (void)give_up_at;
    stream_is_open = false;
}

static ol_ms stream_deadline(const void *ctx)
{
    (void)ctx;
    return OL_NEVER;
}

static int32_t datagram_open(void *ctx, uint16_t local_port)
{
    (void)ctx;
    return local_port == 0 ? OL_OK : OL_E_NOSPC;
}

static void put_u32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

/* The query with one address behind it. */
static void answer_dns(size_t len)
{
    static const uint8_t record[] = {0xC0, 12, 0, 1, 0,   1, 0, 0,
                                     0,    60, 0, 4, 192, 0, 2, 7};
    datagram[2] = 0x81;
    datagram[3] = 0x80;
    datagram[7] = 1;
    for (size_t i = 0; i < sizeof record; i++) {
        datagram[len + i] = record[i];
    }
    datagram_len = len + sizeof record;
}

/* A stratum 2 server whose clock stands at UNIX_S. */
static void answer_sntp(void)
{
    datagram[0] = 0x24;
    datagram[1] = 2;
    for (size_t i = 0; i < 8; i++) {
        datagram[24 + i] = datagram[40 + i];
    }
    put_u32(datagram + 16, UNIX_S - 60 + 2208988800u);
    put_u32(datagram + 32, UNIX_S + 2208988800u);
    put_u32(datagram + 40, UNIX_S + 2208988800u);
    datagram_len = 48;
}

static int32_t datagram_send(void *ctx, const struct ol_addr *to, const void *data,
                             size_t len)
{
    const uint8_t *p = data;
    (void)ctx;
    for (size_t i = 0; i < len; i++) {
        datagram[i] = p[i];
    }
    datagram_from.family = to->family;
    for (size_t i = 0; i < 16; i++) {
        datagram_from.bytes[i] = to->bytes[i];
    }
    datagram_from.port = to->port;
    if (to->port == 53) {
        answer_dns(len);
    } else {
        answer_sntp();
    }
    return OL_OK;
}

static int32_t datagram_recv(void *ctx, void *buf, size_t cap, struct ol_addr *from)
{
    uint8_t *out = buf;
    size_t len = datagram_len;
    (void)ctx;
    if (len == 0) {
        return OL_E_AGAIN;
    }
    for (size_t i = 0; i < len && i < cap; i++) {
        out[i] = datagram[i];
    }
    from->family = datagram_from.family;
    for (size_t i = 0; i < 16; i++) {
        from->bytes[i] = datagram_from.bytes[i];
    }
    from->port = datagram_from.port;
    datagram_len = 0;
    return (int32_t)len;
}

static void datagram_close(void *ctx)
{
    (void)ctx;
    datagram_len = 0;
}

static bool netif_is_link_up(void *ctx)
{
    (void)ctx;
    return true;
}

static void netif_get_mac(void *ctx, uint8_t mac[6])
{
    (void)ctx;
    for (uint8_t i = 0; i < 6; i++) {
        mac[i] = i;
    }
}

static void netif_get_config(void *ctx, struct ol_netif_config *out)
{
    uint8_t *p = (uint8_t *)out;
    (void)ctx;
    for (size_t i = 0; i < sizeof *out; i++) {
        p[i] = 0;
    }
    out->address.family = OL_ADDR_IPV4;
    out->address.bytes[0] = 10;
    out->dns[0].family = OL_ADDR_IPV4;
    out->dns[0].bytes[0] = 10;
    out->ntp[0].family = OL_ADDR_IPV4;
    out->ntp[0].bytes[0] = 10;
}

static int32_t fill_entropy(void *ctx, void *buf, size_t len)
{
    static uint32_t state;
    uint8_t *p = buf;
    (void)ctx;
    while (len-- > 0) {
        state = state * 1664525u + 1013904223u;
        *p++ = (uint8_t)(state >> 24);
    }
    return OL_OK;
}

static const struct ol_stream_ops stream_ops = {.open = stream_open,
                                                .step = stream_step,
                                                .state = stream_state,
                                                .send = stream_send,
                                                .recv = stream_recv,
                                                .close = stream_close,
                                                .deadline = stream_deadline};
static const struct ol_datagram_ops datagram_ops = {.open = datagram_open,
                                                    .send = datagram_send,
                                                    .recv = datagram_recv,
                                                    .close = datagram_close};
static const struct ol_netif_ops netif_ops = {.is_link_up = netif_is_link_up,
                                              .get_mac = netif_get_mac,
                                              .get_config = netif_get_config};

static uint8_t rx[1024];
static uint8_t tx[1024];
static uint8_t queue[1024];
static struct ol_agent_slot slots[PROPERTY_COUNT];
static struct ol_agent_scratch scratch;
static struct ol_agent agent;
static struct ol_agent_event event;
static ol_ms now;

static const struct ol_agent_config config = {
    .product_id = OL_STR_INIT("wZ8s7Fk1Qd"),
    .device_name = OL_STR_INIT("device01"),
    .key = OL_STR_INIT("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
    .method = &ol_onenet_sha1,
    .host = OL_STR_INIT("auto"),
    .model = &model,
    .slots = slots,
    .slot_count = PROPERTY_COUNT,
    .stream = {NULL, &stream_ops},
    .datagram = {NULL, &datagram_ops},
    .netif = {.ops = &netif_ops, .managed = true},
    .entropy = {NULL, fill_entropy},
    .rx = rx,
    .rx_cap = sizeof rx,
    .tx = tx,
    .tx_cap = sizeof tx,
    .queue = queue,
    .queue_cap = sizeof queue,
    .scratch = &scratch,
};

/* One turn of the loop; event is the last of those that came, their kinds a bit each. */
static uint32_t turn(void)
{
    static const struct ol_wall_time none = {.quality = OL_CLOCK_NONE};
    uint32_t kinds = 0;
    ol_agent_step(&agent, now, none);
    while (ol_agent_next_event(&agent, &event)) {
        kinds |= UINT32_C(1) << event.kind;
        if (event.kind == OL_AGENT_EVENT_SET) {
            struct ol_onenet_params params = event.set.params;
            struct ol_onenet_set_item item;
            while (ol_agent_set_next(&agent, &params, &item)) {
            }
            m0_check(ol_agent_set_reply(&agent, event.set.handle, 200, OL_STR("")) ==
                         OL_OK,
                     "answered");
        }
    }
    return kinds;
}

/* Turns until each of the kinds has come. */
static void until(uint32_t kinds)
{
    uint32_t seen = 0;
    for (unsigned turns = 0; (seen & kinds) != kinds; turns++) {
        seen |= turn();
        m0_check(turns < 20, "it comes");
        if ((seen & kinds) != kinds) {
            ol_ms at = ol_agent_deadline(&agent);
            now = wire_len == 0 && datagram_len == 0 && at > now ? at : now + 1;
        }
    }
}

static void connect(void)
{
    m0_begin("from the link up to online");
    ol_agent_open(&agent, now);
    while (ol_agent_get_state(&agent) != OL_AGENT_ONLINE) {
        until(UINT32_C(1) << OL_AGENT_EVENT_STATE);
    }
    m0_end();
    while (turn() != 0) {
    }
    m0_check(ol_agent_get_wall(&agent).unix_ms / 1000 == UNIX_S, "the time asked for");
}

static int32_t sample(uint16_t property, int64_t coef)
{
    const struct ol_onenet_value value = ol_onenet_value_dec((struct ol_dec){coef, -1});
    enum ol_onenet_value_error error;
    return ol_agent_sample(&agent, property, &value, 0, &error);
}

static void report(void)
{
    now += 5000;
    sends = receives = packets_out = packets_in = 0;
    m0_begin("report of 2 floats, sampled to delivered");
    ol_agent_step(&agent, now, (struct ol_wall_time){.quality = OL_CLOCK_NONE});
    int32_t rc = sample(TEMP, 235);
    rc = rc == OL_OK ? sample(HUMI, 452) : rc;
    until(UINT32_C(1) << OL_AGENT_EVENT_DELIVERED);
    m0_end();
    m0_check(rc == OL_OK && event.delivered.count == 2, "both delivered");
    m0_check(packets_out == 1 && packets_in == 2, "PUBLISH; PUBACK and reply");
    m0_figure("sends a packet", sends, "calls");
    m0_figure("receives a packet, at most", (receives + 1) / 2, "calls");
}

static void obey(void)
{
    static const struct ol_str body = OL_STR_INIT(
        "{\"id\":\"16\",\"version\":\"1.0\",\"params\":{\"led\":true,\"level\":7}}");
    static const char topic[] = P "thing/property/";
    now += 5000;
    packets_out = 0;
    wire_publish(topic, sizeof topic - 1, OL_STR("set"), body);
    m0_begin("command of 2 values, answered and reported");
    until(UINT32_C(1) << OL_AGENT_EVENT_SET | UINT32_C(1) << OL_AGENT_EVENT_DELIVERED);
    m0_end();
    m0_check(packets_out == 2 && event.delivered.count == 2, "set_reply and post");
    m0_check(ol_agent_get_stats(&agent)->commands == 1, "obeyed");
}

static void idle(void)
{
    ol_ms at = ol_agent_deadline(&agent);
    m0_begin("turn of the loop with nothing to do");
    uint32_t kinds = turn();
    m0_end();
    m0_check(kinds == 0 && ol_agent_deadline(&agent) == at, "nothing");
}

/* The rest of the interface, so that all of it is linked. */
static void others(void)
{
    struct ol_str json;
    enum ol_agent_error error = OL_AGENT_ERROR_NONE;
    m0_check(ol_agent_get_value(&agent, LEVEL, &json) == OL_OK && json.len == 1, "value");
    m0_check(ol_agent_set_policy(&agent, LED, OL_AGENT_KEEP) == OL_OK, "policy");
    m0_check(!ol_agent_is_aside(&agent, TEMP) && !ol_agent_has_output(&agent), "quiet");
    m0_check(ol_agent_get_waiting(&agent) == 0, "all delivered");
    ol_agent_restore(&agent, TEMP);
    m0_begin("goodbye");
    ol_agent_close(&agent, now);
    while (ol_agent_get_state(&agent) != OL_AGENT_CLOSED) {
        until(UINT32_C(1) << OL_AGENT_EVENT_STATE);
    }
    m0_end();
    m0_check(ol_agent_state_str(OL_AGENT_CLOSED) != NULL &&
                 ol_agent_error_str(error) != NULL &&
                 ol_agent_cause_str(OL_AGENT_CAUSE_NONE) != NULL &&
                 ol_agent_hint_str(OL_AGENT_HINT_KEY) != NULL,
             "words");
}

int main(void)
{
    now = 0xFFFFFFFFu - 5000; /* the clock passes 2^32 ms on the way */
    m0_check(ol_agent_init(&agent, &config, NULL) == OL_OK, "init");
    m0_figure("context", sizeof agent + sizeof scratch, "bytes");
    m0_figure("memory of the application's choice", sizeof rx + sizeof tx + sizeof queue,
              "bytes");
    connect();
    report();
    obey();
    idle();
    others();
    return 0;
}
