/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_MQTT_CLIENT_STATE_H
#define ONELINK_MQTT_CLIENT_STATE_H

#include "onelink/mqtt/client.h"

/* What the files of the client engine share. Not for other layers. */

enum ol_mqtt_client_state {
    OL_MQTT_STATE_CLOSED = 0, /* no transport */
    OL_MQTT_STATE_OVER,       /* failed, refused or ended: the caller is to close */
    OL_MQTT_STATE_OPENING,    /* the CONNECT is being sent, from rx */
    /* From here on the server may send. */
    OL_MQTT_STATE_WAITING, /* for the CONNACK */
    /* From here on tx is sent. */
    OL_MQTT_STATE_ONLINE,
    OL_MQTT_STATE_ENDING /* the DISCONNECT is being sent; nothing is received */
};

/* The connection is over for this reason, which ol_mqtt_client_next_event tells. Returns
 * OL_E_PROTO, for a tail call. */
int32_t ol_mqtt_client_fail(struct ol_mqtt_client *c, enum ol_mqtt_reason reason);

/* A packet or a part of one was taken that means nothing to the caller. */
#define OL_MQTT_NO_EVENT 1

/* One for each packet a server sends, body[0..len) complete. OL_OK: an event; OL_E_AGAIN:
 * not yet; OL_E_PROTO: failed, and noted so. */
int32_t ol_mqtt_client_on_connack(struct ol_mqtt_client *c, const uint8_t *body,
                                  size_t len, struct ol_mqtt_event *ev);
int32_t ol_mqtt_client_on_puback(struct ol_mqtt_client *c, const uint8_t *body,
                                 size_t len, struct ol_mqtt_event *ev);
/* SUBACK or UNSUBACK. */
int32_t ol_mqtt_client_on_suback(struct ol_mqtt_client *c, uint8_t type,
                                 const uint8_t *body, size_t len,
                                 struct ol_mqtt_event *ev);

/* The PUBLISH at rx_at, of which `here` bytes are there, header included. */
int32_t ol_mqtt_client_on_publish(struct ol_mqtt_client *c,
                                  const struct ol_mqtt_header *h, size_t here,
                                  struct ol_mqtt_event *ev);

/* now + timeout_ms, with default_ms for 0 and never for OL_MQTT_NO_TIMEOUT. */
ol_ms ol_mqtt_client_timeout(const struct ol_mqtt_client *c, uint32_t timeout_ms,
                             uint32_t default_ms);

/* A packet that wants an answer is about to be queued: the clock of PUBACK, SUBACK and
 * UNSUBACK starts, unless it runs already. */
static inline void ol_mqtt_client_ack_start(struct ol_mqtt_client *c)
{
    if (!ol_mqtt_flow_is_waiting(&c->flow)) {
        c->ack_from = c->now;
    }
}

/* What each may not use of the end of tx, so that a send buffer full of publishes still
 * has room for a PUBACK, one full of these for a PINGREQ, and that one for a DISCONNECT.
 * A PUBACK that waited for the server's PUBACKs behind it would wait for ever. */
#define OL_MQTT_PUBLISH_RESERVE OL_MQTT_TX_RESERVE
#define OL_MQTT_PUBACK_RESERVE  4u
#define OL_MQTT_PING_RESERVE    2u

#define OL_MQTT_ID_LEN     2u
#define OL_MQTT_LENGTH_LEN 2u

/* ol_writer_make into *w, in few instructions. */
static inline void ol_mqtt_writer_set(struct ol_writer *w, uint8_t *buf, size_t cap)
{
    w->buf = buf;
    w->cap = cap;
    w->len = 0;
    w->over = false;
}

/* Makes len bytes of tx free behind tx_end, and reserve bytes more. False when there are
 * not so many; then nothing changed but places. */
bool ol_mqtt_tx_make_room(struct ol_mqtt_client *c, size_t len, size_t reserve);

/* Moves what tx still holds down over what it holds no longer. With records_only
 * everything but the unanswered publishes goes, and those count as unsent. */
void ol_mqtt_tx_squeeze(struct ol_mqtt_client *c, bool records_only);

/* Begins anew at the front of tx when nothing is left in it. */
void ol_mqtt_tx_rewind(struct ol_mqtt_client *c);

/* Queues a packet without body: PINGREQ, DISCONNECT. False without room. */
bool ol_mqtt_tx_empty_packet(struct ol_mqtt_client *c, uint8_t type, size_t reserve);

/* Queues a PUBACK. False without room. */
bool ol_mqtt_tx_puback(struct ol_mqtt_client *c, uint16_t packet_id);

/* After a login: gives the unanswered publishes new identifiers and takes DUP away,
 * unless the server kept the session. */
void ol_mqtt_tx_resume(struct ol_mqtt_client *c, bool session_present);

/* Before a login: what was begun to be sent counts as sent before. */
void ol_mqtt_tx_suspend(struct ol_mqtt_client *c);

#endif
