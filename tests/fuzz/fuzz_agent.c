/* SPDX-License-Identifier: MIT */

/* A whole agent against a broker, a name server and a time server that send anything at any
 * time. The input is a list of steps: a byte that chooses what happens, and what it needs. What must
 * hold is at the end of turn(). */

#include <stdlib.h>
#include <string.h>

#include "onelink/agent/agent_private.h"
#include "onelink/mqtt/packet.h"

static const struct ol_onenet_field fields[] = {
    {.identifier = OL_STR_INIT("temp"), .type = OL_ONENET_INT32},
    {.identifier = OL_STR_INIT("led"), .type = OL_ONENET_BOOL, .writable = true},
    {.identifier = OL_STR_INIT("name"), .type = OL_ONENET_STRING, .writable = true}};

static const struct ol_onenet_model model = {
    .fields = fields, .field_count = 3, .property_count = 3};

struct rig {
    struct ol_agent agent;
    struct ol_agent_config config;
    struct ol_agent_slot slots[3];
    struct ol_agent_scratch scratch;
    uint8_t rx[512];
    uint8_t tx[640];
    uint8_t queue[400];
    ol_ms now;
    int32_t stream_state;
    const uint8_t *in; /* for the agent to receive */
    size_t in_len;
    struct ol_addr asked;
    const uint8_t *datagram;
    size_t datagram_len;
    uint8_t handle;
};

static struct rig rig;

/* ---- The port ---- */

static int32_t stream_open(void *ctx, const struct ol_addr *peer, struct ol_str host,
                           ol_ms now, ol_ms give_up_at)
{
    (void)ctx;
    (void)peer;
    (void)host;
    (void)now;
    (void)give_up_at;
    rig.stream_state = OL_E_AGAIN;
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
    return rig.stream_state;
}

static int32_t stream_send(void *ctx, const void *data, size_t len)
{
    (void)ctx;
    (void)data;
    if (rig.stream_state != OL_OK) {
        return OL_E_CLOSED;
    }
    return (int32_t)len;
}

static int32_t stream_recv(void *ctx, void *buf, size_t cap)
{
    (void)ctx;
    if (rig.in_len == 0) {
        return rig.stream_state == OL_OK ? OL_E_AGAIN : OL_E_CLOSED;
    }
    size_t n = rig.in_len < cap ? rig.in_len : cap;
    memcpy(buf, rig.in, n);
    rig.in += n;
    rig.in_len -= n;
    return (int32_t)n;
}

static void stream_close(void *ctx, ol_ms now, ol_ms give_up_at)
{
    (void)ctx;
    (void)now;
    (void)give_up_at;
    rig.stream_state = OL_E_CLOSED;
    rig.in_len = 0;
}

static ol_ms stream_deadline(const void *ctx)
{
    (void)ctx;
    return OL_NEVER;
}

static const struct ol_stream_ops stream_ops = {stream_open,    stream_step, stream_state,
                                                stream_send,    stream_recv, stream_close,
                                                stream_deadline};

static int32_t udp_open(void *ctx, uint16_t local_port)
{
    (void)ctx;
    (void)local_port;
    return OL_OK;
}

static int32_t udp_send(void *ctx, const struct ol_addr *to, const void *data, size_t len)
{
    (void)ctx;
    (void)data;
    (void)len;
    rig.asked = *to;
    return OL_OK;
}

static int32_t udp_recv(void *ctx, void *buf, size_t cap, struct ol_addr *from)
{
    (void)ctx;
    if (rig.datagram_len == 0) {
        return OL_E_AGAIN;
    }
    size_t len = rig.datagram_len;
    memcpy(buf, rig.datagram, len < cap ? len : cap);
    *from = rig.asked;
    rig.datagram_len = 0;
    return (int32_t)len;
}

static void udp_close(void *ctx)
{
    (void)ctx;
}

static const struct ol_datagram_ops udp_ops = {udp_open, udp_send, udp_recv, udp_close};

static bool netif_is_link_up(void *ctx)
{
    (void)ctx;
    return true;
}

static void netif_get_config(void *ctx, struct ol_netif_config *out)
{
    (void)ctx;
    memset(out, 0, sizeof *out);
    out->address = ol_addr_ipv4(192, 0, 2, 10, 0);
    out->dns[0] = ol_addr_ipv4(192, 0, 2, 1, 0);
    out->ntp[0] = ol_addr_ipv4(192, 0, 2, 2, 0);
}

static const struct ol_netif_ops netif_ops = {.is_link_up = netif_is_link_up,
                                              .get_config = netif_get_config};

static int32_t entropy_fill(void *ctx, void *buf, size_t len)
{
    (void)ctx;
    memset(buf, 7, len);
    return OL_OK;
}

/* ---- Steps ---- */

static void start(bool by_name)
{
    memset(&rig, 0, sizeof rig);
    rig.stream_state = OL_E_CLOSED;
    rig.now = 1000;
    rig.config =
        (struct ol_agent_config){.product_id = OL_STR("p"),
                                 .device_name = OL_STR("d"),
                                 .key_kind = OL_AGENT_KEY_TOKEN,
                                 .key = OL_STR("token"),
                                 .host = by_name ? OL_STR("auto") : OL_STR("192.0.2.80"),
                                 .model = &model,
                                 .slots = rig.slots,
                                 .slot_count = 3,
                                 .stream = {.ops = &stream_ops},
                                 .datagram = {.ops = &udp_ops},
                                 .netif = {.ops = &netif_ops, .managed = true},
                                 .entropy = {.fill = entropy_fill},
                                 .rx = rig.rx,
                                 .rx_cap = sizeof rig.rx,
                                 .tx = rig.tx,
                                 .tx_cap = sizeof rig.tx,
                                 .queue = rig.queue,
                                 .queue_cap = sizeof rig.queue,
                                 .scratch = &rig.scratch};
    if (ol_agent_init(&rig.agent, &rig.config, NULL) != OL_OK) {
        abort();
    }
    ol_agent_open(&rig.agent, rig.now);
}

static void check(void)
{
    const struct ol_queue *q = &rig.agent.queue;
    const struct ol_agent_stats *s = ol_agent_get_stats(&rig.agent);
    uint32_t count[OL_QUEUE_DEAD + 1] = {0};
    struct ol_queue_record r;
    uint32_t pos = 0;

    while (ol_queue_next(q, &pos, &r)) {
        count[r.state]++;
    }
    if (pos != q->len || q->len > q->cap || memcmp(count, q->count, sizeof count) != 0) {
        abort(); /* the queue is torn */
    }
    if (s->accepted !=
        s->delivered + s->dropped_aside + ol_agent_get_waiting(&rig.agent)) {
        abort(); /* a sample is lost or was doubled */
    }
    if (!rig.agent.is_busy && ol_agent_deadline(&rig.agent) <= rig.now) {
        abort(); /* it would never sleep */
    }
}

static void turn(void)
{
    const struct ol_wall_time wall = {.quality = OL_CLOCK_NONE};
    struct ol_agent_event ev;

    ol_agent_step(&rig.agent, rig.now, wall);
    while (ol_agent_next_event(&rig.agent, &ev)) {
        if (ev.kind == OL_AGENT_EVENT_SET) {
            struct ol_onenet_params params = ev.set.params;
            struct ol_onenet_set_item item;
            rig.handle = ev.set.handle;
            while (ol_agent_set_next(&rig.agent, &params, &item)) {
            }
        }
    }
    check();
}

/* A message of the platform on the topic, from bytes of the input. */
static void give_message(const char *topic, const uint8_t *data, size_t len)
{
    static uint8_t packet[600];
    char name[64] = "$sys/p/d/thing/property/";
    struct ol_writer w = ol_writer_make(packet, sizeof packet);

    strcat(name, topic);
    const struct ol_mqtt_publish publish = {.topic = ol_str_from(name),
                                            .payload = ol_str_make(data, len)};
    if (ol_mqtt_publish_encode(&w, &publish) == OL_OK) {
        rig.in = packet;
        rig.in_len = w.len;
        turn();
    }
}

static void give_reply(uint8_t which, uint8_t code)
{
    static char body[160];
    struct ol_writer w = ol_writer_make(body, sizeof body);
    char id[24];
    struct ol_writer digits = ol_writer_make(id, sizeof id);
    const struct ol_agent_post *post = &rig.agent.posts[which % OL_ONENET_PENDING_MAX];

    ol_writer_dec_u64(&digits, post->id);
    const struct ol_onenet_id reply_id = {.text = ol_str_make(id, digits.len)};
    if (ol_onenet_reply_encode(&w, reply_id, code < 128 ? 200 : 2200 + code,
                               code & 1 ? OL_STR("bad:identifier:temp") : OL_STR("bad"),
                               OL_STR("")) == OL_OK) {
        give_message("post/reply", (const uint8_t *)body, w.len);
    }
}

static void give_bytes(const uint8_t *data, size_t len)
{
    rig.in = data;
    rig.in_len = len;
    turn();
}

static void sample(uint16_t property, uint8_t byte)
{
    struct ol_onenet_value value = ol_onenet_value_int(byte);

    if (property == 2) {
        value = ol_onenet_value_str(ol_str_make("some words of a text", byte % 21));
    }
    (void)(ol_agent_sample(&rig.agent, property, &value, 0, NULL) == OL_OK);
}

/* One step; data[0..len) is what it may use. */
static void step(uint8_t op, uint8_t arg, const uint8_t *data, size_t len)
{
    switch (op % 13) {
    case 0:
        rig.now += (ol_ms)arg * arg;
        turn();
        break;
    case 1:
        rig.now = ol_ms_min(ol_agent_deadline(&rig.agent), rig.now + 400000);
        turn();
        break;
    case 2:
        rig.stream_state = arg % 4 == 0 ? OL_E_IO : OL_OK;
        turn();
        break;
    case 3:
        give_bytes((const uint8_t[]){0x20, 2, 0, arg % 6}, 4);
        break;
    case 4:
        give_bytes((const uint8_t[]){0x90, 4, 0, 1, arg & 0x80, 0}, 6);
        break;
    case 5:
        give_bytes((const uint8_t[]){0x40, 2, 0, arg}, 4);
        break;
    case 6:
        give_reply(arg, len > 0 ? data[0] : 0);
        break;
    case 7:
        give_message("set", data, len);
        break;
    case 8:
        give_message("get", data, len);
        break;
    case 9:
        give_bytes(data, len);
        break;
    case 10:
        rig.datagram = data;
        rig.datagram_len = len;
        turn();
        rig.datagram_len = 0;
        break;
    case 11:
        sample(arg % 3, arg);
        turn();
        break;
    case 12:
        (void)(ol_agent_set_reply(&rig.agent, rig.handle, arg < 128 ? 200 : 400,
                                  OL_STR("")) == OL_OK);
        turn();
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    start((data[0] & 1) != 0);
    turn();
    for (size_t pos = 1; pos + 3 <= size;) {
        size_t len = data[pos + 2];
        if (len > size - pos - 3) {
            len = size - pos - 3;
        }
        step(data[pos], data[pos + 1], data + pos + 3, len);
        pos += 3 + len;
    }
    return 0;
}
