/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_MQTT_PACKET_H
#define ONELINK_MQTT_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/buf.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/mqtt/topic.h"

/* The packets of MQTT 3.1.1, for client and server. Pure functions over caller's bytes.
 *
 * Decoding: read the fixed header with ol_mqtt_header_decode; when `remaining` bytes
 * follow it, give them as the body to the decoder of that type. Every span in a result
 * points into the body and lives as long as it. A decoder accepts only what the standard
 * allows; what it refuses with OL_E_PROTO is a reason to close the connection
 * [MQTT-4.8.0-1].
 *
 * Encoding: appends one whole packet to the writer or nothing at all. Every encoder
 * returns
 *   OL_OK       written
 *   OL_E_NOSPC  does not fit; nothing was written, `over` is set (a caller that goes on
 *               with the same writer clears it)
 *   OL_E_ARG    no such packet can exist (text too long or not UTF-8, packet identifier
 *               0, wildcard in a topic, ...); nothing was written
 */

enum ol_mqtt_type {
    OL_MQTT_CONNECT = 1,
    OL_MQTT_CONNACK = 2,
    OL_MQTT_PUBLISH = 3,
    OL_MQTT_PUBACK = 4,
    OL_MQTT_PUBREC = 5,
    OL_MQTT_PUBREL = 6,
    OL_MQTT_PUBCOMP = 7,
    OL_MQTT_SUBSCRIBE = 8,
    OL_MQTT_SUBACK = 9,
    OL_MQTT_UNSUBSCRIBE = 10,
    OL_MQTT_UNSUBACK = 11,
    OL_MQTT_PINGREQ = 12,
    OL_MQTT_PINGRESP = 13,
    OL_MQTT_DISCONNECT = 14
};

/* The name of a packet type ("PUBACK"), "?" for 0 and 15. Static storage. */
const char *ol_mqtt_type_str(uint8_t type);

#define OL_MQTT_REMAINING_MAX 268435455u /* §2.2.3 */
#define OL_MQTT_HEADER_MAX    5          /* bytes of a fixed header */

/* A decoded fixed header (§2.2). */
struct ol_mqtt_header {
    uint8_t type;       /* enum ol_mqtt_type */
    uint8_t flags;      /* low four bits of the first byte */
    uint8_t len;        /* bytes of the fixed header itself, 2..5 */
    uint32_t remaining; /* bytes of the body */
};

/* Reads a fixed header from the beginning of data[0..len).
 *   OL_OK       *out is filled
 *   OL_E_AGAIN  more bytes are needed
 *   OL_E_PROTO  type 0 or 15, wrong reserved flags [MQTT-2.2.2-2], PUBLISH with QoS 3
 *               [MQTT-3.3.1-4] or with DUP at QoS 0 [MQTT-3.3.1-2], a fifth length byte,
 *               or a length that a packet of fixed size cannot have: told as soon as it
 *               is visible */
OL_MUST int32_t ol_mqtt_header_decode(const uint8_t *data, size_t len,
                                      struct ol_mqtt_header *out);

/* --- CONNECT (§3.1), CONNACK (§3.2) ------------------------------------------------- */

#define OL_MQTT_CONNECT_CLEAN_SESSION 0x02u
#define OL_MQTT_CONNECT_WILL          0x04u
#define OL_MQTT_CONNECT_WILL_QOS      0x18u /* two bits, shifted by 3 */
#define OL_MQTT_CONNECT_WILL_RETAIN   0x20u
#define OL_MQTT_CONNECT_PASSWORD      0x40u
#define OL_MQTT_CONNECT_USER_NAME     0x80u

#define OL_MQTT_LEVEL_3_1_1 4

/* flags says which of the spans are on the wire; the others are empty and are ignored
 * when encoding. */
struct ol_mqtt_connect {
    struct ol_str protocol_name; /* decoding only; the encoder writes "MQTT" */
    uint8_t level;               /* decoding only; the encoder writes 4 */
    uint8_t flags;               /* OL_MQTT_CONNECT_..., as on the wire */
    uint16_t keepalive_s;        /* seconds, 0 = none */
    struct ol_str client_id;
    struct ol_str will_topic;
    struct ol_str will_message; /* any bytes */
    struct ol_str user_name;
    struct ol_str password; /* any bytes */
};

/* Reads the body of a CONNECT. OL_E_PROTO also for another protocol name or level: then
 * protocol_name and level hold what was read (empty and 0 when not even that was there)
 * and all else is zero, so that a server can answer return code 1 to "MQTT" of another
 * level [MQTT-3.1.2-2]. Not judged here: an empty client id without clean session
 * [MQTT-3.1.3-8]. */
OL_MUST int32_t ol_mqtt_connect_decode(const uint8_t *body, size_t len,
                                       struct ol_mqtt_connect *out);

/* OL_E_ARG when flags contradict each other or an empty client id comes without clean
 * session [MQTT-3.1.3-7]. */
OL_MUST int32_t ol_mqtt_connect_encode(struct ol_writer *w,
                                       const struct ol_mqtt_connect *connect);

/* Return codes of a CONNACK (table 3.1). */
enum ol_mqtt_connack_code {
    OL_MQTT_ACCEPTED = 0,
    OL_MQTT_REFUSED_VERSION = 1,
    OL_MQTT_REFUSED_CLIENT_ID = 2,
    OL_MQTT_REFUSED_UNAVAILABLE = 3,
    OL_MQTT_REFUSED_CREDENTIALS = 4, /* bad user name or password */
    OL_MQTT_REFUSED_AUTHORIZATION = 5
};

/* A few words for a return code ("bad user name or password"), "unknown" above 5. Static
 * storage. */
const char *ol_mqtt_connack_code_str(uint8_t code);

struct ol_mqtt_connack {
    bool session_present;
    uint8_t code; /* enum ol_mqtt_connack_code; reserved codes are refused */
};

/* Reads the two bytes of a CONNACK body. OL_E_PROTO for another length, reserved bits
 * or a reserved code: close the connection [MQTT-3.2.2]. */
OL_MUST int32_t ol_mqtt_connack_decode(const uint8_t *body, size_t len,
                                       struct ol_mqtt_connack *out);
/* OL_E_ARG for a session present that goes with a refusal [MQTT-3.2.2-4], or a code
 * above 5. */
OL_MUST int32_t ol_mqtt_connack_encode(struct ol_writer *w, bool session_present,
                                       uint8_t code);

/* --- PUBLISH (§3.3) ---------------------------------------------------------------- */

struct ol_mqtt_publish {
    struct ol_str topic;
    struct ol_str payload; /* decoding a partial body: what is there of it */
    uint32_t payload_len;  /* decoding: of the whole payload; encoding: ignored */
    uint16_t packet_id;    /* 0 at QoS 0 */
    uint8_t qos;           /* 0..2 */
    bool dup;
    bool retain;
};

/* Reads the body of a PUBLISH whose fixed header is *h. len may be less than
 * h->remaining: a packet larger than the receive buffer is read piece by piece.
 *   OL_OK       topic and packet identifier are complete; payload holds the bytes of it
 *               that are inside body[0..len)
 *   OL_E_AGAIN  topic and packet identifier are not all there yet
 *   OL_E_PROTO  topic longer than the packet, topic no valid topic name, packet
 *               identifier 0 */
OL_MUST int32_t ol_mqtt_publish_decode(const struct ol_mqtt_header *h,
                                       const uint8_t *body, size_t len,
                                       struct ol_mqtt_publish *out);

/* OL_E_ARG for DUP at QoS 0, QoS above 2, packet identifier 0 at QoS 1 and 2 or another
 * at QoS 0, an invalid topic name. */
OL_MUST int32_t ol_mqtt_publish_encode(struct ol_writer *w,
                                       const struct ol_mqtt_publish *publish);

/* The same without the payload: fixed header, topic, packet identifier, for a packet
 * whose payload of payload_len bytes the caller sends behind it from where it lies. */
OL_MUST int32_t ol_mqtt_publish_head_encode(struct ol_writer *w,
                                            const struct ol_mqtt_publish *publish,
                                            uint32_t payload_len);

/* --- PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK (§3.4-3.7, §3.11) ------------------- */

/* Reads the packet identifier that is the whole body. OL_E_PROTO when it is 0 or the body
 * is not two bytes. */
OL_MUST int32_t ol_mqtt_ack_decode(const uint8_t *body, size_t len, uint16_t *packet_id);

/* OL_E_ARG for another type than the five, or identifier 0. */
OL_MUST int32_t ol_mqtt_ack_encode(struct ol_writer *w, uint8_t type, uint16_t packet_id);

/* --- SUBSCRIBE, UNSUBSCRIBE (§3.8, §3.10), SUBACK (§3.9) --------------------------- */

struct ol_mqtt_filter {
    struct ol_str filter;
    uint8_t qos; /* requested; 0 in an UNSUBSCRIBE */
};

/* A SUBSCRIBE or UNSUBSCRIBE whose list was checked to its end. */
struct ol_mqtt_subscribe {
    uint16_t packet_id;
    uint8_t type; /* OL_MQTT_SUBSCRIBE or OL_MQTT_UNSUBSCRIBE */
    size_t count; /* filters, at least 1 */
    struct ol_str list;
};

/* Reads the body of a SUBSCRIBE or UNSUBSCRIBE (type says which). OL_E_PROTO without a
 * filter [MQTT-3.8.3-3, MQTT-3.10.3-2], for an invalid one, for a QoS byte above 2
 * [MQTT-3.8.3-4], for packet identifier 0. */
OL_MUST int32_t ol_mqtt_subscribe_decode(uint8_t type, const uint8_t *body, size_t len,
                                         struct ol_mqtt_subscribe *out);

/* Walks the filters: start with *pos = 0. False at the end. */
bool ol_mqtt_filter_next(const struct ol_mqtt_subscribe *s, size_t *pos,
                         struct ol_mqtt_filter *out);

/* type is OL_MQTT_SUBSCRIBE or OL_MQTT_UNSUBSCRIBE; filters[0..count), count at least 1.
 * qos 0..2 is asked for each of them; it is ignored in an UNSUBSCRIBE. */
OL_MUST int32_t ol_mqtt_subscribe_encode(struct ol_writer *w, uint8_t type,
                                         uint16_t packet_id, const struct ol_str *filters,
                                         size_t count, uint8_t qos);

#define OL_MQTT_SUBACK_FAILURE 0x80u

struct ol_mqtt_suback {
    uint16_t packet_id;
    struct ol_str
        codes; /* one byte a filter: granted QoS 0..2 or OL_MQTT_SUBACK_FAILURE */
};

/* Reads a SUBACK body; codes point into it. OL_E_PROTO for packet identifier 0, no
 * code, or a code that is none of 0, 1, 2 and 0x80: close the connection [MQTT-3.9.3]. */
OL_MUST int32_t ol_mqtt_suback_decode(const uint8_t *body, size_t len,
                                      struct ol_mqtt_suback *out);
/* codes[0..count), count at least 1. */
OL_MUST int32_t ol_mqtt_suback_encode(struct ol_writer *w, uint16_t packet_id,
                                      const uint8_t *codes, size_t count);

/* --- PINGREQ, PINGRESP, DISCONNECT (§3.12-3.14) ------------------------------------ */

/* The two bytes of a packet without body. OL_E_ARG for another type than the three. */
OL_MUST int32_t ol_mqtt_empty_encode(struct ol_writer *w, uint8_t type);

#endif
