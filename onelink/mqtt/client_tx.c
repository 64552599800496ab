/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/client_state.h"
#include "onelink/mqtt/copy.h"
#include "onelink/mqtt/wire.h"

/* tx from the front: publishes that are sent and wait for their PUBACK, with holes where
 * others were answered or needed no answer; from tx_sent what is to be sent, without
 * holes; from tx_end free memory. The records of the flow table say where each publish
 * lies. */

#define PUBLISH_DUP  0x08u
#define CONTINUE_BIT 0x80u

/* Moves the record to `to` and gives the place behind it. */
static size_t move_record(struct ol_mqtt_client *c, struct ol_mqtt_flow_record *r,
                          size_t to)
{
    uint8_t *tx = c->config->tx;
    ol_mqtt_copy_down(tx + to, tx + r->at, r->len);
    r->at = (uint16_t)to;
    return to + r->len;
}

void ol_mqtt_tx_squeeze(struct ol_mqtt_client *c, bool records_only)
{
    struct ol_mqtt_flow_record *r = c->flow.record;
    struct ol_mqtt_flow_record *end = r + c->flow.count;
    size_t to = 0;
    while (r != end && (records_only || r->at + r->len <= c->tx_sent)) {
        to = move_record(c, r++, to);
    }
    c->draft_at = 0;
    if (records_only) {
        c->tx_sent = 0;
        c->tx_end = (uint16_t)to;
        return;
    }
    /* The rest moves as one piece, with the whole of a publish that is half sent. */
    size_t from = r != end && r->at < c->tx_sent ? r->at : c->tx_sent;
    uint16_t by = (uint16_t)(from - to);
    ol_mqtt_copy_down(c->config->tx + to, c->config->tx + from, c->tx_end - from);
    for (; r != end; r++) {
        r->at = (uint16_t)(r->at - by);
    }
    c->tx_sent = (uint16_t)(c->tx_sent - by);
    c->tx_end = (uint16_t)(c->tx_end - by);
}

bool ol_mqtt_tx_make_room(struct ol_mqtt_client *c, size_t len, size_t reserve)
{
    size_t need = len + reserve;
    c->draft_at = 0;
    if (c->config->tx_cap - c->tx_end < need) {
        ol_mqtt_tx_squeeze(c, false);
    }
    return c->config->tx_cap - c->tx_end >= need;
}

void ol_mqtt_tx_rewind(struct ol_mqtt_client *c)
{
    if (c->tx_sent == c->tx_end && c->flow.count == 0) {
        c->tx_sent = 0;
        c->tx_end = 0;
    }
}

/* The next len bytes of tx, or NULL. */
static OL_NOINLINE uint8_t *append(struct ol_mqtt_client *c, size_t len, size_t reserve)
{
    if (!ol_mqtt_tx_make_room(c, len, reserve)) {
        return NULL;
    }
    uint8_t *p = c->config->tx + c->tx_end;
    c->tx_end = (uint16_t)(c->tx_end + len);
    return p;
}

bool ol_mqtt_tx_empty_packet(struct ol_mqtt_client *c, uint8_t type, size_t reserve)
{
    uint8_t *p = append(c, 2, reserve);
    if (p == NULL) {
        return false;
    }
    p[0] = OL_MQTT_FIRST(type);
    p[1] = 0;
    return true;
}

bool ol_mqtt_tx_puback(struct ol_mqtt_client *c, uint16_t packet_id)
{
    uint8_t *p = append(c, 4, OL_MQTT_PUBACK_RESERVE);
    if (p == NULL) {
        return false;
    }
    p[0] = OL_MQTT_FIRST(OL_MQTT_PUBACK);
    p[1] = 2;
    p[2] = (uint8_t)(packet_id >> 8);
    p[3] = (uint8_t)packet_id;
    return true;
}

/* Where the packet identifier of the PUBLISH at p is. */
static uint8_t *find_id(uint8_t *p)
{
    p++;
    while ((*p & CONTINUE_BIT) != 0) {
        p++;
    }
    p++;
    return p + OL_MQTT_LENGTH_LEN + (p[0] << 8 | p[1]);
}

void ol_mqtt_tx_resume(struct ol_mqtt_client *c, bool session_present)
{
    for (size_t i = 0; i < c->flow.count && !session_present; i++) {
        uint8_t *packet = c->config->tx + c->flow.record[i].at;
        uint8_t *id_bytes = find_id(packet);
        uint16_t id = ol_mqtt_flow_renew(&c->flow, i);
        packet[0] = (uint8_t)(packet[0] & ~PUBLISH_DUP);
        id_bytes[0] = (uint8_t)(id >> 8);
        id_bytes[1] = (uint8_t)id;
    }
}

void ol_mqtt_tx_suspend(struct ol_mqtt_client *c)
{
    for (size_t i = 0; i < c->flow.count; i++) {
        if (c->flow.record[i].at < c->tx_sent) {
            c->config->tx[c->flow.record[i].at] |= PUBLISH_DUP;
        }
    }
    ol_mqtt_tx_squeeze(c, true);
}

/* How many bytes are to be sent. */
static inline size_t pending(const struct ol_mqtt_client *c)
{
    if (c->state >= OL_MQTT_STATE_ONLINE) {
        return (size_t)(c->tx_end - c->tx_sent);
    }
    return c->state == OL_MQTT_STATE_OPENING ? (size_t)(c->rx_end - c->rx_at) : 0;
}

const uint8_t *ol_mqtt_client_output(struct ol_mqtt_client *c, size_t *len)
{
    *len = pending(c);
    return c->state == OL_MQTT_STATE_OPENING ? c->config->rx + c->rx_at
                                             : c->config->tx + c->tx_sent;
}

/* Wipes what was sent of the CONNECT, which holds the password. */
static void connect_sent(struct ol_mqtt_client *c, size_t len)
{
    ol_mqtt_wipe(c->config->rx + c->rx_at, len);
    c->rx_at = (uint16_t)(c->rx_at + len);
    if (c->rx_at == c->rx_end) {
        c->rx_at = 0;
        c->rx_end = 0;
        c->state = OL_MQTT_STATE_WAITING;
    }
}

void ol_mqtt_client_output_done(struct ol_mqtt_client *c, size_t len)
{
    size_t offered = pending(c);
    len = len < offered ? len : offered;
    if (len == 0) {
        return;
    }
    c->sent_at = c->now;
    if (c->state == OL_MQTT_STATE_OPENING) {
        connect_sent(c, len);
        return;
    }
    c->tx_sent = (uint16_t)(c->tx_sent + len);
    if (c->flow.count == 0) {
        ol_mqtt_tx_rewind(c);
    }
}
