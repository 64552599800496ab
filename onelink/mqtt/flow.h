/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_MQTT_FLOW_H
#define ONELINK_MQTT_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"

/* The flow table of a client: which packet identifiers are taken, by what, and the window
 * of publishes that wait for their PUBACK. It knows identifiers and positions, no bytes.
 * The client engine owns one; nothing else needs this header. */

#define OL_MQTT_WINDOW_MAX   8
#define OL_MQTT_REQUESTS_MAX 2

/* A QoS 1 publish without PUBACK, oldest first, which is also the order of their
 * positions. */
struct ol_mqtt_flow_record {
    uint16_t at;        /* where its packet begins in the caller's buffer */
    uint16_t len;       /* of the whole packet */
    uint16_t packet_id; /* 1..65535 */
    uint16_t handle;    /* its first identifier; stays when that is renewed */
};

/* A SUBSCRIBE or UNSUBSCRIBE without answer. packet_id 0 marks a free place. */
struct ol_mqtt_flow_request {
    uint16_t packet_id;
    uint8_t type;  /* OL_MQTT_SUBSCRIBE or OL_MQTT_UNSUBSCRIBE */
    uint8_t count; /* filters asked for */
};

/* What is used most comes first: a Cortex-M0 reaches near members with less code. */
struct ol_mqtt_flow {
    uint8_t count;    /* records in use */
    uint8_t requests; /* requests in use */
    uint8_t window;   /* records allowed, 1..OL_MQTT_WINDOW_MAX */
    uint16_t last_id; /* given out last */
    struct ol_mqtt_flow_request request[OL_MQTT_REQUESTS_MAX];
    struct ol_mqtt_flow_record record[OL_MQTT_WINDOW_MAX];
};

/* An empty table. window is 1..OL_MQTT_WINDOW_MAX. The first identifier is 1. */
void ol_mqtt_flow_init(struct ol_mqtt_flow *f, uint8_t window);

/* The window has no room for another publish. */
static inline bool ol_mqtt_flow_is_full(const struct ol_mqtt_flow *f)
{
    return f->count >= f->window;
}

/* Appends a publish with a new identifier, which is its handle too: neither 0 nor in use
 * as one or the other [MQTT-2.3.1-1, MQTT-2.3.1-2]. The table must not be full. The
 * record lives until the next change of the table. */
struct ol_mqtt_flow_record *ol_mqtt_flow_add(struct ol_mqtt_flow *f, uint16_t at,
                                             uint16_t len);

/* The index of the publish with this identifier, or OL_E_NOENT. */
OL_MUST int32_t ol_mqtt_flow_find(const struct ol_mqtt_flow *f, uint16_t packet_id);

/* Forgets record[index]; the order of the others stays. index is below count. */
void ol_mqtt_flow_remove(struct ol_mqtt_flow *f, size_t index);

/* Gives record[index] a new identifier, for a publish on a new session. */
uint16_t ol_mqtt_flow_renew(struct ol_mqtt_flow *f, size_t index);

/* Notes a request of `count` filters and returns its new identifier, or OL_E_NOSPC when
 * OL_MQTT_REQUESTS_MAX are unanswered. */
OL_MUST int32_t ol_mqtt_flow_request_add(struct ol_mqtt_flow *f, uint8_t type,
                                         uint8_t count);

/* Takes the request with this identifier and type out of the table and returns its number
 * of filters, or OL_E_NOENT. */
OL_MUST int32_t ol_mqtt_flow_request_take(struct ol_mqtt_flow *f, uint8_t type,
                                          uint16_t packet_id);

/* Forgets all requests: the connection they were made on is gone. */
void ol_mqtt_flow_request_reset(struct ol_mqtt_flow *f);

/* Anything waits for an answer. */
static inline bool ol_mqtt_flow_is_waiting(const struct ol_mqtt_flow *f)
{
    return (f->count | f->requests) != 0;
}

#endif
