/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/client.h"

#include "onelink/mqtt/client_state.h"
#include "onelink/mqtt/copy.h"

#define CONNACK_TIMEOUT_MS  10000u
#define PINGRESP_TIMEOUT_MS 10000u
#define ACK_TIMEOUT_MS      20000u
#define MS_PER_S            1000u
#define RX_CAP_MIN          16u
#define TX_CAP_MIN          32u
#define CAP_MAX             65535u

static bool config_is_valid(const struct ol_mqtt_client_config *config)
{
    return config->rx != NULL && config->rx_cap >= RX_CAP_MIN &&
           config->rx_cap <= CAP_MAX && config->tx != NULL &&
           config->tx_cap >= TX_CAP_MIN && config->tx_cap <= CAP_MAX &&
           config->window <= OL_MQTT_WINDOW_MAX && config->large <= OL_MQTT_LARGE_STREAM;
}

int32_t ol_mqtt_client_init(struct ol_mqtt_client *c,
                            const struct ol_mqtt_client_config *config)
{
    ol_mqtt_wipe((uint8_t *)c, sizeof *c);
    c->config = config;
    ol_mqtt_flow_init(&c->flow, config->window != 0 ? config->window : 1);
    return config_is_valid(config) ? OL_OK : OL_E_ARG;
}

ol_ms ol_mqtt_client_timeout(const struct ol_mqtt_client *c, uint32_t timeout_ms,
                             uint32_t default_ms)
{
    if (timeout_ms == OL_MQTT_NO_TIMEOUT) {
        return OL_NEVER;
    }
    return c->now + (timeout_ms != 0 ? timeout_ms : default_ms);
}

int32_t ol_mqtt_client_open(struct ol_mqtt_client *c,
                            const struct ol_mqtt_connect *connect, ol_ms now)
{
    if (c->state != OL_MQTT_STATE_CLOSED) {
        return OL_E_ARG;
    }
    struct ol_writer w;
    ol_mqtt_writer_set(&w, c->config->rx, c->config->rx_cap);
    int32_t rc = ol_mqtt_connect_encode(&w, connect);
    if (rc != OL_OK) {
        return rc;
    }
    c->now = now;
    c->wait_at =
        ol_mqtt_client_timeout(c, c->config->connack_timeout_ms, CONNACK_TIMEOUT_MS);
    c->rx_at = 0;
    c->rx_end = (uint16_t)w.len;
    c->keepalive_s = connect->keepalive_s;
    c->clean = (connect->flags & OL_MQTT_CONNECT_CLEAN_SESSION) != 0;
    c->state = OL_MQTT_STATE_OPENING;
    return OL_OK;
}

void ol_mqtt_client_closed(struct ol_mqtt_client *c, ol_ms now)
{
    if (c->state <= OL_MQTT_STATE_OPENING) {
        /* The password is in there, or was when the time for the CONNACK ended. */
        ol_mqtt_wipe(c->config->rx, c->rx_end);
    }
    c->now = now;
    c->large_left = 0;
    c->rx_at = 0;
    c->rx_end = 0;
    c->rx_taken = 0;
    c->reason = OL_MQTT_REASON_NONE;
    c->pinging = false;
    c->state = OL_MQTT_STATE_CLOSED;
    ol_mqtt_flow_request_reset(&c->flow);
    ol_mqtt_tx_suspend(c);
}

int32_t ol_mqtt_client_disconnect(struct ol_mqtt_client *c)
{
    if (c->state != OL_MQTT_STATE_ONLINE) {
        return OL_E_CLOSED;
    }
    if (!ol_mqtt_tx_empty_packet(c, OL_MQTT_DISCONNECT, 0)) {
        return OL_E_NOSPC;
    }
    c->wait_at =
        ol_mqtt_client_timeout(c, c->config->pingresp_timeout_ms, PINGRESP_TIMEOUT_MS);
    c->state = OL_MQTT_STATE_ENDING;
    return OL_OK;
}

int32_t ol_mqtt_client_discard(struct ol_mqtt_client *c)
{
    if (c->state != OL_MQTT_STATE_CLOSED) {
        return OL_E_ARG;
    }
    c->flow.count = 0;
    ol_mqtt_tx_squeeze(c, true);
    return OL_OK;
}

bool ol_mqtt_client_is_online(const struct ol_mqtt_client *c)
{
    return c->state == OL_MQTT_STATE_ONLINE;
}

uint8_t ol_mqtt_client_get_in_flight(const struct ol_mqtt_client *c)
{
    return c->flow.count;
}

int32_t ol_mqtt_client_fail(struct ol_mqtt_client *c, enum ol_mqtt_reason reason)
{
    c->reason = (uint8_t)reason;
    c->state = OL_MQTT_STATE_OVER;
    return OL_E_PROTO;
}

static OL_NOINLINE ol_ms ack_due_at(const struct ol_mqtt_client *c)
{
    uint32_t timeout_ms = c->config->ack_timeout_ms;
    if (!ol_mqtt_flow_is_waiting(&c->flow) || timeout_ms == OL_MQTT_NO_TIMEOUT) {
        return OL_NEVER;
    }
    return c->ack_from + (timeout_ms != 0 ? timeout_ms : ACK_TIMEOUT_MS);
}

static ol_ms ping_due_at(const struct ol_mqtt_client *c)
{
    if (c->keepalive_s == 0) {
        return OL_NEVER;
    }
    return c->sent_at + c->keepalive_s * MS_PER_S;
}

/* Counts as sent even when it still waits for the transport, so that a keep alive of one
 * second makes at most one PINGREQ a second whatever the server answers. Without room for
 * it the transport takes nothing, which the same deadline finds. */
static void ping(struct ol_mqtt_client *c)
{
    (void)ol_mqtt_tx_empty_packet(c, OL_MQTT_PINGREQ, OL_MQTT_PING_RESERVE);
    c->pinging = true;
    c->sent_at = c->now;
    c->wait_at =
        ol_mqtt_client_timeout(c, c->config->pingresp_timeout_ms, PINGRESP_TIMEOUT_MS);
}

void ol_mqtt_client_step(struct ol_mqtt_client *c, ol_ms now)
{
    c->now = now;
    if (now < ol_mqtt_client_deadline(c)) {
        return;
    }
    if (c->state == OL_MQTT_STATE_ENDING) {
        c->state = OL_MQTT_STATE_OVER;
    } else if (c->state != OL_MQTT_STATE_ONLINE) {
        (void)ol_mqtt_client_fail(c, OL_MQTT_REASON_NO_CONNACK);
    } else if (now >= ack_due_at(c)) {
        (void)ol_mqtt_client_fail(c, OL_MQTT_REASON_NO_ACK);
    } else if (c->pinging) {
        (void)ol_mqtt_client_fail(c, OL_MQTT_REASON_NO_PINGRESP);
    } else {
        ping(c);
    }
}

ol_ms ol_mqtt_client_deadline(const struct ol_mqtt_client *c)
{
    switch (c->state) {
    case OL_MQTT_STATE_OPENING:
    case OL_MQTT_STATE_WAITING:
    case OL_MQTT_STATE_ENDING:
        return c->wait_at;
    case OL_MQTT_STATE_ONLINE:
        return ol_ms_min(ack_due_at(c), c->pinging ? c->wait_at : ping_due_at(c));
    default:
        return OL_NEVER;
    }
}
