/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_MQTT_CLIENT_H
#define ONELINK_MQTT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/buf.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/base/time.h"
#include "onelink/mqtt/flow.h"
#include "onelink/mqtt/packet.h"

/* An MQTT 3.1.1 client that does no I/O: the caller moves bytes between it and a
 * transport.
 *
 *     static uint8_t rx[512], tx[512];
 *     static const struct ol_mqtt_client_config config = {
 *         .rx = rx, .rx_cap = sizeof rx, .tx = tx, .tx_cap = sizeof tx, .window = 4};
 *     struct ol_mqtt_client c;
 *     ol_mqtt_client_init(&c, &config);
 *     ... the transport has connected ...
 *     ol_mqtt_client_open(&c, &connect, now);
 *
 *     for (;;) {                                   // the pump
 *         ol_mqtt_client_step(&c, now);
 *         room = ol_mqtt_client_input(&c, &cap);   // receive at most cap bytes there
 *         ol_mqtt_client_input_done(&c, received);
 *         while (ol_mqtt_client_next_event(&c, &ev) == OL_OK) { ... may publish ... }
 *         data = ol_mqtt_client_output(&c, &len);  // send what the transport takes
 *         ol_mqtt_client_output_done(&c, sent);
 *         ... sleep until the transport is ready or ol_mqtt_client_deadline(&c) ...
 *     }
 *
 * QoS 0 and 1 both ways. An unanswered QoS 1 publish lives in tx until its PUBACK; it
 * survives the loss of the connection and is sent anew, in the old order, after the next
 * login:
 *   - the server kept no session: new packet identifier, DUP 0;
 *   - the server answers "session present": original packet identifier, DUP 1
 * [MQTT-4.4.0-1]. A publish that must not survive is thrown away with
 * ol_mqtt_client_discard.
 *
 * Events are pulled, so publishing, subscribing and disconnecting between two
 * ol_mqtt_client_next_event calls is normal use. Spans in an event point into rx and live
 * until the next ol_mqtt_client_next_event, ol_mqtt_client_open or ol_mqtt_client_closed;
 * nothing else touches them. */

/* What to do with an incoming PUBLISH that is larger than rx. */
enum ol_mqtt_large {
    OL_MQTT_LARGE_SKIP = 0,  /* drop it and report OL_MQTT_EVENT_SKIPPED */
    OL_MQTT_LARGE_STREAM = 1 /* deliver it in parts, each an OL_MQTT_EVENT_PUBLISH */
};

#define OL_MQTT_NO_TIMEOUT UINT32_MAX

/* Zero means the default. The config and the buffers must outlive the client; the config
 * may lie in flash. */
struct ol_mqtt_client_config {
    /* Receive buffer, 16..65,535 bytes. Holds a whole incoming packet, and the CONNECT
     * until it is sent: so it must also be as large as the CONNECT. */
    uint8_t *rx;
    size_t rx_cap;
    /* Send buffer, 32..65,535 bytes. Holds what is to be sent and every unanswered QoS 1
     * publish. The last OL_MQTT_TX_RESERVE bytes are kept for PUBACK, PINGREQ and
     * DISCONNECT. */
    uint8_t *tx;
    size_t tx_cap;
    uint32_t connack_timeout_ms;  /* from open to CONNACK; default 10,000 */
    uint32_t pingresp_timeout_ms; /* from PINGREQ to PINGRESP; default 10,000 */
    /* How long the server may leave everything that waits for PUBACK, SUBACK or UNSUBACK
     * unanswered; default 20,000. OL_MQTT_NO_TIMEOUT for each of the three: wait for
     * ever. */
    uint32_t ack_timeout_ms;
    uint8_t window; /* unanswered QoS 1 publishes at a time, 1..8; default 1 */
    uint8_t large;  /* enum ol_mqtt_large */
};

#define OL_MQTT_TX_RESERVE 8u

/* Plain data without pointers but the config's: may be copied together with both buffers.
 * All members are private to client*.c. */
struct ol_mqtt_client {
    const struct ol_mqtt_client_config *config;
    uint8_t state;
    uint8_t reason; /* enum ol_mqtt_reason of a failure not told yet */
    bool clean;     /* the CONNECT asked for a clean session */
    bool pinging;   /* a PINGREQ is unanswered */
    bool draft_qos1;
    uint16_t draft_at;  /* variable header of the publish begun; 0 = none */
    uint16_t draft_cap; /* payload room given with it */
    uint16_t rx_at;     /* first byte in rx that is not consumed */
    uint16_t rx_end;    /* behind the last byte in rx */
    uint16_t rx_taken;  /* bytes that the event delivered last points into */
    uint16_t tx_sent;   /* first byte in tx that is not sent */
    uint16_t tx_end;    /* behind the last committed byte in tx */
    uint16_t keepalive_s;
    uint32_t large_left; /* payload bytes to come of a PUBLISH larger than rx */
    ol_ms now;           /* of the last call that told it */
    ol_ms sent_at;       /* when bytes were sent last */
    ol_ms wait_at;       /* deadline of CONNACK, of PINGRESP, of a DISCONNECT's output */
    ol_ms ack_from;      /* since when nothing was answered that waits for it */
    struct ol_mqtt_flow flow; /* unanswered publishes and requests */
};

/* OL_E_ARG for a buffer missing, too small or too large, a window above
 * OL_MQTT_WINDOW_MAX or an unknown `large`: fix the program. The client is closed and
 * empty then as on OL_OK. */
OL_MUST int32_t ol_mqtt_client_init(struct ol_mqtt_client *c,
                                    const struct ol_mqtt_client_config *config);

/* Starts a login on a transport that has connected: the CONNECT is the next output.
 * Nothing of *connect is kept, and its bytes are wiped from rx as they are sent.
 * connect->keepalive_s sets the keep alive of this connection.
 *   OL_E_ARG    not closed, or connect cannot be encoded (ol_mqtt_connect_encode)
 *   OL_E_NOSPC  the CONNECT is larger than rx */
OL_MUST int32_t ol_mqtt_client_open(struct ol_mqtt_client *c,
                                    const struct ol_mqtt_connect *connect, ol_ms now);

/* The transport is gone, whoever closed it. Keeps the unanswered QoS 1 publishes, forgets
 * all else, also events not taken. Allowed in every state. */
void ol_mqtt_client_closed(struct ol_mqtt_client *c, ol_ms now);

/* Queues a DISCONNECT; send the output, then close the transport and call
 * ol_mqtt_client_closed. Whatever arrives meanwhile is ignored. The output ends by itself
 * when it could not be sent within pingresp_timeout_ms. OL_E_CLOSED when not logged in:
 * just close the transport. OL_E_NOSPC when unsent bytes fill tx: send output first. */
OL_MUST int32_t ol_mqtt_client_disconnect(struct ol_mqtt_client *c);

/* Forgets every unanswered QoS 1 publish; no OL_MQTT_EVENT_DELIVERED comes for them. Only
 * while closed (otherwise OL_E_ARG), because a server's PUBACK could be on its way. */
OL_MUST int32_t ol_mqtt_client_discard(struct ol_mqtt_client *c);

/* Logged in: between OL_MQTT_EVENT_LOGIN and the end of the connection. */
bool ol_mqtt_client_is_online(const struct ol_mqtt_client *c);

/* How many QoS 1 publishes are unanswered, 0..window. */
uint8_t ol_mqtt_client_get_in_flight(const struct ol_mqtt_client *c);

/* --- Bytes and time ---------------------------------------------------------------- */

/* Where to receive the next bytes. *cap is 0 while nothing can be taken: events wait, the
 * CONNECT is still being sent, the connection is over. The room stays valid until the
 * next call with this client. */
uint8_t *ol_mqtt_client_input(struct ol_mqtt_client *c, size_t *cap);

/* len bytes were received there; 0 is allowed. len is at most the last *cap. */
void ol_mqtt_client_input_done(struct ol_mqtt_client *c, size_t len);

/* The bytes to send next, *len of them; all that waits lies in one piece. *len is 0 when
 * there is nothing. They stay valid until the next call with this client. */
const uint8_t *ol_mqtt_client_output(struct ol_mqtt_client *c, size_t *len);

/* The transport took the first len of them; fewer than given, also 0, is normal. */
void ol_mqtt_client_output_done(struct ol_mqtt_client *c, size_t len);

/* Tells the time: makes a PINGREQ when one is due, finds answers that did not come (told
 * by ol_mqtt_client_next_event). Call it at least at each deadline and before moving
 * bytes. */
void ol_mqtt_client_step(struct ol_mqtt_client *c, ol_ms now);

/* When ol_mqtt_client_step must be called next, OL_NEVER when only bytes can change
 * anything. */
ol_ms ol_mqtt_client_deadline(const struct ol_mqtt_client *c);

/* --- Publishing -------------------------------------------------------------------- */

/* Begins a PUBLISH at the end of tx and gives a writer for its payload, in place, so that
 * committing it copies nothing. Until the commit only the writer and
 * ol_mqtt_client_publish_commit or _cancel may be used; another call on this client may
 * cancel it. topic is copied. qos is 0 or 1, payload_cap the room wanted.
 *   OL_E_ARG     invalid topic name or qos
 *   OL_E_NOSPC   tx or the window is full: publish again after OL_MQTT_EVENT_DELIVERED or
 *                when output was sent (a payload larger than tx never fits)
 *   OL_E_CLOSED  QoS 0 while not logged in. QoS 1 is taken in every state, sent after
 *                login, and refused only from disconnect to closed. */
OL_MUST int32_t ol_mqtt_client_publish_begin(struct ol_mqtt_client *c,
                                             struct ol_str topic, uint8_t qos,
                                             size_t payload_cap,
                                             struct ol_writer *payload);

/* Completes it with the first payload_len bytes that were written. Returns a handle
 * (1..65,535) at QoS 1, which OL_MQTT_EVENT_DELIVERED brings back, and 0 at QoS 0.
 * OL_E_ARG when no publish was begun or payload_len is larger than the room given. Never
 * waits. */
OL_MUST int32_t ol_mqtt_client_publish_commit(struct ol_mqtt_client *c,
                                              size_t payload_len);

/* Drops a publish that was begun; without one it does nothing. */
void ol_mqtt_client_publish_cancel(struct ol_mqtt_client *c);

/* Begin, copy payload, commit. Returns as ol_mqtt_client_publish_commit, errors as
 * ol_mqtt_client_publish_begin. */
OL_MUST int32_t ol_mqtt_client_publish(struct ol_mqtt_client *c, struct ol_str topic,
                                       struct ol_str payload, uint8_t qos);

/* --- Subscribing ------------------------------------------------------------------- */

/* Queues a SUBSCRIBE of filters[0..count), count 1..255, all at QoS 0 or 1 as asked for.
 * Returns its packet identifier (1..65,535), which OL_MQTT_EVENT_SUBACK brings back.
 * Nothing of it survives the connection.
 *   OL_E_ARG     invalid filter, count or qos
 *   OL_E_NOSPC   tx is full, or OL_MQTT_REQUESTS_MAX requests are unanswered: again later
 *   OL_E_CLOSED  not logged in */
OL_MUST int32_t ol_mqtt_client_subscribe(struct ol_mqtt_client *c,
                                         const struct ol_str *filters, size_t count,
                                         uint8_t qos);

/* The same for UNSUBSCRIBE and OL_MQTT_EVENT_UNSUBACK. */
OL_MUST int32_t ol_mqtt_client_unsubscribe(struct ol_mqtt_client *c,
                                           const struct ol_str *filters, size_t count);

/* --- Events ------------------------------------------------------------------------ */

enum ol_mqtt_event_type {
    OL_MQTT_EVENT_LOGIN,     /* CONNACK 0: logged in. ev.session_present */
    OL_MQTT_EVENT_REFUSED,   /* CONNACK with another code. ev.code. Close the transport */
    OL_MQTT_EVENT_PUBLISH,   /* a message, or a part of a large one. ev.message */
    OL_MQTT_EVENT_SKIPPED,   /* a message larger than rx was dropped (and, at QoS 1,
                              * acknowledged). ev.message without payload */
    OL_MQTT_EVENT_DELIVERED, /* PUBACK came. ev.handle */
    OL_MQTT_EVENT_SUBACK, /* ev.suback: packet identifier, one code a filter asked for */
    OL_MQTT_EVENT_UNSUBACK, /* ev.suback.packet_id */
    OL_MQTT_EVENT_FAILED /* ev.failed. Close the transport, call ol_mqtt_client_closed */
};

/* Why a connection failed. */
enum ol_mqtt_reason {
    OL_MQTT_REASON_NONE = 0,
    OL_MQTT_REASON_BAD_PACKET,        /* a packet the standard forbids */
    OL_MQTT_REASON_UNEXPECTED_PACKET, /* a packet that has no business here */
    OL_MQTT_REASON_WRONG_PACKET_ID,   /* acknowledges what was never sent */
    OL_MQTT_REASON_WRONG_COUNT, /* SUBACK with another number of codes than filters */
    OL_MQTT_REASON_TOO_LARGE,   /* a packet that can be neither held, skipped nor streamed
                                 */
    OL_MQTT_REASON_NO_CONNACK,
    OL_MQTT_REASON_NO_PINGRESP,
    OL_MQTT_REASON_NO_ACK /* no PUBACK, SUBACK or UNSUBACK */
};

/* A few words for a reason ("no answer to ping"), never NULL, static storage. */
const char *ol_mqtt_reason_str(uint8_t reason);

/* An incoming message, or one part of a message larger than rx. Parts come in order and
 * without another event between them; a message in one piece is first and last at once.
 */
struct ol_mqtt_message {
    struct ol_str topic;   /* the same in each part */
    struct ol_str payload; /* this part */
    uint32_t offset;       /* of this part in the whole payload */
    uint32_t total_len;    /* of the whole payload */
    uint8_t qos;           /* 0 or 1; the PUBACK is queued with the last part */
    bool dup;              /* may have been delivered before */
    bool retain;
    bool first;
    bool last;
};

struct ol_mqtt_event {
    enum ol_mqtt_event_type type;
    union {
        bool session_present;
        uint8_t code; /* enum ol_mqtt_connack_code */
        uint16_t handle;
        struct ol_mqtt_message message;
        struct ol_mqtt_suback suback;
        struct {
            int32_t status; /* OL_E_PROTO or OL_E_TIMEOUT */
            uint8_t reason; /* enum ol_mqtt_reason */
        } failed;
    };
};

/* Takes the next event. OL_E_AGAIN: none now; *ev means nothing. An incoming QoS 1
 * message waits here (and everything behind it) while tx has no room for its PUBACK: send
 * output. */
OL_MUST int32_t ol_mqtt_client_next_event(struct ol_mqtt_client *c,
                                          struct ol_mqtt_event *ev);

#endif
