/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "onelink/mqtt/client_state.h"
#include "tests/support/require.h"
#include "tests/unit/mqtt_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input is a program for the client's user, its transport and its server: the first
 * three bytes set the buffers, then each byte is an operation, some with operands behind
 * it. After each step the client's own numbers must make sense. */
struct program {
    const uint8_t *data;
    size_t size;
    size_t at;
};

static uint8_t operand(struct program *p)
{
    return p->at < p->size ? p->data[p->at++] : 0;
}

static void require_sense(const struct rig *r)
{
    const struct ol_mqtt_client *c = &r->c;
    const struct ol_mqtt_flow *f = &c->flow;
    size_t end = 0;
    REQUIRE(c->rx_at <= c->rx_end && c->rx_end <= r->config.rx_cap);
    REQUIRE(c->tx_sent <= c->tx_end && c->tx_end <= r->config.tx_cap);
    REQUIRE(c->state <= OL_MQTT_STATE_ENDING);
    REQUIRE(f->count <= f->window && f->requests <= OL_MQTT_REQUESTS_MAX);
    for (size_t i = 0; i < f->count; i++) {
        const struct ol_mqtt_flow_record *rec = &f->record[i];
        REQUIRE(rec->packet_id != 0 && rec->handle != 0);
        REQUIRE(rec->at >= end && rec->at + rec->len <= c->tx_end);
        REQUIRE((r->config.tx[rec->at] & 0xF6) == 0x32);
        end = rec->at + (size_t)rec->len;
    }
}

static void require_inside_rx(const struct rig *r, struct ol_str s)
{
    const uint8_t *p = (const uint8_t *)s.ptr;
    REQUIRE(s.len == 0 ||
            (p >= r->config.rx && p + s.len <= r->config.rx + r->config.rx_cap));
}

static void take_event(struct rig *r)
{
    if (rig_next(r) != OL_OK) {
        return;
    }
    switch (r->ev.type) {
    case OL_MQTT_EVENT_PUBLISH:
    case OL_MQTT_EVENT_SKIPPED:
        require_inside_rx(r, r->ev.message.topic);
        require_inside_rx(r, r->ev.message.payload);
        REQUIRE(r->ev.message.offset + r->ev.message.payload.len <=
                r->ev.message.total_len);
        break;
    case OL_MQTT_EVENT_SUBACK:
        require_inside_rx(r, r->ev.suback.codes);
        REQUIRE(r->ev.suback.codes.len > 0);
        break;
    case OL_MQTT_EVENT_FAILED:
        REQUIRE(r->ev.failed.reason != 0 && r->ev.failed.status < 0);
        break;
    default:
        break;
    }
}

static void publish(struct rig *r, struct program *p)
{
    uint8_t how = operand(p);
    size_t len = operand(p);
    struct ol_writer w;
    if (ol_mqtt_client_publish_begin(&r->c, OL_STR("t/1"), how & 1, len + (how >> 1),
                                     &w) == OL_OK) {
        memset(w.buf, 'p', len);
        if (operand(p) % 8 != 0) {
            REQUIRE(ol_mqtt_client_publish_commit(&r->c, len) >= 0);
        }
    }
}

static void receive(struct rig *r, struct program *p)
{
    size_t len = operand(p);
    size_t left = p->size - p->at;
    len = len < left ? len : left;
    p->at += rig_feed(r, p->data + p->at, len);
}

/* Answers to what is in flight, so that a mutation need not guess identifiers. */
static void acknowledge(struct rig *r, struct program *p)
{
    const struct ol_mqtt_flow *f = &r->c.flow;
    if (f->count > 0) {
        uint16_t id = f->record[operand(p) % f->count].packet_id;
        (void)rig_feed(r, (uint8_t[]){0x40, 2, (uint8_t)(id >> 8), (uint8_t)id}, 4);
    }
}

static void login(struct rig *r, bool session_present)
{
    ol_mqtt_client_closed(&r->c, r->now);
    rig_login(r, session_present);
}

static void run_one(struct rig *r, struct program *p)
{
    struct ol_str filters[] = {OL_STR("a/#"), OL_STR("b/+")};
    switch (operand(p) % 12) {
    case 0:
    case 1:
        receive(r, p);
        break;
    case 2:
        take_event(r);
        break;
    case 3:
        publish(r, p);
        break;
    case 4:
        (void)rig_send(r, operand(p));
        r->sent_len = 0;
        break;
    case 5:
        rig_pass(r, operand(p) * UINT64_C(500));
        break;
    case 6:
        REQUIRE(ol_mqtt_client_subscribe(&r->c, filters, 1 + operand(p) % 2, 0) != 0);
        break;
    case 7:
        REQUIRE(ol_mqtt_client_unsubscribe(&r->c, filters, 1) != 0);
        break;
    case 8:
        login(r, operand(p) % 2 != 0);
        break;
    case 9:
        acknowledge(r, p);
        break;
    case 10:
        ol_mqtt_client_closed(&r->c, r->now);
        REQUIRE(ol_mqtt_client_discard(&r->c) == OL_OK);
        break;
    default:
        REQUIRE(ol_mqtt_client_disconnect(&r->c) <= 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct program p = {data, size, 0};
    uint8_t flags = operand(&p);
    struct rig r = rig_make(27 + (size_t)operand(&p), 32 + (size_t)operand(&p),
                            (uint8_t)(1 + flags % OL_MQTT_WINDOW_MAX));
    r.config.large = flags >> 7;
    REQUIRE(ol_mqtt_client_init(&r.c, &r.config) == OL_OK);
    login(&r, false);
    while (p.at < p.size) {
        run_one(&r, &p);
        require_sense(&r);
    }
    login(&r, false);
    rig_free(&r);
    return 0;
}
